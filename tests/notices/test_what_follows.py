"""A card, a case and the plan agree about what can still be done: after an undo, on what Microsoft or the register bars, in part."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from custos.model.action import Outcome
from custos.model.action_kind import ActionKind
from custos.model.duration import Duration
from custos.model.finding import Finding, Protection
from custos.model.policy import Family, OnlyIf, Policy, Recipient, Step
from custos.model.subject import Kind
from custos.notices.cards import Reader, outcome
from custos.notices.model import Case, CaseState
from tests.engine.planned import finding, grant_subject, link_subject, policy, step
from tests.notices import small_council
from tests.notices.memory_loop import Council, council
from tests.notices.test_cards import faults, texts

ASK = step(ActionKind.ASK, to=Recipient.OWNER, within=Duration(5, "working day"))
EXPIRE = step(ActionKind.SET_EXPIRY, expiry=Duration(5, "working day"))
EXPIRE_AGREED = replace(EXPIRE, only_if=OnlyIf.OWNER_AGREES)
CUT = step(ActionKind.REMOVE_LINK, only_if=OnlyIf.OWNER_AGREES)
END = "An end for the link: Somebody took it back (U-2026-1123-01), so no policy does it again."
TUESDAY = datetime(2026, 11, 24, 9, 15, tzinfo=UTC)
WEDNESDAY = datetime(2026, 11, 25, 9, 15, tzinfo=UTC)


def links(*steps: Step) -> Policy:
    return replace(policy(ASK, *steps, name="links", kind=Kind.LINK, fact="link_scope"), family=Family.SHARING)


def found(made: Council, *numbers: int) -> list[Finding]:
    """What the rule finds of links that anyone can open and that have no end."""
    here = {number: made.tenant.lives.get(link_subject(number).key) for number in numbers}
    return [
        finding(link_subject(number), of="links")
        for number, live in here.items()
        if live is not None and live.found and live.values.get("expires") is None
    ]


async def given_an_end_and_put_back(*numbers: int, steps: tuple[Step, ...] = (EXPIRE, CUT)) -> Council:
    """Links got an end, somebody put that back, and the next morning their owner is asked."""
    made = council(links(*steps))
    for number in numbers:
        made.tenant.link(number)
    await made.evaluate(found(made, *numbers))
    await made.undo("R-2026-1123-01")
    made.at(TUESDAY)
    await made.evaluate(found(made, *numbers))
    await made.digest()
    return made


def said(made: Council) -> str:
    """What the last card says, as it is read."""
    return "\n".join(texts(made.channels.cards[-1][1])).replace("\\", "").replace("\u2060", "")


async def the_open(made: Council) -> Case:
    (only,) = [one for one in await made.cases() if one.state.is_open]
    return only


def links_left(made: Council) -> list[str]:
    return [key for key, live in made.tenant.lives.items() if live.found]


async def test_a_card_promises_nothing_that_was_put_back() -> None:
    """After an undo the owner is asked about what can still be done, the card says what cannot and why, and silence does nothing."""
    made = await given_an_end_and_put_back(1)
    card = said(made)
    assert "Each link is removed. It CANNOT BE UNDONE" in card
    assert f"Not done any more\n{END}" in card
    assert "Nothing is deleted or changed; after" in card
    assert "set to end" not in card
    assert faults(made.channels.cards[-1][1]) == [[]]


async def test_what_is_agreed_to_after_an_undo_is_done() -> None:
    """Who agrees to the removal after the link's end was put back gets what the card says: the link is removed, and the card says so."""
    made = await given_an_end_and_put_back(1)
    await made.press(await the_open(made), "agree")
    await made.evaluate(found(made, 1))
    assert links_left(made) == []
    assert [one.state for one in await made.cases() if one.answers] == [CaseState.ACTED]


async def test_an_agreement_does_not_outlive_its_undo() -> None:
    """An agreement whose act was put back ends: its card says why, nothing more is taken away for it, and what can still be done is a
    question of its own."""
    made = council(links(EXPIRE_AGREED, CUT))
    made.tenant.link(1)
    await made.evaluate(found(made, 1))
    await made.digest()
    await made.press(await the_open(made), "agree")
    await made.evaluate(found(made, 1))
    assert made.tenant.lives[link_subject(1).key].values["expires"] is not None
    made.later(hours=1)
    await made.undo("R-2026-1123-01")
    made.at(TUESDAY)
    await made.evaluate(found(made, 1))
    agreed, asked = sorted(await made.cases(), key=lambda one: one.number)
    assert (agreed.state, asked.state) == (CaseState.RELEASED, CaseState.FOUND)
    assert "What was agreed to is not done. An end for the link: Somebody took it back" in agreed.released_why
    assert [step.kind for step in asked.lines[0].steps] == [ActionKind.REMOVE_LINK]
    line = outcome(
        agreed, Reader(user_id=small_council.OWNER.user_id, today=made.now.date(), zone=small_council.ZONE)
    ).replace("\\", "")
    assert line.startswith(
        "Agreed by you on 23 November 2026 at 09:00. What was agreed to is not done. An end for the link"
    )
    made.at(WEDNESDAY)
    await made.evaluate(found(made, 1))
    assert links_left(made) == [link_subject(1).key]


