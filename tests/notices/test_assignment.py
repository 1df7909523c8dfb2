"""Who is asked, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from custos.notices.assignment import Assignment, Directory, Person, Role, Silent, assign, upns_named
from custos.records.model import Delegation
from tests.notices import small_council

TODAY = date(2026, 11, 23)


def test_the_owner_is_asked() -> None:
    """The Information Asset Owner of the register is asked, and told that this is why."""
    asked = assign(small_council.PLANNING, small_council.records(), small_council.directory(), today=TODAY)

    assert (asked.person, asked.role, asked.steward) == (small_council.OWNER, Role.IAO, small_council.STEWARD)
    assert asked.because == (
        "You are asked because you are the Information Asset Owner of Planning and building control files (IA-004)."
    )
    assert asked.next_words == "it goes to Ruth Adler, Strategic Director, Place"
    assert asked.gaps == ()


@pytest.mark.parametrize(
    ("people", "reason"),
    [
        (small_council.directory(disabled=[small_council.SEND_OWNER]), "the account of Lena Fox is switched off"),
        (small_council.directory(without=[small_council.SEND_OWNER]), "Head of SEND has no account any more"),
    ],
)
def test_a_leaver_is_followed_by_the_deputy(people: Directory, reason: str) -> None:
    """An owner whose account is off or gone is followed by the deputy, who is told so; the gap is reported."""
    asked = assign(small_council.SEND, small_council.records(), people, today=TODAY)

    assert (asked.person, asked.role) == (small_council.SEND_DEPUTY, Role.DEPUTY)
    assert reason in asked.because
    assert any(reason in gap for gap in asked.gaps)


def test_an_owner_whose_account_cannot_be_read_is_not_followed() -> None:
    """Unknown is not gone: nobody new is asked about that asset, which is reported; every other asset is asked about as ever."""
    people = small_council.directory(unread=[small_council.SEND_OWNER])

    asked = assign(small_council.SEND, small_council.records(), people, today=TODAY)

    assert (asked.person, asked.in_doubt) == (None, True)
    assert any("cannot be read at the moment" in gap for gap in asked.gaps)
    assert assign(small_council.PLANNING, small_council.records(), people, today=TODAY).person == small_council.OWNER


def test_a_mover_is_followed_by_the_deputy() -> None:
    """An owner whose post ended is no longer asked although the account still works."""
    moved = small_council.post(
        small_council.SEND_OWNER, "Head of SEND", small_council.MANAGER, valid_to=date(2026, 10, 31)
    )

    asked = assign(small_council.SEND, small_council.records(posts=[moved]), small_council.directory(), today=TODAY)

    assert asked.person == small_council.SEND_DEPUTY
    assert "left the post on 31 October 2026" in asked.because


def test_the_last_day_in_post_counts() -> None:
    """A post ends after its last day."""
    leaving = small_council.post(small_council.SEND_OWNER, "Head of SEND", small_council.MANAGER, valid_to=TODAY)

    assert (
        assign(small_council.SEND, small_council.records(posts=[leaving]), small_council.directory(), today=TODAY).role
        is Role.IAO
    )


@pytest.mark.parametrize(
    ("escalation", "gone", "person", "role"),
    [
        (small_council.SIRO.upn, [small_council.OWNER, small_council.DEPUTY], small_council.SIRO, Role.MANAGER),
        ("", [small_council.OWNER, small_council.DEPUTY], small_council.MANAGER, Role.MANAGER),
        ("", [small_council.OWNER, small_council.DEPUTY, small_council.MANAGER], small_council.SIRO, Role.SIRO),
        (
            "",
            [small_council.OWNER, small_council.DEPUTY, small_council.MANAGER, small_council.SIRO],
            small_council.GOVERNANCE,
            Role.GOVERNANCE,
        ),
        (
            "",
            [
                small_council.OWNER,
                small_council.DEPUTY,
                small_council.MANAGER,
                small_council.SIRO,
                small_council.GOVERNANCE,
            ],
            None,
            Role.NOBODY,
        ),
    ],
)
def test_succession_climbs(escalation: str, gone: list[Person], person: object, role: Role) -> None:
    """After the deputy come the escalation address, the line manager, the SIRO and information governance; nobody else, ever."""
    held = small_council.records(small_council.asset(escalation=escalation))

    asked = assign(held.assets["IA-004"], held, small_council.directory(disabled=gone), today=TODAY)

    assert (asked.person, asked.role) == (person, role)


def test_what_nobody_claimed_goes_to_governance() -> None:
    """What no asset covers goes to the head of information governance, and next to the SIRO."""
    asked = assign(None, small_council.records(), small_council.directory(), today=TODAY)

    assert (asked.person, asked.role, asked.steward) == (small_council.GOVERNANCE, Role.GOVERNANCE, None)
    assert "no asset of the register covers it" in asked.because
    assert asked.next_words == "it goes to Tom Baker, Senior Information Risk Owner"


def test_governance_vacant_means_siro() -> None:
    """Without a head of information governance the SIRO is asked."""
    asked = assign(
        None, small_council.records(), small_council.directory(disabled=[small_council.GOVERNANCE]), today=TODAY
    )

    assert (asked.person, asked.role) == (small_council.SIRO, Role.SIRO)


def test_an_owner_who_is_own_steward_cannot_delegate_to_themselves() -> None:
    """Owner and steward in one person: no steward is offered, and the register's gap is reported."""
    own = small_council.asset(stewards=(small_council.OWNER.upn,))

    asked = assign(own, small_council.records(own), small_council.directory(), today=TODAY)

    assert (asked.person, asked.steward) == (small_council.OWNER, None)
    assert asked.no_steward == "owner and data steward are the same person"
    assert asked.gaps == ("IA-004: owner and data steward are the same person",)


