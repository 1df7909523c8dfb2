"""A press of a button: one decision, by the right person, about what they were shown."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from custos.audit.events import What
from custos.engine.case_facts import Decision
from custos.errors import StorageTrouble
from custos.m365.errors import Unavailable
from custos.model.finding import Finding
from custos.notices import decisions
from custos.notices.answer_rights import offers
from custos.notices.assignment import Accountability, Role
from custos.notices.cards import Reader, outcome
from custos.notices.case_lookup import case_facts
from custos.notices.case_store import CaseStore, Stored
from custos.notices.case_update import refresh_cases
from custos.notices.decisions import Press, PressOutcome, PressResult
from custos.notices.model import Case, CaseState, Verb
from custos.notices.question_wording import Topic
from custos.records.model import Delegation, Posture, Records
from tests.notices import small_council
from tests.notices.conftest import Ledger

SOON = small_council.NOW + timedelta(hours=1)


async def told(book: CaseStore, *findings: Finding) -> Case:
    """A case that its owner has on a card."""
    await refresh_cases(
        findings or [small_council.link(1), small_council.link(2)], book=book, situation=small_council.situation()
    )
    (stored,) = [each for each in await book.all() if each.case.state is CaseState.FOUND]
    return (await show(book, stored)).case


async def show(book: CaseStore, stored: Stored) -> Stored:
    case = stored.case
    return await book.put(
        stored,
        replace(case, state=CaseState.TOLD, told_at=small_council.NOW, asked_at=small_council.NOW, shown=case.members),
    )


async def answer(
    made: Press, *, book: CaseStore, now: datetime = SOON, who: Accountability | None = None
) -> PressResult:
    """A press while `who` says who answers for what: by default everybody is in their place."""

    async def accountable(_asset_id: str) -> Accountability:
        return who or small_council.accountable(now=now)

    return await decisions.answer(made, book=book, accountable=accountable, now=now, zone=small_council.ZONE)


def press(case: Case, verb: str = "agree", **changes: str) -> Press:
    made = Press(case_id=case.id, nonce=case.nonce, verb=verb, reason="", user_id=case.assignee.user_id)
    return replace(made, **changes)


async def test_agree_is_a_decision(book: CaseStore, ledger: Ledger) -> None:
    """The assignee agrees: the decision says who, in which role, on what, when; the audit too."""
    case = await told(book)

    verdict = await answer(press(case), book=book, now=SOON)

    assert verdict.case is not None
    assert (verdict.outcome, verdict.case.decision, verdict.case.decided_at) == (PressOutcome.DECIDED, Verb.AGREE, SOON)
    (given,) = verdict.case.answers
    assert (given.who.upn, given.role, given.shown) == (
        small_council.OWNER.upn,
        Role.IAO,
        {"sharing/anyone-without-end": 2},
    )
    assert [event.by for event in ledger.said(What.CASE_DECIDED)] == [small_council.OWNER.upn]


async def test_keep_holds_for_a_year(book: CaseStore) -> None:
    """Keep remembers its reason and is asked again after twelve months."""
    case = await told(book)

    verdict = await answer(press(case, "keep", reason="law"), book=book, now=SOON)

    assert verdict.case is not None
    assert verdict.case.answers[0].reason == "law"
    assert verdict.case.keep_until == datetime(2027, 11, 23, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize("reason", ["", "<script>", "**law**", "LAW", "law " * 40])
async def test_keep_needs_one_of_the_reasons(book: CaseStore, reason: str) -> None:
    """Keep without a reason, or with another than the card's five, straight to the endpoint, is not taken and changes nothing."""
    case = await told(book)

    verdict = await answer(press(case, "keep", reason=reason), book=book, now=SOON)

    stored = await book.get(case.id)
    assert verdict.outcome is PressOutcome.NO_REASON
    assert stored is not None
    assert stored.case == case


