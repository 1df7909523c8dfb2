"""Who is away is asked nothing: the deputy is, with the full time; no day passes unseen, and who is back is not asked twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest

from custos.audit.events import What
from custos.model.policy import Recipient
from custos.notices.assignment import Assignment, Person, Role
from custos.notices.decisions import PressOutcome
from custos.notices.model import KeepReason
from tests.engine.planned import finding, link_subject
from tests.notices import small_council
from tests.notices.memory_loop import Council, council
from tests.notices.small_council import DEPUTY, MANAGER, OWNER, STEWARD
from tests.notices.test_escalation import MONDAY, asked, asking, mornings, the_case

TODAY = MONDAY.date()
FAR = TODAY + timedelta(days=14)


def away(*people: Person, until: date | None = FAR) -> Mapping[str, date | None]:
    return {person.upn: until for person in people}


def assigned(*people: Person, until: date | None = FAR, ask: Role = Role.IAO) -> Assignment:
    """Who is asked about planning while these people's mailboxes answer by themselves."""
    absent = {upn.casefold(): last_day for upn, last_day in away(*people, until=until).items()}
    there = replace(small_council.directory(), away=absent)
    return replace(small_council.accountable(now=MONDAY), directory=there).of("IA-004", ask=ask)


def leaves(made: Council, *people: Person, until: date | None = FAR) -> None:
    """From now on these people's mailboxes answer by themselves; everybody else's do not."""
    made.people = replace(made.people, away={person.upn.casefold(): until for person in people})


@pytest.mark.parametrize(
    ("until", "whom"),
    [
        (TODAY, OWNER),
        (TODAY + timedelta(days=1), OWNER),
        (TODAY + timedelta(days=2), DEPUTY),
        (FAR, DEPUTY),
        (None, DEPUTY),
    ],
)
def test_a_short_absence_changes_nothing(until: date | None, whom: Person) -> None:
    """Three working days and more, or without an end: the deputy is asked, and told why. Less fits into the time to answer."""
    found = assigned(OWNER, until=until)
    assert found.person == whom
    assert ("Priya Nair is away" in found.because) is (whom is DEPUTY)
    assert found.gaps == ()


def test_a_weekend_is_no_absence() -> None:
    """Days are working days: who is away from Friday to Tuesday is away for three."""
    friday = MONDAY + timedelta(days=4)
    tuesday, monday = friday.date() + timedelta(days=4), friday.date() + timedelta(days=3)
    for until, whom in ((tuesday, DEPUTY), (monday, OWNER)):
        there = replace(small_council.directory(), away={OWNER.upn: until})
        assert replace(small_council.accountable(now=friday), directory=there).of("IA-004").person == whom


def test_when_the_deputy_is_away_too_it_goes_up_and_never_to_nobody() -> None:
    """The line manager is next; where everybody is away the owner is asked all the same."""
    manager = assigned(OWNER, DEPUTY)
    assert (manager.person, manager.role) == (MANAGER, Role.MANAGER)
    assert "Priya Nair is away until 7 December 2026, and no deputy is there" in manager.because
    everybody = assigned(*small_council.EVERYBODY)
    assert (everybody.person, everybody.role) == (OWNER, Role.IAO)


def test_who_is_away_is_in_post() -> None:
    """An absence is no vacancy: it says for whom somebody stands in, and reports no gap of the register."""
    found = assigned(OWNER)
    assert (found.stands_in_for, found.gaps) == (OWNER.user_id, ())


def test_the_register_says_it_where_no_mailbox_does() -> None:
    """`away_from` and `away_until` of people_roles.csv count where nothing else is known, and only on their days."""
    post = replace(small_council.post(OWNER, "Director of Planning", MANAGER), away_from=TODAY, away_until=FAR)
    held = small_council.records(posts=[post])
    assert small_council.accountable(now=MONDAY, held=held).of("IA-004").person == DEPUTY
    before = replace(post, away_from=TODAY + timedelta(days=1))
    held = small_council.records(posts=[before])
    assert small_council.accountable(now=MONDAY, held=held).of("IA-004").person == OWNER


async def test_the_question_of_who_goes_away_is_with_the_deputy_the_next_morning() -> None:
    """Told on Monday, away from Wednesday: the deputy is asked on Wednesday with ten days of their own, and the audit says what was due."""
    made = await asked()
    due = (await the_case(made)).deadline
    assert due is not None
    leaves(made, OWNER)
    await mornings(made, TODAY + timedelta(days=2))
    case = await the_case(made)
    assert (case.assignee.who.upn, case.assignee.role) == (DEPUTY.upn, Role.DEPUTY)
    assert case.deadline is not None
    assert case.deadline > due
    (handed,) = [one for one in made.store.audit.events if one.what is What.CASE_REASSIGNED]
    assert handed.details["deadline_was"] == due.isoformat()


async def test_who_is_back_is_not_asked_twice() -> None:
    """The deputy who was told keeps it with its day when the owner is back, and answers it; the owner does not hear of it again."""
    made = await asked()
    leaves(made, OWNER)
    await mornings(made, TODAY + timedelta(days=1))
    with_deputy = await the_case(made)
    leaves(made)
    await mornings(made, TODAY + timedelta(days=3))
    case = await the_case(made)
    assert (case.assignee.who.upn, case.deadline) == (DEPUTY.upn, with_deputy.deadline)
    pressed = await made.press(case, "keep", reason=KeepReason.IN_USE.value)
    assert pressed.outcome is PressOutcome.DECIDED


async def test_a_deputy_who_goes_away_hands_it_back() -> None:
    """When whoever stood in goes away and the owner is there again, the owner is asked."""
    made = await asked()
    leaves(made, OWNER)
    await mornings(made, TODAY + timedelta(days=1))
    leaves(made, DEPUTY)
    await mornings(made, TODAY + timedelta(days=2))
    assert (await the_case(made)).assignee.who.upn == OWNER.upn


async def test_a_steward_who_is_away_is_passed_over() -> None:
    """What a steward answers first goes to the owner meanwhile, who is told why, and stays there."""
    made = council(asking(Recipient.STEWARD))
    made.at(MONDAY)
    leaves(made, STEWARD)
    await made.evaluate([finding(link_subject(1), of="links")])
    await made.digest()
    case = await the_case(made)
    assert case.assignee.who.upn == OWNER.upn
    assert "Sam Okafor is away until 7 December 2026" in case.assignee.because
    leaves(made)
    await mornings(made, TODAY + timedelta(days=1))
    assert (await the_case(made)).assignee.who.upn == OWNER.upn
