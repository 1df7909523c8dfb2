"""What stands in the registers is told to whoever can put it right, with the message of the day, and again while it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from custos.audit.events import What
from custos.m365.errors import Unavailable
from custos.notices.assignment import Person
from custos.notices.attestations import Attestation, with_attestations
from custos.notices.case_update import refresh_cases
from custos.notices.delivery import DeliveryContext, deliver_digest
from custos.notices.digest import DigestState
from custos.notices.model import Contact
from custos.notices.remark_store import RemarkStore
from custos.notices.remarks import (
    MOST_REMARKS,
    STANDING,
    AddressedRemark,
    LastTold,
    Told,
    key_of,
    stage_of,
    to_tell,
    unasked,
)
from custos.records.remark import Matter, Remark
from custos.records.review import review
from tests.notices import small_council
from tests.notices.conftest import Ledger
from tests.notices.failing_channels import FailingChannels
from tests.notices.morning import prepare
from tests.notices.small_council import GOVERNANCE, HERE, OWNER, SIRO

TODAY = date(2026, 11, 23)
_RESTORE = "Have a restore tested, and its day written into the register."


def remark(
    matter: Matter, *, day: date | None = None, soon: bool = False, asset_id: str = "IA-004", number: int = 1
) -> Remark:
    return Remark(
        matter=matter,
        reference=f"R{number}",
        asset_id=asset_id,
        sentence=f"Remark {number}.",
        mark=HERE,
        soon=soon,
        day=day,
    )


def told(remarks: Sequence[Remark], *, before: Told | None = None) -> list[AddressedRemark]:
    return to_tell(remarks, small_council.accountable(), before or {})


def people(found: Sequence[AddressedRemark]) -> list[str]:
    return [one.person.upn for one in found]


@pytest.mark.parametrize(
    ("matter", "asset_id", "who"),
    [
        (Matter.RESTORE_TEST, "IA-004", [OWNER]),
        (Matter.AGREEMENT_ENDED, "IA-004", [OWNER]),
        (Matter.NO_OWNER, "IA-004", [GOVERNANCE, SIRO]),
        (Matter.NOBODY_TO_ASK, "", [GOVERNANCE, SIRO]),
        (Matter.DOCUMENT_REVIEW, "", [GOVERNANCE, SIRO]),
        (Matter.SCHEDULE_REVIEW, "", [GOVERNANCE]),
        (Matter.OUT_OF_POST, "IA-004", [GOVERNANCE]),
    ],
)
def test_whoever_can_put_it_right_is_told(matter: Matter, asset_id: str, who: Sequence[Person]) -> None:
    """An owner is told of their asset's own rows, those who keep the registers of gaps, the SIRO of what nobody answers for."""
    assert people(told([remark(matter, asset_id=asset_id)])) == [one.upn for one in who]


