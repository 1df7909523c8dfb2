"""Conditions, values and sentences for people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from string import Formatter

from custos.actions import DECLARED
from custos.kinds import CATALOGUE
from custos.kinds.fact import Fact, FactType
from custos.model.policy import AllOf, AnyOf, Condition, Not, OnlyIf, Step, Test
from custos.model.subject import Fact as Value
from custos.policy.operators import OPERATORS
from custos.wording import day_words, yes_or_no

_UNITS = ("bytes", "KB", "MB", "GB", "TB")


def condition_words(condition: Condition) -> str:
    """The condition read aloud: `the sharing posture is internal, and not (…)`."""
    match condition:
        case Test():
            return test_words(condition)
        case Not(part=part):
            return f"not ({condition_words(part)})"
        case AllOf(parts=parts):
            return ", and ".join(_bracketed(part) for part in parts)
        case AnyOf(parts=parts):
            return " or ".join(_bracketed(part) for part in parts)


def _bracketed(part: Condition) -> str:
    words = condition_words(part)
    return f"({words})" if isinstance(part, AllOf | AnyOf) else words


def test_words(test: Test) -> str:
    """One test read aloud."""
    fact = CATALOGUE[test.fact]
    if test.operator == "is_missing":
        return f"{fact.words}: {fact.missing}" if test.value else f"{fact.words}: there is one"
    if fact.type is FactType.FLAG:
        return f"{fact.words}: {yes_or_no(bool(test.value))}"
    operator = OPERATORS[test.operator]
    return f"{fact.words} {operator.words} {_operand(fact, test)}"


def _operand(fact: Fact, test: Test) -> str:
    match test.value:
        case tuple() as values:
            return ", ".join(values)
        case date() as day:
            return day_words(day)
        case int() as number if fact.type is FactType.SIZE:
            return size_words(number)
        case value:
            return str(value)


def value_words(name: str, value: Value, facts: Mapping[str, Value]) -> str:
    """One observed value: "14 March 2024", "38 GB", "it never ends", "unknown"."""
    fact = CATALOGUE[name]
    if fact.missing and (value == "" or facts.get(f"{name}__missing") is True):
        return fact.missing
    match value:
        case None:
            return "unknown"
        case bool():
            return yes_or_no(value)
        case datetime():
            return day_words(value)
        case int() if fact.type is FactType.SIZE:
            return size_words(value)
        case int():
            return f"{value:,}"
        case _:
            return str(value).replace("_", " ") if fact.type in (FactType.CHOICE, FactType.LEVEL) else str(value)


def sentence(template: str, facts: Mapping[str, Value]) -> str:
    """A rule's `because` with the observed values in place of the braces."""
    said = [
        literal + (value_words(name, facts.get(name), facts) if name else "") for literal, name in _parsed(template)
    ]
    return "".join(said)


@lru_cache(maxsize=1000)
def _parsed(template: str) -> tuple[tuple[str, str], ...]:
    """Literal texts, each with the fact that follows it; a sentence is made for every finding."""
    return tuple((literal, name or "") for literal, name, _, _ in Formatter().parse(template))


def names_in(template: str) -> frozenset[str]:
    """The facts that a `because` names."""
    return frozenset(name for _, name in _parsed(template) if name)


def size_words(size: int) -> str:
    """38 GB: decimal units, at most three digits."""
    amount, unit = float(size), 0
    while amount >= 1000 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    digits = 0 if amount >= 10 or unit == 0 else 1
    return f"{amount:.{digits}f} {_UNITS[unit]}"


def step_words(step: Step) -> str:
    """One step read aloud: "set an expiry of 10 working days, if the owner agrees"."""
    said = DECLARED[step.kind].aloud(step)
    said += f", {step.after} after the first word" if step.after else ""
    return said + (", if the owner agrees" if step.only_if is OnlyIf.OWNER_AGREES else "")
