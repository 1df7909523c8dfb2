"""What goes wrong on request: what can be asked for, what waits or stands, and what has happened."""

from __future__ import annotations

from typing import Literal, get_args, get_origin

import msgspec

from simulator.app_keys import TROUBLES
from simulator.page.data.context import Context
from simulator.trouble.kinds import KINDS, AtOnce, OnNotifications, OnRequests, words_of

_RECENT = 30
_OUTSIDE = frozenset({"id", "kind", "happened", "standing", "until"})


class FieldRow(msgspec.Struct, frozen=True, rename="camel"):
    """What a kind can be told. `choices` are all its values, empty where anything of the default's kind goes."""

    name: str
    default: str
    choices: list[str]
    switch: bool


class KindRow(msgspec.Struct, frozen=True, rename="camel"):
    """A kind of trouble. `on` says upon what it falls: requests, notifications, once, or meanwhile."""

    kind: str
    words: str
    on: str
    source: str
    fields: list[FieldRow]


class StandingRow(msgspec.Struct, frozen=True, rename="camel"):
    """A trouble that was asked for; `told` is what it was told beside the defaults."""

    id: str
    kind: str
    told: str
    happened: int
    standing: bool
    until: str


class Happening(msgspec.Struct, frozen=True, rename="camel"):
    """A trouble that fell on something, and when by the tenant's clock."""

    at: str
    kind: str
    on: str


class TroubleFacts(msgspec.Struct, frozen=True, rename="camel"):
    """`happened` counts by kind; `recent` are the newest, newest first."""

    seed: int
    standing: list[StandingRow]
    happened: dict[str, int]
    recent: list[Happening]
    kinds: list[KindRow]


async def trouble(context: Context) -> TroubleFacts:
    """The troubles of the tenant."""
    troubles = context.app[TROUBLES]
    newest = list(troubles.recent)[: -_RECENT - 1 : -1]
    return TroubleFacts(
        seed=troubles.seed,
        standing=[_standing(dict(each)) for each in troubles.waiting()],
        happened=dict(troubles.happened),
        recent=[Happening(each["at"], each["kind"], each["on"]) for each in newest],
        kinds=[_kind(name) for name in KINDS],
    )


def _standing(told: dict[str, object]) -> StandingRow:
    return StandingRow(
        id=str(told["id"]),
        kind=str(told["kind"]),
        told=", ".join(f"{name} {value}" for name, value in told.items() if name not in _OUTSIDE),
        happened=int(str(told["happened"])),
        standing=bool(told["standing"]),
        until=str(told.get("until", "")),
    )


def _kind(name: str) -> KindRow:
    kind = KINDS[name]
    falls = {OnRequests: "requests", OnNotifications: "notifications", AtOnce: "once"}
    on = next((words for base, words in falls.items() if issubclass(kind, base)), "meanwhile")
    rows = []
    for field in msgspec.structs.fields(kind):
        choices = [str(each) for each in get_args(field.type)] if get_origin(field.type) is Literal else []
        rows.append(FieldRow(field.name, as_text(field.default), choices, isinstance(field.default, bool)))
    return KindRow(name, words_of(kind), on, kind.source, rows)


def as_text(value: object) -> str:
    """A field's value as a form writes it: several parted by commas."""
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
