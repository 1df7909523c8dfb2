"""Reporting tables as CSV that a spreadsheet opens without harm, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime

import polars as pl

from custos.inventory.reporting_schema import ReportingTable
from custos.report.query import csv_cells

_UNKNOWN = "unknown"


def as_csv(frame: pl.DataFrame) -> bytes:
    """One table: UTF-8 with a heading; no cell is a formula. "unknown" stands for null."""
    cells = [csv_cells(name) if kind == pl.String else pl.col(name) for name, kind in frame.schema.items()]
    return frame.select(cells).write_csv(null_value=_UNKNOWN, datetime_format="%Y-%m-%dT%H:%M:%SZ").encode()


def as_json(as_of: datetime, frames: Mapping[ReportingTable, pl.DataFrame]) -> bytes:
    """`{"as_of": …, "tables": {name: [row, …]}}`; moments and days in ISO 8601, null unknown. ASCII alone."""
    told = {table.name: frame.to_dicts() for table, frame in frames.items()}
    return json.dumps({"version": 1, "as_of": as_of, "tables": told}, indent=1, default=_text).encode() + b"\n"


def _text(value: object) -> str:
    assert isinstance(value, (date, datetime)), "the columns of the tables are no other"
    return value.isoformat()
