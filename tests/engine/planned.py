"""What engine tests decide about: policies, a council's registers, findings and the plan of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from custos.engine.case_facts import Cases
from custos.engine.ceilings import CeilingSizes
from custos.engine.facts import facts_from
from custos.engine.gate import Standing
from custos.engine.plan import Circumstances, make_plan
from custos.engine.protection import planned_state, protections
from custos.engine.refusals import KnownRefusals
from custos.engine.register_locations import PlacedRegisters, place_registers
from custos.errors import Mark
from custos.model.action import Action
from custos.model.action_kind import ActionKind
from custos.model.finding import Finding
from custos.model.plan import Plan
from custos.model.policy import (
    Bundle,
    Family,
    Freeze,
    Limits,
    Policy,
    PolicySettings,
    Recipient,
    Rule,
    Scope,
    SharingClass,
    Step,
    Test,
)
from custos.model.state import State
from custos.model.subject import Fact, Kind, Subject
from custos.records.address import read_address
from custos.records.model import Agreement, Asset, Exemption, Hold, Post, Posture, Records, ScheduleEntry
from custos.records.rights import Person

_TIGHT = SharingClass(
    site_sharing="disabled", anyone_links=False, organisation_links=False, guests=False, public_teams=False
)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


MARK = Mark("policies/test.yaml", 3, 5)


ASSET = "IA-004"


SITE = "https://wrenbridge.sharepoint.example/sites/planning-casework"


LABEL = "PLN-02 Pre-application advice 7y"


RECORD_LABEL = "PRO-02 Deed ended 12y record"


def person(name: str, *titles: str) -> Person:
    """Somebody of the council who holds posts of these titles."""
    upn = f"{name}@wrenbridge.example"
    posts = tuple(
        Post(upn=upn, role=title, department="Corporate", manager="", valid_from=None, valid_to=None, mark=MARK)
        for title in titles
    )
    return Person(id=f"id of {name}", upn=upn, posts=posts)


ADMIN = person("platform.engineer", "Platform Engineer")


SIRO = person("siro", "Senior Information Risk Owner")


GOVERNANCE = person("head.information.governance", "Head of Information Governance")


def step(kind: ActionKind, **fields: Any) -> Step:
    return Step(kind=kind, mark=MARK, **fields)


TELL = step(ActionKind.TELL, to=Recipient.OWNER)


PUT_LABEL = step(ActionKind.APPLY_LABEL, label=LABEL)


def policy(
    *steps: Step,
    name: str = "labels",
    kind: Kind = Kind.FILE,
    state: State = State.ENFORCE,
    priority: int = 0,
    fact: str = "label",
    limits: Limits | None = None,
    review_due: date = date(2027, 5, 31),
    text: str = "as first written",
) -> Policy:
    rule = Rule(
        id="rule",
        kind=kind,
        when=Test(fact=fact, operator="is", value="", mark=MARK),
        because="it is so",
        steps=steps or (PUT_LABEL,),
        mark=MARK,
    )
    return Policy(
        id=name,
        title=name,
        why="a test",
        family=Family.RETENTION,
        owner="head.infogov@wrenbridge.example",
        policy_ref=("IMP-4.1",),
        state=state,
        review_due=review_due,
        pilot=frozenset({ASSET}),
        priority=priority,
        yields_to=(),
        scope=Scope(
            assets=frozenset({ASSET}),
            unregistered=False,
            sites=(),
            libraries=(),
            excluded_assets=frozenset(),
            excluded_addresses=(),
            words="all",
            mark=MARK,
        ),
        rules=(rule,),
        limits=limits or Limits(percent_of_scope=100.0),
        hash=f"hash of {name} {text}",
        mark=MARK,
    )


def asset(**changes: Any) -> Asset:
    plain = Asset(
        id=ASSET,
        name="Planning casework",
        department="Place",
        iao="director.planning@wrenbridge.example",
        deputy="",
        stewards=(),
        escalation="",
        locations=(read_address(SITE),),
        classification="OFFICIAL",
        personal_data="personal",
        schedule_refs=("RS-PLN-02",),
        posture=Posture.AGREEMENTS_ONLY,
        public_libraries=(),
        vital=False,
        status="active",
        review_due=None,
        mark=MARK,
    )
    return replace(plain, **changes)


def entry(name: str, label: str, *, is_record: bool = False) -> ScheduleEntry:
    return ScheduleEntry(
        id=name,
        record_class=name,
        label=label,
        period="P7Y",
        is_record=is_record,
        final_action="review",
        status="approved",
        review_due=None,
        mark=MARK,
    )


def hold(**changes: Any) -> Hold:
    plain = Hold(
        id="H-003",
        kind="foi",
        asset_id=ASSET,
        locations=(),
        items_from=None,
        items_to=None,
        since=date(2026, 10, 28),
        ends=None,
        mark=MARK,
    )
    return replace(plain, **changes)


def exemption(**changes: Any) -> Exemption:
    plain = Exemption(
        id="EX-02",
        policies=("labels",),
        asset_id=ASSET,
        locations=(),
        reason="safeguarding",
        approved_by="SIRO",
        expires=date(2026, 12, 31),
        mark=MARK,
    )
    return replace(plain, **changes)


def agreement(**changes: Any) -> Agreement:
    plain = Agreement(
        id="SA-01", partner="Eastvale NHS", domains=("eastvale-nhs.example",), assets=(ASSET,),
        ends=date(2027, 6, 30), mark=MARK,
    )  # fmt: skip
    return replace(plain, **changes)


def records(
    holds: Sequence[Hold] = (),
    exemptions: Sequence[Exemption] = (),
    agreements: Sequence[Agreement] = (),
    **changes: Any,
) -> Records:
    return Records(
        assets={ASSET: asset(**changes)},
        schedule={
            "RS-PLN-02": entry("RS-PLN-02", LABEL),
            "RS-PRO-02": entry("RS-PRO-02", RECORD_LABEL, is_record=True),
        },
        site_map=(),
        holds=tuple(holds),
        agreements={row.id: row for row in agreements},
        exemptions=tuple(exemptions),
        posts={},
        holidays=frozenset(),
    )


def bundle(
    *policies: Policy,
    registers: Records | None = None,
    allowing: SharingClass = _TIGHT,
    freezes: tuple[Freeze, ...] = (),
) -> Bundle:
    listed = policies or (policy(),)
    kept = registers or records()
    settings = PolicySettings(
        not_people=frozenset(),
        not_governed=frozenset(),
        classes=dict.fromkeys((None, *Posture), allowing),
        freezes=freezes,
    )
    return Bundle(
        policies={one.id: one for one in listed},
        records=kept,
        settings=settings,
        version=hashlib.sha256(repr((kept, settings)).encode()).hexdigest(),
        files={},
    )


def placed(wanted: Bundle) -> PlacedRegisters:
    """A bundle's registers in a mirror of one site with the libraries Advice (drive-1) and Letters (drive-2)."""
    sites = pl.DataFrame({"site_id": ["site-1"], "web_url": [SITE]})
    drives = pl.DataFrame(
        {
            "drive_id": ["drive-1", "drive-2"],
            "site_id": ["site-1", "site-1"],
            "web_url": [f"{SITE}/Advice", f"{SITE}/Letters"],
        }
    )
    return place_registers(wanted, facts_from({"sites": sites, "drives": drives}))


