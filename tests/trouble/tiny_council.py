"""Custos on a tiny council, all in one process: what the tenant holds can be read off it, and no queue keeps a test waiting.

The tenant is served over HTTP from a thread of its own; Custos works in another, on an Azurite of its own. What the
function app would do with a message is done by the same jobs, message by message, until nothing is left to do.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import polars as pl
from aiohttp import web

from custos.audit.events import What
from custos.bootstrap import Custos
from custos.inventory.drive_state import DriveState, DriveStates, SyncState
from custos.inventory.sync import SyncReport
from custos.jobs import digests, discovery, evaluation, incidents, runs, sync
from custos.jobs.incidents import Incident
from custos.m365.budget import _PARTITION
from custos.m365.errors import MicrosoftTrouble
from custos.notices.digest import DigestState
from custos.storage.queues import ACT, ALL, NOTIFY
from local_host.azurite import Azurite
from rehearsal.operators import signed_in
from rehearsal.policies import hurried
from simulator.app_keys import TROUBLES
from simulator.control.routes import environment
from simulator.council import build_council
from simulator.councils import policies_of
from simulator.server import serve
from simulator.teams.client import TEAMS
from simulator.tenant import files, labelling, sharing
from simulator.tenant.model import Drive, Item
from simulator.tenant.state import Tenant
from simulator.trouble.script import script_from
from tests.running_stack import APPROVER, OPERATOR, Desk, Said, approve, call, desk, operator, typed

SITE = "/sites/send-ehcp"
LIBRARY = f"{SITE}/Annual reviews"
"""New files in it get a label, and links that anyone can open an end, without anybody being asked."""
_NUMBERS = count(1)
_HIDDEN_SECONDS = 1
_TURNS = 40
_SCALE = 0.0005


@dataclass(repr=False)
class Server:
    """The tenant behind HTTP, on an event loop in a thread of its own."""

    tenant: Tenant
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    runner: web.AppRunner = field(init=False)
    url: str = field(init=False)

    def do[T](self, work: Callable[[], T]) -> T:
        """Do something with the tenant where it lives."""

        async def doing() -> T:
            return work()

        return self.wait(doing())

    def wait[T](self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    @property
    def app(self) -> web.Application:
        assert self.runner.app is not None
        return self.runner.app


@dataclass(repr=False)
class World:
    """Custos and its tenant. `server.tenant` is the truth."""

    server: Server
    desk: Desk
    environment: Mapping[str, str]

    # -- what happens to it ---------------------------------------------------------------------------------------------

    def trouble(self, *described: Mapping[str, object]) -> None:
        """Put troubles on."""
        self.server.do(lambda: self.server.app[TROUBLES].add(script_from(list(described))))

    def calm(self) -> None:
        """Take every trouble off, and let the waits end that it brought."""
        self.server.do(self.server.app[TROUBLES].take_off)
        self.ask(_wait_no_more)

    def happened(self) -> Mapping[str, int]:
        """How often each kind of trouble has hit since the start."""
        return self.server.do(lambda: dict(self.server.app[TROUBLES].happened))

    def drive(self, path: str) -> Drive:
        """A library by its server-relative path."""
        return self.server.tenant.item_at(path).drive

    def upload(self, path: str = LIBRARY) -> Item:
        """Somebody puts a new file into a library."""
        tenant, name = self.server.tenant, f"Note {next(_NUMBERS)}.docx"
        return self.server.do(
            lambda: files.upload(tenant, tenant.item_at(path), name, size=1_000, by=_somebody(tenant))
        )

    def share(self, item: Item) -> str:
        """Somebody makes a link that anyone can open; its id."""
        tenant = self.server.tenant

        def make() -> str:
            item.drive.site.capability = "anyone"
            return sharing.create_link(tenant, item, scope="anonymous", kind="view", by=_somebody(tenant))[0].id

        return self.server.do(make)

    def act(self, verb: str, **details: str) -> None:
        """Somebody does something that has a verb of its own."""
        deed = json.dumps({"verb": verb, **details}).encode()
        answer = call(self.server.url, "POST", "/sim/act", deed, {"Content-Type": "application/json"})
        assert answer.status < 300, answer.text

    # -- what Custos does -----------------------------------------------------------------------------------------------

    def ask[T](self, question: Callable[[Custos], Awaitable[T]]) -> T:
        """Ask the application."""
        return self.desk.ask(question)

    def custos(self, *words: str) -> Said:
        """Type `custos WORDS`."""
        return typed(self.environment, *words)

    def sync(self, *paths: str) -> list[SyncReport]:
        """One turn at each library, whatever comes of it; then everything that follows from it."""
        reports = self.read(*paths)
        self.work()
        return reports

    def read(self, *paths: str) -> list[SyncReport]:
        """One turn at each library, whatever comes of it. What follows is left in the queues."""
        ids = [self.drive(path).id for path in paths or (LIBRARY,)]
        return self.ask(lambda app: _turns(app, ids))

    def later(self, *paths: str) -> None:
        """The trouble is over: what was put off is done, and the next round of the backstop comes."""
        self.calm()
        self.ask(_again)
        self.work()
        self.sync(*paths)

    def work(self) -> None:
        """Do what waits in the queues of evaluations, actions and notices."""
        self.ask(_work)

    def state(self, path: str = LIBRARY) -> DriveState:
        """What Custos knows of a library's sync."""
        found = self.ask(lambda app: DriveStates.of(app.account).get(self.drive(path).id))
        assert found is not None
        return found

    def mirror(self, path: str = LIBRARY) -> pl.DataFrame:
        """The mirror of a library."""
        drive_id = self.drive(path).id

        async def read(app: Custos) -> pl.DataFrame:
            return await asyncio.to_thread(app.lakehouse.read, "items", drives=[drive_id])

        return self.ask(read)

    def is_true(self, path: str = LIBRARY) -> bool:
        """Whether the mirror of a library says what the tenant holds: items, names, folders, labels, links."""
        drive = self.drive(path)
        truth = {
            item.id: (item.name, item.parent.id if item.parent else "", item.stamp.label.name if item.stamp else "")
            for item in drive.items.values()
        }
        mirrored = self.mirror(path)
        known = {
            row["item_id"]: (row["name"], row["parent_id"], row["label"]) for row in mirrored.iter_rows(named=True)
        }
        root = drive.root.id
        truth.pop(root, None)
        known.pop(root, None)
        assert known == truth
        return self.state(path).state is SyncState.COMPLETE

    def done(self, item: Item) -> Counter[What]:
        """What the audit says of actions on an item, by event."""

        async def read(app: Custos) -> Counter[What]:
            return Counter([one.event.what async for one in app.audit.read() if item.id in one.event.subject])

        return self.ask(read)

    def incidents(self) -> dict[tuple[Incident, str], int]:
        """How often each incident that stands was seen."""

        async def standing(app: Custos) -> dict[tuple[Incident, str], int]:
            return {(one.kind, one.subject): one.count async for one in incidents.standing(app.account)}

        return self.ask(standing)