async def test_two_presses_at_once_are_one_decision(book: CaseStore, ledger: Ledger) -> None:
    """Of presses that race, whatever they say, exactly one counts."""
    case = await told(book)
    verbs = ["agree", "keep", "agree", "keep", "not_mine", "ask_steward"]

    verdicts = await asyncio.gather(*(answer(press(case, verb, reason="law"), book=book, now=SOON) for verb in verbs))

    taken = [each for each in verdicts if each.outcome in (PressOutcome.DECIDED, PressOutcome.PASSED_ON)]
    stored = await book.get(case.id)
    assert stored is not None
    assert (len(taken), len(stored.case.answers)) == (1, 1)
    assert len(ledger.said(What.CASE_DECIDED)) + len(ledger.said(What.CASE_REASSIGNED)) == 1


async def test_a_nonce_works_once(book: CaseStore) -> None:
    """A replayed press finds the question answered."""
    case = await told(book)
    await answer(press(case), book=book, now=SOON)

    assert (await answer(press(case), book=book, now=SOON)).outcome is PressOutcome.ALREADY


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"user_id": small_council.DEPUTY.user_id}, PressOutcome.NOT_YOURS),
        ({"user_id": ""}, PressOutcome.NOT_YOURS),
        ({"nonce": "guess"}, PressOutcome.OUTDATED),
        ({"nonce": ""}, PressOutcome.OUTDATED),
        ({"nonce": "\ud800"}, PressOutcome.OUTDATED),
        ({"case_id": "0" * 16}, PressOutcome.UNKNOWN),
        ({"case_id": ""}, PressOutcome.UNKNOWN),
        ({"verb": "delete"}, PressOutcome.NOT_OFFERED),
        ({"verb": ""}, PressOutcome.NOT_OFFERED),
    ],
)
async def test_a_press_that_does_not_count(book: CaseStore, changes: dict[str, str], outcome: PressOutcome) -> None:
    """Another person, a guessed nonce, an invented case or verb change nothing."""
    case = await told(book)

    verdict = await answer(press(case, **changes), book=book, now=SOON)

    stored = await book.get(case.id)
    assert verdict.outcome is outcome
    assert stored is not None
    assert stored.case == case


async def test_a_forwarded_card_is_written_down(book: CaseStore, ledger: Ledger) -> None:
    """Who presses somebody else's button is in the audit by object id."""
    case = await told(book)

    await answer(press(case, user_id=small_council.DEPUTY.user_id), book=book, now=SOON)

    assert ledger.said(What.ANSWER_REFUSED)[0].details["user"] == small_council.DEPUTY.user_id


async def test_the_former_owner_cannot_decide(book: CaseStore) -> None:
    """After the case went to the successor the former owner's card is inert, even with their nonce."""
    case = await told(book)
    gone = small_council.situation(people=small_council.directory(disabled=[small_council.OWNER]))
    await refresh_cases([small_council.link(1), small_council.link(2)], book=book, situation=gone)

    assert (await answer(press(case), book=book, now=SOON)).outcome is PressOutcome.NOT_YOURS


async def test_asking_the_steward_hands_the_question_over(book: CaseStore, ledger: Ledger) -> None:
    """The steward gets the case with a nonce of their own and the owner's deadline; refreshing leaves it with them."""
    case = await told(book)
    due = small_council.NOW + timedelta(days=7)
    stored = await book.get(case.id)
    assert stored is not None
    await book.put(stored, replace(case, deadline=due))

    verdict = await answer(press(case, "ask_steward"), book=book, now=SOON)
    await refresh_cases(
        [small_council.link(1), small_council.link(2)], book=book, situation=small_council.situation(now=SOON)
    )

    after = await book.get(case.id)
    assert after is not None
    assert verdict.outcome is PressOutcome.PASSED_ON
    assert (after.case.assignee.who.upn, after.case.assignee.role) == (small_council.STEWARD.upn, Role.STEWARD)
    assert (after.case.state, after.case.deadline) == (CaseState.FOUND, due)
    assert after.case.nonce not in ("", case.nonce)
    assert ledger.said(What.CASE_REASSIGNED)[0].details["to"] == small_council.STEWARD.upn
    assert (await answer(press(case), book=book, now=SOON)).outcome is PressOutcome.NOT_YOURS


