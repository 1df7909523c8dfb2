"""*My stewards*: an owner offers to lend kinds of decision for a time, the steward accepts or declines, and the register has it written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from custos.audit.events import What
from custos.notices.assignment import Person
from custos.notices.lending import OfferState, accepted, lending_remarks
from custos.notices.remarks import to_tell
from custos.records.model import Delegation
from custos.records.remark import Matter
from tests.notices import small_council
from tests.notices.small_council import DEPUTY, GOVERNANCE, HERE, OWNER, STEWARD
from tests.pages.counter import Counter, counter, words

TODAY = date(2026, 11, 23)
OFFER = [("a", "IA-004"), ("s", STEWARD.user_id), ("k", "review_labels"), ("k", "review_links"), ("d", "2027-03-31")]


async def offered(desk: Counter) -> str:
    """An offer that stands; the id that its form carries."""
    assert (await desk.post(OFFER, path="stewards/lend")).status == 303
    (offer,) = await desk.offers.all()
    return offer.id


async def test_an_owner_lends_and_the_steward_accepts() -> None:
    """The steward sees what, for which asset and until when; both words are in the audit, and the register waits for the row."""
    desk = counter()
    offer_id = await offered(desk)
    told = words(await desk.get("stewards", by=STEWARD))
    assert "Sam Okafor may review labels, review links for IA-004 until 31 March 2027." in told
    await desk.post({"o": offer_id, "v": "accept"}, path="stewards/answer", by=STEWARD)
    (offer,) = await desk.offers.all()
    assert (offer.state, offer.answered_on) == (OfferState.ACCEPTED, TODAY)
    assert accepted([offer], small_council.records(), TODAY) == [offer]
    said = [event.what for event in desk.council.store.audit.events if event.what.value.startswith("delegation:")]
    assert said == [What.DELEGATION_OFFERED, What.DELEGATION_ANSWERED]
    assert "accepted; it counts once it is in the register" in words(await desk.get("stewards"))


async def test_what_is_in_the_register_waits_no_more() -> None:
    """Once the row is there nobody is told of it again."""
    desk = counter()
    offer_id = await offered(desk)
    await desk.post({"o": offer_id, "v": "accept"}, path="stewards/answer", by=STEWARD)
    (offer,) = await desk.offers.all()
    row = Delegation(
        id=offer.id,
        asset_id="IA-004",
        steward=STEWARD.upn,
        kinds=offer.kinds,
        valid_from=TODAY,
        valid_to=offer.ends,
        mark=HERE,
    )
    written = replace(small_council.records(), delegations=(row,))
    assert accepted([offer], written, TODAY) == []


@pytest.mark.parametrize(
    ("state", "matter", "who"),
    [
        (OfferState.OFFERED, Matter.DELEGATION_OFFERED, STEWARD),
        (OfferState.ACCEPTED, Matter.DELEGATION_ACCEPTED, GOVERNANCE),
        (OfferState.DECLINED, Matter.DELEGATION_DECLINED, OWNER),
    ],
)
async def test_whoever_has_the_next_step_is_told(state: OfferState, matter: Matter, who: Person) -> None:
    """The steward of an offer, the keeper of the register of what was accepted, the owner of what was declined."""
    desk = counter()
    await offered(desk)
    (offer,) = await desk.offers.all()
    (remark,) = lending_remarks([replace(offer, state=state, answered_on=TODAY)], small_council.records(), TODAY)
    (told,) = to_tell([remark], small_council.accountable(), {})
    assert (remark.matter, told.person.upn) == (matter, who.upn)


@pytest.mark.parametrize("by", [STEWARD, DEPUTY, small_council.SEND_OWNER])
async def test_only_the_owner_lends(by: Person) -> None:
    """Nobody lends what is not theirs; a deputy stands in and lends nothing."""
    desk = counter()
    sent = await desk.post(OFFER, path="stewards/lend", by=by)
    assert (sent.status, await desk.offers.all()) == (403, [])


@pytest.mark.parametrize(
    "fields",
    [
        [("s", OWNER.user_id)],
        [("s", DEPUTY.user_id)],
        [("k", "accept_risk")],
        [("d", "2026-11-22")],
        [("d", "2028-01-01")],
        [("d", "soon")],
    ],
)
async def test_what_cannot_be_lent_is_refused(fields: list[tuple[str, str]]) -> None:
    """To oneself or somebody else than a steward, a kind that is never lent, a day that has passed or is too far, no day."""
    desk = counter()
    names = {name for name, _ in fields}
    sent = await desk.post([*(one for one in OFFER if one[0] not in names), *fields], path="stewards/lend")
    assert (sent.status, await desk.offers.all()) == (400, [])


async def test_an_offer_is_answered_once_and_by_its_steward() -> None:
    """Another's answer, an answer to an earlier offer and a second answer change nothing."""
    desk = counter()
    offer_id = await offered(desk)
    answer = {"o": offer_id, "v": "accept"}
    assert (await desk.post(answer, path="stewards/answer", by=DEPUTY)).status == 409
    assert (await desk.post({**answer, "o": "D-earlier"}, path="stewards/answer", by=STEWARD)).status == 409
    assert (await desk.post({**answer, "v": "decline"}, path="stewards/answer", by=STEWARD)).status == 303
    assert (await desk.post(answer, path="stewards/answer", by=STEWARD)).status == 409
    (offer,) = await desk.offers.all()
    assert offer.state is OfferState.DECLINED


async def test_a_second_offer_takes_nothing_of_the_first_away() -> None:
    """What was accepted waits for the register, also while the steward is offered something more; the register gets a row of each."""
    desk = counter()
    offer_id = await offered(desk)
    await desk.post({"o": offer_id, "v": "accept"}, path="stewards/answer", by=STEWARD)
    desk.council.later(hours=1)
    await desk.post([*(one for one in OFFER if one[0] != "k"), ("k", "answer_questions")], path="stewards/lend")
    (more,) = [one for one in await desk.offers.all() if one.id != offer_id]
    await desk.post({"o": more.id, "v": "accept"}, path="stewards/answer", by=STEWARD)
    waiting = accepted(await desk.offers.all(), small_council.records(), TODAY)
    assert {one.kinds for one in waiting} == {("review_labels", "review_links"), ("answer_questions",)}


async def test_an_offer_ends_with_who_is_named() -> None:
    """Of an owner who left, or to somebody who is steward no more, nothing is written."""
    desk = counter()
    await offered(desk)
    (offer,) = await desk.offers.all()
    given = replace(offer, state=OfferState.ACCEPTED, answered_on=TODAY)
    for asset in (
        replace(small_council.PLANNING, iao=DEPUTY.upn),
        replace(small_council.PLANNING, stewards=()),
    ):
        assert accepted([given], small_council.records(asset), TODAY) == []
    assert accepted([given], small_council.records(), TODAY) == [given]
