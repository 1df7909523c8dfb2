"""One person looking at one page: who they are, what the registers say today, and what pages are made of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from custos.kpi.holdings import Holdings
from custos.model.policy import Bundle
from custos.notices.assignment import Directory
from custos.notices.cards import Reader
from custos.notices.case_store import CaseStore
from custos.notices.decisions import Accountable
from custos.notices.digest import Messages
from custos.pages.http import Reply
from custos.pages.rendering import page
from custos.pages.tokens import Tokens
from custos.records.model import Records
from custos.records.rights import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What pages are made of. `accountable` is asked at every answer, as it is at the press of a card's button; `directory` has everybody
    whom the registers name, `holdings` what the mirror knows of the assets. `now` is the tenant's time, `machine_now` the machine's in
    epoch seconds."""

    book: CaseStore
    queue: Messages
    accountable: Accountable
    directory: Callable[[], Awaitable[Directory]]
    holdings: Callable[[], Awaitable[Holdings]]
    bundle: Bundle
    tokens: Tokens
    zone: ZoneInfo
    now: datetime
    machine_now: float
    login_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody who is signed in, at a page."""

    person: Person
    sources: Sources

    @property
    def records(self) -> Records:
        """The registers in force."""
        return self.sources.bundle.records

    @property
    def today(self) -> date:
        """In council time."""
        return self.sources.now.astimezone(self.sources.zone).date()

    @property
    def reader(self) -> Reader:
        """As the cards know somebody who looks."""
        return Reader(user_id=self.person.id, today=self.today, zone=self.sources.zone, holidays=self.records.holidays)

    def page(self, template: str, *, place: str, status: int = 200, **shown: object) -> Reply:
        """A page for this person; `place` is where it stands in the navigation, "" for nowhere."""
        frame = {
            "person": self.person.name or self.person.upn,
            "today": self.today,
            "place": place,
            "places": PLACES,
            "token": self.sources.tokens.issue(self.person.id, self.sources.machine_now),
        }
        return page(template, {**frame, **shown}, status=status, login_url=self.sources.login_url)


PLACES: tuple[tuple[str, str], ...] = (
    ("", "My questions"),
    ("worklist", "Worklist"),
    ("assets", "My assets"),
    ("stewards", "My stewards"),
)
"""The navigation: path below the pages' address, and what it is called."""
