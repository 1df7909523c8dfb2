"""Content that nobody works with leads somewhere: it is looked at again, or the records manager reviews whether it may go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from custos.audit.events import What
from custos.notices.answer_rights import offers
from custos.notices.assignment import Role
from custos.notices.cards import MOST_BUTTONS, Reader, digest_card
from custos.notices.case_progress import Need, progress
from custos.notices.case_store import Stored
from custos.notices.choices import DECLARED
from custos.notices.model import Case, CaseState, Verb
from custos.notices.previews.fixture_council import NOW, ZONE
from custos.notices.previews.questions import answered, asked, given, links, quiet
from custos.notices.remarks import disposal_reviews, to_tell
from tests.notices import small_council

READER = Reader(user_id="", today=NOW.date(), zone=ZONE)


def decided(verb: Verb) -> tuple[Case, What]:
    """A quiet library, answered by its owner."""
    return DECLARED[verb].answered(given(answered(asked(quiet()), verb)))


def verbs(case: Case, role: Role = Role.IAO) -> set[Verb]:
    """What somebody in a role may answer."""
    return {offer.verb for offer in offers(case, replace(case.assignee, role=role))}


@pytest.mark.parametrize(
    ("verb", "until"),
    [
        (Verb.LOOK_AGAIN, datetime(2027, 5, 23, 9, 15, tzinfo=UTC)),
        (Verb.DISPOSAL_REVIEW, datetime(2027, 11, 23, 9, 15, tzinfo=UTC)),
    ],
)
def test_it_stays_until_it_is_asked_again(verb: Verb, until: datetime) -> None:
    """Both answers leave everything as it is, for half a year or a year."""
    case, what = decided(verb)
    assert (case.state, what, case.is_kept) == (CaseState.DECIDED, What.CASE_DECIDED, True)
    assert case.keep_until is not None
    assert case.keep_until.date() == until.date()


def test_only_content_that_nobody_works_with_takes_these_answers() -> None:
    """A link that anyone can open is neither put off nor reviewed for disposal."""
    new = {Verb.LOOK_AGAIN, Verb.DISPOSAL_REVIEW}
    assert new <= verbs(asked(quiet()))
    assert not new & verbs(asked(links()))


def test_disposal_is_never_lent() -> None:
    """A steward puts a quiet library off, and does not ask for its disposal."""
    assert {Verb.LOOK_AGAIN, Verb.DISPOSAL_REVIEW} & verbs(asked(quiet()), Role.STEWARD) == {Verb.LOOK_AGAIN}


def test_the_records_manager_hears_of_it() -> None:
    """Who asks, for what, and where it stands; `custos cases` shows what it waits for."""
    case, _ = decided(Verb.DISPOSAL_REVIEW)
    (remark,) = disposal_reviews([Stored(case, "")])
    assert "Robin Ellis asks for a disposal review of “Enforcement before 2010”" in remark.sentence
    (told, *_) = to_tell([remark], small_council.accountable(), {})
    assert told.person.upn == small_council.GOVERNANCE.upn  # nobody is records manager in this council
    stands = progress(case, NOW, ZONE)
    assert (stands.need, stands.waits_for) == (Need.HELP, "a disposal review by the records manager")


def test_a_row_has_no_more_buttons_than_are_shown() -> None:
    """Where the answers fill it, the place is opened from the row below."""
    case = asked(quiet())
    card = digest_card([case], replace(READER, user_id=case.assignee.user_id)).card
    rows = [node["actions"] for node in nodes(card) if node.get("type") == "ActionSet"]
    assert max(len(row) for row in rows) == MOST_BUTTONS
    assert any(action["title"] == "Look at it" for row in rows for action in row)


def nodes(card: Any) -> Iterator[dict[str, Any]]:
    """Every element of a card."""
    if isinstance(card, dict):
        yield card
        for inside in card.values():
            yield from nodes(inside)
    elif isinstance(card, list):
        for inside in card:
            yield from nodes(inside)
