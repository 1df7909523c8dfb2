"""What happened in a quarter stands beside the numbers that it may have moved, and what was wrong beside those that it touches."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from custos.jobs.quarter_reasons import Between, department_changes, reasons, troubles
from custos.kpi.catalogue import BY_ID
from custos.kpi.model import Sum, Value
from custos.kpi.quarters import Quarter
from custos.policy import Bundle, load_files
from tests.policy.policies import shipped

Q4 = Quarter(2026, 4)
ON = date(2026, 11, 29)


def meanwhile(**changes: object) -> Between:
    """A quarter in which nothing happened, but for `changes`."""
    nothing = Between(first=shipped(), last=shipped(), counted=shipped(), writes={}, answers=0, moved={}, refused=())
    return replace(nothing, **changes)  # type: ignore[arg-type]


def edited(file: str, *pairs: tuple[str, str]) -> Bundle:
    """The sample council with some texts of a register replaced."""
    name, files = f"register/{file}", dict(shipped().files)
    text = files[name].decode()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return load_files(files | {name: text.encode()})


def told(kpi: str, at: Between, now: Value | None = None, before: Value | None = None) -> list[str]:
    return list(reasons(BY_ID[kpi], now, before, at, shipped()))


def value(read: int) -> Value:
    return Value(
        kpi=BY_ID["KPI-05"], as_of=datetime(2026, 9, 30, tzinfo=UTC), coverage=(read, 65), rows=(), total=Sum(), by_department={},
        by_owner={},
    )  # fmt: skip


def test_only_rules_that_can_move_a_number_stand_beside_it() -> None:
    """Writes of sharing policies stand beside sharing, those of retention policies beside labels; the one that wrote most comes first."""
    sharing, labels = (
        next(one.id for one in shipped().policies.values() if one.family == family)
        for family in ("sharing", "retention")
    )
    at = meanwhile(writes={(sharing, "one"): 1, (sharing, "many"): 24, (labels, "unlabelled"): 1200}, answers=7)
    assert told("KPI-11", at) == [f"{sharing}/many wrote 24 times", f"{sharing}/one wrote 1 time"]
    assert told("KPI-05", at) == [f"{labels}/unlabelled wrote 1,200 times"]
    assert told("KPI-10", at) == ["7 answers"]
    assert told("KPI-03", at) == []


def test_changed_rows_of_a_register_are_named() -> None:
    """Rows that came, went and changed are told by their ids, for the numbers that are counted on them; another order is no change."""
    last = edited("retention_schedule.csv", ("2026-06-30", "2027-06-30"))
    assert told("KPI-04", meanwhile(counted=last)) == ["retention_schedule.csv: RS-PLN-03 changed"]
    assert told("KPI-03", meanwhile(counted=last)) == []
    name = "register/delegations.csv"
    head, *rows = shipped().files[name].decode().splitlines(keepends=True)
    turned = load_files({**shipped().files, name: "".join([head, *reversed(rows)]).encode()})
    assert told("KPI-02", meanwhile(counted=turned)) == []


def test_a_mirror_that_was_read_further_is_told() -> None:
    """When more libraries had been read, a number may have moved for that alone."""
    assert told("KPI-05", meanwhile(), value(65), value(62)) == [
        "62 of 65 libraries had been read before, 65 of 65 now"
    ]
    assert told("KPI-05", meanwhile(), value(65), value(65)) == []


def test_a_department_that_was_renamed_is_no_new_department() -> None:
    """All of a department's assets under another name is a renaming; some of them is a move, and both say which parts to doubt."""
    first = shipped().records
    renamed = {
        asset: replace(one, department="Young People") if one.department == "Children" else one
        for asset, one in first.assets.items()
    }
    (said,) = department_changes(first, replace(first, assets=renamed))
    assert said.startswith("Children is called Young People since")
    moved = {key: replace(one, department="Housing") if key == "IA-004" else one for key, one in first.assets.items()}
    (said,) = department_changes(first, replace(first, assets=moved))
    assert said == "IA-004 moved from Place to Housing: the parts of both changed by what moved"
    assert not list(department_changes(first, first))


@pytest.mark.parametrize(
    ("refused", "said"),
    [
        ((date(2026, 11, 24), None), "on 24 November 2026 and still are"),
        ((date(2026, 11, 24), date(2026, 11, 26)), "on 24 November 2026 until 26 November 2026"),
    ],
)
def test_a_register_that_is_broken_since_tuesday_is_told(refused: tuple[date, date | None], said: str) -> None:
    """The numbers in between are by the version before, and the pack says from when to when."""
    (sentence,) = troubles(Q4, ON, meanwhile(refused=[refused]), [], [])
    assert said in sentence
    assert sentence.endswith("numbers in between are by the version before.")


def test_missing_days_are_told() -> None:
    """A day without indicators, and one without a checkpoint of the audit, are named; days before the first one are not missing."""
    days = [date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 24)]
    sentences = list(troubles(Q4, ON, meanwhile(), days, ["2026-11-27", "2026-11-29"]))
    assert sentences[0] == "No indicators were published on 22 November 2026, 23 November 2026."
    assert sentences[1].startswith("The audit has no checkpoint of 28 November 2026:")
    assert not list(troubles(Q4, ON, meanwhile(), [], []))
