"""Tests: what a policy must say of something described in a few words, kept beside it in `POLICY.tests.yaml`.

A test names a rule, a day, a place and what is known of one subject; the rest is filled in as unremarkable. It is run through the
registers, the frames and the rules that the tenant goes through. Outcomes:

| outcome | meaning |
|---|---|
| act | the rule holds and something is done without waiting for anybody |
| wait | the rule holds; something will be done after a notice, or when the owner agrees |
| tell | the rule holds and people are told or asked; nothing else is ever done |
| keep | the rule does not hold, or holds and a hold, a record or a person's choice protects the subject |
| exempt | the rule holds, and an exemption in date covers it |
| unknown | it cannot be decided |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path

from custos.did_you_mean import near
from custos.engine.evaluate import Evaluation, evaluate
from custos.engine.protection import stopping
from custos.errors import Mark, Problem
from custos.model.finding import Finding
from custos.model.policy import Bundle, OnlyIf, Rule
from custos.model.refusal import Code
from custos.policy.policy_files import TESTS, read_directory
from custos.policy.policy_test_words import FILE_KEYS, GIVEN, TEST_KEYS, Expectation
from custos.policy.yaml_nodes import Entries, Node, Text, read_yaml
from custos.policy.yaml_section import Section
from custos.policy_tests.fixture_tenant import tenant_of
from custos.policy_tests.fixture_tenant.tenant import read_given
from custos.problems import Problems
from custos.records.address import NotAnAddress, read_address


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyTest:
    """One test. `given` are observed facts by their names in the catalogue, as written; `because` must occur in the reason."""

    name: str
    policy: str
    rule: str
    now: date
    at: str
    given: Mapping[str, str]
    expect: Expectation
    because: str
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyTestResult:
    """What a test came to. `reason` is the finding's sentence or what protects it; `others` are rules that held unexpectedly."""

    test: PolicyTest
    outcome: Expectation
    reason: str
    others: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """The expected outcome for the expected reason, and no finding that nobody expected."""
        return self.outcome is self.test.expect and self.test.because in self.reason and not self.others


def read_tests(directory: Path, bundle: Bundle) -> tuple[list[PolicyTest], list[Problem]]:
    """All tests in a policies directory, and what is wrong with them."""
    read = read_directory(directory)
    problems = Problems()
    problems.extend(read.test_problems)
    tests: list[PolicyTest] = []
    for name, content in read.tests.items():
        node, faults = read_yaml(name, content)
        problems.extend(faults)
        if node is not None:
            tests += _file(node, name, bundle, problems)
    return tests, problems.all


def run_test(bundle: Bundle, test: PolicyTest) -> PolicyTestResult:
    """A test through evaluation."""
    policy = bundle.policies[test.policy]
    rule = policy.rule(test.rule)
    now = datetime.combine(test.now, time(12), bundle.zone)
    alike = tuple(other for other in policy.rules if other.kind is rule.kind)
    alone = replace(bundle, policies={policy.id: replace(policy, rules=alike)})
    evaluation = evaluate(alone, tenant_of(rule.kind, test.at, test.given, now), now)
    findings = list(evaluation.findings())
    outcome, reason = _outcome(rule, f"{test.policy}/{test.rule}", findings, evaluation)
    others = tuple(sorted({one.rule for one in findings if one.rule != rule.id}))
    return PolicyTestResult(test=test, outcome=outcome, reason=reason, others=others)


def _outcome(rule: Rule, name: str, findings: list[Finding], evaluation: Evaluation) -> tuple[Expectation, str]:
    own = [finding for finding in findings if finding.rule == rule.id]
    if not own:
        unknown = evaluation.counts[name].unknown
        return (
            (Expectation.UNKNOWN, "it cannot be decided") if unknown else (Expectation.KEEP, "the rule does not hold")
        )
    finding = own[0]
    writes = [step for step in rule.steps if step.writes]
    first = writes[0] if writes else rule.steps[0]
    protection = stopping(finding.protections, first.kind, agreed=first.only_if is OnlyIf.OWNER_AGREES)
    if protection is None and not writes:
        protection = next((one for one in finding.protections if one.code == Code.EXEMPT), None)
    if protection is not None:
        return Expectation.EXEMPT if protection.code == Code.EXEMPT else Expectation.KEEP, protection.sentence
    if not writes:
        return Expectation.TELL, finding.because
    at_once = any(step.after is None and step.only_if is OnlyIf.ALWAYS for step in writes)
    return Expectation.ACT if at_once else Expectation.WAIT, finding.because


