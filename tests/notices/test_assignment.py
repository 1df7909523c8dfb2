"""Who is asked, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from custos.notices.assignment import Directory, Person, Role, assign, upns_named
from custos.records.model import Delegation
from tests.notices import world

TODAY = date(2026, 11, 23)


def test_the_owner_is_asked() -> None:
    """The Information Asset Owner of the register is asked, and told that this is why."""
    asked = assign(world.PLANNING, world.records(), world.directory(), today=TODAY)

    assert (asked.person, asked.role, asked.steward) == (world.OWNER, Role.IAO, world.STEWARD)
    assert asked.because == (
        "You are asked because you are the Information Asset Owner of Planning and building control files (IA-004)."
    )
    assert asked.next_words == "it goes to Ruth Adler, Strategic Director, Place"
    assert asked.gaps == ()


@pytest.mark.parametrize(
    ("people", "reason"),
    [
        (world.directory(disabled=[world.SEND_OWNER]), "the account of Lena Fox is switched off"),
        (world.directory(without=[world.SEND_OWNER]), "Head of SEND has no account any more"),
    ],
)
def test_a_leaver_is_followed_by_the_deputy(people: Directory, reason: str) -> None:
    """An owner whose account is off or gone is followed by the deputy, who is told so; the gap is reported."""
    asked = assign(world.SEND, world.records(), people, today=TODAY)

    assert (asked.person, asked.role) == (world.SEND_DEPUTY, Role.DEPUTY)
    assert reason in asked.because
    assert any(reason in gap for gap in asked.gaps)


def test_an_owner_whose_account_cannot_be_read_is_not_followed() -> None:
    """Unknown is not gone: nobody new is asked about that asset, which is reported; every other asset is asked about as ever."""
    people = world.directory(unread=[world.SEND_OWNER])

    asked = assign(world.SEND, world.records(), people, today=TODAY)

    assert (asked.person, asked.in_doubt) == (None, True)
    assert any("cannot be read at the moment" in gap for gap in asked.gaps)
    assert assign(world.PLANNING, world.records(), people, today=TODAY).person == world.OWNER


def test_a_mover_is_followed_by_the_deputy() -> None:
    """An owner whose post ended is no longer asked although the account still works."""
    moved = world.post(world.SEND_OWNER, "Head of SEND", world.MANAGER, valid_to=date(2026, 10, 31))

    asked = assign(world.SEND, world.records(posts=[moved]), world.directory(), today=TODAY)

    assert asked.person == world.SEND_DEPUTY
    assert "left the post on 31 October 2026" in asked.because


def test_the_last_day_in_post_counts() -> None:
    """A post ends after its last day."""
    leaving = world.post(world.SEND_OWNER, "Head of SEND", world.MANAGER, valid_to=TODAY)

    assert assign(world.SEND, world.records(posts=[leaving]), world.directory(), today=TODAY).role is Role.IAO


@pytest.mark.parametrize(
    ("escalation", "gone", "person", "role"),
    [
        (world.SIRO.upn, [world.OWNER, world.DEPUTY], world.SIRO, Role.MANAGER),
        ("", [world.OWNER, world.DEPUTY], world.MANAGER, Role.MANAGER),
        ("", [world.OWNER, world.DEPUTY, world.MANAGER], world.SIRO, Role.SIRO),
        ("", [world.OWNER, world.DEPUTY, world.MANAGER, world.SIRO], world.GOVERNANCE, Role.GOVERNANCE),
        ("", [world.OWNER, world.DEPUTY, world.MANAGER, world.SIRO, world.GOVERNANCE], None, Role.NOBODY),
    ],
)
def test_succession_climbs(escalation: str, gone: list[Person], person: object, role: Role) -> None:
    """After the deputy come the escalation address, the line manager, the SIRO and information governance; nobody else, ever."""
    held = world.records(world.asset(escalation=escalation))

    asked = assign(held.assets["IA-004"], held, world.directory(disabled=gone), today=TODAY)

    assert (asked.person, asked.role) == (person, role)


def test_what_nobody_claimed_goes_to_governance() -> None:
    """What no asset covers goes to the head of information governance, and next to the SIRO."""
    asked = assign(None, world.records(), world.directory(), today=TODAY)

    assert (asked.person, asked.role, asked.steward) == (world.GOVERNANCE, Role.GOVERNANCE, None)
    assert "no asset of the register covers it" in asked.because
    assert asked.next_words == "it goes to Tom Baker, Senior Information Risk Owner"


def test_governance_vacant_means_siro() -> None:
    """Without a head of information governance the SIRO is asked."""
    asked = assign(None, world.records(), world.directory(disabled=[world.GOVERNANCE]), today=TODAY)

    assert (asked.person, asked.role) == (world.SIRO, Role.SIRO)


def test_an_owner_who_is_own_steward_cannot_delegate_to_themselves() -> None:
    """Owner and steward in one person: no steward is offered, and the register's gap is reported."""
    own = world.asset(stewards=(world.OWNER.upn,))

    asked = assign(own, world.records(own), world.directory(), today=TODAY)

    assert (asked.person, asked.steward) == (world.OWNER, None)
    assert asked.no_steward == "owner and data steward are the same person"
    assert asked.gaps == ("IA-004: owner and data steward are the same person",)


