"""Unknown never acts: whatever is not known can only take findings away, and is counted."""

from __future__ import annotations

import random
from datetime import UTC
from functools import cache
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custos.engine.evaluate import evaluate
from custos.errors import Mark
from custos.kinds import facts_of
from custos.kinds.fact import Fact, FactType
from custos.model.duration import Duration
from custos.model.policy import AllOf, AnyOf, Condition, Not, Test
from custos.model.sharing_levels import SHARING_LEVELS
from custos.model.subject import Kind
from custos.policy.compile import Moment, columns_of, compile_condition
from custos.policy.operators import Operand, operators_of
from tests.engine.inventory_builder import NOW, day
from tests.engine.planted_inventory import wrenbridge
from tests.policy.policies import policy, shipped, with_policy

MARK = Mark("test")
WORDS = ["a", "b", "a.example"]
DAYS = [day("2019-01-01"), day("2026-11-20"), day("2027-02-01")]
TYPES: dict[FactType, pl.DataType] = {
    FactType.NUMBER: pl.Int64(), FactType.SIZE: pl.Int64(), FactType.FLAG: pl.Boolean(),
    FactType.MOMENT: pl.Datetime("us", "UTC"),
}  # fmt: skip


def _values(fact: Fact) -> list[Any]:
    match fact.type:
        case FactType.ADDRESS:
            return ["https://council.example/sites/a", "https://council.example/sites/b"]
        case FactType.FLAG:
            return [True, False]
        case FactType.NUMBER | FactType.SIZE:
            return [0, 1, 5]
        case FactType.MOMENT:
            return DAYS
        case FactType.CHOICE | FactType.LEVEL:
            return [*list(fact.choices)[:3], *([""] if fact.missing else [])]
        case _:
            return [*WORDS, *([""] if fact.missing else [])]


@st.composite
def drawn_test(draw: st.DrawFn, kind: Kind) -> Test:
    """One test with a fact of a kind."""
    fact = draw(st.sampled_from(list(facts_of(kind).values())))
    operator = draw(st.sampled_from(list(operators_of(fact).values())))
    written = [value for value in _values(fact) if value != ""]
    value: Any
    match operator.operand:
        case Operand.YES:
            value = draw(st.booleans())
        case Operand.DURATION:
            value = draw(st.sampled_from([Duration(30, "day"), Duration(2, "year")]))
        case Operand.VALUES:
            value = tuple(draw(st.lists(st.sampled_from(written), min_size=1, max_size=2)))
        case _:
            value = draw(st.sampled_from(written))
    return Test(fact=fact.name, operator=operator.name, value=value, mark=MARK)


def conditions(kind: Kind) -> st.SearchStrategy[Condition]:
    """Conditions of any shape about a kind."""
    return st.recursive(
        drawn_test(kind),
        lambda parts: st.one_of(
            parts.map(lambda part: Not(part=part, mark=MARK)),
            st.lists(parts, min_size=1, max_size=3).map(lambda found: AllOf(parts=tuple(found), mark=MARK)),
            st.lists(parts, min_size=1, max_size=3).map(lambda found: AnyOf(parts=tuple(found), mark=MARK)),
        ),
        max_leaves=6,
    )


@st.composite
def rows(draw: st.DrawFn, kind: Kind) -> dict[str, Any]:
    """What is known of one subject, in the columns of its kind: everything."""
    row: dict[str, Any] = {}
    for fact in facts_of(kind).values():
        value, *more = columns_of(fact)
        row[value] = draw(st.sampled_from(_values(fact)))
        for column in more:
            if column.endswith("__missing"):
                row[column] = draw(st.booleans())
                row[value] = None if row[column] else row[value]
            else:
                row[column] = row[value]
    for column in row:
        if column.endswith("__latest"):
            row[column] = row[column.removesuffix("__latest")]
    row["site_sharing_allowed"] = draw(st.sampled_from(SHARING_LEVELS))
    return row


def _frame(kind: Kind, row: dict[str, Any]) -> pl.DataFrame:
    schema: dict[str, pl.DataType] = {}
    for fact in facts_of(kind).values():
        for column in columns_of(fact):
            schema[column] = pl.Boolean() if column.endswith("__missing") else TYPES.get(fact.type, pl.String())
    return pl.DataFrame([row], schema=schema, orient="row")


def _truth(condition: Condition, kind: Kind, row: dict[str, Any]) -> bool | None:
    said: bool | None = _frame(kind, row).select(compile_condition(condition, Moment(NOW, UTC))).item()
    return said


