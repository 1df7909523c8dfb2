"""What stands in the registers and needs somebody, told to whoever can put it right: with the message of the day. Pure.

An asset's own rows go to whoever answers for it, gaps and everything else to those who keep the register; the SIRO hears of assets and
roles that nobody holds, of questions that nobody can be asked, and of governing documents past their review. Something is told some
working days before its day, when the day has come, and again every four weeks while it stands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from custos.errors import Mark
from custos.notices.assignment import Accountability, Person
from custos.notices.case_store import Stored
from custos.notices.model import CaseState, Contact, Verb
from custos.notices.reassignment import assignee_of
from custos.notices.wording import clean
from custos.records import roles
from custos.records.remark import Matter, Remark
from custos.records.vacancies import working_days_between
from custos.wording import many

MOST_REMARKS = 5
"""On one message; the others come on the next working days."""
AHEAD_DAYS = 120
"""How far ahead the registers are read: more than sixty working days."""
STANDING = "standing"
_AGAIN = 20  # working days
_AHEAD: Mapping[str, tuple[int, ...]] = {Matter.AGREEMENT_ENDED: (60, 30, 7), Matter.DOCUMENT_REVIEW: (60, 20)}
_ONCE_AHEAD = (20,)
_OF_OWNER: Mapping[str, str] = {
    Matter.ASSET_REVIEW: "Read the entry on your page, under My assets, and say there whether it is right.",
    Matter.RESTORE_TEST: "Have a restore tested, and its day written into the register.",
    Matter.AGREEMENT_ENDED: "Renew it, or end the sharing that rests on it.",
    Matter.EXEMPTION_EXPIRED: "Ask for it to be renewed, or let the policies apply.",
    Matter.DELEGATION_ENDED: "Lend it anew, or answer yourself.",
    Matter.NO_STEWARD: "Name a steward, or answer yourself.",
    Matter.HOLD_ENDED: "If the matter goes on, ask for the hold to be renewed.",
}
_OF_SIRO = frozenset({Matter.NO_OWNER, Matter.NO_HOLDER, Matter.NOBODY_TO_ASK, Matter.DOCUMENT_REVIEW})
_OF_RECORDS_MANAGER = frozenset({Matter.SCHEDULE_REVIEW, Matter.DISPOSAL_REVIEW})
_KEEPERS = "Have the register put right."
_OF_PERSON: Mapping[str, str] = {
    Matter.DELEGATION_OFFERED: "Accept or decline it on your page, under My stewards.",
    Matter.DELEGATION_DECLINED: "Nothing was lent; you answer yourself.",
}
_OF_KEEPERS: Mapping[str, str] = {
    Matter.DISPOSAL_REVIEW: "Look at it against the retention schedule; `custos cases` lists what waits for it.",
    Matter.ENTRY_ATTESTED: "Have it written into the register: `custos register --proposals`.",
    Matter.DELEGATION_ACCEPTED: "Have it written into the register: `custos register --proposals`.",
    Matter.ENTRY_WRONG: "Have the register put right, with that day as the last review.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldRemark:
    """A remark as it is told. `key` says which it is, `stage` how near it was; `because` why this person is told."""

    key: str
    stage: str
    sentence: str
    remedy: str
    because: str
    asset_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressedRemark:
    """A remark and one of those who are told."""

    person: Contact
    remark: ToldRemark


@dataclass(frozen=True, slots=True, kw_only=True)
class LastTold:
    """Of which stage somebody was told last, and on which day."""

    stage: str
    day: date


type Told = Mapping[tuple[str, str], LastTold]
"""Object id and key ► what was told last."""


def unasked(cases: Iterable[Stored]) -> Iterator[Remark]:
    """The questions that nobody can be asked, for each asset."""
    waiting: dict[str, int] = {}
    for stored in cases:
        if stored.case.state.is_open and not stored.case.mended and not stored.case.assignee.user_id:
            waiting[stored.case.asset_id] = waiting.get(stored.case.asset_id, 0) + 1
    for asset_id, number in sorted(waiting.items()):
        about = asset_id or "what no asset covers"
        yield Remark(
            matter=Matter.NOBODY_TO_ASK,
            reference=about,
            asset_id=asset_id,
            sentence=f"{many(number, 'question')} about {about} can be put to nobody.",
            mark=Mark("register/people_roles.csv", 1),
        )


def disposal_reviews(cases: Iterable[Stored]) -> Iterator[Remark]:
    """What owners ask the records manager to review, while their answer stands."""
    for case in (stored.case for stored in cases):
        if case.state is CaseState.DECIDED and case.decision is Verb.DISPOSAL_REVIEW and case.answers:
            who = clean(case.answers[-1].who.name)
            yield Remark(
                matter=Matter.DISPOSAL_REVIEW,
                reference=case.id,
                asset_id=case.asset_id,
                sentence=f"{who} asks for a disposal review of “{clean(case.about)}”, {case.asset_id or 'which no asset covers'}.",
                mark=Mark("register/retention_schedule.csv", 1),
            )


def to_tell(remarks: Sequence[Remark], who: Accountability, told: Told) -> list[AddressedRemark]:
    """What is to be told today, and to whom: for each person at most `MOST_REMARKS`, what stands before what is to come."""
    today, holidays = who.today, who.records.holidays
    number: dict[str, int] = {}
    found = []
    for remark in sorted(remarks, key=lambda one: (one.soon, one.day or today)):
        stage = stage_of(remark, today, holidays)
        if stage is None:
            continue
        for person, because, remedy in _concerned(remark, who):
            key = key_of(remark)
            if not _is_news(told.get((person.user_id, key)), stage, today, holidays):
                continue
            number[person.user_id] = number.get(person.user_id, 0) + 1
            if number[person.user_id] <= MOST_REMARKS:
                one = ToldRemark(
                    key=key,
                    stage=stage,
                    sentence=remark.sentence,
                    remedy=remedy,
                    because=because,
                    asset_id=remark.asset_id,
                )
                found.append(AddressedRemark(person=person, remark=one))
    return found


def stage_of(remark: Remark, today: date, holidays: Collection[date]) -> str | None:
    """How near the day of a remark is: `standing`, or the least of its numbers of working days that are left; None: it can wait."""
    if not remark.soon:
        return STANDING
    if remark.day is None or remark.matter == Matter.BEGINS_LATER:
        return None
    left = working_days_between(today, remark.day, holidays)
    return next((str(days) for days in sorted(_AHEAD.get(remark.matter, _ONCE_AHEAD)) if left <= days), None)


def key_of(remark: Remark) -> str:
    """Which remark it is, however its sentence changes from day to day."""
    return f"{remark.matter}|{remark.reference}|{remark.asset_id}"


def _is_news(last: LastTold | None, stage: str, today: date, holidays: Collection[date]) -> bool:
    if last is None or last.stage != stage:
        return last is None or last.day < today
    return stage == STANDING and working_days_between(last.day, today, holidays) >= _AGAIN


def _concerned(remark: Remark, who: Accountability) -> Iterator[tuple[Contact, str, str]]:
    """Who is told a remark, why, and what they can do."""
    if remark.who:
        named = who.directory.find(remark.who)
        if named is not None and named.enabled:
            yield (
                _contact(named),
                f"You are told because it is about you and {remark.asset_id}.",
                _OF_PERSON[remark.matter],
            )
        return
    if remark.asset_id and remark.matter in _OF_OWNER:
        asked = who.of(remark.asset_id)
        if asked.in_doubt:
            return
        if asked.person is not None:
            because = asked.because.replace("You are asked", "You are told", 1)
            yield assignee_of(asked).who, because, _OF_OWNER[remark.matter]
            return
    told: set[str] = set()
    remedy = _OF_KEEPERS.get(remark.matter, _KEEPERS)
    for role in _roles_of(remark, who):
        for post in roles.holders(who.records, role, who.today):
            person = who.directory.find(post.upn)
            if person is None or not person.enabled or who.directory.is_unread(post.upn) or person.user_id in told:
                continue
            told.add(person.user_id)
            yield _contact(person), f"You are told because you are the {roles.ROLE_NAMES[role]}.", remedy


def _roles_of(remark: Remark, who: Accountability) -> tuple[str, ...]:
    if remark.matter in _OF_RECORDS_MANAGER and roles.holders(who.records, roles.RECORDS_MANAGER, who.today):
        return (roles.RECORDS_MANAGER,)
    return (roles.GOVERNANCE, roles.SIRO) if remark.matter in _OF_SIRO else (roles.GOVERNANCE,)


def _contact(person: Person) -> Contact:
    return Contact(user_id=person.user_id, upn=person.upn, name=person.name, mail=person.mail)
