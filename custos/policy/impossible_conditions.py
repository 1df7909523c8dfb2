"""Conditions that can never hold, or always do: a slip of the pen that would find nothing, or everything.

A condition is turned into alternatives, each a list of tests that must hold together, and each alternative is asked fact by fact
whether any value could satisfy it. Where that would take too long, or facts hang together in ways that only the tenant knows,
nothing is concluded: what is refused is refused for certain.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import product

from custos.dates import midnight
from custos.kinds import CATALOGUE
from custos.kinds.fact import Fact, FactType
from custos.model.duration import Duration
from custos.model.policy import AllOf, AnyOf, Condition, Not, Test
from custos.model.sharing_levels import SHARING_LEVELS
from custos.policy.operators import ITS_CLASS
from custos.policy.wording import condition_words
from custos.problems import Problems

_MOST = 400  # alternatives
_NOW = datetime(
    2026, 6, 15, 12, tzinfo=UTC
)  # spans of time are compared from any moment; this one is as good as another
_DAYS = frozenset({"before", "from"})


@dataclass(frozen=True, slots=True)
class _Asked:
    """A test, or its opposite."""

    test: Test
    so: bool


class _TooMany(Exception):
    """More alternatives than are worth looking at."""


def can_hold(condition: Condition) -> bool:
    """False only when a condition can never hold."""
    return _possible(condition, so=True)


def check_can_hold(condition: Condition, problems: Problems) -> None:
    """Notes a condition, or a part of one, that can never hold, whatever the facts are."""
    for part in _parts(condition):
        if not _possible(part, so=True):
            what = f"This can never hold: {condition_words(part)}."
            problems.error(part.mark, what, "Correct or delete one of the values.", code="never")
            return


def check_may_fail(condition: Condition, problems: Problems) -> None:
    """Notes a condition, or a part of one, that holds whatever the facts are."""
    for part in _parts(condition):
        if not _possible(part, so=False):
            what = f"This always holds: {condition_words(part)}."
            problems.error(part.mark, what, "Say what is meant, or delete it.", code="always")
            return


def _parts(condition: Condition) -> Iterator[Condition]:
    """The condition's parts, the smallest first, and then itself. What stands under a `not` is looked at with it."""
    if isinstance(condition, AllOf | AnyOf):
        for part in condition.parts:
            yield from _parts(part)
    yield condition


def _possible(condition: Condition, *, so: bool) -> bool:
    """False only when no values of the facts could make the condition true (`so`), or false."""
    try:
        return any(_together(alternative) for alternative in _alternatives(condition, so=so))
    except _TooMany:
        return True


def _alternatives(condition: Condition, *, so: bool) -> list[tuple[_Asked, ...]]:
    match condition:
        case Test():
            return [(_Asked(condition, so),)]
        case Not(part=part):
            return _alternatives(part, so=not so)
        case AllOf(parts=parts) | AnyOf(parts=parts):
            each = [_alternatives(part, so=so) for part in parts]
            if isinstance(condition, AllOf) is so:
                number = 1
                for found in each:
                    number *= len(found)
                if number > _MOST:
                    raise _TooMany
                return [tuple(asked for part in chosen for asked in part) for chosen in product(*each)]
            joined = [alternative for found in each for alternative in found]
            if len(joined) > _MOST:
                raise _TooMany
            return joined


def _together(asked: Sequence[_Asked]) -> bool:
    by_fact: dict[str, list[_Asked]] = defaultdict(list)
    for one in asked:
        by_fact[one.test.fact].append(one)
    return all(_fact_possible(CATALOGUE[name], tests) for name, tests in by_fact.items())


def _fact_possible(fact: Fact, asked: Sequence[_Asked]) -> bool:
    if fact.missing and all(_of_missing(one) is one.so for one in asked):
        return True  # a fact that is missing satisfies all of it
    present = [one for one in asked if one.test.operator != "is_missing"]
    if any(one.test.operator == "is_missing" and one.so is bool(one.test.value) for one in asked):
        return False  # it would have to be missing, and that was found impossible
    if any(one.test.value == ITS_CLASS for one in present):
        return True
    match fact.type:
        case FactType.FLAG:
            return any(all((value == one.test.value) is one.so for one in present) for value in (True, False))
        case FactType.CHOICE | FactType.LEVEL:
            return any(all(_choice(value, one.test) is one.so for one in present) for value in fact.choices)
        case FactType.NUMBER | FactType.SIZE:
            return _number_possible(present)
        case FactType.MOMENT:
            return _moment_possible(present)
    return _text_possible(present)


