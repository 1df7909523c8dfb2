"""One question to the mirror: what holds, for how many that cannot be decided, and of what. Pure; nothing is planned or done.

It goes over the same frames and by the same expressions as the rules of the policies, so an answer is what a rule with that
condition would find, before scope and protections. A million items take seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from custos.engine.facts import Facts
from custos.engine.frames import Frames
from custos.engine.paths import Paths
from custos.engine.register_locations import place_registers
from custos.engine.site_facts import SiteFacts, site_facts
from custos.kinds import CATALOGUE, IN_LIBRARIES, facts_of
from custos.model.policy import Bundle, each_test
from custos.policy.compile import Moment, columns_of, compile_condition, facts_in, missing
from custos.policy.queries import Query

_ORDER = ("site_id", "drive_id", "item_id", "permission_id", "grantee", "user_id")
_PLACES = ("asset", "site_address", "library_address")
_IDS = ("site_id", "drive_id", "item_id", "permission_id")
_TRUTH = "said:truth"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryResult:
    """What the mirror says.

    `looked` subjects were asked about: `found` of them hold, `unknown` cannot be decided, and the rest do not. `rows` are the
    found ones, as many as were wanted: ids, `name`, `url`, the facts of `shown`, the place. `groups`: the counted fact, `found`
    and `unknown`; None unless it was asked for. `oldest` is when the library that was read longest ago was read, of
    `coverage` (libraries read completely, libraries expected).
    """

    question: Query
    now: datetime
    looked: int
    found: int
    unknown: int
    shown: tuple[str, ...]
    rows: pl.DataFrame
    groups: pl.DataFrame | None
    coverage: tuple[int, int]
    oldest: datetime | None


def find(bundle: Bundle, facts: Facts, now: datetime, question: Query, *, limit: int | None = None) -> QueryResult:
    """Ask. `limit` rows at most are told, in a stable order; they are counted all the same."""
    placed = place_registers(bundle, facts)
    bundle, places = placed.bundle, site_facts(placed, facts, now)
    frames = Frames(facts, bundle, places, now)
    shown = tuple(dict.fromkeys((*(test.fact for test in each_test(question.condition)), *question.columns)))
    known = facts_of(question.kind)
    needed = facts_in(question.condition) | {*shown, *(name for name in _PLACES if name in known)}
    needed |= {question.by} if question.by else set()
    truth = compile_condition(question.condition, Moment.of(bundle, now))
    asked = frames.of(question.kind, frozenset(needed)).with_columns(pl.when(pl.col("sure")).then(truth).alias(_TRUTH))
    counted = asked.select(pl.len().alias("looked"), *_counts())
    groups = (
        asked.group_by(question.by).agg(_counts()).filter(pl.col("found") + pl.col("unknown") > 0)
        if question.by
        else None
    )
    rows = asked.filter(pl.col(_TRUTH)).drop(_TRUTH).sort(_ORDER)
    rows = (rows if limit is None else rows.head(limit)) if groups is None else rows.clear()
    totals, told, by = pl.collect_all([counted, rows, groups if groups is not None else rows.clear()])
    looked, found, unknown = totals.row(0)
    complete, oldest = _age(facts, places)
    return QueryResult(
        question=question,
        now=now,
        looked=looked,
        found=found,
        unknown=unknown,
        shown=shown,
        rows=_told(question, told, shown, Paths(facts, places)),
        groups=None if groups is None else by.sort("found", question.by, descending=[True, False], nulls_last=True),
        coverage=(complete, places.libraries.height),
        oldest=oldest,
    )


def _counts() -> list[pl.Expr]:
    truth = pl.col(_TRUTH)
    return [truth.fill_null(value=False).sum().alias("found"), truth.is_null().sum().alias("unknown")]


def _told(question: Query, rows: pl.DataFrame, shown: tuple[str, ...], paths: Paths) -> pl.DataFrame:
    """The rows with their addresses; a moment that is known to be missing is the text ""."""
    if question.kind in IN_LIBRARIES:
        rows = rows.with_columns(pl.Series("url", paths.of(rows), dtype=pl.String))
    values = {name: _value(name) for name in shown}
    places = [name for name in _PLACES if name in rows.columns and name not in shown]
    return rows.select(*_IDS, "name", "url", *(value.alias(name) for name, value in values.items()), *places)


def _value(name: str) -> pl.Expr:
    absent = missing(name)
    if absent not in columns_of(CATALOGUE[name]):
        return pl.col(name)
    told = (
        pl.col(name).dt.strftime("%Y-%m-%dT%H:%M:%SZ")
        if CATALOGUE[name].type == "moment"
        else pl.col(name).cast(pl.String)
    )
    return pl.when(pl.col(absent)).then(pl.lit("")).otherwise(told)


def _age(facts: Facts, places: SiteFacts) -> tuple[int, datetime | None]:
    """Libraries read completely, and when the one that was read longest ago was."""
    read = facts.states.join(places.libraries.lazy().select("drive_id"), on="drive_id", how="semi")
    oldest = read.select(pl.col("synced_at").min()).collect().item()
    return int(places.libraries["complete"].sum()), oldest
