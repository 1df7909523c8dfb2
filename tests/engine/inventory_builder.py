"""Builds small inventories for tests: frames in the schema of `custos.inventory.schema`, filled with what a test says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import polars as pl

from custos.engine.facts import STATES, Facts, facts_from
from custos.inventory.schema import DEPARTURES, DRIVES, ITEMS, MEMBERS, OWN, PERMISSIONS, SITES

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOST = "https://wrenbridge.sharepoint.example"
PERSON, BOT, MIGRATION = "person-1", "custos-app", "id-of-svc.migration"
_SCHEMAS = {
    "sites": SITES, "drives": DRIVES, "items": ITEMS, "permissions": PERMISSIONS, "members": MEMBERS, "states": STATES,
    "moved_items": DEPARTURES, **{name: own.columns for name, own in OWN.items()},
}  # fmt: skip


def day(text: str) -> datetime:
    """A day as a moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass
class Inventory:
    """Rows by table. Everything that is added is known; a test sets to None what it wants unknown."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {name: [] for name in _SCHEMAS})

    def site(self, path: str, **changes: Any) -> str:
        """A site; its id is its path."""
        row = {
            "site_id": path, "collection_id": f"c-{path}", "web_url": f"{HOST}/{path}", "title": path, "kind": "group",
            "group_id": f"g-{path}", "is_team": False, "visibility": "private", "created": day("2019-01-01"),
            "access": "readable", "sharing_capability": "disabled", "owner_count": 2, "guest_count": 0,
        }  # fmt: skip
        self.rows["sites"].append(row | changes)
        return path

    def library(self, site: str, name: str, *, state: str = "complete", governed: bool | None = True) -> str:
        """A library with its root folder; its id is `site/name`."""
        drive = f"{site}/{name}"
        self.rows["drives"].append(
            {"drive_id": drive, "site_id": site, "name": name, "web_url": f"{HOST}/{drive}", "governed": governed}
        )
        self.rows["states"].append({"drive_id": drive, "state": state})
        self._item(drive, "root", parent_id="", is_folder=True)
        return drive

    def folder(self, drive: str, name: str, parent: str = "root", **changes: Any) -> str:
        """A folder; its id is its name."""
        self._item(drive, name, parent_id=parent, is_folder=True, **changes)
        return name

    def file(self, drive: str, item: str, parent: str = "root", **changes: Any) -> str:
        """A file that a person changed last, unlabelled and not shared; its name is its id unless it is told otherwise."""
        self._item(drive, item, parent_id=parent, is_folder=False, **changes)
        return item

    def _item(self, drive: str, item_id: str, **changes: Any) -> None:
        row = {
            "drive_id": drive, "item_id": item_id, "list_item_id": len(self.rows["items"]), "name": item_id,
            "size": 1000, "created": day("2020-01-01"), "modified": day("2026-11-01"),
            "client_modified": day("2026-11-01"), "modified_by": PERSON, "modified_by_kind": "person", "etag": "e",
            "label": "", "label_explicit": False, "is_record": False, "shared_scope": "",
        }  # fmt: skip
        if changes["is_folder"]:
            row |= {"label": None, "label_explicit": None, "is_record": None}
        self.rows["items"].append(row | changes)

    def leaves(self, drive: str, item: str, *path: str, **changes: Any) -> None:
        """A sync saw that an item was no longer where it lay; it stays among the items until `remove`."""
        now = next(one for one in self.rows["items"] if (one["drive_id"], one["item_id"]) == (drive, item))
        kept = {name: now.get(name) for name in ("is_folder", "name", "created", "content_hash", "size")}
        row = {"drive_id": drive, "item_id": item, "path": list(path), "unique_id": None, "left_at": day("2026-11-20")}
        self.rows["moved_items"].append(row | kept | changes)

    def remove(self, drive: str, item: str) -> None:
        """An item is gone from the mirror."""
        self.rows["items"] = [one for one in self.rows["items"] if (one["drive_id"], one["item_id"]) != (drive, item)]

    def link(self, drive: str, item: str, permission: str, scope: str = "anonymous", **changes: Any) -> None:
        """A sharing link of an item's own, without expiry."""
        self._permission(drive, item, permission, kind="link", scope=scope, link_type="view", **changes)

    def grant(self, drive: str, item: str, permission: str, email: str, **changes: Any) -> None:
        """A direct grant to somebody from outside."""
        domain = email.partition("@")[2]
        row = {"kind": "grant", "principal": "user", "email": email, "login": email, "user_id": f"id-{email}"}
        self._permission(drive, item, permission, **(row | {"domain": domain, "external": True} | changes))

    def _permission(self, drive: str, item: str, permission: str, **changes: Any) -> None:
        row = {
            "drive_id": drive, "item_id": item, "permission_id": permission, "grantee": 0, "kind": "grant", "scope": "",
            "link_type": "", "roles": "read", "has_expiry": False, "expires": None, "has_password": False,
            "inherited": False, "principal": "", "login": "", "email": "", "domain": "", "user_id": "",
            "external": False,
        }  # fmt: skip
        self.rows["permissions"].append(row | changes)

    def guest(self, site: str, mail: str, **changes: Any) -> None:
        """A guest in the site's group."""
        row = {
            "group_id": f"g-{site}", "user_id": f"id-{mail}", "upn": mail, "mail": mail,
            "domain": mail.partition("@")[2], "role": "member", "is_guest": True, "enabled": True,
        }  # fmt: skip
        self.rows["members"].append(row | changes)

    def channel(self, site: str, name: str, membership: str | None = "standard") -> None:
        """A channel of the site's team."""
        self.rows["channels"].append(
            {
                "group_id": f"g-{site}", "channel_id": f"19:{name}", "name": name, "membership": membership,
                "created": day("2022-03-01"), "read_at": NOW,
            }
        )  # fmt: skip

    def facts(self) -> Facts:
        """The frames."""
        frames = {name: pl.DataFrame(self.rows[name], schema=schema, orient="row") for name, schema in _SCHEMAS.items()}
        people = pl.DataFrame({"user_id": [MIGRATION], "upn": ["svc.migration@wrenbridge.example"]})
        return facts_from(frames | {"people": people})