async def test_the_steward_answers_for_the_owner(book: CaseStore) -> None:
    """What a steward decides says for whom."""
    case = await told(book, small_council.stale())
    handed = (await answer(press(case, "ask_steward"), book=book, now=SOON)).case
    assert handed is not None
    stored = await book.get(case.id)
    assert stored is not None
    shown = (await show(book, stored)).case

    verdict = await answer(press(shown, "keep", reason="in_use"), book=book, now=SOON)

    assert verdict.case is not None
    assert verdict.case.answers[-1].on_behalf_of == small_council.OWNER.upn


@pytest.mark.parametrize("topic", [small_council.REMOVAL])
async def test_a_steward_cannot_do_the_irreversible(book: CaseStore, topic: Topic) -> None:
    """A steward's press of a button that was never on their card changes nothing."""
    case = await told(book, small_council.link(1, topic=topic))
    await answer(press(case, "ask_steward"), book=book, now=SOON)
    stored = await book.get(case.id)
    assert stored is not None
    shown = (await show(book, stored)).case

    assert (await answer(press(shown, "agree"), book=book, now=SOON)).outcome is PressOutcome.NOT_OFFERED


async def test_a_steward_s_not_mine_goes_back(book: CaseStore) -> None:
    """A steward who says "not mine" gives the question back to the owner who asked."""
    case = await told(book)
    await answer(press(case, "ask_steward"), book=book, now=SOON)
    stored = await book.get(case.id)
    assert stored is not None
    shown = (await show(book, stored)).case

    verdict = await answer(press(shown, "not_mine"), book=book, now=SOON)

    assert verdict.case is not None
    assert (verdict.case.assignee.who.upn, verdict.case.asked_by) == (small_council.OWNER.upn, None)


async def test_the_owner_follows_a_steward_whom_the_rule_asked(book: CaseStore) -> None:
    """Where a rule asks the steward first, their "not mine" hands it to the owner, also after the next refresh."""
    first = replace(small_council.ANYONE, ask=Role.STEWARD)
    asking = small_council.situation(topics=[first])
    await refresh_cases([small_council.link(1)], book=book, situation=asking)
    (stored,) = await book.all()
    assert stored.case.assignee.who.upn == small_council.STEWARD.upn
    shown = (await show(book, stored)).case

    verdict = await answer(press(shown, "not_mine"), book=book, now=SOON)
    await refresh_cases([small_council.link(1)], book=book, situation=asking)

    (after,) = await book.all()
    assert verdict.case is not None
    assert verdict.case.assignee.who.upn == after.case.assignee.who.upn == small_council.OWNER.upn
    assert after.case.assignee.role is Role.IAO


async def test_not_mine_goes_to_the_keeper_of_the_register(book: CaseStore) -> None:
    """Not mine stops the clock and goes to the head of information governance, also after the next refresh."""
    case = await told(book)

    verdict = await answer(press(case, "not_mine"), book=book, now=SOON)
    await refresh_cases(
        [small_council.link(1), small_council.link(2)], book=book, situation=small_council.situation(now=SOON)
    )

    after = await book.get(case.id)
    assert after is not None
    assert verdict.outcome is PressOutcome.PASSED_ON
    assert (after.case.assignee.who.upn, after.case.deadline) == (small_council.GOVERNANCE.upn, None)
    assert Verb.NOT_MINE not in {offer.verb for offer in offers(after.case)}


async def test_a_mended_register_ends_the_dispute(book: CaseStore) -> None:
    """When the register names somebody else the case goes to them."""
    case = await told(book)
    await answer(press(case, "not_mine"), book=book, now=SOON)
    mended = small_council.records(small_council.asset(iao=small_council.SEND_OWNER.upn))

    await refresh_cases(
        [small_council.link(1), small_council.link(2)], book=book, situation=small_council.situation(held=mended)
    )

    after = await book.get(case.id)
    assert after is not None
    assert after.case.assignee.who.upn == small_council.SEND_OWNER.upn


