"""An answer can be taken back until it is done, by whoever gave it and by whoever answers for the asset, on the card."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from custos.audit.events import What
from custos.model.action_kind import ActionKind
from custos.model.duration import Duration
from custos.model.finding import Finding
from custos.model.policy import Family, OnlyIf, Policy, Recipient, Step
from custos.model.refusal import Code
from custos.model.subject import Kind
from custos.notices.assignment import Accountability, Person
from custos.notices.decisions import Press, PressOutcome, PressResult, answer
from custos.notices.model import Case, CaseState, Verb
from tests.engine.planned import finding, grant_subject, link_subject, policy, step
from tests.notices import small_council
from tests.notices.memory_loop import Council, council
from tests.notices.test_cards import actions, faults, texts

ASK = step(ActionKind.ASK, to=Recipient.OWNER, within=Duration(5, "working day"))
EXPIRE = step(ActionKind.SET_EXPIRY, expiry=Duration(10, "working day"), only_if=OnlyIf.OWNER_AGREES)
LATER = Duration(20, "working day")
CUT = step(ActionKind.REMOVE_LINK, only_if=OnlyIf.OWNER_AGREES, after=LATER)
CUT_PEOPLE = step(ActionKind.REMOVE_GRANT, only_if=OnlyIf.OWNER_AGREES, after=LATER)
NEXT_YEAR = datetime(2027, 1, 11, 9, 15, tzinfo=UTC)


def sharing(name: str, kind: Kind, *steps: Step) -> Policy:
    return replace(policy(ASK, *steps, name=name, kind=kind, fact="link_scope"), family=Family.SHARING)


def found(made: Council) -> list[Finding]:
    links = [finding(link_subject(n), of="links") for n in (1, 2) if _there(made, link_subject(n).key)]
    people = [finding(grant_subject(n), of="people") for n in (3,) if _there(made, grant_subject(n).key)]
    return [one for one in (*links, *people) if one.policy in made.bundle.policies]


def _there(made: Council, key: str) -> bool:
    return key in made.tenant.lives and made.tenant.lives[key].found


async def asked(*policies: Policy) -> Council:
    """Two links, and somebody's access where a policy is about that, on their owner's card."""
    made = council(*policies)
    made.tenant.link(1)
    made.tenant.link(2)
    made.tenant.grant(3)
    await made.evaluate(found(made))
    await made.digest()
    return made


async def the_case(made: Council, *states: CaseState) -> Case:
    (only,) = [one for one in await made.cases() if one.state in states]
    return only


async def press(made: Council, case: Case, verb: str, by: Person, *, left: bool = False) -> PressResult:
    """A press by somebody; `left`: the owner's post has ended."""

    async def accountable(_asset_id: str) -> Accountability:
        return replace(
            made.accountable, directory=small_council.directory(disabled=[small_council.OWNER] if left else [])
        )

    made_press = Press(case_id=case.id, nonce=case.nonce, verb=verb, reason="", user_id=by.user_id)
    return await answer(made_press, book=made.book, accountable=accountable, now=made.now, zone=small_council.ZONE)


async def test_an_agreement_is_taken_back_during_its_notice() -> None:
    """Eight working days after Agree the owner takes it back on the card: the question stands again, and nothing is ever removed."""
    made = await asked(sharing("links", Kind.LINK, CUT))
    await made.press(await the_case(made, CaseState.TOLD), "agree")
    made.later(days=10)
    await made.evaluate(found(made))
    await made.deliver()
    agreed = await the_case(made, CaseState.DECIDED)

    verdict = await press(made, agreed, "take_back", small_council.OWNER)

    assert (verdict.outcome, verdict.case and verdict.case.state) == (PressOutcome.TAKEN_BACK, CaseState.TOLD)
    assert [event.by for event in made.store.audit.events if event.what is What.CASE_REOPENED] == [
        small_council.OWNER.upn
    ]
    made.at(NEXT_YEAR)
    await made.evaluate(found(made))
    assert len(found(made)) == 2
    await made.digest()
    again = await the_case(made, CaseState.ESCALATED)
    assert (await press(made, again, "agree", small_council.MANAGER)).outcome is PressOutcome.DECIDED


async def test_the_card_offers_it() -> None:
    """The line of an answer that is not done yet has one button, which Microsoft's parser takes, for whoever gave it and nobody else."""
    made = await asked(sharing("links", Kind.LINK, CUT))
    await made.press(await the_case(made, CaseState.TOLD), "agree")
    await made.context.people.met(small_council.OWNER.user_id, conversation_id="chat", service_url="https://x.example")
    made.notify.messages.append({"say": "waiting", "user": small_council.OWNER.user_id})
    await made.deliver()
    card = made.channels.cards[-1][1]
    assert [(one["title"], one["verb"]) for one in actions(card)] == [("Take it back", "take_back")]
    assert any("Agreed by you on 23 November 2026" in line for line in texts(card))
    assert faults(card) == [[]]


