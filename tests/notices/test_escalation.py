"""A question that nobody answers: told, reminded, up the line of accountability, onto the list; whatever dies, fires twice or goes back."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from custos.audit.events import What
from custos.model.action_kind import ActionKind
from custos.model.duration import Duration
from custos.model.policy import Family, OnlyIf, Policy, Recipient
from custos.model.subject import Kind
from custos.notices.assignment import Role
from custos.notices.model import Case, CaseState
from tests.engine.planned import finding, link_subject, policy, step
from tests.notices import small_council
from tests.notices.failing_channels import Killed
from tests.notices.memory_loop import Council, council
from tests.notices.small_council import DEPUTY, MANAGER, OWNER, SIRO, STEWARD

MONDAY = datetime(2026, 11, 23, 9, 15, tzinfo=UTC)


def asking(to: Recipient = Recipient.OWNER) -> Policy:
    ask = step(ActionKind.ASK, to=to, within=Duration(10, "working day"))
    cut = step(ActionKind.REMOVE_LINK, only_if=OnlyIf.OWNER_AGREES)
    steps = (ask, cut) if to is Recipient.OWNER else (ask,)
    return replace(policy(*steps, name="links", kind=Kind.LINK, fact="link_scope"), family=Family.SHARING)


async def asked(to: Recipient = Recipient.OWNER) -> Council:
    """A council whose owner, or steward, was asked about a link this Monday."""
    made = council(asking(to))
    made.at(MONDAY)
    await made.evaluate([finding(link_subject(1), of="links")])
    await made.digest()
    return made


async def the_case(made: Council) -> Case:
    (only,) = await made.cases()
    return only


async def mornings(made: Council, until: date, *, twice: bool = False) -> None:
    """Each working day's timer until a day, that day included."""
    while made.now.date() < until:
        made.later(days=1)
        if made.now.weekday() < 5:
            await made.digest()
            if twice:
                await made.digest()


def messages(made: Council) -> Counter[str]:
    """How many cards each person got."""
    names = {f"chat-{one.user_id}": one.name for one in small_council.EVERYBODY}
    return Counter(names[chat] for chat, _, _ in made.channels.cards)


@pytest.mark.parametrize("twice", [False, True])
async def test_nobody_answers(twice: bool) -> None:
    """The owner is told once and reminded twice, then the line manager, then it is on the SIRO's list; never down, and nothing is done."""
    made = await asked()
    await mornings(made, date(2026, 12, 7), twice=twice)
    assert (await the_case(made)).state is CaseState.REMINDED
    assert messages(made) == {OWNER.name: 3}
    await mornings(made, date(2026, 12, 22), twice=twice)
    case = await the_case(made)
    assert (case.state, case.assignee.role, [one.role for one in case.unanswered]) == (
        CaseState.ESCALATED,
        Role.MANAGER,
        [Role.IAO],
    )
    await mornings(made, date(2027, 2, 1), twice=twice)
    case = await the_case(made)
    assert (case.state, case.assignee.user_id) == (CaseState.DUE, SIRO.user_id)
    assert messages(made) == {OWNER.name: 3, MANAGER.name: 3, SIRO.name: 1}
    said = [event.what for event in made.store.audit.events if event.what.value.startswith("case:")]
    assert Counter(said) == {
        What.CASE_OPENED: 1,
        What.CASE_TOLD: 3,
        What.CASE_REMINDED: 4,
        What.CASE_ESCALATED: 2,
    }
    assert [key for key, live in made.tenant.lives.items() if not live.found] == []


async def test_the_card_says_so() -> None:
    """A reminder says since when and until when; a manager's card says who did not answer; the owner's says where it went."""
    made = await asked()
    await mornings(made, date(2026, 11, 30))
    assert (
        "A reminder: you were asked on 23 November 2026, and an answer is due by Monday 7 December 2026."
        in made.cards()[1]
    )
    await mornings(made, date(2026, 12, 8))
    said = made.cards()[-1].replace("\\", "")
    assert (
        "Priya Nair, Information Asset Owner, was asked on 23 November 2026 and had not answered by 7 December 2026."
        in said
    )
    assert any("This is with Ruth Adler" in text.replace("\\", "") for _, _, text in made.channels.updates)