async def test_a_question_that_was_never_shown_cannot_be_answered(book: CaseStore) -> None:
    """Nobody decides about facts that they were not shown."""
    await refresh_cases([small_council.link(1)], book=book, situation=small_council.situation())
    (stored,) = await book.all()

    assert (await answer(press(stored.case), book=book, now=SOON)).outcome is PressOutcome.OUTDATED


async def test_a_decision_outlives_an_audit_that_was_away(book: CaseStore, ledger: Ledger) -> None:
    """A decision taken while the audit cannot be reached stands, and is recorded later."""
    case = await told(book)
    ledger.away = True
    verdict = await answer(press(case), book=book, now=SOON)
    ledger.away = False

    assert verdict.outcome is PressOutcome.DECIDED
    assert await book.settle() == 1
    assert len(ledger.said(What.CASE_DECIDED)) == 1


async def test_the_planner_sees_what_was_decided_about_each_finding(book: CaseStore) -> None:
    """A decision counts for the findings on the card, not for one that came later, nor for another rule."""
    shown, later, other = (
        small_council.link(1),
        small_council.link(9),
        small_council.link(1, topic=small_council.REMOVAL),
    )
    case = await told(book, shown)
    before = await case_facts(book, [shown, later, other], small_council.records(), small_council.NOW.date())
    await answer(press(case), book=book, now=SOON)

    facts = await case_facts(book, [shown, later, other], small_council.records(), small_council.NOW.date())

    key = (shown.policy, shown.rule, shown.subject.key)
    assert (before[key].told_at, before[key].decision) == (small_council.NOW, None)
    assert before[later.policy, later.rule, later.subject.key].told_at is None
    assert (facts[key].decision, facts[key].decided_by) == (Decision.AGREE, "Priya Nair")
    assert set(facts) == {key}


async def test_the_planner_sees_a_keep_on_the_whole_library(book: CaseStore) -> None:
    """A stale library that is kept is kept until its day."""
    case = await told(book, small_council.stale())
    await answer(press(case, "keep", reason="in_use"), book=book, now=SOON)

    (facts,) = (
        await case_facts(book, [small_council.stale()], small_council.records(), small_council.NOW.date())
    ).values()

    assert facts.decision is Decision.KEEP
    assert facts.keep_until == datetime(2027, 11, 23, 10, 0, tzinfo=UTC)


async def test_a_refusal_that_cannot_be_recorded_is_no_answer(book: CaseStore, ledger: Ledger) -> None:
    """While the audit is away a wrong press is an error, not a quiet refusal."""
    case = await told(book)
    ledger.away = True

    with pytest.raises(StorageTrouble):
        await answer(press(case, user_id=small_council.DEPUTY.user_id), book=book, now=SOON)


GRANTS = replace(small_council.REMOVAL, rule="person-outside", title="People outside any agreement")
NOTHING_FOLLOWS = replace(small_council.ANYONE, rule="site-open", title="Sites that are open", steps=())


async def test_accepting_a_risk_cannot_be_lent(book: CaseStore) -> None:
    """A steward's Keep of people or links from outside, straight to the endpoint with a right nonce, is refused and audited."""
    case = await told(book)
    await answer(press(case, "ask_steward"), book=book)
    stored = await book.get(case.id)
    assert stored is not None
    shown = (await show(book, stored)).case

    verdict = await answer(press(shown, "keep", reason="other"), book=book)

    assert verdict.outcome is PressOutcome.NOT_OFFERED
    assert verdict.case is not None
    assert verdict.case.decision is None


@pytest.mark.parametrize(
    "gone",
    [
        small_council.accountable(people=small_council.directory(disabled=[small_council.OWNER])),
        small_council.accountable(people=small_council.directory(without=[small_council.OWNER])),
        small_council.accountable(held=small_council.records(small_council.asset(iao=small_council.SEND_OWNER.upn))),
        small_council.accountable(
            held=small_council.records(
                posts=[small_council.post(small_council.OWNER, "Director", None, valid_to=date(2026, 11, 22))]
            )
        ),
    ],
)
async def test_the_person_is_checked_at_the_press(book: CaseStore, ledger: Ledger, gone: Accountability) -> None:
    """An owner who left, or whom the register names no longer, presses their card before any evaluation noticed: refused, and the
    question is with whoever answers for the asset now."""
    case = await told(book)

    verdict = await answer(press(case), book=book, who=gone)

    assert verdict.outcome is PressOutcome.NO_LONGER
    assert verdict.case is not None
    assert verdict.case.decision is None
    assert verdict.case.assignee.user_id not in ("", small_council.OWNER.user_id)
    assert ledger.said(What.ANSWER_REFUSED)[0].details["why"] == "no_longer"


