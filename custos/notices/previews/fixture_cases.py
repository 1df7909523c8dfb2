"""Cases of the fixture council, made as the product makes them: from findings, by the rules of a bundle of policies.

The rules' own sentences, steps and days are shown. What a rule names is taken from the example of each fact in the catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache

from custos.dates import day_from, midnight
from custos.kinds import CATALOGUE
from custos.kinds import DECLARED as KINDS
from custos.kinds.declaration import Lies
from custos.kinds.fact import FactType
from custos.model.finding import Finding, Protection
from custos.model.policy import Bundle, Rule
from custos.model.state import State
from custos.model.subject import Fact, Kind, Subject
from custos.notices.assignment import Accountability
from custos.notices.case_store import case_id
from custos.notices.case_subjects import Question, place_of, questions
from custos.notices.deadlines import dates_for
from custos.notices.matters import matters
from custos.notices.model import NO_ASSIGNEE, Case, CaseState
from custos.notices.previews.fixture_council import ADVICE, MEASURED, NOW, PLACES, RECORDS, ZONE, accountable
from custos.notices.question_wording import topics_of
from custos.notices.reassignment import asked_today, assignee_of
from custos.onboarding.shipped import shipped_files
from custos.policy import load_files
from custos.policy.operators import value_of
from custos.policy.wording import names_in, sentence

_LONG_AGO = datetime(2024, 3, 14, 10, 0, tzinfo=ZONE)
_TOLD: Mapping[str, Fact] = {
    "last_human_activity": _LONG_AGO,
    "library_last_human_activity": _LONG_AGO,
    "activity_confidence": "certain",
    "files": 4212,
    "size": 38_000_000_000,
    "outside_people": 31,
    "person_domain": "partner.example",
    "posture": "agreements_only",
    "asset_personal_data": "special_category",
    "asset_status": "closing",
    "link_expires": "",
    "link_expires__missing": True,
}
"""What reads better than the catalogue's example."""
_FILES = ("Plan 14 final.pdf", "Officer report.docx", "Site visit.jpg", "Consultee reply.msg")
_FOLDERS = ("2012", "2013", "Old correspondence")
_GUESTS = ("a.brown@partner.example", "c.davies@partner.example", "e.evans@partner.example")


@cache
def shipped() -> Bundle:
    """The policies that Custos ships."""
    return load_files({name: text for name, text in shipped_files().items() if name.endswith((".yaml", ".csv"))})


def found(
    bundle: Bundle,
    name: str,
    *,
    asset_id: str,
    site_id: str,
    drive_id: str = "",
    count: int = 1,
    protected_by: str = "",
) -> list[Finding]:
    """`count` findings of a rule, `policy/rule`, in a place; with `protected_by` a row of a register protects them."""
    policy_id, _, rule_id = name.partition("/")
    rule = bundle.policies[policy_id].rule(rule_id)
    facts = _facts(rule)
    protections = (
        (Protection(code="exempt", reference=protected_by, sentence=f"Exempt by {protected_by} until 31 May 2027."),)
        if protected_by
        else ()
    )
    return [
        Finding(
            id=f"{name}-{number}",
            policy=policy_id,
            rule=rule_id,
            where=rule.mark,
            subject=_subject(rule.kind, site_id, drive_id, number),
            asset_id=asset_id,
            facts={"person": _GUESTS[number % len(_GUESTS)]} if rule.kind in (Kind.GRANT, Kind.GUEST) else {},
            because=sentence(rule.because, facts).strip(),
            protections=protections,
        )
        for number in range(count)
    ]


def case_of(
    findings: Sequence[Finding],
    bundle: Bundle,
    *,
    now: datetime = NOW,
    told: datetime | None = None,
    by: Accountability | None = None,
    ended: bool = False,
) -> Case:
    """The one case about findings that are one matter; `told`: when whoever is asked was told of it, None for not yet.

    `ended`: the asset's work is over."""
    topics = topics_of(bundle, dict.fromkeys(bundle.policies, State.ENFORCE))
    found = {key.subject: question for key, question in questions(findings, topics).items()}
    (matter,) = matters(found, (), ended=ended)
    case = _opened(matter.question, now, by or accountable(now))
    if told is None:
        return case
    dates = dates_for(case.lines, told, ZONE, RECORDS.holidays)
    clock = {"deadline": dates.deadline, "remind_on": dates.remind_on} if dates else {}
    return replace(case, state=CaseState.TOLD, told_at=told, asked_at=told, shown=case.members, **clock)  # type: ignore[arg-type]  # by name


def _opened(question: Question, now: datetime, by: Accountability) -> Case:
    key = question.key
    asset, asked = RECORDS.assets.get(key.asset_id), question.members()
    counts = question.by_place(asked if asked.of else question.everything())
    places = tuple(place_of(one, PLACES, counts[key]) for key, one in question.places.items())
    sensitive = asset.sensitive if asset else False
    lines = [
        question.found[rule].line(digests, sensitive=sensitive, now=now, measured_at=MEASURED)
        for rule, digests in (asked if asked.of else question.everything()).of.items()
    ]
    case = Case(
        id=case_id(key.asset_id, key.concern, key.subject, 1),
        asset_id=key.asset_id,
        asset_name=asset.name if asset else "",
        sensitive=sensitive,
        concern=key.concern,
        subject_kind=question.kind,
        subject_key=key.subject,
        subject_name=places[0].name,
        subject_url=places[0].url,
        places=places,
        site_id=question.site_id,
        drive_id=question.drive_id,
        number=1,
        state=CaseState.FOUND if asked.of else CaseState.LISTED,
        lines=tuple(sorted(lines, key=lambda line: (line.consequence, line.key))),
        assignee=NO_ASSIGNEE,
        nonce="preview",
        opened_at=now,
        members=asked.name,
    )
    return replace(case, assignee=assignee_of(asked_today(case, by)))


def _subject(kind: Kind, site_id: str, drive_id: str, number: int) -> Subject:
    lies = KINDS[kind].lies
    item = lies is Lies.IN_LIBRARY or not KINDS[kind].place
    names = {Kind.FOLDER: _FOLDERS, Kind.GUEST: _GUESTS}.get(kind, _FILES)
    return Subject(
        kind=kind,
        site_id=site_id,
        drive_id="" if lies is Lies.OF_SITE else drive_id or ADVICE,
        item_id=f"item-{number}" if item else "",
        permission_id=f"permission-{number}" if item else "",
        name=names[number % len(names)] if item else PLACES[drive_id or site_id].name,
    )


def _facts(rule: Rule) -> dict[str, Fact]:
    facts = dict(_TOLD)
    for name in names_in(rule.because) - facts.keys():
        facts[name] = _example(name)
    return facts


def _example(name: str) -> Fact:
    fact = CATALOGUE[name]
    day = day_from(fact.example) if fact.type is FactType.MOMENT else None
    return midnight(day, ZONE) if day else value_of(fact, fact.example)