def missing_tests(bundle: Bundle, tests: list[PolicyTest]) -> list[Problem]:
    """A problem for each policy without a test that finds something, one that narrowly finds nothing, and one that cannot be decided.

    None is asked for while there is no asset: most policies find nothing then, wherever a test puts its subject.
    """
    if not bundle.records.assets:
        return []
    found = (Expectation.ACT, Expectation.WAIT, Expectation.TELL, Expectation.EXEMPT)
    wanted: tuple[tuple[str, Callable[[Expectation], bool]], ...] = (
        ("finds something", lambda outcome: outcome in found),
        ("narrowly finds nothing", lambda outcome: outcome is Expectation.KEEP),
        ("cannot be decided", lambda outcome: outcome is Expectation.UNKNOWN),
    )
    return [
        Problem(policy.mark, f"No test of {policy.id} {what}.", f"Add one to {policy.id}{TESTS}.", code="tests")
        for policy in bundle.policies.values()
        for what, fits in wanted
        if not any(test.policy == policy.id and fits(test.expect) for test in tests)
    ]


def _file(node: Node, name: str, bundle: Bundle, problems: Problems) -> list[PolicyTest]:
    section = Section(node, FILE_KEYS, problems, "A file of tests")
    policy_id = section.text("policy", required=True)
    if policy_id not in bundle.policies:
        problems.error(
            section.mark_of("policy"), f'There is no policy "{policy_id}".', near(policy_id, bundle.policies)
        )
        return []
    if name != f"{policy_id}{TESTS}":
        problems.error(section.mark_of("policy"), f"These tests belong in {policy_id}{TESTS}.")
    tests = [_test(part, policy_id, bundle, problems) for part in section.sections("tests")]
    return [test for test in tests if test]


def _test(node: Node, policy_id: str, bundle: Bundle, problems: Problems) -> PolicyTest | None:
    section = Section(node, TEST_KEYS, problems, "A test")
    rules = {rule.id: rule for rule in bundle.policies[policy_id].rules}
    rule_id = section.text("rule", required=True)
    now, at = section.day("now", required=True), section.text("at", required=True)
    _place(at, section.mark_of("at"), bundle, problems)
    name = section.text("name", required=True)
    expect = section.choice("expect", Expectation, Expectation.KEEP, required=True)
    if rule_id not in rules:
        problems.error(section.mark_of("rule"), f'{policy_id} has no rule "{rule_id}".', near(rule_id, rules))
        return None
    given = _given(section.node("given"), rules[rule_id], problems)
    if now is None or given is None:
        return None
    return PolicyTest(
        name=name,
        policy=policy_id,
        rule=rule_id,
        now=now,
        at=at,
        given=given,
        expect=expect,
        because=section.text("because"),
        mark=node.mark,
    )


def _place(at: str, mark: Mark, bundle: Bundle, problems: Problems) -> None:
    """A test lies in the council's own tenant; anywhere else no register says anything, and nothing would be proved."""
    records = bundle.records
    hosts = {row.location.host for row in records.site_map}
    hosts |= {place.host for asset in records.assets.values() for place in asset.locations}
    if not at:
        return
    try:
        place = read_address(at)
    except NotAnAddress as refused:
        problems.error(mark, refused.what, refused.remedy, code="address")
        return
    if not place.segments:
        problems.error(mark, f'"{at}" is not the address of a site or a library.', "Copy it from the browser.")
    elif hosts and place.host not in hosts:
        problems.error(
            mark, f'"{place.host}" is not the tenant of the registers.', near(place.host, hosts), code="unknown-host"
        )


def _given(node: Node | None, rule: Rule, problems: Problems) -> Mapping[str, str] | None:
    if node is None:
        return {}
    if not isinstance(node, Entries):
        problems.error(node.mark, '"given" is written as facts and their values.')
        return None
    known = GIVEN[rule.kind]
    given: dict[str, str] = {}
    for name, (mark, value) in node.entries.items():
        if name not in known:
            problems.error(mark, f'A test about a {rule.kind} cannot be given "{name}".', near(name, known))
        elif not isinstance(value, Text):
            problems.error(value.mark, f'"{name}" is one value.')
        else:
            given[name] = value.text.strip()
            _check(name, given[name], value.mark, problems)
    return given


def _check(name: str, written: str, mark: Mark, problems: Problems) -> None:
    try:
        read_given(name, written)
    except ValueError:
        problems.error(mark, f'"{written}" is not a value of "{name}".', "Write one as in a condition, or unknown.")