@pytest.mark.parametrize("lent", [(), (replace(small_council.LENT, valid_to=date(2026, 11, 22)),)])
async def test_a_steward_answers_while_the_delegation_lasts(book: CaseStore, lent: tuple[Delegation, ...]) -> None:
    """A steward whose delegation ended, or was taken away, since the card was sent decides nothing: it is the owner's again."""
    case = await told(book, small_council.stale())
    await answer(press(case, "ask_steward"), book=book)
    stored = await book.get(case.id)
    assert stored is not None
    shown = (await show(book, stored)).case

    without = small_council.accountable(held=replace(small_council.records(), delegations=lent))
    verdict = await answer(press(shown, "keep", reason="in_use"), book=book, who=without)

    assert verdict.outcome is PressOutcome.NO_LONGER
    assert verdict.case is not None
    assert verdict.case.assignee.user_id == small_council.OWNER.user_id


async def test_a_press_counts_for_nothing_while_the_account_cannot_be_read(book: CaseStore) -> None:
    """Nobody can tell whether that person is still here: the press is not taken, and the question stays theirs."""
    case = await told(book)
    odd = Accountability(
        records=small_council.records(),
        directory=small_council.directory(unread=[small_council.OWNER]),
        today=SOON.date(),
    )

    verdict = await answer(press(case), book=book, who=odd)

    stored = await book.get(case.id)
    assert verdict.outcome is PressOutcome.UNCHECKED
    assert stored is not None
    assert stored.case == case


async def test_an_unread_directory_takes_no_answer(book: CaseStore) -> None:
    """While Entra cannot be read nobody's press counts, and nothing is changed."""
    case = await told(book)

    async def away(_asset_id: str) -> Accountability:
        raise Unavailable("Entra is away")

    verdict = await decisions.answer(press(case), book=book, accountable=away, now=SOON, zone=small_council.ZONE)

    stored = await book.get(case.id)
    assert verdict.outcome is PressOutcome.UNCHECKED
    assert stored is not None
    assert stored.case == case


async def test_one_agreement_is_about_one_kind(book: CaseStore) -> None:
    """Links and people's access on one card are agreed to apart; what was not answered stays open under the same id, with its card."""
    people = [small_council.grant(number, topic=GRANTS) for number in range(5)]
    situation = small_council.situation(topics=[small_council.ANYONE, GRANTS])
    await refresh_cases([small_council.link(1), small_council.link(2), *people], book=book, situation=situation)
    (stored,) = await book.all()
    case = (await show(book, stored)).case
    assert (await answer(press(case), book=book)).outcome is PressOutcome.NOT_OFFERED

    verdict = await answer(press(case, kind="link"), book=book)
    await refresh_cases([small_council.link(1), small_council.link(2), *people], book=book, situation=situation)

    assert verdict.case is not None
    states = {line.key: each.case.state for each in await book.all() for line in each.case.lines}
    assert states == {"sharing/anyone-without-end": CaseState.DECIDED, "sharing/person-outside": CaseState.TOLD}
    assert (verdict.case.id, verdict.case.state) == (case.id, CaseState.TOLD)
    assert [part.answers[0].shown for part in await book.on_card(verdict.case.parts)] == [
        {"sharing/anyone-without-end": 2}
    ]
    assert (await answer(press(verdict.case), book=book)).outcome is PressOutcome.DECIDED


