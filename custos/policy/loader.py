"""Reads one policy file. Every problem is noted with its place; a file without problems becomes a Policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from string import Formatter

from custos.did_you_mean import near
from custos.errors import Mark
from custos.kinds import facts_of
from custos.model.policy import Family, Limits, Policy, Rule, Scope
from custos.model.state import State
from custos.model.subject import Kind
from custos.policy.canonical_form import meaning_hash
from custos.policy.condition_values import check_values
from custos.policy.conditions import read_condition
from custos.policy.impossible_conditions import check_can_hold, check_may_fail
from custos.policy.scope import may_cover, read_scope
from custos.policy.steps import check_steps, read_steps
from custos.policy.yaml_nodes import Node, read_yaml
from custos.policy.yaml_section import Section, texts_of
from custos.problems import Problems
from custos.records.model import Records
from custos.records.registers.clauses import clauses

POLICY_KEYS = (
    "policy",
    "title",
    "why",
    "family",
    "owner",
    "policy_ref",
    "cig_ref",
    "state",
    "pilot",
    "review_due",
    "priority",
    "yields_to",
    "covers",
    "rules",
    "limits",
)
RULE_KEYS = ("find", "about", "when", "because", "steps")
LIMIT_KEYS = (
    "actions_per_run",
    "actions_per_day",
    "actions_per_site_per_day",
    "actions_per_owner_per_day",
    "irreversible_per_day",
    "percent_of_scope",
)
MOST_PERCENT = 100
MOST_ACTIONS, MOST_IRREVERSIBLE, MOST_PRIORITY = 10_000_000, 1_000, 1_000


def read_policy(file: str, content: bytes, records: Records, problems: Problems) -> Policy | None:
    """The policy in `content`, or None with its problems noted."""
    node, faults = read_yaml(file, content)
    problems.extend(faults)
    if node is None:
        return None
    before = problems.errors
    policy = _policy(file, node, records=records, problems=problems)
    if policy is None or problems.errors > before or faults:
        return None
    return replace(policy, hash=meaning_hash(policy))


def _policy(
    file: str,
    node: Node,
    *,
    records: Records,
    problems: Problems,
) -> Policy | None:
    section = Section(node, POLICY_KEYS, problems, "A policy")
    owner = section.text("owner", required=True).lower()
    if owner and owner not in records.posts:
        problems.error(
            section.mark_of("owner"),
            f'"{owner}" is not in people_roles.csv.',
            near(owner, records.posts),
            code="unknown-person",
        )
    known = clauses(records)
    for clause, mark in section.marked_texts("policy_ref", required=True):
        if clause not in known:
            problems.error(mark, f'There is no clause "{clause}".', near(clause, known), code="unknown-clause")
    covered = section.node("covers", required=True)
    scope = read_scope(covered, records, problems) if covered else None
    state = section.choice("state", State, State.DRAFT, required=True)
    pilot = _pilot(section, state, scope, records, problems)
    review_due = section.day("review_due", required=True)
    rules = [_rule(part, scope, records, problems) for part in section.sections("rules")]
    _distinct([rule for rule in rules if rule], problems)
    if scope is None or review_due is None:
        return None
    return Policy(
        id=section.identifier("policy"),
        title=section.text("title", required=True),
        why=section.text("why", required=True),
        family=section.choice("family", Family, Family.SHARING, required=True),
        owner=owner,
        policy_ref=section.texts("policy_ref"),
        cig_ref=section.text("cig_ref"),
        state=state,
        review_due=review_due,
        pilot=pilot,
        priority=section.number("priority", 100, most=MOST_PRIORITY),
        yields_to=section.texts("yields_to"),
        scope=scope,
        rules=tuple(rule for rule in rules if rule),
        limits=_limits(section, problems),
        hash="",
        mark=Mark(file, node.mark.line, node.mark.column),
    )


def _pilot(section: Section, state: State, scope: Scope | None, records: Records, problems: Problems) -> frozenset[str]:
    named = section.marked_texts("pilot")
    for asset_id, mark in named:
        if asset_id not in records.assets:
            problems.error(
                mark, f'There is no asset "{asset_id}".', near(asset_id, records.assets), code="unknown-asset"
            )
        elif scope and not may_cover(scope, asset_id, records):
            problems.error(
                mark,
                f"The policy does not cover {asset_id}.",
                "Choose pilot assets inside covers.",
                code="outside-scope",
            )
    written = section.node("pilot")
    if written is not None and texts_of(written) == ():
        problems.error(written.mark, '"pilot" names no asset.', "Name one, or delete the line.", code="missing")
    elif state is State.PILOT and not named:
        problems.error(
            section.mark_of("state"), "A pilot needs to know its assets.", "Add  pilot: [IA-004].", code="missing"
        )
    return frozenset(asset_id for asset_id, _ in named)


def _rule(node: Node, scope: Scope | None, records: Records, problems: Problems) -> Rule | None:
    section = Section(node, RULE_KEYS, problems, "A rule")
    rule_id = section.identifier("find")
    before = problems.errors
    kind = section.choice("about", Kind, Kind.FILE, required=True)
    if problems.errors > before:
        return None  # without its kind nothing else in the rule can be judged
    because = section.text("because", required=True)
    _sentence(because, section.mark_of("because"), kind, problems)
    written = section.node("when", required=True)
    when = read_condition(written, kind, problems) if written else None
    if when is not None:
        check_values(when, records, problems)
        check_can_hold(when, problems)
        check_may_fail(when, problems)
    steps = read_steps(section.sections("steps"), kind, problems)
    if when is None or scope is None:
        return None
    check_steps(steps, when, scope, records, problems)
    return Rule(id=rule_id, kind=kind, when=when, because=because, steps=steps, mark=node.mark)


def _sentence(because: str, mark: Mark, kind: Kind, problems: Problems) -> None:
    """Braces hold facts of the kind, and none that gives away what a file is about."""
    facts = facts_of(kind)
    try:
        parts = list(Formatter().parse(because))
    except ValueError:
        problems.error(mark, "A brace is opened and not closed.", "Write a fact's name between { and }.")
        return
    for _, name, spec, conversion in parts:
        if name is None:
            continue
        if name not in facts or spec or conversion:
            problems.error(mark, f'"{{{name}}}" is not a fact of a {kind}.', near(name, facts), code="unknown-fact")
        elif facts[name].private:
            problems.error(
                mark,
                f'"{{{name}}}" would put names of files into sentences that are logged.',
                "Leave it out; the card shows the name to people who may see it.",
                code="private",
            )


def _distinct(rules: Sequence[Rule], problems: Problems) -> None:
    seen: dict[str, Rule] = {}
    for rule in rules:
        first = seen.setdefault(rule.id, rule)
        if first is not rule:
            problems.error(rule.mark, f'The rule "{rule.id}" is on line {first.mark.line} already.', code="duplicate")


def _limits(section: Section, problems: Problems) -> Limits:
    usual = Limits()
    node = section.node("limits")
    if node is None:
        return usual
    limits = Section(node, LIMIT_KEYS, problems, "limits")
    return Limits(
        actions_per_run=limits.number("actions_per_run", usual.actions_per_run, most=MOST_ACTIONS),
        actions_per_day=limits.number("actions_per_day", usual.actions_per_day, most=MOST_ACTIONS),
        actions_per_site_per_day=limits.number(
            "actions_per_site_per_day", usual.actions_per_site_per_day, most=MOST_ACTIONS
        ),
        actions_per_owner_per_day=limits.number(
            "actions_per_owner_per_day", usual.actions_per_owner_per_day, most=MOST_ACTIONS
        ),
        irreversible_per_day=limits.number("irreversible_per_day", usual.irreversible_per_day, most=MOST_IRREVERSIBLE),
        percent_of_scope=float(limits.number("percent_of_scope", int(usual.percent_of_scope), most=MOST_PERCENT)),
        mark=node.mark,
    )
