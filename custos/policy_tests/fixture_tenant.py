"""The smallest tenant that a test of a policy describes: one site, one library, one item, what is given, and nothing remarkable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

from custos.dates import day_from, midnight
from custos.engine.facts import COMPLETE, STATES, Facts, facts_from
from custos.inventory.schema import DRIVES, ITEMS, MEMBERS, PERMISSIONS, SITES
from custos.model.subject import Kind
from custos.policy.catalogue import CATALOGUE, FactType
from custos.policy.operators import value_of
from custos.policy.policy_test_words import CHANGED_BY, MISSING, OTHERS, UNKNOWN, WORDS

_SITE, _DRIVE, _ROOT, _ITEM, _GROUP = "site", "drive", "root", "item", "group"
_MOST_FILES = 20_000
_SCHEMAS = {
    "sites": SITES,
    "drives": DRIVES,
    "items": ITEMS,
    "permissions": PERMISSIONS,
    "members": MEMBERS,
    "states": STATES,
}
type Value = str | int | bool | date | None


def tenant_of(kind: Kind, at: str, given: Mapping[str, str], now: datetime) -> Facts:
    """The facts of a tenant that holds one subject of a kind at a place: the address of a site or of a library.

    Values are written as in a condition; `unknown` makes a fact unknown and `is_missing` known to be missing. `changed_by` is
    person, application or unknown; `library_read: no` leaves the library half read.
    """
    tenant = _Tenant(at, given, now)
    makers: Mapping[Kind, Callable[[], None]] = {
        Kind.SITE: tenant.content,
        Kind.TEAM: tenant.content,
        Kind.LIBRARY: tenant.content,
        Kind.FOLDER: tenant.folder,
        Kind.FILE: tenant.file,
        Kind.LINK: tenant.link,
        Kind.GRANT: tenant.grant,
        Kind.GUEST: tenant.guest,
    }
    tenant.ground(kind)
    makers[kind]()
    frames = {name: pl.DataFrame(tenant.rows[name], schema=schema, orient="row") for name, schema in _SCHEMAS.items()}
    return facts_from(frames)


class _Tenant:
    """Rows by table."""

    def __init__(self, at: str, given: Mapping[str, str], now: datetime) -> None:
        self._at = at.rstrip("/")
        self._given = given
        self._now = now
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _SCHEMAS}

    def ground(self, kind: Kind) -> None:
        """The site and its library."""
        parts = self._at.split("/")
        site, library = "/".join(parts[:5]), "/".join(parts[5:]) or "Documents"
        people = self._number("outside_people", 0)
        self.rows["sites"].append(
            {
                "site_id": _SITE, "web_url": site, "title": self._text("site_title", "A site"),
                "kind": self._text("site_kind", "group"), "group_id": _GROUP,
                "is_team": self._flag("is_team", standard=kind in (Kind.TEAM, Kind.GUEST)),
                "visibility": self._text("site_visibility", "private"),
                "created": self._moment("site_created", datetime(2019, 1, 1, tzinfo=UTC)),
                "access": self._text("site_access", "readable"),
                "sharing_capability": self._text("site_sharing", "disabled"),
                "owner_count": self._number("site_owners", 2), "guest_count": self._number("site_guests", 0),
            }
        )  # fmt: skip
        self.rows["drives"].append(
            {"drive_id": _DRIVE, "site_id": _SITE, "name": library, "web_url": f"{site}/{library}", "governed": True}
        )
        read = self._flag("library_read", standard=True)
        self.rows["states"].append({"drive_id": _DRIVE, "state": COMPLETE if read else "incomplete"})
        self._item(_ROOT, "", is_folder=True)
        for number in range(people or 0):
            self._permission(f"outside-{number}", kind="grant", principal="user", email=f"p{number}@partner.example",
                             domain="partner.example", external=True)  # fmt: skip
        if people is None:
            self._item("unread", _ROOT, shared_scope="users")

    def content(self, parent: str = _ROOT) -> None:
        """Files with the given activity."""
        count = min(self._number("files", 1) or 0, _MOST_FILES)
        size = self._number("size", 1000 * count)
        for number in range(count):
            share = None if size is None else size // count
            self._item(f"file-{number}", parent, size=share, **self._change("last_human_activity"))

    def folder(self) -> None:
        """A folder of the library with its files, beside a file that somebody worked on."""
        made = self._moment("folder_created", self._now - timedelta(days=10))
        self._item(_ITEM, _ROOT, is_folder=True, name=self._text("folder_name", _ITEM), created=made)
        self.content(_ITEM)
        latest = self._moment("library_last_human_activity", self._now - timedelta(days=10))
        self._item("beside", _ROOT, modified=latest, client_modified=latest)

    def file(self) -> None:
        """A file."""
        row = self._change("file_modified")
        created = self._moment("file_created", datetime(2020, 1, 1, tzinfo=UTC))
        extension = self._text("file_extension", "")
        called = self._text("file_name", f"{_ITEM}.{extension}" if extension else _ITEM)
        self._item(
            _ITEM, _ROOT, name=called, created=created, label=self._text("label", ""),
            label_explicit=self._flag("label_explicit", standard=False), is_record=self._flag("is_record", standard=False),
            shared_scope=self._text("shared_scope", ""), size=self._number("size", 1000), **row,
        )  # fmt: skip

    def link(self) -> None:
        """A link on a file or a folder."""
        self._shared()
        expires = self._text("link_expires", "")
        self._permission(
            "link", kind="link", scope=self._text("link_scope", "anonymous"), link_type=self._text("link_type", "view"),
            has_expiry=None if expires is None else bool(expires), expires=self._moment("link_expires", None),
            has_password=self._flag("link_has_password", standard=False),
        )  # fmt: skip

    def grant(self) -> None:
        """Access of somebody to a file or a folder."""
        self._shared()
        person = self._text("person", "somebody@partner.example")
        self._permission(
            "grant", kind=self._text("through", "grant"), principal=self._text("principal", "user"), email=person,
            domain=None if person is None else person.partition("@")[2], roles=self._text("access", "read"),
            external=self._flag("person_is_outside", standard=True),
        )  # fmt: skip

    def guest(self) -> None:
        """A guest in the group."""
        person = self._text("person", "somebody@partner.example")
        self.rows["members"].append(
            {
                "group_id": _GROUP, "user_id": "guest", "upn": person, "mail": person,
                "domain": None if person is None else person.partition("@")[2], "role": "member", "is_guest": True,
                "enabled": self._flag("person_enabled", standard=True),
            }
        )  # fmt: skip

    def _shared(self) -> None:
        """What is shared."""
        is_folder = bool(self._flag("item_is_folder", standard=False))
        self._item(_ITEM, _ROOT, is_folder=is_folder, name=self._text("item_name", _ITEM))

    def _change(self, moment: str) -> dict[str, Any]:
        """Who changed a file last, and when. By an application: the server's date is today's, the file's own is `file_date`."""
        by = self._text("changed_by", "person")
        when = self._moment(moment, self._now - timedelta(days=10))
        if by == "person":
            return {"modified": when, "client_modified": when}
        own = self._moment("file_date", when)
        now = self._now - timedelta(days=1)
        return {"modified": now, "client_modified": own, "modified_by_kind": CHANGED_BY.get(by or "")}

    def _item(self, item: str, parent: str, *, is_folder: bool = False, **changes: Any) -> None:
        when = self._now - timedelta(days=10)
        row = {
            "drive_id": _DRIVE, "item_id": item, "list_item_id": 1, "parent_id": parent, "name": item,
            "is_folder": is_folder, "size": 1000, "created": when, "modified": when, "client_modified": when,
            "modified_by": "somebody", "modified_by_kind": "person", "label": "", "label_explicit": False,
            "is_record": False, "shared_scope": "",
        }  # fmt: skip
        self.rows["items"].append(row | changes)

    def _permission(self, permission: str, **changes: Any) -> None:
        row = {
            "drive_id": _DRIVE, "item_id": _ITEM, "permission_id": permission, "grantee": 0, "scope": "",
            "link_type": "", "roles": "read", "has_expiry": False, "has_password": False,
            "inherited": self._flag("inherited", standard=False), "principal": "", "login": "", "email": "",
            "domain": "", "user_id": "", "external": False,
        }  # fmt: skip
        self.rows["permissions"].append(row | changes)

    def _text(self, name: str, standard: str) -> str | None:
        written = self._given.get(name, standard)
        return None if written == UNKNOWN else "" if written == MISSING else written

    def _flag(self, name: str, *, standard: bool) -> bool | None:
        value = self._value(name, standard)
        return value if isinstance(value, bool) else None

    def _number(self, name: str, standard: int) -> int | None:
        value = self._value(name, standard)
        return value if isinstance(value, int) else None

    def _moment(self, name: str, standard: datetime | None) -> datetime | None:
        value = self._value(name, standard)
        if isinstance(value, datetime):
            return value
        return midnight(value, self._now.tzinfo or UTC) if isinstance(value, date) else None

    def _value(self, name: str, standard: Value) -> Value:
        return read_given(name, self._given[name]) if name in self._given else standard


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