def test_the_second_steward_serves_when_the_first_left() -> None:
    """The first steward who can be asked is offered."""
    two = small_council.asset(stewards=(small_council.SEND_OWNER.upn, small_council.STEWARD.upn))

    asked = assign(
        two, small_council.records(two), small_council.directory(disabled=[small_council.SEND_OWNER]), today=TODAY
    )

    assert asked.steward == small_council.STEWARD


@pytest.mark.parametrize(
    ("changes", "offered"),
    [
        ({}, True),
        (None, False),
        ({"valid_to": date(2026, 11, 22)}, False),
        ({"kinds": ("review_labels",)}, False),
        ({"asset_id": "IA-003"}, False),
    ],
)
def test_a_steward_answers_only_with_a_delegation_in_date(changes: dict[str, Any] | None, offered: bool) -> None:
    """The owner lends the answering of questions for a time; without it no steward is offered, and the gap is reported."""
    lent = Delegation(
        id="D-004",
        asset_id=small_council.PLANNING.id,
        steward=small_council.STEWARD.upn,
        kinds=("answer_questions",),
        valid_from=date(2026, 4, 1),
        valid_to=date(2027, 3, 31),
        mark=small_council.PLANNING.mark,
    )
    records = replace(small_council.records(), delegations=() if changes is None else (replace(lent, **changes),))

    asked = assign(small_council.PLANNING, records, small_council.directory(), today=TODAY)

    assert (asked.steward == small_council.STEWARD) is offered
    assert ("no delegation in date" in asked.no_steward) is not offered


def test_a_steward_is_asked_first_when_the_rule_says_so() -> None:
    """A steward's question goes to the steward, then to the owner; without a steward straight to the owner."""
    asked = assign(
        small_council.PLANNING, small_council.records(), small_council.directory(), today=TODAY, ask=Role.STEWARD
    )
    assert (asked.person, asked.role) == (small_council.STEWARD, Role.STEWARD)
    assert asked.next_words == "it goes to Priya Nair, Information Asset Owner"

    straight = assign(
        small_council.SEND, small_council.records(), small_council.directory(), today=TODAY, ask=Role.STEWARD
    )
    assert (straight.person, straight.no_steward) == (small_council.SEND_OWNER, "the register names no data steward")


def test_a_disputed_owner_is_not_asked_again() -> None:
    """Who said "not mine" is not asked while the register still names them: governance mends the register."""
    asked = assign(
        small_council.PLANNING,
        small_council.records(),
        small_council.directory(),
        today=TODAY,
        excluding=frozenset({small_council.OWNER.user_id}),
    )

    assert asked.person == small_council.GOVERNANCE
    assert "Priya Nair, whom the register names" in asked.because


def test_addresses_match_whatever_their_case() -> None:
    """`Director.Planning@…` in the register is director.planning@… in Entra."""
    shouting = small_council.asset(iao=f" {small_council.OWNER.upn.upper()} ")

    assert (
        assign(shouting, small_council.records(shouting), small_council.directory(), today=TODAY).person
        == small_council.OWNER
    )


def test_everybody_who_may_be_asked_is_looked_up() -> None:
    """The directory reader is told every address that an assignment can reach."""
    named = upns_named(small_council.records())

    assert {person.upn for person in small_council.EVERYBODY} <= named
    assert "" not in named


def test_what_is_not_theirs_is_not_asked_of_a_manager_again() -> None:
    """A line manager who says that it is not theirs is followed by who finds the right owner, then by the SIRO, and never asked again."""
    silent = Silent(user_id=small_council.OWNER.user_id, role=Role.IAO)

    def asked(*silents: Silent) -> Assignment:
        return assign(
            small_council.PLANNING,
            small_council.records(),
            small_council.directory(),
            today=TODAY,
            silent=silents,
            excluding=frozenset({small_council.MANAGER.user_id}),
        )

    first = asked(silent)
    assert first.role is Role.GOVERNANCE
    assert first.person is not None
    assert "says that it is not theirs" in first.because
    second = asked(silent, Silent(user_id=first.person.user_id, role=Role.GOVERNANCE))
    assert second.role is Role.SIRO
