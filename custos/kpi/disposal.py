"""Overdue disposal: what the schedule says should have been disposed of by now, where the mirror knows from when that is counted.

A file's entry is the approved one whose label it carries; without a label, the one that its library follows. Of the triggers of the
schedule the mirror knows two, a file's creation and its last change: Purview counts from the same two days. Every other day (a case
closed, a birth, the end of a financial year, the moment of labelling) is not in the mirror, and such files are unknown.
Source: https://learn.microsoft.com/purview/retention-settings#start-the-retention-period-based-on
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

import polars as pl

from custos.dates import midnight, moved, moved_months
from custos.engine.paths import Paths
from custos.engine.protection import mirrored_state, protections
from custos.kpi.inputs import Inputs
from custos.kpi.labels import kept_places
from custos.kpi.model import Counted
from custos.model.policy import Family
from custos.model.refusal import Code
from custos.model.subject import Kind, Subject
from custos.records.model import ScheduleEntry
from custos.wording import day_words, many

GRACE_DAYS = 60
"""So long after its day a disposal is overdue."""

_KNOWN_STARTS = {"created": "file_created", "modified": "file_modified"}
_PERIOD = re.compile(r"P([0-9]+)([YMD])")
_WORDS = {"Y": "year", "M": "month", "D": "day"}
_FACTS = frozenset(
    {"asset", "label", "library_address", "library_name", "scheduled_entry", "file_created", "file_modified"}
)
_HOME = ("asset", "library_address", "library_name", "entry")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    """An entry whose start the mirror knows: what starts before `due` is due by now, what starts before `late` is overdue."""

    entry: str
    start: str  # the fact
    due: datetime
    late: datetime


def overdue_disposal(inputs: Inputs) -> Iterator[Counted]:
    """A row a library and entry of the schedule: files whose disposal was due, and those of which it has been for over 60 days without a
    decision. What is on hold is in neither half, nor what is kept for good; what cannot be known is unknown."""
    files = _files(inputs)
    held = _held(inputs, files)
    decided = sorted(kept_places(inputs, Family.STALE, Family.RETENTION))
    late = pl.col("is_late") & ~pl.col("held") & ~pl.col("drive_id").is_in(decided) & ~pl.col("site_id").is_in(decided)
    counted = (
        files.join(held.lazy(), on=["drive_id", "item_id"], how="left")
        .with_columns(held=pl.col("held").fill_null(value=False))
        .group_by(*_HOME)
        .agg(
            of=(pl.col("is_due") & ~pl.col("held")).sum(),
            met=late.sum(),
            unknown=pl.col("is_unknown").sum(),
            held=(pl.col("is_due") & pl.col("held")).sum(),
            oldest=pl.col("start").filter(late).min(),
        )
        .filter((pl.col("of") > 0) | (pl.col("unknown") > 0) | (pl.col("held") > 0))
        .sort("asset", "library_address", "entry", nulls_last=True)
        .collect()
    )
    for row in counted.iter_rows(named=True):
        yield Counted(
            subject=row["library_name"] or row["library_address"] or "",
            asset_id=row["asset"] or "",
            url=row["library_address"] or "",
            kind=Kind.LIBRARY,
            of=row["of"],
            met=row["met"],
            unknown=row["unknown"],
            why=_why(inputs, row["entry"], row["held"], row["oldest"]),
        )


def _files(inputs: Inputs) -> pl.LazyFrame:
    """Every file that is not kept for good, with its entry ("" where none is known) and whether its disposal is due, overdue, unknown."""
    entries = [one for one in inputs.records.schedule.values() if one.status == "approved"]
    zone = inputs.bundle.zone
    dues = [due for one in entries if (due := _due(one, inputs.today, zone)) is not None]
    for_good = [one.id for one in entries if one.period == "permanent"]
    labels = {one.label: one.id for one in reversed(entries) if one.label}
    by_label = pl.LazyFrame(
        {"label": list(labels), "of_label": list(labels.values())}, schema={"label": pl.String, "of_label": pl.String}
    )
    known = pl.LazyFrame(
        [(one.entry, one.start, one.due, one.late) for one in dues],
        schema={
            "entry": pl.String,
            "from": pl.String,
            "due": pl.Datetime("us", "UTC"),
            "late": pl.Datetime("us", "UTC"),
        },
        orient="row",
    )
    entry = (
        pl.when(pl.col("label") != "")
        .then(pl.col("of_label"))
        .when(pl.col("label") == "")
        .then(pl.col("scheduled_entry"))
    )
    start = (
        pl.when(pl.col("from") == "file_created")
        .then(pl.col("file_created"))
        .when(pl.col("from") == "file_modified")
        .then(pl.col("file_modified"))
    )
    sure = pl.col("sure").fill_null(value=False) & pl.col("start").is_not_null() & pl.col("due").is_not_null()
    return (
        inputs.frames.of(Kind.FILE, _FACTS)
        .join(by_label, on="label", how="left")
        .with_columns(entry=entry.fill_null(""))
        .filter(~pl.col("entry").is_in(for_good))
        .join(known, on="entry", how="left")
        .with_columns(start=start)
        .with_columns(
            is_due=(sure & (pl.col("start") < pl.col("due"))).fill_null(value=False),
            is_late=(sure & (pl.col("start") < pl.col("late"))).fill_null(value=False),
            is_unknown=~sure,
        )
    )


def _due(entry: ScheduleEntry, today: date, zone: tzinfo) -> _Due | None:
    """None where the mirror does not know from when the entry is counted."""
    start, period = _KNOWN_STARTS.get(entry.trigger_kind), _PERIOD.fullmatch(entry.period)
    if start is None or period is None:
        return None
    amount, unit = int(period[1]), period[2]

    def started_before(grace: int) -> datetime:
        return midnight(_last_start(amount, unit, moved(today, -grace)) + timedelta(days=1), zone)

    return _Due(entry=entry.id, start=start, due=started_before(0), late=started_before(GRACE_DAYS))


def _last_start(amount: int, unit: str, before: date) -> date:
    """The last day from which the period has ended before another one. Months differ in length: the day is tried, not worked out."""
    day = _end(moved(before, -1), -amount, unit)
    while _end(day, amount, unit) >= before:
        day = moved(day, -1)
    while _end(moved(day, 1), amount, unit) < before:
        day = moved(day, 1)
    return day


def _end(day: date, amount: int, unit: str) -> date:
    if unit == "D":
        return moved(day, amount)
    return moved_months(datetime.combine(day, time(), UTC), amount * (12 if unit == "Y" else 1)).date()


def _held(inputs: Inputs, files: pl.LazyFrame) -> pl.DataFrame:
    """The files that are due and on hold: looked at one by one where a hold names their asset, or an address of it."""
    with_holds = [
        asset
        for asset in inputs.places.libraries["asset"].unique().drop_nulls()
        if any(hold.in_force(inputs.today) for hold in inputs.placed.holds(asset))
    ]
    columns = ("drive_id", "item_id", "site_id", "parent_id", "name", "created", "modified")
    due = files.filter(pl.col("is_due") & pl.col("asset").is_in(with_holds)).select(columns).collect()
    urls = Paths(inputs.facts, inputs.places).of(due)
    held = [
        (row["drive_id"], row["item_id"])
        for row, url in zip(due.iter_rows(named=True), urls, strict=True)
        if _on_hold(inputs, row, url)
    ]
    found = pl.DataFrame(held, schema={"drive_id": pl.String, "item_id": pl.String}, orient="row")
    return found.with_columns(held=pl.lit(value=True))


def _on_hold(inputs: Inputs, row: dict[str, Any], url: str) -> bool:
    subject = Subject(
        kind=Kind.FILE,
        site_id=row["site_id"],
        drive_id=row["drive_id"],
        item_id=row["item_id"],
        name=row["name"] or "",
        url=url,
    )
    state = mirrored_state(subject, "", None, {}, lived=(row["created"], row["modified"]), name="")
    return any(one.code == Code.HOLD for one in protections(state, inputs.placed, inputs.now))


def _why(inputs: Inputs, entry: str, held: int, oldest: datetime | None) -> str:
    if not entry:
        return "No entry of the schedule is known for them: no label of it was read, and their library follows none."
    row = inputs.records.schedule[entry]
    if row.trigger_kind not in _KNOWN_STARTS:
        return f"{entry} is counted from “{row.trigger}”, and that day is not in the mirror."
    said = f"{entry}: {row.period} from the day on which a file was {row.trigger_kind}."
    said += f" The oldest that is overdue is of {day_words(inputs.bundle.day(oldest))}." if oldest else ""
    return said + (f" {many(held, 'file')} on hold, not counted." if held else "")