@pytest.mark.parametrize(
    ("matter", "left", "stage"),
    [
        (Matter.AGREEMENT_ENDED, 61, None),
        (Matter.AGREEMENT_ENDED, 60, "60"),
        (Matter.AGREEMENT_ENDED, 30, "30"),
        (Matter.AGREEMENT_ENDED, 7, "7"),
        (Matter.ASSET_REVIEW, 21, None),
        (Matter.ASSET_REVIEW, 20, "20"),
    ],
)
def test_it_is_told_some_working_days_ahead(matter: Matter, left: int, stage: str | None) -> None:
    """An agreement is told sixty, thirty and seven working days before it ends, anything else twenty."""
    day = TODAY + timedelta(days=left // 5 * 7 + left % 5)
    assert stage_of(remark(matter, day=day, soon=True), TODAY, frozenset()) == stage


def test_nothing_is_told_twice_for_one_stage() -> None:
    """What was told of a stage is not told again, but of the next one, and every twenty working days while it stands."""
    standing, coming = remark(Matter.RESTORE_TEST), remark(Matter.AGREEMENT_ENDED, day=date(2026, 12, 1), soon=True)
    known = {(OWNER.user_id, key_of(standing)): LastTold(stage=STANDING, day=TODAY - timedelta(days=27))}
    known |= {(OWNER.user_id, key_of(coming)): LastTold(stage="7", day=TODAY - timedelta(days=1))}
    assert told([standing, coming], before=known) == []
    again = {key: replace(last, stage="30", day=TODAY - timedelta(days=28)) for key, last in known.items()}
    again[OWNER.user_id, key_of(standing)] = LastTold(stage=STANDING, day=TODAY - timedelta(days=28))
    assert len(told([standing, coming], before=again)) == 2


def test_one_message_has_five_of_them() -> None:
    """What stands comes before what is to come, and what does not fit comes later."""
    many = [remark(Matter.RESTORE_TEST, number=number) for number in range(MOST_REMARKS)]
    found = told([remark(Matter.ASSET_REVIEW, day=TODAY, soon=True, number=99), *many])
    assert [one.remark.sentence for one in found] == [one.sentence for one in many]


def test_an_owner_who_cannot_be_read_is_no_gap() -> None:
    """While Entra's answer about an owner cannot be understood, nobody is told in their place."""
    who = small_council.accountable()
    blind = replace(who, directory=replace(who.directory, people={}, unread=frozenset({OWNER.upn.casefold()})))
    assert to_tell([remark(Matter.RESTORE_TEST)], blind, {}) == []


async def test_questions_without_anybody_are_counted(context: DeliveryContext) -> None:
    """Questions that can be put to nobody are told to those who keep the registers, by asset and with their number."""
    nobody = small_council.directory(without=small_council.EVERYBODY)
    situation = small_council.situation(now=context.now, people=nobody)
    await refresh_cases([small_council.link(1)], book=context.book, situation=situation)
    (one,) = unasked(await context.book.all())
    assert one.sentence == "1 question about IA-004 can be put to nobody."


def test_an_agreement_that_ends_is_known_by_its_day() -> None:
    """A remark of the registers says which day it is about."""
    ends = TODAY + timedelta(days=30)
    records = replace(
        small_council.records(replace(small_council.PLANNING, locations=())),
        agreements={"SA-01": small_council.agreement(ends=ends)},
    )
    days = {one.day for one in review(records, TODAY, timedelta(120)) if one.matter is Matter.AGREEMENT_ENDED}
    assert days == {ends}


async def send(context: DeliveryContext, remarks: Sequence[Remark]) -> list[DigestState | None]:
    """Prepare and deliver the messages of the day."""
    who = small_council.accountable(now=context.now)
    await prepare(context, remarks=to_tell(remarks, who, await context.remarks.told()))
    return [await deliver_digest(one.digest.id, context=context) for one in await context.digests.of_day(context.today)]


async def test_it_comes_with_the_message_of_the_day(
    context: DeliveryContext, channels: FailingChannels, ledger: Ledger
) -> None:
    """A remark is a message of its own where nothing else is to be said; the next day it is not repeated."""
    assert await send(context, [remark(Matter.RESTORE_TEST)]) == [DigestState.SENT]
    said = str(channels.cards[0][1])
    assert "Something in the registers needs you" in said
    assert f"IA-004: Remark 1. {_RESTORE}" in said
    assert ledger.said(What.NOTICE_DELIVERED)[0].details["remarks"] == 1
    tomorrow = replace(context, now=context.now + timedelta(days=1), machine_now=context.machine_now + 86_400)
    assert await send(tomorrow, [remark(Matter.RESTORE_TEST)]) == []


async def test_what_may_not_have_arrived_is_told_again(context: DeliveryContext, channels: FailingChannels) -> None:
    """Where nobody knows whether the message arrived, its remarks come with the next working day's."""
    channels.after.append(Unavailable("cut off", maybe_done=True))
    assert await send(context, [remark(Matter.RESTORE_TEST)]) == [DigestState.UNCERTAIN]
    tomorrow = replace(context, now=context.now + timedelta(days=1), machine_now=context.machine_now + 86_400)
    assert await send(tomorrow, [remark(Matter.RESTORE_TEST)]) == [DigestState.SENT]


async def test_what_comes_back_is_told_again(context: DeliveryContext) -> None:
    """A remark that stood no more is forgotten, so that it is told when it comes back."""
    store: RemarkStore = context.remarks
    (one,) = told([remark(Matter.RESTORE_TEST)])
    await store.mark(OWNER.user_id, [one.remark], TODAY)
    await store.forget(list(await store.told()))
    assert await store.told() == {}


def attested(*wrong: str, day: date = TODAY) -> dict[str, Attestation]:
    by = Contact(user_id=OWNER.user_id, upn=OWNER.upn, name=OWNER.name, mail="")
    said = Attestation(
        asset_id="IA-004", day=day, at=small_council.NOW, by=by, role="Information Asset Owner", wrong=wrong
    )
    return {"IA-004": said}


def test_who_attested_an_entry_is_not_asked_again() -> None:
    """The owner's review is over, and whoever keeps the register is told that it waits to be written down."""
    due = [remark(Matter.ASSET_REVIEW)]
    found = to_tell(list(with_attestations(due, attested(), small_council.records())), small_council.accountable(), {})
    assert people(found) == [GOVERNANCE.upn]
    assert "custos register --proposals" in found[0].remark.remedy


def test_what_is_wrong_with_an_entry_reaches_who_keeps_it() -> None:
    """In words, until the register names that day as its last review."""
    (one,) = with_attestations([], attested("places"), small_council.records())
    assert (one.matter, one.sentence.endswith("is wrong: where it is kept.")) == (Matter.ENTRY_WRONG, True)
    written = small_council.records(replace(small_council.PLANNING, last_review=TODAY))
    assert list(with_attestations([remark(Matter.ASSET_REVIEW)], attested("places"), written)) == [
        remark(Matter.ASSET_REVIEW)
    ]
