"""The council of the previews: two assets, the people who answer for them, three places. Nobody in it exists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from custos.errors import Mark
from custos.notices.assignment import Accountability, Directory, Person
from custos.notices.case_subjects import Place
from custos.records.delegation import KINDS
from custos.records.model import Asset, Delegation, Post, Posture, Records

NOW = datetime(2026, 11, 23, 9, 15, tzinfo=UTC)  # a Monday
MEASURED = datetime(2026, 11, 23, 2, 40, tzinfo=UTC)
ZONE = ZoneInfo("Europe/London")
HOLIDAYS = frozenset({date(2026, 12, 25), date(2026, 12, 28)})
PLANNING, SEND = "IA-004", "IA-003"
SITE, ADVICE, OLD, OTHER_SITE = "site-1", "drive-1", "drive-2", "site-2"
SEND_SITE, REVIEWS, UNCLAIMED = "site-3", "drive-3", "site-4"
_HERE = Mark("fixture", 1)
_TENANT = "https://council.sharepoint.example/sites"


def _person(number: int, upn: str, name: str) -> Person:
    address = f"{upn}@council.example"
    return Person(user_id=f"00000000-0000-4000-8000-{number:012d}", upn=address, name=name, mail=address)


OWNER = _person(1, "director.planning", "Robin Ellis")
DEPUTY = _person(2, "head.development", "Mary Cole")
STEWARD = _person(3, "planning.systems", "Jo Patel")
MANAGER = _person(4, "strategic.director.place", "Helen Frost")
SIRO = _person(5, "siro", "David Byrne")
GOVERNANCE = _person(6, "information.governance", "Ana Silva")
SEND_OWNER = _person(7, "head.send", "Peter Lowe")
PEOPLE = (OWNER, DEPUTY, STEWARD, MANAGER, SIRO, GOVERNANCE, SEND_OWNER)

_POSTS = (
    (OWNER, "Director of Planning", MANAGER),
    (DEPUTY, "Head of Development Management", OWNER),
    (STEWARD, "Planning Systems Officer", DEPUTY),
    (MANAGER, "Strategic Director, Place", None),
    (SIRO, "Senior Information Risk Owner", None),
    (GOVERNANCE, "Head of Information Governance", SIRO),
    (SEND_OWNER, "Head of SEND", MANAGER),
)

PLACES: Mapping[str, Place] = {
    SITE: Place("Planning casework", f"{_TENANT}/planning-casework", MEASURED),
    ADVICE: Place("Pre-application advice 2012 to 2020", f"{_TENANT}/planning-casework/Advice", MEASURED),
    OLD: Place("Enforcement before 2010", f"{_TENANT}/planning-casework/Enforcement", MEASURED),
    OTHER_SITE: Place("Planning delivery team", f"{_TENANT}/planning-delivery", MEASURED),
    SEND_SITE: Place("SEND and EHC plans", f"{_TENANT}/send-ehcp", MEASURED),
    REVIEWS: Place("Annual reviews", f"{_TENANT}/send-ehcp/Annual%20reviews", MEASURED),
    UNCLAIMED: Place("Flood partners", f"{_TENANT}/flood-partners", MEASURED),
}


def _asset(asset_id: str, name: str, owner: Person, personal_data: str) -> Asset:
    return Asset(
        id=asset_id,
        name=name,
        department="Place",
        iao=owner.upn,
        deputy=DEPUTY.upn,
        stewards=(STEWARD.upn,),
        escalation="",
        locations=(),
        classification="OFFICIAL",
        personal_data=personal_data,
        schedule_refs=(),
        posture=Posture.AGREEMENTS_ONLY,
        public_libraries=(),
        vital=False,
        status="active",
        review_due=None,
        mark=_HERE,
    )


def _lent(asset_id: str) -> Delegation:
    return Delegation(
        id=f"D-{asset_id}",
        asset_id=asset_id,
        steward=STEWARD.upn,
        kinds=KINDS,
        valid_from=date(2026, 4, 1),
        valid_to=date(2027, 3, 31),
        mark=_HERE,
    )


def _post(person: Person, role: str, manager: Person | None) -> Post:
    return Post(
        upn=person.upn,
        role=role,
        department="Place",
        manager=manager.upn if manager else "",
        valid_from=None,
        valid_to=None,
        mark=_HERE,
    )


RECORDS = Records(
    assets={
        PLANNING: _asset(PLANNING, "Planning and building control files", OWNER, "personal"),
        SEND: _asset(SEND, "SEND and EHC plan files", SEND_OWNER, "special_category"),
    },
    schedule={},
    site_map=(),
    holds=(),
    agreements={},
    exemptions=(),
    posts={person.upn: _post(person, role, manager) for person, role, manager in _POSTS},
    holidays=HOLIDAYS,
    delegations=(_lent(PLANNING), _lent(SEND)),
)


def accountable(now: datetime = NOW, *, away: Mapping[str, date | None] | None = None) -> Accountability:
    """Who answers for what on a day; `away`: sign-in name ► the last day of an absence."""
    there = Directory.of(PEOPLE, now, away=away)
    return Accountability(records=RECORDS, directory=there, today=now.astimezone(ZONE).date())
