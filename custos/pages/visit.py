"""One person looking at one page: who they are, what the registers say today, and what pages are made of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from custos.audit.events import Event
from custos.jobs.history import ItemHistory
from custos.jobs.quarter import Pack
from custos.jobs.trace import ClauseTrace
from custos.kpi.holdings import Holdings
from custos.kpi.model import Value
from custos.model.policy import Bundle
from custos.notices.assignment import Directory
from custos.notices.attestations import Attestation
from custos.notices.cards import Reader
from custos.notices.case_store import CaseStore
from custos.notices.decisions import Accountable
from custos.notices.digest import Messages
from custos.notices.lending import OfferStore
from custos.notices.waves import Waves
from custos.pages.http import Reply
from custos.pages.rendering import page
from custos.pages.tokens import Tokens
from custos.records.address import Address
from custos.records.model import Records
from custos.records.rights import Person
from custos.records.roles import GOVERNANCE, SIRO


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Indicators as they were published for a day, and by id those of the first day of its quarter that has any."""

    day: date
    values: Sequence[Value]
    before: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What pages are made of. `accountable` is asked at every answer, as it is at the press of a card's button; `directory` has everybody
    whom the registers name, `holdings` what the mirror knows of the assets, `published` the last figures, `quarter` how this quarter stands
    (None before anything was published in it), `clauses` the trace, `history` what is known of an address or id, `attested` what owners
    said of their entries last; `attest` writes such a word down. `now` is the tenant's time, `machine_now` the machine's in epoch
    seconds."""

    book: CaseStore
    queue: Messages
    accountable: Accountable
    directory: Callable[[], Awaitable[Directory]]
    published: Callable[[], Awaitable[Figures | None]]
    holdings: Callable[[], Awaitable[Holdings]]
    attested: Callable[[], Awaitable[Mapping[str, Attestation]]]
    attest: Callable[[Attestation], Awaitable[None]]
    offers: OfferStore
    record: Callable[[Event], Awaitable[None]]
    quarter: Callable[[], Awaitable[Pack | None]]
    clauses: Callable[[], Awaitable[Sequence[ClauseTrace]]]
    history: Callable[[Address | str], Awaitable[Sequence[ItemHistory]]]
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
    def roles(self) -> frozenset[str]:
        """The roles of the council that this person holds today (`custos.records.roles`)."""
        return self.sources.bundle.settings.rights.roles_of(self.person, self.today)

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        """The navigation: what is for those who answer for the council as a whole is shown to them alone."""
        return (*PLACES, *OF_THE_COUNCIL) if self.sees_the_council else PLACES

    @property
    def sees_the_council(self) -> bool:
        """Whether figures of the whole council are for this person."""
        return not COUNCIL_WIDE.isdisjoint(self.roles)

    @property
    def waves(self) -> Waves:
        """From when on owners are asked."""
        return Waves(waves=self.sources.bundle.settings.waves, records=self.records)

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
            "places": self.places,
            "token": self.sources.tokens.issue(self.person.id, self.sources.machine_now),
        }
        return page(template, {**frame, **shown}, status=status, login_url=self.sources.login_url)

    def council_only(self) -> Reply:
        """To somebody at a page of the whole council that is not for them."""
        sentence = "This page is for the Senior Information Risk Owner and the head of information governance."
        return self.refusal(403, sentence)

    def refusal(self, status: int, sentence: str) -> Reply:
        """A page that says why something is not shown, or was not done."""
        return self.page("refused.html", place="-", status=status, sentence=sentence)


COUNCIL_WIDE = frozenset({SIRO, GOVERNANCE})
"""Who sees figures of the whole council: who answers for its information risk, and who keeps its register."""
PLACES: tuple[tuple[str, str], ...] = (
    ("", "My questions"),
    ("worklist", "Worklist"),
    ("assets", "My assets"),
    ("stewards", "My stewards"),
    ("workload", "Workload"),
    ("item", "One item"),
)
"""The navigation: path below the pages' address, and what it is called."""
OF_THE_COUNCIL: tuple[tuple[str, str], ...] = (
    ("risk", "Information risk"),
    ("group", "For the group"),
    ("clauses", "Clauses"),
)
"""What is for those who answer for the council as a whole."""