def test_the_second_steward_serves_when_the_first_left() -> None:
    """The first steward who can be asked is offered."""
    two = world.asset(stewards=(world.SEND_OWNER.upn, world.STEWARD.upn))

    asked = assign(two, world.records(two), world.directory(disabled=[world.SEND_OWNER]), today=TODAY)

    assert asked.steward == world.STEWARD


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
        asset_id=world.PLANNING.id,
        steward=world.STEWARD.upn,
        kinds=("answer_questions",),
        valid_from=date(2026, 4, 1),
        valid_to=date(2027, 3, 31),
        mark=world.PLANNING.mark,
    )
    records = replace(world.records(), delegations=() if changes is None else (replace(lent, **changes),))

    asked = assign(world.PLANNING, records, world.directory(), today=TODAY)

    assert (asked.steward == world.STEWARD) is offered
    assert ("no delegation in date" in asked.no_steward) is not offered


def test_a_steward_is_asked_first_when_the_rule_says_so() -> None:
    """A steward's question goes to the steward, then to the owner; without a steward straight to the owner."""
    asked = assign(world.PLANNING, world.records(), world.directory(), today=TODAY, ask=Role.STEWARD)
    assert (asked.person, asked.role) == (world.STEWARD, Role.STEWARD)
    assert asked.next_words == "it goes to Priya Nair, Information Asset Owner"

    straight = assign(world.SEND, world.records(), world.directory(), today=TODAY, ask=Role.STEWARD)
    assert (straight.person, straight.no_steward) == (world.SEND_OWNER, "the register names no data steward")


def test_a_disputed_owner_is_not_asked_again() -> None:
    """Who said "not mine" is not asked while the register still names them: governance mends the register."""
    asked = assign(
        world.PLANNING,
        world.records(),
        world.directory(),
        today=TODAY,
        excluding=frozenset({world.OWNER.user_id}),
    )

    assert asked.person == world.GOVERNANCE
    assert "Priya Nair, whom the register names" in asked.because


def test_addresses_match_whatever_their_case() -> None:
    """`Director.Planning@…` in the register is director.planning@… in Entra."""
    shouting = world.asset(iao=f" {world.OWNER.upn.upper()} ")

    assert assign(shouting, world.records(shouting), world.directory(), today=TODAY).person == world.OWNER


def test_everybody_who_may_be_asked_is_looked_up() -> None:
    """The directory reader is told every address that an assignment can reach."""
    named = upns_named(world.records())

    assert {person.upn for person in world.EVERYBODY} <= named
    assert "" not in named