class MirroredRegisters:
    """Fulfils `custos.engine.ports.Registers` with that mirror."""

    async def placed(self, bundle: Bundle) -> PlacedRegisters:
        return placed(bundle)


def file_subject(number: int = 1) -> Subject:
    return Subject(
        kind=Kind.FILE,
        site_id="site-1",
        drive_id="drive-1",
        item_id=f"item-{number}",
        name=f"Advice {number}.docx",
        url=f"{SITE}/Advice/Advice%20{number}.docx",
    )


def link_subject(number: int = 1) -> Subject:
    return replace(file_subject(number), kind=Kind.LINK, permission_id=f"link-{number}")


def grant_subject(number: int = 1) -> Subject:
    return replace(file_subject(number), kind=Kind.GRANT, permission_id=f"grant-{number}", grantee=0)


FILE_FACTS: Mapping[str, Fact] = {
    "label": "",
    "label_explicit": False,
    "is_record": False,
    "scheduled_label": LABEL,
    "scheduled_label_is_record": False,
}


LINK_FACTS: Mapping[str, Fact] = {
    "link_scope": "anonymous",
    "link_type": "view",
    "link_expires": None,
    "link_expires__missing": True,
    "anyone_links_allowed": False,
    "organisation_links_allowed": False,
}


GRANT_FACTS: Mapping[str, Fact] = {
    "person": "nurse@eastvale-nhs.example",
    "through": "grant",
    "person_domain": "eastvale-nhs.example",
    "access": "read",
    "under_agreement": False,
}


def finding(subject: Subject | None = None, *, of: str = "labels", **facts: Any) -> Finding:
    about = subject or file_subject()
    usual = {Kind.FILE: FILE_FACTS, Kind.LINK: LINK_FACTS, Kind.GRANT: GRANT_FACTS}.get(about.kind, {})
    return Finding(
        id=f"{of} {about.key}",
        policy=of,
        rule="rule",
        where=MARK,
        subject=about,
        asset_id=ASSET,
        facts={**usual, **facts},
        because="it is so",
    )


@dataclass
class Found:
    """An evaluation that found exactly these."""

    listed: Sequence[Finding]
    unknown: Mapping[str, int] = field(default_factory=dict)
    coverage: tuple[int, int] = (1, 1)

    def findings(self) -> Iterator[Finding]:
        return iter(self.listed)


def judged(found: Finding, wanted: Bundle, places: PlacedRegisters, now: datetime) -> Finding:
    """A finding with what protects it, as an evaluation makes it."""
    rule = wanted.policies[found.policy].rule(found.rule)
    return replace(found, protections=(*found.protections, *protections(planned_state(found, rule), places, now)))


def plan_of(
    wanted: Bundle,
    *found: Finding,
    cases: Cases | None = None,
    now: datetime = NOW,
    refusals: KnownRefusals | None = None,
    places: PlacedRegisters | None = None,
) -> Plan:
    standings = {one.id: Standing(state=one.state, hash=one.hash, pilot=one.pilot) for one in wanted.policies.values()}
    under = Circumstances(now=now, standings=standings, cases=cases or {}, refusals=refusals or KnownRefusals())
    return make_plan(wanted, Found([judged(one, wanted, places or placed(wanted), now) for one in found]), under)


def sizes(*policies: str, size: int = 1_000) -> CeilingSizes:
    return CeilingSizes(scope={f"{name}/rule": size for name in policies or ("labels",)}, assets={ASSET: size})


def labelled(count: int, **facts: Any) -> list[Finding]:
    return [finding(file_subject(number), **facts) for number in range(1, count + 1)]


def kinds(actions: Iterable[Action]) -> list[str]:
    return [action.kind.value for action in actions]
