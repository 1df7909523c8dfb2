"""A small council for the tests of notices: two assets, their people, one stale library and one leaking one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from custos.errors import Mark
from custos.model.action_kind import ActionKind
from custos.model.duration import Duration
from custos.model.finding import Finding
from custos.model.subject import Kind, Subject
from custos.notices.assignment import Accountability, Directory, Person, Role
from custos.notices.case_findings import CaseFindings
from custos.notices.case_subjects import Place
from custos.notices.case_update import Acted, Covered, Situation
from custos.notices.model import Proposed
from custos.notices.question_wording import Topic
from custos.records.delegation import LINKS, QUESTIONS
from custos.records.model import Agreement, Asset, Delegation, Exemption, Post, Posture, Records

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday
ZONE = ZoneInfo("Europe/London")
HERE = Mark("register.csv", 2)


def person(upn: str, number: int, name: str) -> Person:
    return Person(
        user_id=f"00000000-0000-4000-8000-{number:012d}",
        upn=f"{upn}@wrenbridge.example",
        name=name,
        mail=f"{upn}@wrenbridge.example",
    )


OWNER = person("director.planning", 1, "Priya Nair")
DEPUTY = person("head.development.management", 2, "Owen Hughes")
STEWARD = person("planning.systems.officer", 3, "Sam Okafor")
MANAGER = person("strategic.director.place", 4, "Ruth Adler")
SIRO = person("siro", 5, "Tom Baker")
GOVERNANCE = person("head.information.governance", 6, "Amina Yusuf")
SEND_OWNER = person("head.send", 7, "Lena Fox")
SEND_DEPUTY = person("send.service.manager", 8, "Mo Khan")
EVERYBODY = (OWNER, DEPUTY, STEWARD, MANAGER, SIRO, GOVERNANCE, SEND_OWNER, SEND_DEPUTY)

POSTS = (
    (OWNER, "Director of Planning", MANAGER),
    (DEPUTY, "Head of Development Management", OWNER),
    (STEWARD, "Planning Systems Officer", DEPUTY),
    (MANAGER, "Strategic Director, Place", None),
    (SIRO, "Senior Information Risk Owner", None),
    (GOVERNANCE, "Head of Information Governance", SIRO),
    (SEND_OWNER, "Head of SEND", MANAGER),
    (SEND_DEPUTY, "SEND Service Manager", SEND_OWNER),
)


def asset(asset_id: str = "IA-004", **changes: object) -> Asset:
    planning = Asset(
        id="IA-004",
        name="Planning and building control files",
        department="Place",
        iao=OWNER.upn,
        deputy=DEPUTY.upn,
        stewards=(STEWARD.upn,),
        escalation="",
        locations=("https://wrenbridge.sharepoint.example/sites/planning-casework",),
        classification="OFFICIAL",
        personal_data="personal",
        schedule_refs=("RS-PLN-01",),
        posture=Posture.INTERNAL,
        public_libraries=(),
        vital=True,
        status="active",
        review_due=None,
        mark=HERE,
    )
    return replace(planning, id=asset_id, **changes)  # type: ignore[arg-type]  # any field, by name


PLANNING = asset()
SEND = asset(
    "IA-003",
    name="SEND and EHC plan files",
    iao=SEND_OWNER.upn,
    deputy=SEND_DEPUTY.upn,
    stewards=(),
    personal_data="special_category",
)


LENT = Delegation(
    id="D-004",
    asset_id="IA-004",
    steward=STEWARD.upn,
    kinds=("answer_questions", "review_labels", "review_links", "propose_register_edits"),
    valid_from=date(2026, 4, 1),
    valid_to=date(2027, 3, 31),
    mark=HERE,
)


def post(holder: Person, role: str, manager: Person | None, *, valid_to: date | None = None) -> Post:
    return Post(
        upn=holder.upn,
        role=role,
        department="Place",
        manager=manager.upn if manager else "",
        valid_from=None,
        valid_to=valid_to,
        mark=HERE,
    )


def records(*assets: Asset, posts: Iterable[Post] = (), holidays: frozenset[date] = frozenset()) -> Records:
    held = {made.upn: made for made in (post(*each) for each in POSTS)} | {made.upn: made for made in posts}
    return Records(
        assets={each.id: each for each in assets or (PLANNING, SEND)},
        schedule={},
        site_map=(),
        holds=(),
        agreements={},
        exemptions=(),
        posts=held,
        holidays=holidays,
        delegations=(LENT,),
    )


def directory(
    *, without: Iterable[Person] = (), disabled: Iterable[Person] = (), unread: Iterable[Person] = ()
) -> Directory:
    odd, off = set(unread), set(disabled)
    gone = {*without, *odd}
    there = (replace(each, enabled=each not in off) for each in EVERYBODY if each not in gone)
    return Directory.of(there, NOW, unread=[each.upn for each in odd])


STALE = Topic(
    policy="stale-content",
    rule="library-not-used",
    family="stale",
    title="Libraries that nobody works with",
    clause="IMP-4.2",
    ask=Role.IAO,
    pilot=None,
    within=Duration(10, "working day"),
    steps=(),
    irreversible=False,
    rank=80,
    lent_as=QUESTIONS,
    accepts_risk=False,
    per_finding=False,
)
ANYONE = Topic(
    policy="sharing",
    rule="anyone-without-end",
    family="sharing",
    title="Links for anyone without an end date",
    clause="IMP-4.1",
    ask=Role.IAO,
    pilot=None,
    within=Duration(5, "working day"),
    steps=(
        Proposed(
            kind=ActionKind.SET_EXPIRY,
            words="the links get an end date, 30 days later",
            after="",
            silent=False,
            undo="can be undone: the expiry before it is put back, as long as the link lives",
        ),
    ),
    irreversible=False,
    rank=10,
    lent_as=LINKS,
    accepts_risk=True,
    per_finding=True,
)
REMOVAL = replace(
    ANYONE,
    rule="outside-agreement",
    title="Links for people outside any agreement",
    steps=(
        Proposed(
            kind=ActionKind.REMOVE_LINK,
            words="the links are removed",
            after="",
            silent=False,
            undo="CANNOT BE UNDONE: THE ADDRESS IS LOST: a new link has another address",
        ),
    ),
    irreversible=True,
    rank=20,
)
QUIET_SITE = replace(STALE, rule="site-not-used", title="Sites that nobody works in")
TOPICS = {topic.key: topic for topic in (STALE, ANYONE, REMOVAL, QUIET_SITE)}

SITE, LIBRARY, OTHER_LIBRARY = "site-planning", "drive-advice", "drive-register"
PLACES = {
    SITE: Place("Planning casework", "https://wrenbridge.sharepoint.example/sites/planning-casework", NOW),
    LIBRARY: Place("Pre-application advice 2012 to 2020", "https://wrenbridge.sharepoint.example/sites/p/Advice", NOW),
    OTHER_LIBRARY: Place("Public register", "https://wrenbridge.sharepoint.example/sites/p/Register", NOW),
}


def stale(drive: str = LIBRARY, *, asset_id: str = "IA-004") -> Finding:
    subject = Subject(kind=Kind.LIBRARY, site_id=SITE, drive_id=drive, name=PLACES[drive].name)
    return finding(
        STALE, subject, f"The library “{PLACES[drive].name}” was last used by a person on 14 March 2024.", asset_id
    )


def quiet_site() -> Finding:
    subject = Subject(kind=Kind.SITE, site_id=SITE, name=PLACES[SITE].name)
    return finding(QUIET_SITE, subject, "No person has changed anything here since 14 March 2024.", "IA-004")


def link(
    number: int, *, topic: Topic = ANYONE, drive: str = LIBRARY, asset_id: str = "IA-004", name: str = ""
) -> Finding:
    subject = Subject(
        kind=Kind.LINK,
        site_id=SITE,
        drive_id=drive,
        item_id=f"item{number}",
        permission_id=f"p{number}",
        name=name or f"Plan {number}.pdf",
    )
    return finding(topic, subject, f"Anyone can open “{subject.name}”, for ever.", asset_id)


def grant(number: int, *, topic: Topic, drive: str = LIBRARY) -> Finding:
    subject = Subject(
        kind=Kind.GRANT, site_id=SITE, drive_id=drive, item_id=f"item{number}", permission_id=f"g{number}"
    )
    return finding(topic, subject, "Somebody from outside has access.", "IA-004")


def agreement(*, ends: date) -> Agreement:
    return Agreement(
        id="SA-01", partner="Partner", domains=("partner.example",), assets=("IA-004",), ends=ends, mark=HERE
    )


def exemption(*, expires: date) -> Exemption:
    return Exemption(
        id="EX-02",
        policies=("sharing",),
        asset_id="IA-004",
        locations=(),
        reason="safeguarding",
        approved_by="SIRO",
        expires=expires,
        mark=HERE,
    )


def finding(topic: Topic, subject: Subject, because: str, asset_id: str) -> Finding:
    return Finding(
        id=f"{topic.policy}/{topic.rule}/{subject.key}",
        policy=topic.policy,
        rule=topic.rule,
        where=Mark("policies/sharing.yaml", 12),
        subject=subject,
        asset_id=asset_id,
        facts={},
        because=because,
    )


def accountable(*, now: datetime = NOW, held: Records | None = None, people: Directory | None = None) -> Accountability:
    """Who answers for what, by these registers and accounts."""
    today = now.astimezone(ZONE).date()
    return Accountability(records=held or records(), directory=people or directory(), today=today)


async def on_nothing(_place: str) -> CaseFindings:
    """Custos has done nothing of which somebody has to be told."""
    return CaseFindings({})


def situation(
    *,
    now: datetime = NOW,
    held: Records | None = None,
    people: Directory | None = None,
    topics: Iterable[Topic] = tuple(TOPICS.values()),
    covered: Covered = lambda _family, _site, _drive: True,
    acted: Acted | None = None,
) -> Situation:
    return Situation(
        accountable=accountable(now=now, held=held, people=people),
        topics={topic.key: topic for topic in topics},
        places=PLACES,
        covered=covered,
        acted=acted or on_nothing,
        now=now,
        zone=ZONE,
    )
