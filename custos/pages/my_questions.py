"""*My questions*: what waits for somebody's answer, the gravest first, and what they answered and may still take back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from custos.notices.answer_rights import may_take_back
from custos.notices.answers import take, told
from custos.notices.cards import is_for, outcome, where
from custos.notices.case_store import Stored, urgency
from custos.notices.decisions import COUNTS, Press, PressOutcome
from custos.notices.model import CaseState, Verb
from custos.pages.forms import Form
from custos.pages.http import Reply, Request, address
from custos.pages.markdown import from_card
from custos.pages.question_view import QuestionView, question_view
from custos.pages.rendering import go_to
from custos.pages.visit import Visit

PLACE = ""
ANSWER = "answer"
_AT_ONCE = 20  # questions on one page
_AGAIN = "The question has changed since this page was opened. It stands below as it is now; nothing was changed."
_STATUS = {
    PressOutcome.NOT_YOURS: 403,
    PressOutcome.NO_LONGER: 403,
    PressOutcome.UNKNOWN: 404,
    PressOutcome.UNCHECKED: 503,
}
_REFUSED = 409
_TAKEN_BACK = Markup("Your answer no longer counts, and the question stands again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class MyQuestions:
    """What the page shows. `waiting` are the questions from number `first` on; `coming` those that the next message brings;
    `answered` what can be taken back; `listed` what is held or exempt, and why."""

    count: int
    first: int
    waiting: Sequence[QuestionView]
    coming: Sequence[QuestionView]
    answered: Sequence[QuestionView]
    listed: Sequence[tuple[str, str]]

    @property
    def following(self) -> int:
        """Number of the first question on the next page, 0 when there is none."""
        after = self.first + len(self.waiting)
        return after if after < self.count else 0


async def show(visit: Visit, request: Request) -> Reply:
    """The page. `from` in the query is the number of the first question, `answered` the case that was answered a moment ago."""
    given = request.query.get("answered", "")
    return await _page(visit, first=_number(request.query.get("from", "")), just=given if given.isalnum() else "")


async def answer(visit: Visit, form: Form) -> Reply:
    """Take an answer as the press of a card's button is taken, by the same function; then lead back to the page, or say why not."""
    sources = visit.sources
    press = Press(
        case_id=form.one("c") if form.one("c").isalnum() else "",
        nonce=form.one("n"),
        verb=form.one("v"),
        reason=form.one("r"),
        user_id=visit.person.id,
        kind=form.one("k"),
    )
    verdict = await take(
        press,
        book=sources.book,
        accountable=sources.accountable,
        queue=sources.queue,
        now=sources.now,
        zone=sources.zone,
    )
    if verdict.outcome in COUNTS and verdict.case is not None:
        return go_to(f"{address()}?answered={verdict.case.id}#told")
    return await _page(visit, refusal=told(verdict, again=_AGAIN), status=_STATUS.get(verdict.outcome, _REFUSED))


async def _page(visit: Visit, *, first: int = 0, just: str = "", refusal: str = "", status: int = 200) -> Reply:
    every = await visit.sources.book.all()
    return visit.page(
        "questions.html",
        place=PLACE,
        status=status,
        mine=_mine(every, visit, first),
        just=_just_answered(every, just, visit),
        refusal=refusal,
    )


def _mine(every: Sequence[Stored], visit: Visit, first: int) -> MyQuestions:
    me = visit.person.id
    ordered = [stored.case for stored in sorted(every, key=urgency)]
    asked = [case for case in ordered if case.state.is_open and not case.mended and case.assignee.user_id == me]
    waiting = [case for case in asked if case.asked_at is not None]
    first = min(first, max(0, len(waiting) - 1))
    listed = [case for case in ordered if case.state is CaseState.LISTED and case.assignee.user_id == me]
    return MyQuestions(
        count=len(waiting),
        first=first,
        waiting=[question_view(case, visit.reader, visit.records) for case in waiting[first : first + _AT_ONCE]],
        coming=[
            question_view(case, visit.reader, visit.records)
            for case in asked
            if case.asked_at is None and not visit.waves.holds_back(case, visit.today)
        ],
        answered=[question_view(case, visit.reader, visit.records) for case in ordered if may_take_back(case, me)],
        listed=[
            (
                question_view(case, visit.reader, visit.records).heading,
                " ".join(dict.fromkeys(line.protected for line in case.lines)),
            )
            for case in listed
        ],
    )


def _just_answered(every: Sequence[Stored], case_id: str, visit: Visit) -> list[tuple[str, Markup]]:
    """What came of this person's answer to a case: to the case itself, or to the part of it that they answered last. Nothing of anybody
    else's."""
    by_id = {stored.case.id: stored.case for stored in every}
    whole = by_id.get(case_id)
    found = [whole, *(by_id[part] for part in whole.parts[-1:] if part in by_id)] if whole else []
    mine = [case for case in found if case.answers and case.answers[-1].who.user_id == visit.person.id]
    if mine and mine[0].answers[-1].verb is Verb.TAKE_BACK:
        return [(where(mine[0], plain=True), _TAKEN_BACK)]
    return [
        (where(case, plain=True), from_card(outcome(case, visit.reader)))
        for case in mine
        if not is_for(case, visit.reader)
    ]


def _number(written: str) -> int:
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 6 else 0
