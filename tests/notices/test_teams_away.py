"""Teams is away for a day: nobody is forgotten, nobody hears twice, and what was done is told on its day all the same, by mail."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from custos.audit.events import What
from custos.m365.errors import MicrosoftTrouble, NotFound, Throttled, Unavailable
from custos.notices.digest import DigestState
from custos.notices.model import CaseState
from tests.engine.planned import PUT_LABEL, finding, labelled, link_subject, policy
from tests.notices.memory_loop import Council, council
from tests.notices.small_council import OWNER
from tests.notices.test_escalation import asking, the_case

TROUBLES = [Unavailable("Teams is not reached"), Throttled("not now", retry_after=30.0, status=429)]
MONDAY = datetime(2026, 11, 23, 9, 15, tzinfo=UTC)
FOUR = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
TUESDAY = datetime(2026, 11, 24, 9, 15, tzinfo=UTC)


async def morning(trouble: MicrosoftTrouble) -> Council:
    """A label was put on in the night, a link found, and Teams takes nothing in the morning."""
    made = council(asking(), policy(PUT_LABEL))
    made.tenant.file(1)
    await made.evaluate([*labelled(1), finding(link_subject(1), of="links")])
    made.at(MONDAY)
    made.channels.away = trouble
    await made.digest(once=True)
    return made


async def states(made: Council) -> list[DigestState]:
    """Of the day's messages."""
    return [stored.digest.state for stored in await made.digests.of_day(made.now.date())]


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_in_the_morning_it_is_waited_for(trouble: MicrosoftTrouble) -> None:
    """Until four in the afternoon the promise stands and Teams is asked again: no mail that a card would follow."""
    made = await morning(trouble)
    made.later(hours=3)
    await made.deliver(once=True)
    assert (made.channels.cards, made.channels.mails) == ([], [])
    assert await states(made) == [DigestState.PREPARED]
    assert len(made.notify.messages) == 1


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_from_four_on_it_goes_by_mail(trouble: MicrosoftTrouble) -> None:
    """What was done is told on its day, with the question beside it; a line in the feed of an app without a card would tell nothing."""
    made = await morning(trouble)
    made.at(FOUR)
    made.notify.messages.clear()  # whoever waited for Teams died
    await made.note(once=True)
    ((address, _, words),) = made.channels.mails
    assert (address, made.channels.nudges, await states(made)) == (OWNER.mail, [], [DigestState.SENT])
    assert "label" in words
    assert (await the_case(made)).state is CaseState.TOLD
    assert [event for event in made.store.audit.events if event.what is What.RUN_TOLD]


async def test_back_again_nothing_comes_twice() -> None:
    """When Teams is back in the evening or the next morning, what the mail said is not said again."""
    made = await morning(TROUBLES[0])
    made.at(FOUR)
    await made.note(once=True)
    made.channels.away = None
    for moment in (datetime(2026, 11, 23, 16, 30, tzinfo=UTC), TUESDAY):
        made.at(moment)
        await made.digest()
        await made.note()
    assert (made.channels.cards, len(made.channels.mails)) == ([], 1)


async def test_nobody_is_out_of_reach_because_teams_is_away() -> None:
    """Without a mailbox the owner is waited for: the question stays theirs, and comes as a card the next morning."""
    made = await morning(TROUBLES[0])
    made.at(FOUR)
    made.channels.mailing += [NotFound("no mailbox")] * 9
    await made.note(once=True)
    assert await states(made) == [DigestState.PREPARED]
    assert (await the_case(made)).unreached == ()
    made.channels.away = None
    made.notify.messages.clear()
    made.at(TUESDAY)
    await made.digest()
    assert (len(made.channels.cards), (await the_case(made)).assignee.user_id) == (1, OWNER.user_id)


async def test_what_may_have_arrived_is_not_sent_another_way() -> None:
    """Where nobody knows whether Teams took the card no mail follows it."""
    made = await morning(Unavailable("no answer", maybe_done=True))
    assert await states(made) == [DigestState.UNCERTAIN]
    assert made.channels.mails == []