@settings(max_examples=60, deadline=None)
@given(data=st.data(), kind=st.sampled_from(list(Kind)))
def test_no_condition_is_decided_by_what_is_not_known(data: st.DataObject, kind: Kind) -> None:
    """Whatever a condition says with facts unknown, it says the same once they are known; with all known it decides."""
    condition, row = data.draw(conditions(kind)), data.draw(rows(kind))
    hidden = data.draw(st.sets(st.sampled_from(sorted(row))))
    partly = _truth(condition, kind, {name: None if name in hidden else value for name, value in row.items()})
    wholly = _truth(condition, kind, row)
    assert wholly is not None
    assert partly in (None, wholly)


@cache
def _found() -> frozenset[str]:
    return frozenset(finding.id for finding in evaluate(shipped(), wrenbridge().facts(), NOW).findings())


COLUMNS = [
    ("sites", ["web_url", "kind", "group_id", "is_team", "visibility", "access", "sharing_capability", "owner_count"]),
    ("drives", ["web_url", "governed"]),
    ("states", ["state"]),
    ("items", ["is_folder", "size", "created", "modified", "client_modified", "modified_by", "modified_by_kind"]),
    ("items", ["label", "label_explicit", "is_record", "shared_scope", "permissions_read_at", "name"]),
    ("permissions", ["kind", "scope", "link_type", "has_expiry", "inherited", "principal", "email", "domain", "external"]),
    ("members", ["is_guest", "enabled", "domain", "mail", "upn"]),
]  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(("table", "columns"), COLUMNS, ids=lambda given: given if isinstance(given, str) else given[0])
def test_hiding_facts_never_finds_anything_new(table: str, columns: list[str], seed: int) -> None:
    """The whole council with many of its facts unknown: no policy finds what it did not find before."""
    inventory, chance = wrenbridge(), random.Random(f"{seed}{table}{columns}")
    for row in inventory.rows[table]:
        for column in columns:
            if chance.random() < 1 / 6:
                row[column] = None
    assert {finding.id for finding in evaluate(shipped(), inventory.facts(), NOW).findings()} <= _found()


def test_an_empty_inventory_finds_nothing() -> None:
    """Without a single table there is no finding and no error."""
    inventory = wrenbridge()
    for rows_of in inventory.rows.values():
        rows_of.clear()
    evaluation = evaluate(shipped(), inventory.facts(), NOW)
    assert list(evaluation.findings()) == []
    assert evaluation.coverage == (0, 0)


@pytest.mark.parametrize("state", ["incomplete", "pending"])
def test_a_library_that_was_not_read_to_the_end_is_unknown_throughout(state: str) -> None:
    """No item of it is found by any rule; all of them are counted as unknown."""
    inventory = wrenbridge()
    library = "sites/planning-casework/Current applications"
    for row in inventory.rows["states"]:
        row["state"] = state if row["drive_id"] == library else row["state"]
    evaluation = evaluate(shipped(), inventory.facts(), NOW)
    assert all(finding.subject.drive_id != library for finding in evaluation.findings())
    assert evaluation.unknown["labels-from-schedule/unlabelled-file"] == 3
    assert evaluation.unknown["sharing-anyone-links/anyone-link-not-allowed"] == 2
    assert evaluation.unknown["sharing-outside-people/person-outside-agreement"] == 5
    assert evaluation.unknown["stale-content/quiet-library"] == 1
    assert evaluation.unknown["stale-content/quiet-site"] == 1
    assert evaluation.coverage == (64, 65)


def test_shared_items_whose_permissions_were_not_read_are_counted() -> None:
    """A sharing signal without permissions is an unknown link, not the absence of one."""
    inventory = wrenbridge()
    library = "sites/revs-bens/Letters"
    inventory.file(library, "shared", shared_scope="anonymous")
    evaluation = evaluate(shipped(), inventory.facts(), NOW)
    assert evaluation.unknown == {
        "sharing-anyone-links/anyone-link-not-allowed": 1,
        "sharing-anyone-links/published-link-without-expiry": 1,
        "sharing-organisation-links/organisation-link-not-allowed": 1,
    }


def test_a_word_that_the_catalogue_does_not_know_is_unknown() -> None:
    """A sharing level that Microsoft adds one day is neither looser nor tighter, and not "another" one."""
    inventory = wrenbridge()
    inventory.rows["sites"][0]["sharing_capability"] = "friends_of_friends"
    assert evaluate(shipped(), inventory.facts(), NOW).unknown == {"sharing-sites/site-looser-than-its-class": 1}


def test_drafts_are_not_evaluated() -> None:
    """A draft is checked and never asked."""
    from custos.policy import load_files

    draft = load_files(with_policy(policy().replace("state: simulate", "state: draft")))
    assert evaluate(draft, wrenbridge().facts(), NOW).counts == {}
