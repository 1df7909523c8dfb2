"""An answer of the mirror: for people, for machines, and for a spreadsheet. File names in sensitive assets are masked."""

from __future__ import annotations

from datetime import datetime

import polars as pl
from rich.console import Console

from custos.engine.query import QueryResult
from custos.kinds import CATALOGUE, DECLARED
from custos.masking import MASK
from custos.model.subject import Fact as Value
from custos.policy.wording import condition_words, value_words
from custos.records.model import Records
from custos.records.sensitivity import hides_names
from custos.report.screen import Listing, words
from custos.report.shapes import plans as shapes
from custos.report.shapes import text_of
from custos.report.wording import when
from custos.untrusted import UNSEEN

_UNKNOWN = "unknown"
_FORMULA = r"^[=+\-@\t\r]"


def show(answer: QueryResult, records: Records, screen: Console, *, names: bool) -> None:
    """Print the answer: what was asked, what was found, what could not be decided, and how old the mirror is."""
    question = answer.question
    screen.print(words((question.kind.value, "bold"), f": {condition_words(question.condition)}"), soft_wrap=True)
    if answer.groups is not None:
        _groups(answer, screen)
    elif answer.rows.height:
        _rows(answer, _masked(answer, records, names=names), screen)
    screen.print(
        f"{answer.found:,} found of {answer.looked:,} looked at; {answer.unknown:,} cannot be decided.",
        style="bold" if answer.found else "",
    )
    if answer.groups is None and answer.rows.height < answer.found:
        screen.print(f"The first {answer.rows.height:,} are shown: --limit shows more, --by counts, --csv writes all.")
    screen.print(_age(answer), style="" if _whole(answer) else "bold yellow")


def as_json(answer: QueryResult, records: Records, *, names: bool) -> str:
    """The answer for machines. A value is null when it is unknown and "" when it is known to be missing."""
    question, counted = answer.question, answer.groups
    return text_of(
        shapes.Find(
            kind=question.kind.value,
            condition=question.written,
            words=condition_words(question.condition),
            asked_at=answer.now,
            mirror=shapes.Mirror(complete=answer.coverage[0], libraries=answer.coverage[1], oldest=answer.oldest),
            looked_at=answer.looked,
            found=answer.found,
            unknown=answer.unknown,
            by=question.by,
            groups=counted.to_dicts() if counted is not None else None,
            rows=_masked(answer, records, names=names).to_dicts() if counted is None else None,
        )
    )


def as_csv(answer: QueryResult, records: Records, *, names: bool) -> str:
    """The rows, or the counts, for a spreadsheet: UTF-8 with a heading; no cell is a formula or moves a cursor.

    "unknown" stands for what is not known, an empty cell for what is known to be missing.
    """
    frame = answer.groups if answer.groups is not None else _masked(answer, records, names=names)
    cells = [csv_cells(name) if kind == pl.String else pl.col(name) for name, kind in frame.schema.items()]
    return frame.select(cells).write_csv(null_value=_UNKNOWN, datetime_format="%Y-%m-%dT%H:%M:%SZ")


def _masked(answer: QueryResult, records: Records, *, names: bool) -> pl.DataFrame:
    """The rows; names of files and folders in sensitive assets only with `names`."""
    rows = answer.rows
    if names or DECLARED[answer.question.kind].named:
        return rows
    open_to_all = sorted(asset.id for asset in records.assets.values() if not hides_names(asset))
    hide = ~pl.col("asset").is_in(open_to_all).fill_null(value=False)
    private = [name for name in rows.columns if name == "name" or (name in CATALOGUE and CATALOGUE[name].private)]
    return rows.with_columns(
        *(pl.when(hide).then(pl.lit(MASK)).otherwise(pl.col(name)).alias(name) for name in private),
        pl.when(hide).then(pl.col("library_address") + f"/{MASK}").otherwise(pl.col("url")).alias("url"),
    )


def csv_cells(name: str) -> pl.Expr:
    """A column of texts that no spreadsheet runs: without what nobody sees, and none of them a formula."""
    text = pl.col(name).str.replace_all(UNSEEN, "")
    return pl.when(text.str.contains(_FORMULA)).then("'" + text).otherwise(text).alias(name)


def _rows(answer: QueryResult, rows: pl.DataFrame, screen: Console) -> None:
    found = Listing("", ("address", *answer.shown))
    for row in rows.iter_rows(named=True):
        found.add(row["url"] or row["name"] or "", *(_said(name, row) for name in answer.shown))
    screen.print(found)


def _said(name: str, row: dict[str, Value]) -> str:
    value = row[name]
    if CATALOGUE[name].type == "moment" and isinstance(value, str) and value:
        value = datetime.fromisoformat(value)
    return value_words(name, value, {})


def _groups(answer: QueryResult, screen: Console) -> None:
    assert answer.groups is not None, "the caller looked"
    by = answer.question.by
    found = Listing("", (CATALOGUE[by].words, "found", "cannot be decided"), numbers=("found", "cannot be decided"))
    for value, count, unknown in answer.groups.select(by, "found", "unknown").iter_rows():
        found.add(value_words(by, value, {}), f"{count:,}", f"{unknown:,}" if unknown else "")
    screen.print(found)


def _whole(answer: QueryResult) -> bool:
    return answer.coverage[0] == answer.coverage[1] and answer.coverage[1] > 0


def _age(answer: QueryResult) -> str:
    complete, libraries = answer.coverage
    if not libraries:
        return "The mirror holds no library yet: run `custos sync --discover`."
    said = f"Asked of the mirror: {complete:,} of {libraries:,} libraries complete"
    if answer.oldest is None:
        return f"{said}."
    return f"{said}; oldest read {when(answer.oldest)}."
