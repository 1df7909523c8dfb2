"""The shipped policies and registers, as people will hear of them."""

from __future__ import annotations

from datetime import date

import pytest

from custos.model.policy import Bundle
from custos.model.state import State
from custos.notices.assignment import Directory, Person, Role, assign
from custos.notices.question_wording import topics_of
from custos.policy import load
from simulator.councils import policies_of
from tests.notices import small_council

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load(policies_of(), today=TODAY)


@pytest.fixture(scope="module")
def everybody(bundle: Bundle) -> Directory:
    people = [
        Person(user_id=f"id-{upn}", upn=upn, name=post.role, mail=upn) for upn, post in bundle.records.posts.items()
    ]
    return Directory.of(people, small_council.NOW)


@pytest.mark.parametrize(
    ("asset_id", "expected"),
    [
        ("IA-001", (Role.IAO, "Director of Children's Social Care", "")),
        ("IA-003", (Role.DEPUTY, "SEND Service Manager", "")),
        ("IA-004", (Role.IAO, "Director of Planning", "")),
        ("IA-007", (Role.IAO, "Head of HR", "owner and data steward are the same person")),
        ("IA-010", (Role.IAO, "Head of Information Governance", "the register names no data steward")),
    ],
)
def test_who_is_asked_at_wrenbridge(
    bundle: Bundle, everybody: Directory, asset_id: str, expected: tuple[Role, str, str]
) -> None:
    """The council's planted gaps: a vacant post, an owner who is own steward, an asset without a steward."""
    asked = assign(bundle.records.assets[asset_id], bundle.records, everybody, today=TODAY)

    assert asked.person is not None
    assert (asked.role, asked.person.name, asked.no_steward) == expected
    assert asked.next_words.startswith("it goes to Strategic Director")


def test_unclaimed_content_has_somebody(bundle: Bundle, everybody: Directory) -> None:
    """What no asset covers goes to the head of information governance, then to the SIRO."""
    asked = assign(None, bundle.records, everybody, today=TODAY)

    assert (asked.role, asked.next_words) == (Role.GOVERNANCE, "it goes to Senior Information Risk Owner")


def test_every_shipped_rule_that_tells_can_be_told(bundle: Bundle) -> None:
    """Each rule that tells or asks becomes a topic in plain words; only sharing on sensitive assets acts on silence."""
    topics = topics_of(bundle, dict.fromkeys(bundle.policies, State.ENFORCE))

    assert ("stale-content", "quiet-library") in topics
    assert all(topic.title and topic.clause for topic in topics.values())
    acting = {
        topic.policy
        for topic in topics.values()
        if topic.family == "sharing" and any(step.silent for step in topic.steps)
    }
    assert acting == {"sharing-sensitive-links"}
    irreversible = [topic for topic in topics.values() if topic.irreversible]
    assert all(any("CANNOT BE UNDONE" in step.undo for step in topic.steps) for topic in irreversible)
    silent = [step.words for topic in topics.values() for step in topic.steps if step.silent]
    assert not any("remove" in words or "delete" in words for words in silent)


def test_a_policy_that_simulates_tells_nobody(bundle: Bundle) -> None:
    """Policies in simulate or draft, and those whose state nobody knows, have no topics."""
    assert topics_of(bundle, dict.fromkeys(bundle.policies, State.SIMULATE)) == {}
    assert topics_of(bundle, {}) == {}


def test_a_pilot_names_its_assets(bundle: Bundle) -> None:
    """A policy in pilot asks about the assets that its file names."""
    topics = topics_of(bundle, dict.fromkeys(bundle.policies, State.PILOT))

    assert all(topic.pilot == bundle.policies[topic.policy].pilot for topic in topics.values())
