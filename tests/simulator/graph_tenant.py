"""A small tenant of known content behind HTTP, and how to reach it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from simulator.app_keys import METER, TROUBLES
from simulator.council.empty_sites import add_library, grant_site, new_site, place
from simulator.entra.identity import AUTHORITY, GRAPH, TENANT_ID
from simulator.entra.registrations import ACTOR_CLIENT_ID, OBSERVER_CLIENT_ID
from simulator.server import serve
from simulator.tenant.identifiers import guid
from simulator.tenant.model import Actor, Channel, Drive, Group, Item, LabelDefinition, LabelKind, Site, User
from simulator.tenant.state import Tenant
from simulator.trouble.script import script_from

CLASS, OTHER = "PLN-02 Pre-application advice 7y", "GEN-01 Transitory 60d"
RECORD, REGULATORY = "PRO-02 Deed ended 12y record", "DEM-99 Sealed orders regulatory"
LONG_AGO = 1_600_000_000


@dataclass(frozen=True)
class Reply:
    """What came back; `body` is None unless it was JSON."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def code(self) -> str:
        return str(self.body["error"]["code"])


@dataclass
class GraphTenant:
    """A tenant with one library: `Plans/a.docx`, `Plans/b.docx`, `Plans/Old/c.pdf` and `d.pdf`."""

    tenant: Tenant
    site: Site
    drive: Drive
    by: Actor
    items: dict[str, Item]
    app: web.Application = field(init=False)
    url: str = field(init=False)
    session: aiohttp.ClientSession = field(init=False)

    async def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        actor: bool = False,
        prefer: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Call Graph as the observer, or as the actor; `path` may be a link that was given."""
        client = ACTOR_CLIENT_ID if actor else OBSERVER_CLIENT_ID
        sent = {"Authorization": f"Bearer {self.app[AUTHORITY].issue(client, GRAPH)}", **(headers or {})}
        if prefer:
            sent["Prefer"] = prefer
        url = path if path.startswith("http") else f"{self.url}/graph/v1.0{path}"
        async with self.session.request(method, url, json=body, headers=sent) as answer:
            raw = await answer.read()
            is_json = answer.content_type == "application/json" and raw
            return Reply(answer.status, json.loads(raw) if is_json else None, dict(answer.headers))

    async def get(self, path: str, *, actor: bool = False, prefer: str = "", **headers: str) -> Reply:
        return await self.ask("GET", path, actor=actor, prefer=prefer, headers=headers)

    async def pages(self, path: str, *, actor: bool = False, prefer: str = "") -> list[Any]:
        """The bodies of all pages from a path on."""
        found = []
        link: str | None = path
        while link is not None:
            reply = await self.get(link, actor=actor, prefer=prefer)
            assert reply.status == 200, reply.body
            found.append(reply.body)
            link = reply.body.get("@odata.nextLink")
        return found

    async def delta_link(self) -> str:
        """A deltaLink for now."""
        return str((await self.get(f"{self.root}/delta?token=latest")).body["@odata.deltaLink"])

    async def changes(self, link: str, *, actor: bool = False, prefer: str = "") -> dict[str, Any]:
        """What changed since a deltaLink, by id, the last occurrence winning; ancestors that delta repeats left out."""
        pages = await self.pages(link, actor=actor, prefer=f"deltaExcludeParent, {prefer}")
        return {entry["id"]: entry for page in pages for entry in page["value"]}

    @property
    def root(self) -> str:
        return f"/drives/{self.drive.id}/root"

    def at(self, name: str) -> str:
        """Path of one of the items by its name."""
        return f"/drives/{self.drive.id}/items/{self.items[name].id}"

    def units(self) -> int:
        """Resource units spent so far."""
        spent: dict[str, Any] = self.app[METER].report()
        return int(spent["units"])

    def fault(self, **described: object) -> None:
        """Queue a fault."""
        self.app[TROUBLES].add(script_from(described))


def small_graph_tenant() -> GraphTenant:
    """The tenant, not yet served."""
    tenant = Tenant(TENANT_ID, seed=3)
    for name in ("Ann Ash", "Bob Birch"):
        upn = f"{name.lower().replace(' ', '.')}@{tenant.domain}"
        tenant.add_user(User(guid(3, name), upn, name, upn, created=LONG_AGO))
    ann, bob = tenant.users.values()
    ann.manager_id = bob.id
    kinds: dict[str, LabelKind] = {CLASS: "retain", OTHER: "delete", RECORD: "record", REGULATORY: "regulatory"}
    for name, kind in kinds.items():
        tenant.labels[name] = LabelDefinition(name, guid(3, name), 2557, "CreationAgeInDays", kind)
    group = Group(guid(3, "group"), "Plans", f"plans@{tenant.domain}", LONG_AGO, is_team=True)
    group.owners, group.members = [ann.id], [ann.id, bob.id]
    tenant.groups[group.id] = group
    new_site(tenant, "", "Root", kind="communication")
    site = new_site(tenant, "sites/plans", "Plans", kind="group")
    site.capability, site.group_id, group.site_id = "anyone", group.id, site.id
    site.owners, site.members = [ann.id], [bob.id]
    grant_site(tenant, site)
    drive = add_library(tenant, site, "Documents", path="Shared Documents")
    add_library(tenant, site, "Style Library", system=True)
    by = tenant.actor(ann)
    plans = place(drive, drive.root, "Plans", at=LONG_AGO, by=by, is_folder=True)
    old = place(drive, plans, "Old", at=LONG_AGO, by=by, is_folder=True)
    items = {"Plans": plans, "Old": old}
    for folder, name, size in (
        (plans, "a.docx", 100),
        (plans, "b.docx", 200),
        (old, "c.pdf", 300),
        (drive.root, "d.pdf", 400),
    ):
        items[name] = place(drive, folder, name, at=LONG_AGO + size, by=by, size=size)
    thread = "19:abc@thread.tacv2"
    for membership in ("standard", "private", "shared"):
        group.channels.append(
            Channel(
                f"{thread}{membership}",
                membership.title(),
                membership,
                LONG_AGO,
                site.id,
                drive.id,
                plans.id,
                [ann.id],
                [ann.id, bob.id],
            )
        )
    return GraphTenant(tenant, site, drive, by, items)


@asynccontextmanager
async def serving(graph: GraphTenant, *, traffic: Path | None = None) -> AsyncIterator[GraphTenant]:
    """The tenant behind HTTP."""
    runner = await serve(graph.tenant, traffic=traffic)
    assert runner.app is not None
    graph.app = runner.app
    graph.url = "http://{}:{}".format(*runner.addresses[0][:2])
    try:
        async with aiohttp.ClientSession() as graph.session:
            yield graph
    finally:
        await runner.cleanup()
