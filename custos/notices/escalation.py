"""Up the line of accountability: a question that nobody answers in time goes from the steward to the owner, from there to the line
manager, and at last onto the Senior Information Risk Owner's list for the Corporate Information Group. Never down, never to IT; nothing
is done by it.

Looked at every morning before the digests and after every evaluation, for every open question, whether or not its library could be read.
Running it twice, at once or a day late changes nothing but the day.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from custos.audit.events import What
from custos.dates import on_working_day
from custos.errors import RowChanged
from custos.notices.assignment import Accountability
from custos.notices.cards_behind import behind
from custos.notices.case_store import CaseStore, Stored, note
from custos.notices.deadlines import has_passed
from custos.notices.model import Case, CaseState, Note, Unanswered
from custos.notices.reassignment import asked_today, assignee_of, handed_on, moved_words, reassigned


@dataclass(kw_only=True)
class Upkeep:
    """What came of looking after the open cases. `stale_cards`: digests whose message in Teams no longer says how things stand, also those
    that an earlier worker left behind."""

    escalated: int = 0
    reassigned: int = 0
    stale_cards: set[str] = field(default_factory=set)


async def look_after(book: CaseStore, accountable: Accountability, now: datetime, zone: ZoneInfo) -> Upkeep:
    """Hand every open case to whoever answers for it today, and up the line where a deadline has passed. Raises StorageTrouble."""
    done = Upkeep()
    written: list[Stored] = []
    known = await book.all()
    for stored in known:
        case = stored.case
        if not case.state.is_open or case.mended:
            continue
        fresh, handed = handed_on(case, accountable, now)
        fresh, up = handed_up(fresh, accountable, now, zone)
        if fresh == case:
            continue
        try:
            written.append(await book.put(stored, fresh, *handed, *up))
        except RowChanged:
            continue  # somebody answered, or another instance did this: the next look sees
        done.reassigned += bool(handed)
        done.escalated += bool(up)
    await book.flush(written)
    done.stale_cards = behind(stored.case for stored in (*known, *written))
    return done


def handed_up(case: Case, accountable: Accountability, now: datetime, zone: ZoneInfo) -> tuple[Case, tuple[Note, ...]]:
    """The case one step higher when its deadline has passed, and what to write down of it. Where nobody above can be asked it stays with
    whoever has it, and is due."""
    if case.state is CaseState.DUE or not has_passed(case, now):
        return case, ()
    assert case.deadline is not None, "what has passed is there"
    silent = Unanswered(
        who=case.assignee.who,
        role=case.assignee.role,
        asked_on=_asked_on(case, accountable, zone),
        due_on=case.deadline.astimezone(zone).date(),
    )
    late = replace(case, unanswered=(*case.unanswered, silent))
    asked = asked_today(late, accountable)
    if asked.in_doubt:
        return case, ()
    assignee = assignee_of(asked)
    details = {"from": silent.who.upn, "to": assignee.who.upn, "role": assignee.role.value, **moved_words(case)}
    said = note(case, What.CASE_ESCALATED, at=now, why="nobody answered by the deadline", **details)
    if assignee.user_id in (silent.who.user_id, ""):
        return replace(late, state=CaseState.DUE, assignee=replace(case.assignee, next_words=asked.next_words)), (said,)
    return reassigned(late, assignee), (said,)


def _asked_on(case: Case, accountable: Accountability, zone: ZoneInfo) -> date:
    """The day on which whoever has it was asked first. Where they are to be told again, that is the day of the first word, or the working
    day after the one before them let it pass."""
    if case.asked_at is None and case.unanswered:
        return on_working_day(case.unanswered[-1].due_on + timedelta(days=1), accountable.records.holidays)
    since = case.asked_at or case.told_at
    assert since is not None, "who was not asked has no deadline"
    return since.astimezone(zone).date()
