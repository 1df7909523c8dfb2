"""What becomes of a question whose file is deleted, moved, renamed or put on hold between card, answer and the day on which it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from custos.model.finding import Finding
from custos.model.live import Failure
from custos.model.subject import Kind, Subject
from custos.notices.decisions import PressOutcome
from custos.notices.model import Case, CaseState
from tests.engine.planned import exemption, finding, hold, judged, link_subject, placed
from tests.notices.memory_loop import Council, council
from tests.notices.test_answer_withdrawal import CUT, NEXT_YEAR, sharing

LINK = link_subject(1)
ELSEWHERE = replace(link_subject(7), drive_id="drive-2", url=LINK.url.replace("/Advice/", "/Letters/"))
NEXT_DAY = datetime(2026, 11, 24, 9, 15, tzinfo=UTC)


async def asked() -> tuple[Council, Case]:
    """One link on its owner's card; what they agree to is done after twenty working days."""
    made = council(sharing("links", Kind.LINK, CUT))
    made.tenant.link(1)
    await made.evaluate(seen(made))
    await made.digest()
    (case,) = await made.cases()
    return made, case


def seen(made: Council) -> list[Finding]:
    """What an evaluation finds by now."""
    lies: Sequence[Subject] = [one for one in (LINK, ELSEWHERE) if one.key in made.tenant.lives]
    return [
        judged(
            finding(replace(one, name=made.tenant.lives[one.key].path[-1]), of="links"),
            made.bundle,
            placed(made.bundle),
            made.now,
        )
        for one in lies
    ]


def befall(made: Council, fate: str) -> None:
    """It happens to the file that the link opens."""
    lives = made.tenant.lives
    match fate:
        case "deleted":
            del lives[LINK.key]
        case "moved":
            lives[ELSEWHERE.key] = replace(lives.pop(LINK.key), path=("Letters", LINK.name))
        case "renamed":
            lives[LINK.key] = replace(lives[LINK.key], path=("Renamed.docx",))
        case "held":
            made.bundle = replace(made.bundle, records=replace(made.bundle.records, holds=(hold(),)))
        case "exempt":
            waived = exemption(policies=("links",), expires=date(2027, 12, 31))
            made.bundle = replace(made.bundle, records=replace(made.bundle.records, exemptions=(waived,)))
        case "unreadable":
            made.tenant.unreadable[LINK.key] = Failure(code="locked", detail="423", passing=False)


async def told(made: Council, case: Case) -> Case:
    """The question that was on the first card, as it stands."""
    stored = await made.book.get(case.id)
    assert stored is not None
    return stored.case


async def next_day(made: Council) -> None:
    """The next morning's evaluation sees what happened."""
    made.at(NEXT_DAY)
    await made.evaluate(seen(made))
    await made.deliver()


async def due(made: Council) -> None:
    """The day comes on which what was agreed to is done."""
    made.at(NEXT_YEAR)
    await made.evaluate(seen(made))
    await made.deliver()


BEFORE_THE_ANSWER = {
    "deleted": (PressOutcome.ALREADY, CaseState.RELEASED, 0),
    "moved": (PressOutcome.ALREADY, CaseState.RELEASED, 0),
    "renamed": (PressOutcome.DECIDED, CaseState.ACTED, 1),
    "held": (PressOutcome.DECIDED, CaseState.ACTED, 1),
    "exempt": (PressOutcome.ALREADY, CaseState.LISTED, 0),
    "unreadable": (PressOutcome.DECIDED, CaseState.DECIDED, 0),
}
"""What happened ► what a press of the first card comes to, how the question ends, how many writes there were. A hold keeps no link open."""


@pytest.mark.parametrize("fate", BEFORE_THE_ANSWER)
async def test_noticed_before_the_answer(fate: str) -> None:
    """An evaluation saw it first: what is gone, lies elsewhere or is exempt now is not decided by an old card, and nothing is written."""
    made, case = await asked()
    befall(made, fate)
    await next_day(made)
    pressed = await made.press(case, "agree")
    await due(made)
    assert (pressed.outcome, (await told(made, case)).state, len(made.tenant.writes)) == BEFORE_THE_ANSWER[fate]


AFTERWARDS = {
    "deleted": (CaseState.RELEASED, 0),
    "moved": (CaseState.RELEASED, 0),
    "renamed": (CaseState.ACTED, 1),
    "held": (CaseState.ACTED, 1),
    "exempt": (CaseState.DECIDED, 0),
    "unreadable": (CaseState.DECIDED, 0),
}


@pytest.mark.parametrize("answered_first", [True, False])
@pytest.mark.parametrize("fate", AFTERWARDS)
async def test_noticed_after_the_answer(fate: str, answered_first: bool) -> None:
    """It happens shortly before the answer, or between answer and due day: the answer counts for what was on the card, as far as that is
    still there and may still be done; for what lies elsewhere by now it counts not."""
    made, case = await asked()
    if not answered_first:
        befall(made, fate)
    assert (await made.press(case, "agree")).outcome is PressOutcome.DECIDED
    if answered_first:
        befall(made, fate)
    await next_day(made)
    await due(made)
    assert ((await told(made, case)).state, len(made.tenant.writes)) == AFTERWARDS[fate]


@pytest.mark.parametrize("fate", ["exempt", "unreadable"])
async def test_what_is_not_done_is_said(fate: str) -> None:
    """An agreement that cannot be carried out says on its card what it waits for."""
    made, case = await asked()
    await made.press(case, "agree")
    befall(made, fate)
    await due(made)
    assert (await told(made, case)).waits
    _, _, words = made.channels.updates[-1]
    assert (await told(made, case)).waits.split(";")[0].split(".")[0] in words.replace("\\", "")


async def test_what_was_moved_is_a_question_of_its_own() -> None:
    """In its new library the link is found anew, and its owner is asked about it there: the next digest, and no sooner."""
    made, case = await asked()
    await made.press(case, "agree")
    befall(made, "moved")
    await next_day(made)
    await made.digest()
    (anew,) = [one for one in await made.cases() if one.id != case.id]
    assert (anew.state, anew.drive_id, len(made.channels.cards)) == (CaseState.TOLD, "drive-2", 2)
