"""Conditions as Polars expressions over the frames of `custos.engine.frames`: true, false, or null for unknown.

Polars' `&`, `|` and `~` on Booleans with nulls are Kleene's. Every comparison here keeps to it: null in, null out; a
comparison with something *known to be missing* is false, and only `is_missing` finds it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import reduce
from operator import and_, or_

import polars as pl

from custos.dates import midnight
from custos.kinds import CATALOGUE
from custos.kinds.fact import Fact, FactType
from custos.model.duration import Duration
from custos.model.policy import AllOf, AnyOf, Bundle, Condition, Not, Test, each_test
from custos.model.sharing_levels import SHARING_LEVELS
from custos.policy.operators import ITS_CLASS
from custos.records.address import told_address

_TEXTS = (FactType.TEXT, FactType.CHOICE, FactType.LEVEL, FactType.DOMAIN, FactType.ADDRESS)
_UNKNOWN = pl.lit(None, dtype=pl.Boolean)


@dataclass(frozen=True, slots=True)
class Moment:
    """When conditions are asked, where their days begin, and the days that are not worked."""

    now: datetime
    zone: tzinfo
    holidays: Collection[date] = frozenset()

    @classmethod
    def of(cls, bundle: Bundle, now: datetime) -> Moment:
        """For a council's policies."""
        return cls(now, bundle.zone, bundle.records.holidays)


def compile_condition(condition: Condition, moment: Moment) -> pl.Expr:
    """The condition as one Boolean expression; null where it cannot be decided."""
    match condition:
        case Test():
            return _test(condition, moment)
        case Not(part=part):
            return ~compile_condition(part, moment)
        case AllOf(parts=parts):
            return reduce(and_, (compile_condition(part, moment) for part in parts))
        case AnyOf(parts=parts):
            return reduce(or_, (compile_condition(part, moment) for part in parts))


def facts_in(condition: Condition) -> frozenset[str]:
    """The facts that a condition reads, those it compares with included."""
    names = {test.fact for test in each_test(condition)}
    if any(test.value == ITS_CLASS for test in each_test(condition)):
        names.add("site_sharing_allowed")
    return frozenset(names)


def columns_of(fact: Fact) -> tuple[str, ...]:
    """The columns that hold a fact: its value, and its later bound or its missing flag where it has them."""
    names = [fact.name]
    if fact.bounded:
        names.append(latest(fact.name))
    if fact.missing and fact.type not in _TEXTS:
        names.append(missing(fact.name))
    return tuple(names)


def latest(name: str) -> str:
    """The column of a moment's later bound."""
    return f"{name}__latest"


def missing(name: str) -> str:
    """The column that says a moment is known to be missing."""
    return f"{name}__missing"


def _test(test: Test, moment: Moment) -> pl.Expr:
    fact = CATALOGUE[test.fact]
    column = pl.col(test.fact)
    texts = fact.type in _TEXTS
    absent = column == "" if texts else pl.col(missing(test.fact)) if fact.missing else None
    if test.operator == "is_missing":
        assert absent is not None, "the loader lets only facts that can be missing be asked for it"
        return absent == bool(test.value)
    if texts:
        compared = _text(fact, test, column)
    elif fact.type is FactType.MOMENT:
        compared = _moment(fact, test, moment)
    else:
        compared = _number(test, column)
    return pl.when(absent).then(statement=False).otherwise(compared) if absent is not None else compared


def _text(fact: Fact, test: Test, column: pl.Expr) -> pl.Expr:
    if fact.type is FactType.LEVEL and test.operator in ("looser_than", "tighter_than"):
        other = pl.col("site_sharing_allowed") if test.value == ITS_CLASS else pl.lit(test.value)
        return _rank(column) > _rank(other) if test.operator == "looser_than" else _rank(column) < _rank(other)
    if fact.type in (FactType.CHOICE, FactType.LEVEL):
        # a word that the catalogue does not know says nothing: it is unknown, not "another value"
        column = pl.when(column.is_in([*fact.choices, ""])).then(column)
        values = _values(test)
    elif fact.type is FactType.ADDRESS:
        column = column.map_batches(_addresses, return_dtype=pl.String)
        values = _values(test)
    else:
        column = column.str.to_lowercase()
        values = tuple(value.lower() for value in _values(test))
    match test.operator:
        case "is" | "in":
            return column == values[0] if len(values) == 1 else column.is_in(values)
        case "is_not" | "not_in":
            return ~column.is_in(values)
        case "outside":
            inside = [(column == value) | column.str.ends_with(f".{value}") for value in values]
            return ~reduce(or_, inside)
        case "starts_with":
            return column.str.starts_with(values[0])
        case "ends_with":
            return column.str.ends_with(values[0])
        case _:
            return column.str.contains(values[0], literal=True)


def _addresses(written: pl.Series) -> pl.Series:
    """Addresses made comparable: few of them stand on many rows. What is no address is unknown."""
    read = {url: told_address(url) for url in written.unique()}
    known = {url: at.key if at is not None else None for url, at in read.items()}
    return written.replace_strict(known, return_dtype=pl.String)


def _values(test: Test) -> tuple[str, ...]:
    return test.value if isinstance(test.value, tuple) else (str(test.value),)


def _rank(column: pl.Expr) -> pl.Expr:
    """How open a sharing level is; null for a word that is not one."""
    ranks = {level: rank for rank, level in enumerate(SHARING_LEVELS)}
    return column.replace_strict(ranks, default=None, return_dtype=pl.Int8)


def _number(test: Test, column: pl.Expr) -> pl.Expr:
    value = test.value
    match test.operator:
        case "at_least":
            return column >= value
        case "at_most":
            return column <= value
        case "more_than":
            return column > value
        case "less_than":
            return column < value
        case _:
            return column == value


def _moment(fact: Fact, test: Test, moment: Moment) -> pl.Expr:
    """A moment between two bounds against an instant: decided only when both bounds agree."""
    early = pl.col(fact.name)
    late = pl.col(latest(fact.name)) if fact.bounded else early
    match test.operator:
        case "older_than" | "before":
            return _before(early, late, _instant(test, moment, ahead=False))
        case "from":
            return ~_before(early, late, _instant(test, moment, ahead=False))
        case "within_last":
            return ~_before(early, late, _instant(test, moment, ahead=False)) & _before(
                early, late, moment.now, at=True
            )
        case "within_next":
            return ~_before(early, late, moment.now, at=True) & _before(
                early, late, _instant(test, moment, ahead=True), at=True
            )
        case _:
            return ~_before(early, late, _instant(test, moment, ahead=True), at=True)


def _before(early: pl.Expr, late: pl.Expr, instant: datetime, *, at: bool = False) -> pl.Expr:
    """Whether the moment is before an instant (`at`: or at it); null when it may be either side."""
    surely, surely_not = (late <= instant, early > instant) if at else (late < instant, early >= instant)
    return pl.when(surely).then(statement=True).when(surely_not).then(statement=False).otherwise(_UNKNOWN)


def _instant(test: Test, moment: Moment, *, ahead: bool) -> datetime:
    if isinstance(test.value, Duration):
        move = test.value.after if ahead else test.value.before
        return move(moment.now, moment.holidays)
    assert isinstance(test.value, date), "the loader gives moments spans or days"
    return midnight(test.value, moment.zone)
