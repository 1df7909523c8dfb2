"""The tests beside the shipped policies hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from custos.dates import midnight
from custos.engine.frames import Frames
from custos.engine.register_locations import place_registers
from custos.engine.site_facts import site_facts
from custos.kinds import CATALOGUE
from custos.model.subject import Kind
from custos.policy.compile import columns_of
from custos.policy.policy_test_words import GIVEN, Expectation
from custos.policy_tests.fixture_tenant import tenant_of
from custos.policy_tests.fixture_tenant.tenant import read_given
from custos.policy_tests.run import PolicyTest, missing_tests, read_tests, run_test
from tests.policy.policies import POLICIES, shipped

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
TESTS, PROBLEMS = read_tests(POLICIES, shipped())


def test_the_files_of_cases_are_sound() -> None:
    """Every test can be read."""
    assert PROBLEMS == []


@pytest.mark.parametrize("test", TESTS, ids=lambda test: f"{test.policy}: {test.name}")
def test_case(test: PolicyTest) -> None:
    """A test comes to what it expects, for the reason it expects, and nothing else is found."""
    result = run_test(shipped(), test)
    assert result.passed, f"{test.mark}: {result.outcome}: {result.reason} {result.others}"


def test_every_policy_has_a_case_that_finds_one_that_does_not_and_one_unknown() -> None:
    """No shipped policy goes without its three kinds of tests."""
    assert missing_tests(shipped(), TESTS) == []


def test_a_case_for_the_wrong_reason_fails() -> None:
    """The reason counts, not only the outcome."""
    test = next(test for test in TESTS if test.because)
    assert not run_test(shipped(), replace(test, because="another reason")).passed


def test_an_unexpected_finding_fails() -> None:
    """What another rule of the policy finds in a test must be expected too."""
    test = next(
        test for test in TESTS if test.rule == "published-link-without-expiry" and test.expect is Expectation.TELL
    )
    result = run_test(shipped(), replace(test, rule="anyone-link-not-allowed", expect=Expectation.KEEP, because=""))
    assert result.outcome is Expectation.KEEP
    assert result.others == ("published-link-without-expiry",)
    assert not result.passed


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, names in GIVEN.items() for name in names if name in CATALOGUE]
)
def test_what_a_case_gives_is_what_a_rule_sees(kind: Kind, name: str) -> None:
    """Every observed fact that can be given is told to the rule as it was given: names, dates, levels, numbers and all."""
    fact, bundle = CATALOGUE[name], shipped()
    told = fact.example if name != "library_last_human_activity" else "2026-11-20"  # later than what is in the folder
    facts = tenant_of(kind, TESTS[0].at, {name: told}, NOW)
    frames = Frames(facts, bundle, site_facts(place_registers(bundle, facts), facts, NOW), NOW)
    seen = frames.of(kind, frozenset({name})).collect()
    given = read_given(name, told)
    meant = midnight(given, UTC) if isinstance(given, date) else given
    assert meant in {value for column in columns_of(fact) for value in seen[column]}
