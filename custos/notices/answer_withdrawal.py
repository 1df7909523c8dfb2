"""An answer that is taken back: the question stands again as it was told, and what was not done yet waits for another answer.

Whoever gave the answer may, and whoever answers for the asset today, until what was agreed to is done (`custos.notices.answer_rights`).
A part that was answered by itself goes back into the question that it came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from custos.audit.events import What
from custos.notices.assignment import Accountability
from custos.notices.case_findings import CaseFindings, store
from custos.notices.case_store import CaseStore, Stored, new_nonce, note
from custos.notices.deadlines import dates_for
from custos.notices.finding_sentences import MOST_SENTENCES
from custos.notices.model import TAKEN_BACK, Answer, Case, CasePlace, CaseState, Line, Verb
from custos.notices.reassignment import asked_today, assignee_of, moved_words, reassigned, untold_state

_SAMPLE = 3


async def take_back(
    stored: Stored, user_id: str, today: Accountability, *, book: CaseStore, now: datetime, zone: ZoneInfo
) -> Stored:
    """The question that stands again, stored. Raises RowChanged when somebody was faster.

    It is with whoever answers for it today; who is not the one who takes it back is told of it as of a new question.
    """
    case = stored.case
    last, asked = case.answers[-1], assignee_of(asked_today(case, today))
    mine = user_id == last.who.user_id
    taken = Answer(
        verb=Verb.TAKE_BACK,
        reason="",
        who=last.who if mine else asked.who,
        role=last.role if mine else asked.role,
        on_behalf_of="",
        shown=last.shown,
        members=case.shown,
        at=now,
    )
    again = replace(
        case,
        state=CaseState.TOLD if not case.unanswered else untold_state(case, case.assignee),
        decision=None,
        decided_at=None,
        keep_until=None,
        grounds=(),
        waits="",
        barred="",
        run="",
        nonce=new_nonce(),
        used=(*case.used, case.nonce),
        answers=(*case.answers, taken),
    )
    again = _dated(again, today, now, zone)
    if asked.user_id != user_id:
        again = reassigned(again, asked)
    details = {"role": taken.role.value, "verb": last.verb.value, **moved_words(case)}
    said = note(again, What.CASE_REOPENED, at=now, by=taken.who.upn, **details)
    other = await _open_beside(case, book)
    if other is None:
        return await book.put(stored, replace(again, assignee=asked), said)
    joined = await _joined(other.case, again, book)
    ended = replace(case, state=CaseState.RELEASED, released_at=now, released_why=TAKEN_BACK, nonce="")
    return await book.join(stored, ended, other, joined, said)


async def _open_beside(case: Case, book: CaseStore) -> Stored | None:
    """The question that is open on the same thing, from which this was answered apart or which was found since."""
    mine = {place.key for place in case.homes}
    for stored in await book.all():
        other = stored.case
        same = (other.asset_id, other.concern) == (case.asset_id, case.concern)
        if same and other.state.is_open and other.id != case.id and mine & {place.key for place in other.homes}:
            return stored
    return None


async def _joined(standing: Case, again: Case, book: CaseStore) -> Case:
    """The open question with what was taken back in it. What its assignee was not told of yet is told with the rest."""
    lines = {line.key: line for line in standing.lines}
    for line in again.lines:
        lines[line.key] = _both(lines[line.key], line) if line.key in lines else line
    members = await _union((standing.members, again.members), book)
    shown = await _union((standing.shown, again.shown), book) if standing.shown and again.shown else ""
    return replace(
        standing,
        lines=tuple(sorted(lines.values(), key=lambda line: (line.consequence, line.key))),
        members=members,
        places=_places(standing, again),
        drives=tuple(sorted({*standing.drives, *again.drives})),
        shown=shown,
        state=standing.state if shown else untold_state(standing, standing.assignee),
        told_at=standing.told_at if shown else None,
        asked_at=standing.asked_at if shown else None,
        nonce=new_nonce(),
        used=(*standing.used, *again.used),
        answers=(*standing.answers, again.answers[-1]),
        cards=tuple(dict.fromkeys((*standing.cards, *again.cards))),
        parts=tuple(part for part in standing.parts if part != again.id),
    )


def _places(standing: Case, again: Case) -> tuple[CasePlace, ...]:
    """Those of both, each with what is asked about there."""
    places = {place.key: place for place in standing.homes}
    for place in again.homes:
        count = places[place.key].count if place.key in places else 0
        places[place.key] = replace(place, count=place.count + count)
    return tuple(places.values())


def _both(one: Line, other: Line) -> Line:
    sample = tuple(dict.fromkeys((*one.sample, *other.sample)))[:_SAMPLE]
    seen = tuple(dict.fromkeys((*one.seen, *other.seen)))[:MOST_SENTENCES]
    return replace(one, count=one.count + other.count, sample=sample, seen=seen)


async def _union(names: Sequence[str], book: CaseStore) -> str:
    """The blob with the findings of several."""
    found: dict[str, frozenset[bytes]] = {}
    for name in names:
        for rule, some in (await book.members(name)).of.items():
            found[rule] = found.get(rule, frozenset()) | some
    return await store(book.blobs, CaseFindings(found))


def _dated(case: Case, today: Accountability, now: datetime, zone: ZoneInfo) -> Case:
    """The question with the day that its card named, or with the time to answer again where that has gone by."""
    dates = dates_for(case.lines, now, zone, today.records.holidays)
    if dates is None or (case.deadline is not None and case.deadline > now):
        return case
    return replace(case, asked_at=now, deadline=dates.deadline, remind_on=dates.remind_on)