async def test_what_nobody_agreed_to_says_so_in_other_hands(book: CaseStore) -> None:
    """After one kind was agreed to and the rest went to somebody else, nobody is said to have agreed to the rest."""
    situation = small_council.situation(topics=[small_council.ANYONE, GRANTS])
    await refresh_cases([small_council.link(1), small_council.grant(1, topic=GRANTS)], book=book, situation=situation)
    (stored,) = await book.all()
    case = (await show(book, stored)).case
    rest = (await answer(press(case, kind="link"), book=book)).case
    assert rest is not None
    ended = small_council.records(
        posts=[small_council.post(small_council.OWNER, "Director of Planning", None, valid_to=date(2026, 11, 22))]
    )

    verdict = await answer(press(rest), book=book, who=small_council.accountable(held=ended))

    assert (verdict.outcome, verdict.case and verdict.case.answers) == (PressOutcome.NO_LONGER, ())
    assert verdict.case is not None
    reader = Reader(user_id=small_council.OWNER.user_id, today=SOON.date(), zone=small_council.ZONE)
    assert outcome(verdict.case, reader) == "This is with Owen Hughes, deputy Information Asset Owner."


async def test_what_no_step_follows_for_is_not_agreed(book: CaseStore) -> None:
    """Of two facts one has a step: Agree covers that one, and the planner hears of no agreement about the other."""
    situation = small_council.situation(topics=[small_council.ANYONE, NOTHING_FOLLOWS])
    findings = [small_council.link(1), small_council.link(2, topic=NOTHING_FOLLOWS)]
    await refresh_cases(findings, book=book, situation=situation)
    (stored,) = await book.all()
    case = (await show(book, stored)).case

    verdict = await answer(press(case), book=book)

    assert verdict.case is not None
    assert [line.rule for line in verdict.case.lines] == ["site-open"]
    facts = await case_facts(book, findings, small_council.records(), small_council.NOW.date())
    decided = {rule: known.decision for (_, rule, _), known in facts.items()}
    assert decided == {"anyone-without-end": Decision.AGREE, "site-open": None}


@pytest.mark.parametrize(
    ("changes", "until"),
    [
        (
            {"agreements": {"SA-01": small_council.agreement(ends=date(2027, 6, 30))}},
            datetime(2027, 7, 1, 0, 0, tzinfo=small_council.ZONE),
        ),
        (
            {"exemptions": (small_council.exemption(expires=date(2026, 12, 31)),)},
            datetime(2027, 1, 1, 0, 0, tzinfo=small_council.ZONE),
        ),
        (
            {"exemptions": (small_council.exemption(expires=date(2031, 12, 31)),)},
            datetime(2027, 11, 23, 10, 0, tzinfo=UTC),
        ),
    ],
)
async def test_no_answer_outlives_what_it_rests_on(book: CaseStore, changes: dict[str, Any], until: datetime) -> None:
    """A Keep holds until the exception or agreement in force ends, a year at most."""
    case = await told(book)
    who = small_council.accountable(held=replace(small_council.records(), **changes))

    verdict = await answer(press(case, "keep", reason="law"), book=book, who=who)

    assert verdict.case is not None
    assert verdict.case.keep_until == until


@pytest.mark.parametrize(
    "later",
    [
        small_council.records(),
        small_council.records(small_council.asset(personal_data="special_category")),
        small_council.records(small_council.asset(posture=Posture.PUBLIC_VIEW)),
    ],
)
async def test_an_answer_falls_with_its_grounds(book: CaseStore, later: Records) -> None:
    """When the agreement is taken out of the register, or the asset becomes another thing, the question is asked again and the
    planner does not count the answer."""
    held = replace(small_council.records(), agreements={"SA-01": small_council.agreement(ends=date(2027, 6, 30))})
    case = await told(book)
    await answer(press(case, "keep", reason="law"), book=book, who=small_council.accountable(held=held))
    findings = [small_council.link(1), small_council.link(2)]
    assert set(await case_facts(book, findings, held, SOON.date()))

    assert await case_facts(book, findings, later, SOON.date()) == {}
    report = await refresh_cases(findings, book=book, situation=small_council.situation(held=later))

    assert (report.released, report.opened) == (1, 1)
