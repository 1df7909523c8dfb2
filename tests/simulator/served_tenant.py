"""A small simulated tenant behind HTTP, and how to reach it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import msgspec
from aiohttp import web

from simulator.councils import DOMAIN, HOST
from simulator.entra.identity import AUTHORITY, BOT_CONNECTOR, GRAPH, TENANT_ID
from simulator.entra.registrations import BOT_CLIENT_ID, OBSERVER_CLIENT_ID, TEAMS_APP_ID
from simulator.server import build
from simulator.teams.conversations import CONVERSATIONS
from simulator.tenant import files
from simulator.tenant.clock import instant
from simulator.tenant.identifiers import drive_id, guid, site_id
from simulator.tenant.model import Drive, Group, Item, LabelDefinition, Site, User
from simulator.tenant.state import Tenant
from simulator.webhooks.delivery import COURIER
from tests.limits import PATIENCE

SERVICE_MAILBOX = f"custos@{DOMAIN}"
PRIYA, SAM, LEAVER = "Priya Nair", "Sam Okafor", "Leo Gone"
LABEL, RECORD, REGULATORY = "PLN-02 Pre-application advice 7y", "PRO-02 Deed ended 12y record", "REG-99 Regulatory"


def small_tenant() -> Tenant:
    """Three people, a group's site with a library of three files, a site of a channel, and the root site."""
    tenant = Tenant(TENANT_ID, seed=1)
    for name, title in ((PRIYA, "Director of Planning"), (SAM, "Planning Systems Officer"), (LEAVER, "Head of SEND")):
        mail = f"{name.lower().replace(' ', '.')}@wrenbridge.example"
        tenant.add_user(User(guid(1, "user", name), mail, name, mail, job_title=title))
    priya, sam, leaver = tenant.users.values()
    leaver.enabled = False
    group = Group(guid(1, "group"), "Planning casework", "planning@wrenbridge.example", tenant.now(), is_team=True)
    group.owners, group.members = [priya.id], [priya.id, sam.id]
    tenant.groups[group.id] = group
    for label in (
        LabelDefinition(LABEL, guid(1, "label", 1), 2557, "EventAgeInDays"),
        LabelDefinition(RECORD, guid(1, "label", 2), 4383, "EventAgeInDays", kind="record"),
        LabelDefinition(REGULATORY, guid(1, "label", 3), 0, "CreationAgeInDays", kind="regulatory", published=False),
    ):
        tenant.labels[label.name] = label
    _site(tenant, "", "Wrenbridge", "communication")
    planning = _site(tenant, "sites/planning-casework", "Planning casework", "group")
    planning.group_id, planning.owners, planning.members = group.id, [priya.id], [priya.id, sam.id]
    planning.capability = "anyone"
    group.site_id = planning.id
    _site(tenant, "sites/canalside", "Canalside", "team").lock = "ReadOnly"
    library = _drive(tenant, planning, "Documents", "Shared Documents")
    by = tenant.actor(sam)
    folder = files.create_folder(tenant, library.root, "Plans", by=by)
    for number in (1, 2):
        files.upload(tenant, folder, f"plan {number}.docx", size=1000 * number, by=by)
    files.upload(tenant, library.root, "notes.docx", size=500, by=by)
    return tenant


def _site(tenant: Tenant, path: str, title: str, kind: Any) -> Site:
    collection, web_id = guid(1, "collection", path), guid(1, "web", path)
    url = f"https://{HOST}/{path}".rstrip("/")
    now = tenant.now()
    name = path.rpartition("/")[2]
    site = Site(site_id(HOST, collection, web_id), collection, web_id, path, name, title, url, kind, now, now)
    return tenant.add_site(site)


def _drive(tenant: Tenant, site: Site, name: str, path: str) -> Drive:
    list_id = guid(1, "list", site.path, name)
    drive = Drive(drive_id(site.collection_id, site.web_id, list_id), list_id, site, name, path, tenant.now())
    nobody, at = tenant.actor(next(iter(tenant.users.values()))), tenant.now()
    root = Item("01ROOT", guid(1, "root", list_id), 0, drive, None, "root", 0, "", 0, at, at, at, at, nobody, nobody)
    root.children = []
    drive.order.append(root)
    return tenant.add_drive(drive)