async def test_a_steward_s_silence_goes_to_the_owner() -> None:
    """What a steward is asked and does not answer is the owner's, who has a clock of their own and is told why."""
    made = await asked(Recipient.STEWARD)
    assert messages(made) == {STEWARD.name: 1}
    await mornings(made, date(2026, 12, 8))
    case = await the_case(made)
    assert (case.assignee.user_id, case.state) == (OWNER.user_id, CaseState.ESCALATED)
    assert case.deadline is not None
    assert case.deadline.date() == date(2026, 12, 22)
    assert not case.assignee.steward.user_id


async def test_who_is_asked_late_may_answer() -> None:
    """A manager who was asked because the owner was silent decides as the owner would; then nobody is reminded any more."""
    made = await asked()
    await mornings(made, date(2026, 12, 8))
    verdict = await made.press(await the_case(made), "keep", reason="in_use")
    await mornings(made, date(2027, 1, 20))
    case = await the_case(made)
    assert (verdict.outcome.value, case.state, case.answers[0].role) == ("decided", CaseState.DECIDED, Role.MANAGER)
    assert messages(made) == {OWNER.name: 3, MANAGER.name: 1}


async def test_the_owner_s_press_comes_too_late() -> None:
    """Once it went up the line the owner's old card answers nothing: one person is asked at a time."""
    made = await asked()
    old = await the_case(made)
    await mornings(made, date(2026, 12, 8))
    verdict = await made.press(old, "keep", reason="in_use")
    assert verdict.outcome.value == "not_yours"


async def test_nobody_above_can_be_asked() -> None:
    """With no manager and no SIRO in post it stays with the owner, is due, and nobody hears of it every day."""
    made = await asked()
    made.people = small_council.directory(disabled=[MANAGER, SIRO])
    await mornings(made, date(2027, 1, 20))
    case = await the_case(made)
    assert (case.state, case.assignee.user_id) == (CaseState.DUE, OWNER.user_id)
    assert messages(made) == {OWNER.name: 3}


async def test_an_owner_who_leaves_is_followed_the_same_day() -> None:
    """The morning after an account is switched off the deputy has the question, with a clock of their own, whether or not its library
    could be read; the audit says that the deadline moved, and why."""
    made = await asked()
    await mornings(made, date(2026, 12, 2))
    made.people = small_council.directory(disabled=[OWNER])
    await mornings(made, date(2026, 12, 3))
    case = await the_case(made)
    assert (case.assignee.user_id, case.state) == (DEPUTY.user_id, CaseState.TOLD)
    assert case.deadline is not None
    assert case.deadline.date() == date(2026, 12, 17)
    (moved,) = [event for event in made.store.audit.events if event.what is What.CASE_REASSIGNED]
    assert str(moved.details["deadline_was"]).startswith("2026-12-07")
    assert any("This is with Owen Hughes" in text for _, _, text in made.channels.updates)


async def test_a_manager_who_leaves_is_followed_upwards() -> None:
    """What went up the line and finds its holder gone goes higher, never back down."""
    made = await asked()
    await mornings(made, date(2026, 12, 8))
    made.people = small_council.directory(disabled=[MANAGER])
    await mornings(made, date(2026, 12, 9))
    assert (await the_case(made)).assignee.user_id == SIRO.user_id


async def test_timers_that_were_away_forget_nobody() -> None:
    """An app that was off from before the first reminder until after the deadline sends the question up, once, when it is back."""
    made = await asked()
    made.at(datetime(2026, 12, 16, 9, 15, tzinfo=UTC))
    await made.digest()
    case = await the_case(made)
    assert (case.assignee.user_id, messages(made)) == (MANAGER.user_id, {OWNER.name: 1, MANAGER.name: 1})
    assert case.deadline is not None
    assert case.deadline.date() == date(2026, 12, 30)


