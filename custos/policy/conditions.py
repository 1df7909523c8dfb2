"""Reads `when:` into a Condition."""

from __future__ import annotations

from datetime import date

from custos.dates import day_from
from custos.did_you_mean import near, nearest
from custos.errors import Mark
from custos.kinds import CATALOGUE, facts_of
from custos.kinds.fact import Fact, FactType
from custos.model.duration import Duration
from custos.model.policy import AllOf, AnyOf, Condition, Not, Test
from custos.model.subject import Kind
from custos.policy.operators import (
    ITS_CLASS,
    OPERATORS,
    Operand,
    Operator,
    expected,
    operators_of,
    span_of,
    value_of,
)
from custos.policy.yaml_nodes import Entries, Items, Node, Text
from custos.policy.yaml_section import texts_of
from custos.problems import Problems
from custos.records.address import part_of_address

_JOINTS = ("all", "any", "not")
_YES = {"yes": True, "true": True, "no": False, "false": False}
_MISSING = {"is_missing": True, "is_present": False}


def read_condition(node: Node, kind: Kind, problems: Problems) -> Condition | None:
    """The condition that a node says about subjects of a kind; None when it had problems."""
    if not isinstance(node, Entries):
        problems.error(
            node.mark, "A condition is written as facts and what they must be.", "For instance  posture: internal"
        )
        return None
    if not node.entries:
        problems.error(node.mark, "The condition is empty and would match everything.", "Name at least one fact.")
        return None
    parts = [
        _joint(key, mark, value, kind, problems) if key in _JOINTS else _fact(key, mark, value, kind, problems)
        for key, (mark, value) in node.entries.items()
    ]
    return _all(parts, node.mark)


def _all(parts: list[Condition | None], mark: Mark) -> Condition | None:
    sound = tuple(part for part in parts if part is not None)
    if len(sound) < len(parts):
        return None
    return sound[0] if len(sound) == 1 else AllOf(parts=sound, mark=mark)


def _joint(word: str, mark: Mark, node: Node, kind: Kind, problems: Problems) -> Condition | None:
    if word == "not":
        part = read_condition(node, kind, problems)
        return Not(part=part, mark=mark) if part else None
    if not isinstance(node, Items) or not node.items:
        problems.error(node.mark, f'"{word}" is followed by a list of conditions.', "Begin each with a hyphen.")
        return None
    parts = [read_condition(item, kind, problems) for item in node.items]
    sound = tuple(part for part in parts if part is not None)
    if len(sound) < len(parts):
        return None
    return AllOf(parts=sound, mark=mark) if word == "all" else AnyOf(parts=sound, mark=mark)


def _fact(name: str, mark: Mark, node: Node, kind: Kind, problems: Problems) -> Condition | None:
    fact = CATALOGUE.get(name)
    if fact is None:
        problems.error(mark, f'There is no fact "{name}".', near(name, facts_of(kind)), code="unknown-fact")
        return None
    if kind not in fact.kinds:
        kinds = ", ".join(fact.kinds)
        problems.error(
            mark, f'"{name}" is not a fact of a {kind}.', f"It is one of: {kinds}.", code="fact-of-other-kind"
        )
        return None
    if isinstance(node, Entries):
        return _all([_operator(fact, word, at, value, problems) for word, (at, value) in node.entries.items()], mark)
    if isinstance(node, Items):
        return _operator(fact, "in", mark, node, problems)
    if node.text in _MISSING and fact.missing:
        return Test(fact=name, operator="is_missing", value=_MISSING[node.text], mark=mark)
    return _operator(fact, "is", mark, node, problems)


def _operator(fact: Fact, word: str, mark: Mark, node: Node, problems: Problems) -> Test | None:
    taken = operators_of(fact)
    operator = taken.get(word)
    if operator is None:
        what = f'"{fact.name}" ({fact.type}) does not take "{word}".'
        if word not in OPERATORS:
            what = f'There is no operator "{word}".'
        if word == "is_missing":
            what = f'"{fact.name}" cannot be missing; when it is not known the rule waits.'
        problems.error(mark, what, nearest(word, taken) or f"It takes: {', '.join(taken)}.", code="operator")
        return None
    if operator.operand is Operand.VALUES:
        return _list(fact, operator, mark, node, problems)
    if not isinstance(node, Text):
        problems.error(node.mark, f'"{word}" is followed by one value.', f"For instance  {word}: {operator.example}")
        return None
    value = _value(fact, operator, node.text.strip())
    if value is None:
        problems.error(
            node.mark,
            f'"{node.text}" cannot be compared with "{fact.name}".',
            expected(fact, operator.operand, node.text),
            code="value",
        )
        return None
    return Test(fact=fact.name, operator=word, value=value, mark=mark)


def _value(fact: Fact, operator: Operator, written: str) -> str | int | bool | date | Duration | None:
    if operator.operand is Operand.DURATION:
        return span_of(written)
    if operator.operand is Operand.DAY:
        return day_from(written)
    if operator.operand is Operand.YES:
        return _YES.get(written.casefold())
    if fact.type is FactType.LEVEL and fact.name == "site_sharing" and written == ITS_CLASS:
        return ITS_CLASS
    if fact.type is FactType.ADDRESS and operator.name not in ("is", "is_not"):
        return part_of_address(written) or None
    return value_of(fact, written)


def _list(fact: Fact, operator: Operator, mark: Mark, node: Node, problems: Problems) -> Test | None:
    written = texts_of(node)
    if not written:
        problems.error(node.mark, f'"{operator.name}" is followed by a list.', f"For instance  {operator.example}")
        return None
    values: list[str] = []
    for text, at in written:
        value = value_of(fact, text)
        if isinstance(value, str):
            values.append(value)
        else:
            problems.error(
                at, f'"{text}" is not a value of "{fact.name}".', expected(fact, Operand.VALUE, text), code="value"
            )
    if len(values) < len(written):
        return None
    return Test(fact=fact.name, operator=operator.name, value=tuple(values), mark=mark)
