"""Whom no channel reaches is passed over: the question goes on, the same day where it can, and nobody is forgotten."""

from __future__ import annotations

from datetime import timedelta

from custos.audit.events import What
from custos.m365.errors import Forbidden, NotFound
from custos.notices.assignment import Role
from custos.notices.channels import BLOCKED
from custos.notices.delivery import handle_notice
from custos.notices.model import CaseState
from custos.notices.unreached import move_on
from tests.engine.planned import finding, link_subject
from tests.notices.memory_loop import Council, council
from tests.notices.small_council import DEPUTY, EVERYBODY, OWNER
from tests.notices.test_digest import prepare
from tests.notices.test_escalation import MONDAY, asking, messages, mornings, the_case


def out_of_reach(made: Council, times: int = 1) -> None:
    """The next so many people cannot be reached: the bot is blocked, the app is not theirs, the mailbox is gone."""
    made.channels.opening += [Forbidden("blocked", status=403, code=BLOCKED)] * times
    made.channels.nudging += [Forbidden("not installed", status=403, code="Forbidden")] * times
    made.channels.mailing += [NotFound("gone", status=404, code="ErrorInvalidUser")] * times


async def a_question(times: int = 1) -> Council:
    """A council in which a link is found, and the first so many people who are told cannot be."""
    made = council(asking())
    made.at(MONDAY)
    out_of_reach(made, times)
    await made.evaluate([finding(link_subject(1), of="links")])
    await made.digest()
    return made


async def test_who_cannot_be_reached_is_passed_over_the_same_day() -> None:
    """The deputy is asked the same morning, is told why, and has the full time; the audit says how each channel went."""
    made = await a_question()
    case = await the_case(made)
    assert (case.assignee.who.upn, case.assignee.role, case.state) == (DEPUTY.upn, Role.DEPUTY, CaseState.TOLD)
    assert "Priya Nair could not be reached" in made.cards()[0]
    assert messages(made) == {DEPUTY.name: 1}
    (handed,) = [one for one in made.store.audit.events if one.what is What.CASE_REASSIGNED]
    assert handed.details["why"] == ("they could not be reached: bot: blocked; feed: not installed; mail: mailbox gone")
    (late,) = [one for one in made.store.audit.events if one.what is What.CASE_TOLD]
    assert late.details["to"] == DEPUTY.upn


async def test_a_worker_that_dies_before_it_says_so_forgets_nobody() -> None:
    """The question was handed on and the word to the next one was lost: the message that comes again says it, and they are told once."""
    made = council(asking())
    made.at(MONDAY)
    out_of_reach(made)
    await made.evaluate([finding(link_subject(1), of="links")])
    await prepare(made.context)
    (message,) = made.notify.messages
    made.notify.messages.clear()
    await handle_notice(message, context=made.context)
    stored = await made.digests.get(str(message["digest"]))
    assert stored is not None
    for _ in range(2):
        made.notify.messages.clear()  # the first worker dies here
        await move_on(stored.digest, book=made.book, accountable=made.accountable, queue=made.notify, now=made.now)
        assert made.notify.messages == [{"prepare": DEPUTY.user_id}]
    await made.deliver()
    assert messages(made) == {DEPUTY.name: 1}


async def test_it_goes_on_until_somebody_is_reached() -> None:
    """When the deputy is out of reach, too, the line manager is asked, and so on: each is tried once a day."""
    made = await a_question(times=2)
    assert (await the_case(made)).assignee.role is Role.MANAGER


async def test_who_was_reached_keeps_it() -> None:
    """The owner can be reached again the next day: the question stays with the deputy who was told, and is told nobody twice."""
    made = await a_question()
    await mornings(made, MONDAY.date() + timedelta(days=3))
    assert (await the_case(made)).assignee.who.upn == DEPUTY.upn
    assert messages(made) == {DEPUTY.name: 1}


async def test_where_nobody_can_be_reached_it_is_tried_again() -> None:
    """Nobody in the whole line is reached: the question stays the owner's, is not called told, and is tried on the next working day."""
    made = await a_question(times=len(EVERYBODY))
    case = await the_case(made)
    assert (case.assignee.who.upn, case.state, case.asked_at) == (OWNER.upn, CaseState.FOUND, None)
    for left in (made.channels.opening, made.channels.nudging, made.channels.mailing):
        left.clear()
    await mornings(made, MONDAY.date() + timedelta(days=1))
    assert (await the_case(made)).state is CaseState.TOLD
