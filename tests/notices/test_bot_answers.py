"""Who writes to the bot is answered with what they may know, and with nothing else."""

from __future__ import annotations

import pytest

from custos.notices.assignment import Accountability
from custos.notices.bot_language import understand
from custos.notices.decisions import Press, answer
from custos.notices.delivery import DeliveryContext, deliver_digest, say
from custos.notices.model import KeepReason, Verb
from tests.notices import small_council
from tests.notices.failing_channels import FailingChannels
from tests.notices.test_digest import found, prepare

OWNER, STRANGER = small_council.OWNER, "somebody-else"


async def accountable(_asset_id: str) -> Accountability:
    """Who answers for what today."""
    return small_council.accountable()


async def told(context: DeliveryContext, channels: FailingChannels, user_id: str, written: str) -> str:
    """What the bot says to somebody who wrote."""
    await context.people.met(user_id, conversation_id="chat", service_url="https://x.example")
    await say(understand(written), user_id, context=context)
    return str(channels.cards[-1][1])


async def asked(context: DeliveryContext) -> None:
    """The owner got the day's questions."""
    await found(context)
    await prepare(context)
    (stored,) = await context.digests.of_day(context.today)
    await deliver_digest(stored.digest.id, context=context)


async def kept(context: DeliveryContext) -> None:
    """The owner kept a library as it is."""
    await asked(context)
    (case,) = [
        one.case for one in await context.book.open_for(OWNER.user_id) if one.case.lines[0].policy == "stale-content"
    ]
    press = Press(case_id=case.id, nonce=case.nonce, verb=Verb.KEEP, reason=KeepReason.HISTORY, user_id=OWNER.user_id)
    await answer(press, book=context.book, accountable=accountable, now=context.now, zone=context.zone)


@pytest.mark.parametrize("written", ["who decided about IA-004", "who decieded about planning?", "who decided"])
async def test_who_decided_is_told_to_who_answers_for_it(
    context: DeliveryContext, channels: FailingChannels, written: str
) -> None:
    """By the asset's id, by words of its name, or about everything that is theirs: when, what and for which reason."""
    await kept(context)
    said = await told(context, channels, OWNER.user_id, written)
    assert "Kept as it is by you on" in said
    assert "it has lasting value" in said
    assert "1 question is still open." in said


async def test_nobody_else_is_told_who_decided(context: DeliveryContext, channels: FailingChannels) -> None:
    """Whom the register does not name learns who answers for the asset, and neither the answer nor the library."""
    await kept(context)
    said = await told(context, channels, small_council.SEND_OWNER.user_id, "who decided about IA-004")
    assert "For IA-004 answers Robin Ellis" in said or f"For IA-004 answers {OWNER.name}" in said
    assert "lasting value" not in said
    assert small_council.PLACES[small_council.OTHER_LIBRARY].name not in said


async def test_who_can_open_an_asset_is_told_to_who_is_named_for_it(
    context: DeliveryContext, channels: FailingChannels
) -> None:
    """The owner reads how it is shared, in the words of the page; a stranger does not."""
    said = await told(context, channels, OWNER.user_id, "who can opne ia-004?")
    assert "Links that anyone can open" in said
    refused = await told(context, channels, STRANGER, "who can open IA-004?")
    assert "not yours to see" in refused
    assert "Links that anyone can open" not in refused


async def test_what_is_in_no_register_is_said_to_be_so(context: DeliveryContext, channels: FailingChannels) -> None:
    """A name that fits nothing is neither empty nor an error."""
    said = await told(context, channels, OWNER.user_id, "who can open Atlantis?")
    assert "The asset register does not name you for anything of that name." in said


async def test_why_tells_policy_clause_and_rule(context: DeliveryContext, channels: FailingChannels) -> None:
    """Of each question that waits, with why this person is asked; without one it says so."""
    assert "No question waits for you." in await told(context, channels, OWNER.user_id, "why?")
    await asked(context)
    said = await told(context, channels, OWNER.user_id, "why me?")
    assert "because you are the Information Asset Owner" in said
    assert "stale-content/" in said
    assert "No question about that waits for you." in await told(context, channels, OWNER.user_id, "why Atlantis")


async def test_undo_offers_ones_own_answers(context: DeliveryContext, channels: FailingChannels) -> None:
    """An answer that can be taken back comes with its button; to somebody else there is nothing to take back."""
    await kept(context)
    assert "take_back" in await told(context, channels, OWNER.user_id, "udno")
    assert "Nothing to take back" in await told(context, channels, STRANGER, "undo")


async def test_what_was_not_understood_is_said(context: DeliveryContext, channels: FailingChannels) -> None:
    """With the nearest thing that the bot can do, and what was written made harmless."""
    said = await told(context, channels, OWNER.user_id, "please **delete** [this](https://x.example)")
    assert "I did not understand" in said
    assert "https://x.example" not in said
