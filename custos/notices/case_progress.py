"""What a case waits for, from whom, until when, and what comes next: one answer for all who show cases. Pure.

found ► told ► reminded ► escalated ► due ► decided ► acted ► released        listed: held or exempt, and nobody is asked
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from enum import IntEnum
from zoneinfo import ZoneInfo

from custos.notices.assignment import ROLE_WORDS, TO_THE_GROUP
from custos.notices.deadlines import is_overdue
from custos.notices.model import Case, CaseState, Verb
from custos.notices.waves import Waves
from custos.notices.wording import clean, name
from custos.wording import day_words


class Need(IntEnum):
    """What a case needs of somebody, the most pressing first: the order of `custos cases`."""

    SOMEBODY = 0  # nobody can be asked: the register has a gap
    GROUP = 1  # on the list for the Corporate Information Group
    HELP = 2  # what was agreed to waits for more than its notice
    LATE_ANSWER = 3  # a deadline was let pass, and somebody has it now
    ANSWER = 4
    WORD = 5  # whoever is asked has still to be told
    TIME = 6  # nothing of anybody: a notice, a run, the time to take it back, the end of an answer's time
    NOTHING = 7  # told, listed, or history


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What a case waits for (`waits_for`), from whom ("" for nobody), until when (None: no day is set), and what comes after (`then`, ""
    for nothing). `overdue`: somebody let a deadline pass, and the question still stands."""

    need: Need
    waits_for: str
    whom: str
    until: datetime | None
    then: str
    overdue: bool

    @property
    def needs_somebody(self) -> bool:
        """Whether a person has to do something about it."""
        return self.need < Need.TIME


def progress(case: Case, now: datetime, zone: ZoneInfo, waves: Waves | None = None) -> Progress:
    """How a case stands at a moment; `waves` say from when on people are asked (None: from the next digest on)."""
    if case.mended:
        return _made(Need.NOTHING, "nothing: Custos dealt with it, and it is told")
    if case.state is CaseState.LISTED:
        protected = " ".join(dict.fromkeys(line.protected for line in case.lines))
        return _made(Need.NOTHING, "nothing: it is held or exempt", then=protected)
    if case.state is CaseState.RELEASED:
        return _made(Need.NOTHING, "nothing: it is over", then=case.released_why)
    if case.state is CaseState.ACTED:
        return _acted(case, now)
    if case.state is CaseState.DECIDED:
        return _decided(case)
    return _open(case, now, zone, waves)


def unanswered_words(case: Case, *, plain: bool = False) -> list[str]:
    """Who was asked before and did not answer, the first one first; for Markdown, or as plain text."""
    return [
        f"{name(one.who.name, plain=plain)}, {ROLE_WORDS[one.role]}, was asked on {day_words(one.asked_on)} and had not answered by "
        f"{day_words(one.due_on)}."
        for one in case.unanswered
    ]


def _open(case: Case, now: datetime, zone: ZoneInfo, waves: Waves | None) -> Progress:
    who = f"{clean(case.assignee.who.name)}, {ROLE_WORDS[case.assignee.role]}"
    late = is_overdue(case, now)
    if not case.assignee.user_id:
        return _made(Need.SOMEBODY, "somebody who can be asked", then="see `custos register`", overdue=late)
    if case.state is CaseState.DUE:
        words = "an answer, on the list for the Corporate Information Group"
        return _made(Need.GROUP, words, whom=who, overdue=late)
    if waves is not None and waves.holds_back(case, now.astimezone(zone).date()):
        wave = waves.wave_of(case.asset_id)
        if wave is None:
            return _made(Need.WORD, "a wave: its asset is in none", whom=who, then="see `custos waves`")
        begins = datetime.combine(wave.begins, time(), zone)
        return _made(Need.TIME, "its wave", whom=who, until=begins, then="then it is put to them")
    if case.asked_at is None:
        return _made(Need.WORD, "the next digest", whom=who, then="then the time to answer begins", overdue=late)
    if case.deadline is None:
        return _made(Need.NOTHING, "nothing: it was told, and no answer is needed", whom=who)
    today = now.astimezone(zone).date()
    last = max(moment.astimezone(zone).date() for moment in (case.asked_at, case.reminded_at) if moment is not None)
    coming = next((date for date in case.remind_on if date > max(last, today)), None)
    goes = case.assignee.next_words or TO_THE_GROUP
    then = f"a reminder on {day_words(coming)}; then {goes}" if coming else goes
    need = Need.LATE_ANSWER if late else Need.ANSWER
    return _made(need, "an answer", whom=who, until=case.deadline, then=then, overdue=late)


def _decided(case: Case) -> Progress:
    who = clean(case.answers[-1].who.name) if case.answers else ""
    if case.decision is Verb.DISPOSAL_REVIEW:
        words = "a disposal review by the records manager"
        return _made(Need.HELP, words, whom=who, until=case.keep_until, then="then it is asked again")
    if case.is_kept:
        return _made(Need.TIME, "the end of the answer", whom=who, until=case.keep_until, then="then it is asked again")
    if case.waits:
        return _made(Need.HELP, "what prevents it", whom=who, then=case.waits)
    return _made(Need.TIME, "its notice, and to be done", whom=who, then="it is looked at again just before")


def _acted(case: Case, now: datetime) -> Progress:
    who = clean(case.answers[-1].who.name) if case.answers else ""
    if case.done_told_at is None:
        return _made(Need.TIME, "to be told", whom=who, then=f"done in {case.run}")
    over = case.undo_until is not None and case.undo_until < now
    words = "to be closed" if over else "the time in which it can be put back"
    return _made(Need.TIME, words, whom=who, until=case.undo_until, then=f"done in {case.run}; then it is closed")


def _made(
    need: Need, waits_for: str, *, whom: str = "", until: datetime | None = None, then: str = "", overdue: bool = False
) -> Progress:
    return Progress(need=need, waits_for=waits_for, whom=whom, until=until, then=then, overdue=overdue)
