"""The tables for other tools: what is in them, and that a second writing changes nothing."""

from __future__ import annotations

import asyncio
import csv
import json
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable

from custos.bootstrap import Custos
from custos.inventory import reporting_schema as schema
from custos.inventory.reporting_schema import ALL, ReportingTable
from custos.inventory.reporting_tables import ReportingTables
from custos.jobs import kpi, reporting
from custos.kinds import DECLARED
from custos.masking import MASK
from custos.model.subject import Kind
from custos.records.sensitivity import hides_names
from tests.policy.policies import shipped
from tests.running_stack import Council

ROWS = pl.DataFrame({"policy": ["a", "a", "b"], "rule": ["x", "y", "z"], "number": [1, 2, 3]})


def changes(root: Path, table: ReportingTable, since: int) -> list[tuple[str, str, int]]:
    """What the change feed says: what happened, to which rule, with which number."""
    feed = pl.DataFrame(DeltaTable(str(root / table.name)).load_cdf(starting_version=since))
    return sorted(feed.select("_change_type", "rule", "number").rows())


def test_only_what_changed_makes_a_version(tmp_path: Path) -> None:
    """The same rows twice are one version; of a changed row the feed says what it was and what it is, of a lost one that it went."""
    tables = ReportingTables(None, str(tmp_path))
    assert tables.write(schema.UNDECIDED, ROWS) == 3
    before = DeltaTable(str(tmp_path / "undecided")).version()
    assert tables.write(schema.UNDECIDED, ROWS) == 0
    assert DeltaTable(str(tmp_path / "undecided")).version() == before
    changed = ROWS.head(2).with_columns(number=pl.Series([1, 9]))
    assert tables.write(schema.UNDECIDED, changed) == 2
    assert tables.read(schema.UNDECIDED).rows() == [("a", "x", 1), ("a", "y", 9)]
    assert changes(tmp_path, schema.UNDECIDED, before + 1) == [
        ("delete", "z", 3),
        ("update_postimage", "y", 9),
        ("update_preimage", "y", 2),
    ]
    assert DeltaTable(str(tmp_path / "undecided")).protocol().min_reader_version == 1


def test_many_nights_keep_their_rows(tmp_path: Path) -> None:
    """Joining small files now and then loses nothing, and a table that was never written is empty, not an error."""
    tables = ReportingTables(None, str(tmp_path))
    assert tables.read(schema.UNDECIDED).is_empty()
    for night in range(35):
        tables.write(schema.UNDECIDED, ROWS.with_columns(number=pl.lit(night)))
    assert tables.read(schema.UNDECIDED)["number"].to_list() == [34, 34, 34]
    assert len(DeltaTable(str(tmp_path / "undecided")).file_uris()) < 10


def test_every_column_says_what_it_means() -> None:
    """Other people's tools rest on these names: each has its meaning, and each table its key among its columns."""
    for table in ALL.values():
        assert all(column.means for column in table.columns)
        assert set(table.key) <= table.kinds.keys()


@pytest.mark.timeout(600)
def test_a_morning_is_written_once(council: Council, governed: str, tmp_path: Path) -> None:
    """Indicators, questions and findings are those of `custos kpi` and `custos cases`; names in sensitive assets are masked; writing again
    changes nothing but the moment."""
    council.quiet()
    council.fire("measure_kpis")

    async def again(app: Custos) -> dict[str, int]:
        return await reporting.write(app)

    council.ask(again)
    assert set(council.ask(again).values()) == {0}
    file = tmp_path / "tables.json"
    assert council.custos("export", str(file), "--table", "all").code == 0
    told = json.loads(file.read_bytes())["tables"]
    assert {row["indicator"] for row in told["indicators"]} == {f"KPI-{number:02}" for number in range(1, 16)}
    assert {row["table"]: row["rows"] for row in told["tables_written"]} == {
        name: len(rows) for name, rows in told.items() if name != "tables_written"
    }
    (first,) = (
        row
        for row in told["indicator_values"]
        if row["indicator"] == "KPI-01" and row["cut"] == "council" and row["day"] == council.ask(_today)
    )
    assert (first["denominator"], first["counts"]) == (17, True)
    assert told["cases"]
    records = shipped().records
    sensitive = [
        row
        for row in told["findings"]
        if not DECLARED[Kind(row["subject_kind"])].named and hides_names(records.assets.get(row["asset"]))
    ]
    assert sensitive
    assert {row["subject"] for row in sensitive} == {MASK}
    assert all(row["address"].endswith(MASK) for row in sensitive)


@pytest.mark.timeout(600)
def test_a_spreadsheet_opens_a_table_without_harm(council: Council, tmp_path: Path) -> None:
    """A restated value's reason that begins like a formula is text in the CSV; what stands there is not written over; two tables are no
    CSV."""

    async def restated(app: Custos) -> None:
        await kpi.publish(app)
        await asyncio.to_thread(
            app.reporting.write,
            schema.RESTATEMENTS,
            pl.DataFrame(
                [("2026-01-01", "KPI-01", 1, 1, 2, 2, 2, None, "a@wrenbridge.example", "=cmd|'/c calc'!A1")],
                schema=list(schema.RESTATEMENTS.kinds),
                orient="row",
            ).with_columns(pl.col("day").str.to_date()),
        )

    council.fire("measure_kpis")
    council.ask(restated)
    file = tmp_path / "said.csv"
    typed = ("export", str(file), "--table", "indicator_restatements")
    assert council.custos(*typed).code == 0
    with file.open(encoding="utf-8", newline="") as opened:
        rows = [row for row in csv.DictReader(opened) if row["day"] == "2026-01-01"]
    assert [row["why"] for row in rows] == ["'=cmd|'/c calc'!A1"]
    assert council.custos(*typed).code == 2
    refused = council.custos("export", str(tmp_path / "two.csv"), "--table", "cases", "--table", "findings")
    assert "A CSV file holds one table." in refused.err


async def _today(app: Custos) -> str:
    return app.today().isoformat()