async def test_a_clock_that_goes_back_repeats_nothing() -> None:
    """A week lived again sends no message again, and what comes after it comes on its day."""
    made = await asked()
    await mornings(made, date(2026, 12, 3))
    made.at(datetime(2026, 11, 26, 9, 15, tzinfo=UTC))
    await made.digest()
    await mornings(made, date(2026, 12, 7))
    assert messages(made) == {OWNER.name: 3}
    await mornings(made, date(2026, 12, 8))
    assert messages(made) == {OWNER.name: 3, MANAGER.name: 1}


@pytest.mark.parametrize("where", ["before", "on_the_way", "after"])
async def test_killed_at_a_reminder(where: str) -> None:
    """A worker that dies with a reminder in hand sends no second one that day, and nobody is forgotten: what is not certain comes the next
    day, and at the deadline it goes up all the same."""
    made = await asked()
    await mornings(made, date(2026, 11, 27))
    getattr(made.channels, where).append(Killed())
    made.at(datetime(2026, 11, 30, 9, 15, tzinfo=UTC))
    with pytest.raises(Killed):
        await made.digest()
    for _ in range(3):
        made.later(minutes=20)
        await made.digest()
    on_the_day = len(made.channels.cards) - 1
    assert on_the_day == (0 if where == "on_the_way" else 1)
    await mornings(made, date(2026, 12, 1))
    assert len(made.channels.cards) == (3 if where == "after" else 2)
    await mornings(made, date(2026, 12, 8))
    assert (await the_case(made)).assignee.user_id == MANAGER.user_id


async def test_killed_between_escalation_and_word() -> None:
    """A case that went up while the worker died before the digest is told to the manager by the next one."""
    made = await asked()
    await mornings(made, date(2026, 12, 7))
    made.later(days=1)
    made.channels.before.append(Killed())
    with pytest.raises(Killed):
        await made.digest()
    assert (await the_case(made)).asked_at is None
    made.later(minutes=30)
    await made.digest()
    case = await the_case(made)
    assert (case.assignee.user_id, case.asked_at is not None) == (MANAGER.user_id, True)


async def test_a_deadline_is_set_once() -> None:
    """Evaluations, further findings of the same question and a later word do not move the day that the first card named."""
    made = await asked()
    first = (await the_case(made)).deadline
    await mornings(made, date(2026, 11, 26))
    await made.evaluate([finding(link_subject(number), of="links") for number in (1, 2)])
    await mornings(made, date(2026, 11, 27))
    case = await the_case(made)
    assert (case.deadline, case.lines[0].count) == (first, 2)
    assert messages(made) == {OWNER.name: 2}
    assert made.now - MONDAY == timedelta(days=4)


@pytest.mark.parametrize("every_day", [True, False])
async def test_a_question_that_grows_goes_up_on_its_day(every_day: bool) -> None:
    """Another link on the last day, or on each, leaves the day as it is: in the morning after it the manager has the question, and
    nobody is told a day that is over."""
    made = await asked()
    links = 1
    while made.now.date() < date(2026, 12, 7):
        made.later(days=1)
        if made.now.weekday() < 5:
            await made.digest()
        if every_day or made.now.date() == date(2026, 12, 7):
            links += 1
            await made.evaluate([finding(link_subject(number), of="links") for number in range(1, links + 1)])
    made.later(days=1)
    await made.digest()
    case = await the_case(made)
    assert (case.assignee.user_id, case.asked_at is not None) == (MANAGER.user_id, True)
    assert [one.due_on for one in case.unanswered] == [date(2026, 12, 7)]
    assert case.deadline is not None
    assert case.deadline > made.now
