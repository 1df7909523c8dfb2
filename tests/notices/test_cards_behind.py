"""Everybody's card comes to say how a question stands, whatever dies or is away in between."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from custos.m365.errors import NotFound, Throttled, Unavailable
from custos.notices.model import Case, CaseState
from tests.engine.planned import finding, link_subject
from tests.notices.failing_channels import Killed
from tests.notices.memory_loop import Council
from tests.notices.small_council import MANAGER, OWNER
from tests.notices.test_escalation import asked, mornings, the_case

TUESDAY = datetime(2026, 11, 24, 9, 15, tzinfo=UTC)


async def lost(made: Council) -> None:
    """What waits in the queue is lost with the worker that had it."""
    made.notify.messages.clear()


async def decided() -> tuple[Council, Case]:
    """The owner agreed, and the worker that took the answer died before it asked for the card."""
    made = await asked()
    await made.press(await the_case(made), "agree")
    await lost(made)
    return made, await the_case(made)


async def test_a_worker_dies_between_the_answer_and_the_card() -> None:
    """The next morning the card says that it was answered, once."""
    made, case = await decided()
    assert case.behind
    for _ in range(2):
        made.at(TUESDAY)
        await made.digest()
    ((_, _, words),) = made.channels.updates
    assert "'verb': 'agree'" not in words
    assert not (await the_case(made)).behind


async def test_an_evaluation_finds_it_too() -> None:
    """Whatever looks at the questions next asks for the card, whichever timer that is."""
    made, _ = await decided()
    report = await made.evaluate([finding(link_subject(1), of="links")])
    assert report.stale_cards == {made_card(await the_case(made))}


def made_card(case: Case) -> str:
    """The digest of the card that showed it first."""
    return case.cards[0].digest


async def test_a_worker_dies_with_the_card_in_hand() -> None:
    """Killed while Teams takes the change, it is done again: the mark goes only with what was done."""
    made, _ = await decided()
    made.channels.updating.append(Killed())
    made.at(TUESDAY)
    with pytest.raises(Killed):
        await made.digest()
    await lost(made)
    made.later(days=1)
    await made.digest()
    assert len(made.channels.updates) == 1
    assert not (await the_case(made)).behind


@pytest.mark.parametrize(
    "trouble", [Unavailable("Teams is away", maybe_done=False), Throttled("Too much", retry_after=30.0)]
)
async def test_teams_is_away(trouble: Exception) -> None:
    """The change of a card waits for Teams instead of failing for good; when Teams is back the card says how it stands."""
    made, _ = await decided()
    made.channels.updating.append(trouble)
    made.at(TUESDAY)
    await made.digest()
    assert len(made.channels.updates) == 1
    assert not (await the_case(made)).behind


async def test_a_card_that_is_gone_is_given_up() -> None:
    """Nobody can change the card of a chat that is not there any more, and nobody tries each morning."""
    made, _ = await decided()
    made.channels.updating.append(NotFound("no such conversation"))
    made.at(TUESDAY)
    await made.digest()
    assert (made.channels.updates, (await the_case(made)).behind) == ([], ())


async def test_whoever_had_it_before_reads_where_it_went() -> None:
    """When a question goes up and the worker dies at once, the first one's card comes to say so, and the second one's is as it was sent."""
    made = await asked()
    await mornings(made, date(2026, 12, 7))
    made.later(days=1)
    made.channels.updating.append(Killed())
    with pytest.raises(Killed):
        await made.digest()
    await lost(made)
    made.later(minutes=30)
    await made.digest()
    case = await the_case(made)
    assert (case.assignee.user_id, case.behind) == (MANAGER.user_id, ())
    told = {chat for chat, _, _ in made.channels.updates}
    assert told == {f"chat-{OWNER.user_id}"}


async def test_what_is_over_has_no_live_button() -> None:
    """A question that ended by itself while the worker died is taken off its card."""
    made = await asked()
    made.later(hours=2)
    await made.evaluate([])
    assert (await the_case(made)).state is CaseState.RELEASED
    await lost(made)
    made.at(TUESDAY + timedelta(minutes=5))
    await made.digest()
    ((_, _, words),) = made.channels.updates
    assert "'verb': 'agree'" not in words