@dataclass
class ServedTenant:
    """A running tenant: `call` sends a request with an app's token and gives (status, JSON or text)."""

    tenant: Tenant
    app: web.Application
    base: str
    http: aiohttp.ClientSession
    tokens: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)

    @property
    def drive(self) -> Drive:
        return next(drive for drive in self.tenant.drives.values() if drive.name == "Documents")

    def person(self, name: str) -> User:
        return next(user for user in self.tenant.users.values() if user.name == name)

    def token(self, client_id: str, audience: str) -> str:
        key = (client_id, audience)
        if key not in self.tokens:
            self.tokens[key] = self.app[AUTHORITY].issue(client_id, audience)
        return self.tokens[key]

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        client: str = OBSERVER_CLIENT_ID,
        audience: str = GRAPH,
        token: str | None = None,
        **headers: str,
    ) -> tuple[int, Any]:
        sent = {"Authorization": f"Bearer {token or self.token(client, audience)}", **headers}
        data = {"data": body} if isinstance(body, bytes) else {"json": body}
        async with self.http.request(method, self.base + path, headers=sent, **data) as answer:
            if answer.content_type == "application/json":
                return answer.status, await answer.json()
            return answer.status, await answer.text()

    async def graph(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, Any]:
        return await self.call(method, f"/graph/v1.0{path}", body, **more)

    async def bot(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        more = {"client": BOT_CLIENT_ID, "audience": BOT_CONNECTOR}
        return await self.call(method, f"/bot/teams/v3/conversations{path}", body, **more)

    async def control(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        async with self.http.request(method, f"{self.base}/sim{path}", json=body) as answer:
            if answer.content_type == "application/json":
                return answer.status, await answer.json()
            return answer.status, await answer.text()

    async def act(self, verb: str, **deed: Any) -> dict[str, Any]:
        status, told = await self.control("POST", "/act", {"verb": verb, **deed})
        assert status == 200, told
        return dict(told)

    async def delivered(self) -> None:
        """Wait until nothing is on its way to subscribers, and nothing will be tried again."""
        courier = self.app[COURIER]
        while courier._tasks:
            await asyncio.wait(courier._tasks)

    async def install(self, name: str) -> None:
        bind = f"https://graph.microsoft.com/v1.0/appCatalogs/teamsApps/{TEAMS_APP_ID}"
        path = f"/users/{self.person(name).id}/teamwork/installedApps"
        status, told = await self.graph("POST", path, {"teamsApp@odata.bind": bind})
        assert status == 201, told

    async def open_chat(self, name: str) -> tuple[int, Any]:
        return await self.bot("POST", "", chat_with(self.person(name).id))

    async def send_card(self, name: str, card: dict[str, Any]) -> str:
        """Install the bot if need be, open the chat, send the card; the message's id."""
        if self.person(name).id not in self.app[CONVERSATIONS].installed:
            await self.install(name)
        _, chat = await self.open_chat(name)
        status, sent = await self.bot("POST", f"/{chat['id']}/activities", message(card))
        assert status == 201, sent
        return str(sent["id"])

    def in_days(self, days: float) -> str:
        return instant(self.tenant.clock.seconds() + days * 86400)


def chat_with(person_id: str, **more: Any) -> dict[str, Any]:
    """The body that opens a one-to-one chat."""
    return {
        "bot": {"id": f"28:{BOT_CLIENT_ID}"},
        "members": [{"id": person_id}],
        "tenantId": TENANT_ID,
        "isGroup": False,
        "channelData": {"tenant": {"id": TENANT_ID}},
    } | more


def message(card: dict[str, Any]) -> dict[str, Any]:
    """A message with one card."""
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return {"type": "message", "summary": "A decision waits", "attachments": [attachment]}


def question(**data: Any) -> dict[str, Any]:
    """A card with a choice, two buttons and a link."""
    return {
        "type": "AdaptiveCard",
        "version": "1.5",
        "body": [
            {"type": "TextBlock", "text": "Pre-application advice looks finished with.", "wrap": True},
            {"type": "Input.Text", "id": "reason", "label": "Why?", "value": "in use"},
        ],
        "actions": [
            {"type": "Action.Execute", "title": "Keep in use", "verb": "keep", "data": {"case": "c-1", **data}},
            {"type": "Action.Submit", "title": "Old client", "data": {"case": "c-1"}},
            {"type": "Action.OpenUrl", "title": "See the files", "url": f"https://{HOST}/sites/planning-casework"},
        ],
    }


@asynccontextmanager
async def running(tenant: Tenant) -> AsyncIterator[ServedTenant]:
    """Serve a tenant on a free port."""
    app = build(tenant)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    async with aiohttp.ClientSession() as http:
        yield ServedTenant(tenant, app, f"http://{host}:{port}", http)
    await runner.cleanup()


async def until(holds: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Wait until something holds that another task brings about."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110  # nothing tells of it
            await asyncio.sleep(0.01)


@dataclass
class Listener:
    """A small server that remembers what it was sent and answers as `reply` says."""

    url: str = ""
    heard: list[tuple[dict[str, str], Any]] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    reply: Callable[[web.Request, Any], Awaitable[web.StreamResponse]] | None = None

    async def until(self, count: int, seconds: float = PATIENCE) -> None:
        """Wait until so many requests were heard."""
        async with asyncio.timeout(seconds):
            while len(self.heard) < count:
                self.arrived.clear()
                await self.arrived.wait()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        token = request.query.get("validationToken")
        if token is not None and self.reply is None:
            return web.Response(text=token)
        raw = await request.read()
        try:
            body = msgspec.json.decode(raw)
        except msgspec.DecodeError:
            body = raw
        self.heard.append(({str(name): value for name, value in request.headers.items()}, body))
        self.arrived.set()
        return await self.reply(request, body) if self.reply else web.Response(status=202)


@asynccontextmanager
async def listening() -> AsyncIterator[Listener]:
    """A listener on a free port."""
    listener = Listener()
    app = web.Application()
    app.router.add_post("/{path:.*}", listener.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    listener.url = f"http://{host}:{port}"
    yield listener
    await runner.cleanup()