def _somebody(tenant: Tenant) -> Any:
    return tenant.actor(next(user for user in tenant.users.values() if user.enabled and not user.guest))


async def _turns(app: Custos, ids: list[str]) -> list[SyncReport]:
    return [await sync.sync(app, drive_id) for drive_id in ids]


async def _wait_no_more(app: Custos) -> None:
    """Forget the silence that a throttled answer brought upon all instances: tests do not wait for minutes."""
    for lane in app.m365.throttle._lanes.values():
        await lane.rows.delete(_PARTITION, lane.name)


async def _again(app: Custos) -> None:
    """Let what waits for a later attempt be done now: batches of runs, and promised digests."""
    by = await operator(app)
    async for run in app.runs.all():
        await app.dispatcher.requeue(run.id, by=by)
    for stored in await app.digests.of_day(app.clock.now().date()):
        if stored.digest.state is DigestState.PREPARED:
            await app.account.queue(NOTIFY).send({"digest": stored.digest.id})


async def _work(app: Custos) -> None:
    try:
        await evaluation.evaluate_changes(app)
    except MicrosoftTrouble as trouble:
        if not trouble.passing:
            raise
    doing: dict[str, Callable[[Any], Awaitable[object]]] = {
        ACT: lambda message: runs.work(app, message),
        NOTIFY: lambda message: digests.deliver(app, message),
    }
    for _ in range(_TURNS):
        if not any([await _one(app, name, do) for name, do in doing.items()]):
            return