async def test_what_is_barred_in_part_is_said_in_part() -> None:
    """Of two links of which one end was put back, the card says for how many each step follows, and the agreement what it does not do."""
    made = council(links(EXPIRE_AGREED))
    made.tenant.link(1)
    await made.evaluate(found(made, 1))
    await made.digest()
    await made.press(await the_open(made), "agree")
    await made.evaluate(found(made, 1))
    made.later(hours=1)
    await made.undo("R-2026-1123-01")
    made.tenant.link(2)
    made.at(TUESDAY)
    await made.evaluate(found(made, 1, 2))
    await made.digest()
    assert "Each link is set to end 5 working days later (1 of them)" in said(made)
    assert "An end for the link (1 of 2): Somebody took it back" in said(made)
    await made.press(await the_open(made), "agree")
    await made.evaluate(found(made, 1, 2))
    (acted,) = [one for one in await made.cases() if one.state is CaseState.ACTED]
    assert "(1 of 2)" in acted.barred


async def test_what_a_card_in_hand_promised_changes_under_it() -> None:
    """Where an end is put back while the question stands, the card is brought up to date, and a press of the older card counts no more."""
    made = council(links(replace(EXPIRE, after=Duration(1, "working day"))))
    made.tenant.link(1)
    await made.evaluate(found(made, 1))
    await made.digest()
    before = await the_open(made)
    made.at(WEDNESDAY)
    await made.evaluate(found(made, 1))
    made.later(hours=1)
    await made.undo("R-2026-1125-01")
    await made.evaluate(found(made, 1))
    after = await the_open(made)
    assert after.lines[0].steps == ()
    assert after.nonce != before.nonce
    assert (await made.press(before, "keep", reason="law")).outcome.value == "outdated"


async def test_the_class_of_a_place_bars_as_an_undo_does() -> None:
    """What the register's class allows is not taken away, so no card proposes to, and nobody can agree to it."""
    allowed = Protection(code="posture", reference="IA-004", sentence="The class of the place allows it.")
    made = council(links(CUT))
    made.tenant.link(1)
    await made.evaluate([replace(one, protections=(allowed,)) for one in found(made, 1)])
    await made.digest()
    assert (await the_open(made)).lines[0].steps == ()
    assert '"verb": "agree"' not in made.cards()[-1]


async def test_silence_on_a_vital_record_is_not_promised_an_act() -> None:
    """On a vital record an end needs the owner's word: silence does nothing and the card says so; the agreement sets it."""
    vital = Protection(code="vital record", reference="IA-004", sentence="It is a vital record.")
    made = council(links(EXPIRE))
    made.tenant.link(1)
    await made.evaluate([replace(one, protections=(vital,)) for one in found(made, 1)])
    await made.digest()
    assert "Nothing is deleted or changed" in made.cards()[-1]
    await made.press(await the_open(made), "agree")
    await made.evaluate([replace(one, protections=(vital,)) for one in found(made, 1)])
    results = [one.outcome async for one in made.office().runs.results("R-2026-1123-01")]
    assert results == [Outcome.DONE]


def sharing(number: int, domain: str, *, name: str) -> Finding:
    subject = replace(grant_subject(number), name=name)
    made = finding(subject, of="people", person=f"nurse{number}@{domain}", person_domain=domain)
    return replace(made, because=f"Somebody of {domain} has access (read), and no agreement in date covers them.")


async def test_a_card_names_every_finding_s_organisation_and_people() -> None:
    """Where the rule's findings differ, each sentence stands on the card with its number and people, the most frequent first."""
    rule = policy(ASK, step(ActionKind.REMOVE_GRANT, only_if=OnlyIf.OWNER_AGREES), name="people", kind=Kind.GRANT)
    made = council(replace(rule, family=Family.SHARING))
    several = [("eastvale-nhs.example", 3), ("acme.example", 1), ("b.example", 1), ("c.example", 1), ("d.example", 2)]
    wanted = [(domain, n) for domain, count in several for n in range(count)]
    await made.evaluate([sharing(n, each, name=f"m{n}.pdf") for n, (each, _) in enumerate(wanted, 1)])
    await made.digest()
    card = said(made)
    assert "3: Somebody of eastvale" in card
    for number in (1, 2, 3):
        assert f"nurse{number}" in card
    assert "1 more, each with a finding of its own." in card
    assert "people." not in card.splitlines()
    assert faults(made.channels.cards[-1][1]) == [[]]


async def test_a_sensitive_asset_s_sentences_hold_no_names() -> None:
    """Of a sensitive asset organisations and people are named, a sentence with a file's name in it is counted and not told."""
    rule = policy(ASK, step(ActionKind.REMOVE_GRANT, only_if=OnlyIf.OWNER_AGREES), name="people", kind=Kind.GRANT)
    made = council(replace(rule, family=Family.SHARING), personal_data="special_category")
    told = [sharing(1, "acme.example", name="Jamie.docx"), sharing(2, "b.example", name="Robin.docx")]
    await made.evaluate([*told, replace(sharing(3, "c.example", name="Ashley.docx"), because="Ashley.docx is shared.")])
    await made.digest()
    card = said(made)
    assert "acme" in card
    assert "1 more, each with a finding of its own." in card
    assert not any(name in card for name in ("Jamie", "Robin", "Ashley"))
