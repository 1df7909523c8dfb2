"""The small tenant of known content, asked by an app with whatever roles a test gives it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from simulator.council.empty_sites import add_library, new_site, place
from simulator.entra.identity import AUTHORITY, GRAPH
from simulator.entra.registrations import OBSERVER_CLIENT_ID
from simulator.tenant.identifiers import guid
from simulator.tenant.model import Channel, Group, Site
from tests.simulator.graph_tenant import LONG_AGO, GraphTenant, Reply, small_graph_tenant

READ = (
    "Sites.Read.All", "Files.Read.All", "Group.Read.All", "GroupMember.Read.All", "User.Read.All",
    "Team.ReadBasic.All", "Channel.ReadBasic.All", "ChannelMember.Read.All",
)  # fmt: skip
WRITE = (*READ, "Files.ReadWrite.All", "Sites.ReadWrite.All")
FULL = (*WRITE, "Sites.FullControl.All")


@dataclass
class WiderTenant(GraphTenant):
    """A small tenant with a private channel of its own site, a nested group and another team."""

    _tokens: dict[tuple[str, ...], str] = field(default_factory=dict, repr=False)

    async def call(
        self, method: str, path: str, body: object = None, *, roles: Iterable[str] = READ, **headers: str
    ) -> Reply:
        """Call Graph with a token that holds just these roles."""
        held = tuple(sorted(roles))
        if held not in self._tokens:
            self._tokens[held] = self.app[AUTHORITY].issue(OBSERVER_CLIENT_ID, GRAPH, roles=list(held))
        sent = {"Authorization": f"Bearer {self._tokens[held]}", **{n.replace("_", "-"): v for n, v in headers.items()}}
        url = path if path.startswith("http") else f"{self.url}/graph/v1.0{path}"
        async with self.session.request(method, url, json=body, headers=sent, allow_redirects=False) as answer:
            raw = await answer.read()
            is_json = answer.content_type == "application/json" and raw
            return Reply(answer.status, json.loads(raw) if is_json else raw.decode(), dict(answer.headers))

    async def read(self, path: str, *, roles: Iterable[str] = READ, **headers: str) -> Any:
        """The body of a GET that succeeds."""
        reply = await self.call("GET", path, roles=roles, **headers)
        assert reply.status == 200, reply.body
        return reply.body

    async def names(self, path: str, *, roles: Iterable[str] = READ, **headers: str) -> list[str]:
        """Display names (or names) of a collection."""
        values = (await self.read(path, roles=roles, **headers))["value"]
        return [each.get("displayName") or each["name"] for each in values]

    async def after(self, link: str, *, roles: Iterable[str] = READ, **headers: str) -> tuple[list[Any], str]:
        """Everything from a link on, and the next round's deltaLink."""
        found: list[Any] = []
        while True:
            body = await self.read(link, roles=roles, **headers)
            found += body["value"]
            if "@odata.deltaLink" in body:
                return found, body["@odata.deltaLink"]
            link = body["@odata.nextLink"]

    @property
    def group(self) -> Group:
        """The group of the site of plans."""
        return next(each for each in self.tenant.groups.values() if each.name == "Plans")

    @property
    def site_path(self) -> str:
        """The site of plans by id."""
        return f"/sites/{self.site.id}"

    @property
    def list_path(self) -> str:
        """Its library as a list."""
        return f"{self.site_path}/lists/{self.drive.list_id}"

    async def share(self, name: str, **asked: object) -> Any:
        """A sharing link on one of the items."""
        reply = await self.call("POST", f"{self.at(name)}/createLink", asked, roles=WRITE)
        assert reply.status in (200, 201), reply.body
        return reply.body


def encoded(url: str) -> str:
    """A web address as `shares/…` wants it."""
    return "u!" + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")


def wider_tenant() -> WiderTenant:
    """The tenant, not yet served."""
    plain = small_graph_tenant()
    tenant = plain.tenant
    private = _channel_site(plain)
    group = next(iter(tenant.groups.values()))
    drive = private.drives[0]
    group.channels.append(
        Channel("19:own@thread.tacv2", "Own site", "private", LONG_AGO, private.id, drive.id, drive.root.folder()[0].id,
                owners=[group.owners[0]], members=list(group.owners))
    )  # fmt: skip
    inner = Group(guid(3, "inner"), "Assistants", f"assistants@{tenant.domain}", LONG_AGO, unified=False)
    inner.members = [group.members[1]]
    other = Group(guid(3, "other"), "Streets", f"streets@{tenant.domain}", LONG_AGO, is_team=True, visibility="Public")
    group.members, group.groups = [group.members[0]], [inner.id]
    tenant.groups |= {inner.id: inner, other.id: other}
    return WiderTenant(tenant, plain.site, plain.drive, plain.by, plain.items)


def _channel_site(plain: GraphTenant) -> Site:
    site = new_site(plain.tenant, "sites/plans-own", "Plans-Own site", kind="channel")
    site.parent_group_id, site.channel_type = next(iter(plain.tenant.groups)), "private"
    drive = add_library(plain.tenant, site, "Documents", path="Shared Documents")
    place(drive, drive.root, "Own site", at=LONG_AGO, by=plain.by, is_folder=True)
    return site