def _of_missing(one: _Asked) -> bool:
    """What a test says of a fact that is known to be missing."""
    return bool(one.test.value) if one.test.operator == "is_missing" else False


def _choice(value: str, test: Test) -> bool:
    values = _values(test)
    match test.operator:
        case "is_not" | "not_in":
            return value not in values
        case "looser_than":
            return SHARING_LEVELS.index(value) > SHARING_LEVELS.index(values[0])
        case "tighter_than":
            return SHARING_LEVELS.index(value) < SHARING_LEVELS.index(values[0])
    return value in values


def _number_possible(asked: Sequence[_Asked]) -> bool:
    """Whether some whole number from 0 on satisfies all: only the numbers beside those that are named can differ."""
    named = [int(one.test.value) for one in asked if isinstance(one.test.value, int | float)]
    candidates = {0, *(number + step for number in named for step in (-1, 0, 1) if number + step >= 0)}
    return any(all(_number(value, one.test) is one.so for one in asked) for value in candidates)


def _number(value: int, test: Test) -> bool:
    assert isinstance(test.value, int | float), "the loader gives numbers numbers"
    match test.operator:
        case "at_least":
            return value >= test.value
        case "at_most":
            return value <= test.value
        case "more_than":
            return value > test.value
        case "less_than":
            return value < test.value
    return value == test.value


def _moment_possible(asked: Sequence[_Asked]) -> bool:
    """Whether some moment satisfies all. Days and spans are not held against each other: today decides that."""
    for kind in (True, False):
        tests = [one for one in asked if (one.test.operator in _DAYS) is kind]
        bounds = [bound for one in tests for bound in _bounds(one.test)]
        candidates = [_NOW, *(bound for bound in bounds)]
        candidates += [moment.replace(microsecond=1) for moment in candidates]
        candidates += [_earlier(moment) for moment in candidates]
        if tests and not any(all(_moment(value, one.test) is one.so for one in tests) for value in candidates):
            return False
    return True


def _earlier(moment: datetime) -> datetime:
    return Duration(1, "hour").before(moment)


def _bounds(test: Test) -> tuple[datetime, ...]:
    if isinstance(test.value, Duration):
        ahead = test.operator in ("within_next", "later_than")
        return (_NOW, test.value.after(_NOW) if ahead else test.value.before(_NOW))
    return (midnight(test.value, UTC),) if isinstance(test.value, date) else ()


def _moment(value: datetime, test: Test) -> bool:
    bound = _bounds(test)[-1]
    match test.operator:
        case "older_than" | "before":
            return value < bound
        case "from":
            return value >= bound
        case "within_last":
            return bound <= value <= _NOW
        case "within_next":
            return _NOW < value <= bound
    return value > bound


def _text_possible(asked: Sequence[_Asked]) -> bool:
    """Whether some text satisfies all: one of those that are named, or any other when none is demanded."""
    demanded = [one for one in asked if one.so and one.test.operator in ("is", "in")]
    demanded += [one for one in asked if not one.so and one.test.operator in ("is_not", "not_in")]
    if not demanded:
        return True
    return any(all(_text(value, one.test) is one.so for one in asked) for value in _values(demanded[0].test))


def _text(value: str, test: Test) -> bool:
    values = [one.casefold() for one in _values(test)]
    value = value.casefold()
    match test.operator:
        case "is_not" | "not_in":
            return value not in values
        case "outside":
            return not any(value == one or value.endswith(f".{one}") for one in values)
        case "starts_with":
            return value.startswith(values[0])
        case "ends_with":
            return value.endswith(values[0])
        case "contains":
            return values[0] in value
    return value in values


def _values(test: Test) -> tuple[str, ...]:
    return test.value if isinstance(test.value, tuple) else (str(test.value),)