async def test_a_ladder_is_taken_back_half_way() -> None:
    """After the links have got their end, the removal that was agreed to is taken back, and does not come."""
    made = await asked(sharing("links", Kind.LINK, EXPIRE, CUT))
    await made.press(await the_case(made, CaseState.TOLD), "agree")
    await made.evaluate(found(made))
    assert (await press(made, await the_case(made, CaseState.ACTED), "take_back", small_council.OWNER)).outcome is (
        PressOutcome.TAKEN_BACK
    )
    made.at(NEXT_YEAR)
    await made.evaluate(found(made))
    assert len(found(made)) == 2


async def test_a_part_goes_back_into_its_question() -> None:
    """Of links and people the owner agreed to the links and takes that back: one question about both, with the numbers of before."""
    made = await asked(sharing("links", Kind.LINK, CUT), sharing("people", Kind.GRANT, CUT_PEOPLE))
    await made.press(await the_case(made, CaseState.TOLD), "agree", kind="link")
    await press(made, await the_case(made, CaseState.DECIDED), "take_back", small_council.OWNER)
    await made.evaluate(found(made))
    whole = await the_case(made, CaseState.TOLD)
    assert {line.key: line.count for line in whole.lines} == {"links/rule": 2, "people/rule": 1}
    assert whole.parts == ()
    taken = await made.press(whole, "agree", kind="link")
    assert taken.outcome is PressOutcome.DECIDED


async def test_whoever_answers_for_the_asset_may_take_it_back() -> None:
    """The deputy who answers since the owner left takes the owner's agreement back, and has the question; the steward cannot."""
    made = await asked(sharing("links", Kind.LINK, CUT))
    await made.press(await the_case(made, CaseState.TOLD), "agree")
    agreed = await the_case(made, CaseState.DECIDED)
    assert (await press(made, agreed, "take_back", small_council.STEWARD)).outcome is PressOutcome.NOT_YOURS
    handed = replace(
        agreed,
        assignee=replace(agreed.assignee, who=replace(agreed.assignee.who, user_id=small_council.DEPUTY.user_id)),
    )
    stored = await made.book.get(agreed.id)
    assert stored is not None
    await made.book.put(stored, handed)

    verdict = await press(made, handed, "take_back", small_council.DEPUTY, left=True)

    assert (verdict.outcome, verdict.case and verdict.case.assignee.user_id) == (
        PressOutcome.TAKEN_BACK,
        small_council.DEPUTY.user_id,
    )


async def test_a_keep_is_taken_back_too() -> None:
    """Keep as it is can be taken back, and the question answered otherwise."""
    made = await asked(sharing("links", Kind.LINK, CUT))
    await made.press(await the_case(made, CaseState.TOLD), "keep", reason="law")
    await press(made, await the_case(made, CaseState.DECIDED), "take_back", small_council.OWNER)
    again = await the_case(made, CaseState.TOLD)
    assert (again.decision, again.keep_until) == (None, None)
    assert (await press(made, again, "agree", small_council.OWNER)).case is not None


async def test_what_is_under_way_stops_at_the_gate() -> None:
    """An agreement that is taken back while its run waits for a worker is refused there: the gate reads the answer anew."""
    made = await asked(sharing("links", Kind.LINK, replace(CUT, after=None)))
    await made.press(await the_case(made, CaseState.TOLD), "agree")
    await made.evaluate(found(made), waits=True)
    await press(made, await the_case(made, CaseState.DECIDED), "take_back", small_council.OWNER)
    await made.work()
    assert len(found(made)) == 2
    assert {one.code async for one in made.office().runs.results("R-2026-1123-01")} == {Code.AGREEMENT}


async def test_what_is_done_is_not_taken_back() -> None:
    """Once it is done the button is gone, and a press of an older card changes nothing."""
    made = await asked(sharing("links", Kind.LINK, replace(CUT, after=None)))
    await made.press(await the_case(made, CaseState.TOLD), "agree")
    agreed = await the_case(made, CaseState.DECIDED)
    await made.evaluate(found(made))
    verdict = await press(made, agreed, "take_back", small_council.OWNER)
    assert verdict.outcome is PressOutcome.ALREADY
    assert [one.decision for one in await made.cases()] == [Verb.AGREE]


async def test_a_second_press_of_one_button_is_answered_with_what_stands() -> None:
    """Who presses Agree twice on a card with two kinds of thing hears what stands, not that the card is out of date."""
    made = await asked(sharing("links", Kind.LINK, CUT), sharing("people", Kind.GRANT, CUT_PEOPLE))
    shown = await the_case(made, CaseState.TOLD)
    await made.press(shown, "agree", kind="link")
    again = await made.press(shown, "agree", kind="link")
    assert again.outcome is PressOutcome.ALREADY
    assert len(await made.cases()) == 2
    taken = await the_case(made, CaseState.DECIDED)
    await press(made, taken, "take_back", small_council.OWNER)
    assert (await press(made, taken, "take_back", small_council.OWNER)).outcome is PressOutcome.ALREADY
