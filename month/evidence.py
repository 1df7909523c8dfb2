"""What a month is judged by: the tenant's own record, what people did, the council's register, and the cases as `custos cases --json` tells
them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from month.calendar import Calendar
from month.people import Deed
from month.record import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """`days`: the working days that were played; `teams_away`: on which of them Teams was. `actor`: the client id that writes on content.

    `people`: object id ► what the directory said at the end; `habits`: sign-in name ► what somebody does with a card. `chats`: what every
    chat with the bot shows at the end. `site_map`: the register's file.
    """

    calendar: Calendar
    days: tuple[date, ...]
    teams_away: date
    now: datetime
    actor: str
    writes: Sequence[Mapping[str, Any]]
    messages: Sequence[Message]
    diary: Sequence[Deed]
    habits: Mapping[str, str]
    people: Mapping[str, Mapping[str, Any]]
    cases: Sequence[Mapping[str, Any]]
    drives: Mapping[str, Sequence[Mapping[str, Any]]]
    urls: Mapping[str, str]
    chats: Sequence[Mapping[str, Any]]
    site_map: str

    def told(self) -> dict[str, Any]:
        """As plain data, but what every library holds."""
        return {**asdict(self), "drives": {}, "calendar": sorted(self.calendar.closed)}
