"""An answer taken wherever it was given, on a card or on the page: the decision, everybody's card, and the next person's message.

The one way from a `Press` to what came of it. Nothing slow happens here: what is to be sent goes to the queue `notify`.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from custos.notices.case_store import CaseStore
from custos.notices.decisions import COUNTS, Accountable, Press, PressOutcome, PressResult, answer
from custos.notices.digest import Messages
from custos.notices.model import Case

SENTENCES = frozenset({PressOutcome.OUTDATED, PressOutcome.NOT_OFFERED, PressOutcome.NO_REASON, PressOutcome.UNCHECKED})
"""Outcomes that are answered with a sentence: what the person sees stays as it is."""
_HANDED = (PressOutcome.PASSED_ON, PressOutcome.NO_LONGER, PressOutcome.TAKEN_BACK)


async def take(
    press: Press, *, book: CaseStore, accountable: Accountable, queue: Messages, now: datetime, zone: ZoneInfo
) -> PressResult:
    """Take an answer, or say why not (`custos.notices.decisions.answer`), and have it shown and passed on.

    Raises StorageTrouble when it could not be stored: then it was not taken.
    """
    verdict = await answer(press, book=book, accountable=accountable, now=now, zone=zone)
    if verdict.outcome in (*COUNTS, PressOutcome.NO_LONGER):
        await refresh_cards(verdict.case, queue)
    if verdict.outcome in _HANDED and verdict.case is not None and verdict.case.assignee.user_id:
        await queue.send({"prepare": verdict.case.assignee.user_id})
    return verdict


async def refresh_cards(case: Case | None, queue: Messages, *, only: str = "") -> None:
    """Everybody's card says what was decided; `only` one person's when given."""
    for card in case.cards if case else ():
        if not only or card.user_id == only:
            await queue.send({"update": card.digest})


def told(verdict: PressResult, *, again: str) -> str:
    """What came of an answer, in a sentence; `again` says where the question stands as it is, for whoever saw an older one."""
    match verdict.outcome:
        case PressOutcome.NOT_YOURS if verdict.case is not None and verdict.case.assignee.who.name:
            return f"This is with {verdict.case.assignee.who.name}. Only the person who is asked can answer."
        case PressOutcome.NOT_YOURS:
            return "This is with somebody else. Only the person who is asked can answer."
        case PressOutcome.NO_LONGER:
            return "This is no longer yours to answer: the register names somebody else today. Nothing was changed."
        case PressOutcome.ALREADY:
            return "This was answered already. Nothing was changed."
        case PressOutcome.OUTDATED:
            return again
        case PressOutcome.NOT_OFFERED:
            return "This answer is not yours to give. Nothing was changed."
        case PressOutcome.NO_REASON:
            return "Choose one of the reasons first. Nothing was changed."
        case PressOutcome.UNCHECKED:
            return "Whether this is yours to answer could not be checked just now. Nothing was changed; try again in a few minutes."
        case PressOutcome.UNKNOWN:
            return "This question does not exist any more. Nothing was changed."
        case _:
            return "Thank you. It is recorded."
