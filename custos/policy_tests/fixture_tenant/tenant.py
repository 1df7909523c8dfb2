"""One site, one library, and the rows of what is planted in them: the smallest tenant that a test of a policy describes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

from custos.dates import day_from, midnight
from custos.engine.facts import COMPLETE, STATES, Facts, facts_from
from custos.inventory.schema import DRIVES, ITEMS, MEMBERS, OWN, PERMISSIONS, SITES
from custos.kinds import CATALOGUE, DECLARED
from custos.kinds.fact import FactType
from custos.model.subject import Kind
from custos.policy.operators import value_of
from custos.policy.policy_test_words import CHANGED_BY, MISSING, OTHERS, UNKNOWN, WORDS

SITE, DRIVE, ROOT, ITEM, GROUP = "site", "drive", "root", "item", "group"
_SCHEMAS = {
    "sites": SITES,
    "drives": DRIVES,
    "items": ITEMS,
    "permissions": PERMISSIONS,
    "members": MEMBERS,
    "states": STATES,
    **{name: own.columns for name, own in OWN.items()},
}
type Value = str | int | bool | date | None


class Tenant:
    """Rows by table. Values are read as a test gives them: by the fact's name, None where the test says unknown or missing."""

    def __init__(self, at: str, given: Mapping[str, str], now: datetime) -> None:
        self.at = at.rstrip("/")
        self.given = given
        self.now = now
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _SCHEMAS}

    def facts(self) -> Facts:
        """What evaluation is given."""
        frames = {name: pl.DataFrame(self.rows[name], schema=schema, orient="row") for name, schema in _SCHEMAS.items()}
        return facts_from(frames)

    def ground(self, kind: Kind) -> None:
        """The site and its library."""
        parts = self.at.split("/")
        site, library = "/".join(parts[:5]), "/".join(parts[5:]) or "Documents"
        people = self.number("outside_people", 0)
        self.rows["sites"].append(
            {
                "site_id": SITE, "web_url": site, "title": self.text("site_title", "A site"),
                "kind": self.text("site_kind", "group"), "group_id": GROUP,
                "is_team": self.flag("is_team", standard=DECLARED[kind].of_teams),
                "visibility": self.text("site_visibility", "private"),
                "created": self.moment("site_created", datetime(2019, 1, 1, tzinfo=UTC)),
                "access": self.text("site_access", "readable"),
                "sharing_capability": self.text("site_sharing", "disabled"),
                "owner_count": self.number("site_owners", 2), "guest_count": self.number("site_guests", 0),
            }
        )  # fmt: skip
        self.rows["drives"].append(
            {"drive_id": DRIVE, "site_id": SITE, "name": library, "web_url": f"{site}/{library}", "governed": True}
        )
        read = self.flag("library_read", standard=True)
        self.rows["states"].append({"drive_id": DRIVE, "state": COMPLETE if read else "incomplete"})
        self.item(ROOT, "", is_folder=True)
        for number in range(people or 0):
            self.permission(f"outside-{number}", kind="grant", principal="user", email=f"p{number}@partner.example",
                             domain="partner.example", external=True)  # fmt: skip
        if people is None:
            self.item("unread", ROOT, shared_scope="users")

    def change(self, moment: str) -> dict[str, Any]:
        """Who changed a file last, and when. By an application: the server's date is today's, the file's own is `file_date`."""
        by = self.text("changed_by", "person")
        when = self.moment(moment, self.now - timedelta(days=10))
        if by == "person":
            return {"modified": when, "client_modified": when}
        own = self.moment("file_date", when)
        now = self.now - timedelta(days=1)
        return {"modified": now, "client_modified": own, "modified_by_kind": CHANGED_BY.get(by or "")}

    def item(self, item: str, parent: str, *, is_folder: bool = False, **changes: Any) -> None:
        when = self.now - timedelta(days=10)
        row = {
            "drive_id": DRIVE, "item_id": item, "list_item_id": 1, "parent_id": parent, "name": item,
            "is_folder": is_folder, "size": 1000, "created": when, "modified": when, "client_modified": when,
            "modified_by": "somebody", "modified_by_kind": "person", "label": "", "label_explicit": False,
            "is_record": False, "shared_scope": "",
        }  # fmt: skip
        self.rows["items"].append(row | changes)

    def permission(self, permission: str, **changes: Any) -> None:
        row = {
            "drive_id": DRIVE, "item_id": ITEM, "permission_id": permission, "grantee": 0, "scope": "",
            "link_type": "", "roles": "read", "has_expiry": False, "has_password": False,
            "inherited": self.flag("inherited", standard=False), "principal": "", "login": "", "email": "",
            "domain": "", "user_id": "", "external": False,
        }  # fmt: skip
        self.rows["permissions"].append(row | changes)

    def text(self, name: str, standard: str) -> str | None:
        written = self.given.get(name, standard)
        return None if written == UNKNOWN else "" if written == MISSING else written

    def flag(self, name: str, *, standard: bool) -> bool | None:
        value = self.value(name, standard)
        return value if isinstance(value, bool) else None

    def number(self, name: str, standard: int) -> int | None:
        value = self.value(name, standard)
        return value if isinstance(value, int) else None

    def moment(self, name: str, standard: datetime | None) -> datetime | None:
        value = self.value(name, standard)
        if isinstance(value, datetime):
            return value
        return midnight(value, self.now.tzinfo or UTC) if isinstance(value, date) else None

    def value(self, name: str, standard: Value) -> Value:
        return read_given(name, self.given[name]) if name in self.given else standard


def read_given(name: str, written: str) -> Value:
    """A given value, typed; None for `unknown` and `is_missing`. Raises ValueError for what is no value of the fact."""
    if written in (UNKNOWN, MISSING):
        return None
    fact = CATALOGUE.get(name)
    kind = fact.type if fact else OTHERS[name]
    if kind is FactType.MOMENT:
        value: Value = day_from(written)
    elif fact:
        value = value_of(fact, written)
    elif kind is FactType.FLAG:
        value = {"yes": True, "no": False}.get(written)
    else:
        value = written if written in WORDS[name] else None
    if value is None:
        raise ValueError(written)
    return value
