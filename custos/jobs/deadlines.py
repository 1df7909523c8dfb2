"""A person gives somebody longer to answer: for a reason, on the record, and with their card saying so."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from custos.audit.events import What
from custos.dates import is_working_day, moved
from custos.errors import BadInput, Mark, Problem, RowChanged
from custos.jobs.policies import in_force
from custos.notices.case_store import Stored, note
from custos.notices.deadlines import moved_to
from custos.notices.model import Case
from custos.records.rights import Person
from custos.storage.queues import NOTIFY
from custos.wording import day_words

if TYPE_CHECKING:
    from custos.bootstrap import Custos

FURTHEST = timedelta(days=92)
"""How far ahead a day for an answer may be moved: whoever needs longer decides now to keep it until then."""


async def move(app: Custos, case_id: str, until: date, *, by: Person, why: str) -> Case:
    """Give whoever is asked until the end of a later working day.

    The day is only ever moved on: nobody misses one that they were told of. Raises BadInput when the case is not waiting for an answer,
    the day is none that can be, or somebody answered meanwhile.
    """
    stored = await app.cases.get(case_id)
    if stored is None:
        raise unknown_case(case_id)
    bundle = (await in_force(app)).bundle
    holidays, now = bundle.records.holidays, app.clock.now()
    deadline = _due(stored, now)
    _check(until, bundle.day(deadline), bundle.day(now))
    if not is_working_day(until, holidays):
        raise _problem(f"{day_words(until)} is no working day of the council.", "Name a working day.", "day")
    due = datetime.combine(until, time(23, 59, 59), app.zone)
    case = moved_to(stored.case, due, bundle.day(now), app.zone, holidays)
    said = note(
        case,
        What.DEADLINE_MOVED,
        at=now,
        by=by.upn,
        why=why,
        deadline_was=deadline.isoformat(),
        deadline=due.isoformat(),
    )
    try:
        stored = await app.cases.put(stored, case, said)
    except RowChanged:
        raise _problem("Somebody answered it, or it was handed on, just now.", "Look at it again.", "busy") from None
    await app.cases.flush([stored])
    for digest_id in stored.case.behind:
        await app.account.queue(NOTIFY).send({"update": digest_id})
    return stored.case


def unknown_case(case_id: str) -> BadInput:
    """What to say of an id that no question has."""
    return _problem(f'There is no case "{case_id}".', "`custos cases --all --json` tells the id of each.", "unknown")


def _due(stored: Stored, now: datetime) -> datetime:
    case = stored.case
    if not case.state.is_open or case.asked_at is None or case.deadline is None:
        what = f"No answer is due now about “{case.about}”: it is {case.state.value}."
        raise _problem(what, "Only the deadline of an open question that somebody was asked can be moved.", "closed")
    if case.deadline < now:
        what = f"The deadline for “{case.about}” has passed, and the question is on its way to the next person in line."
        raise _problem(what, "Whoever is asked next gets a deadline of their own.", "passed")
    return case.deadline


def _check(until: date, due: date, today: date) -> None:
    if until <= due:
        what = f"{day_words(until)} is not later than {day_words(due)}, the deadline that they were given."
        raise _problem(what, "A deadline can only be moved later.", "day")
    if until > moved(today, FURTHEST.days):
        what = f"{day_words(until)} is more than three months ahead."
        raise _problem(what, "Whoever needs longer than that can answer now: keep it until then.", "day")


def _problem(what: str, remedy: str, code: str) -> BadInput:
    return BadInput([Problem(Mark("command line"), what, remedy, code=code)])