async def _one(app: Custos, name: str, do: Callable[[Any], Awaitable[object]]) -> bool:
    """One message of a queue. What passes by itself leaves it there for later, as the host does."""
    queue = app.account.queue(name).client
    async for message in queue.receive_messages(visibility_timeout=_HIDDEN_SECONDS, max_messages=1):
        try:
            await do(json.loads(message.content))
        except MicrosoftTrouble as trouble:
            if not trouble.passing:
                raise
            return True
        await queue.delete_message(message)
        return True
    return False


@contextmanager
def standing(home: Path) -> Iterator[World]:
    """Everything set up, discovered, and two libraries mirrored and governed."""
    policies = home / "policies"
    _write_policies(policies)
    with _served() as server, Azurite() as azurite:
        settings = {
            **server.do(lambda: environment(server.tenant, server.app, server.url)),
            **azurite.environment,
            "CUSTOS_POLICIES": str(policies),
            "CUSTOS_SIGN_IN_FOLDER": str(home / "people"),
            "CUSTOS_UNITS_PER_MINUTE": "1000000",
        }
        with desk(settings) as own:
            world = World(server, own, settings)
            world.ask(lambda app: signed_in(app, world.act, APPROVER, OPERATOR))
            world.ask(_governed)
            world.read(*(f"{SITE}/{drive.path}" for drive in world.drive(LIBRARY).site.drives if not drive.system))
            world.ask(evaluation.evaluate)
            world.later()
            yield world


def _write_policies(policies: Path) -> None:
    """Two policies that act by themselves on one asset, with room for what many tests do on one day."""
    shutil.copytree(policies_of() / "register", policies / "register")
    exceptions = policies / "register" / "exceptions.csv"
    exceptions.write_text(exceptions.read_text().splitlines()[0] + "\n")
    for name in ("settings", "labels-from-schedule", "sharing-sensitive-links"):
        text = (policies_of() / f"{name}.yaml").read_text()
        for shipped, wanted in (
            ("pilot: [IA-004]", "pilot: [IA-003]"),
            ("percent_of_scope: 75", "percent_of_scope: 100"),
            ("percent_of_asset_per_day: 50", "percent_of_asset_per_day: 100"),
        ):
            text = text.replace(shipped, wanted)
        (policies / f"{name}.yaml").write_text(text)
    hurried(policies)


async def _governed(app: Custos) -> None:
    """Sites and libraries are found, and every policy is approved on a plan of the libraries as they are, still unread."""
    app.m365.throttle.first_delay = 0.02  # pauses as short as the council is small
    for name in ALL:
        await app.account.queue(name).create()
    await discovery.discover(app)
    plan = await app.plans.save((await evaluation.look(app)).plan, by=await operator(app))
    await approve(app, plan.id)


def _label_what_is_there(tenant: Tenant) -> None:
    """The files of the site have labels already: a day's ceilings are left for those that tests add."""
    label = next(name for name, each in tenant.labels.items() if each.kind == "retain")
    for drive in tenant.item_at(LIBRARY).drive.site.drives:
        for item in list(drive.items.values()):
            if not item.is_folder and item.stamp is None and not drive.system:
                labelling.set_label(tenant, item, label, by=_somebody(tenant), full_control=True)


@contextmanager
def _served() -> Iterator[Server]:
    tenant = build_council(seed=1, scale=_SCALE, licences=50_001)
    _label_what_is_there(tenant)
    server = Server(tenant)
    thread = threading.Thread(target=server.loop.run_forever, name="tenant")
    thread.start()
    try:
        server.runner = server.wait(serve(server.tenant))
        host, port = server.runner.addresses[0][:2]
        server.url = f"http://{host}:{port}"
        server.app[TEAMS].service_url = f"{server.url}/bot/teams/"
        yield server
        server.wait(server.runner.cleanup())
    finally:
        server.loop.call_soon_threadsafe(server.loop.stop)
        thread.join()
        server.loop.close()
