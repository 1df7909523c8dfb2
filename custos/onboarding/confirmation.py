"""The file in which a person confirms a proposed site map, row by row: what bears `yes` becomes part of the register, and nothing else."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from custos.did_you_mean import nearest
from custos.errors import BadInput, Mark, Problem
from custos.onboarding.site_map_proposal import Proposal, site_map_row
from custos.policy.policy_files import read_file
from custos.problems import Problems
from custos.records.cells import RegisterRow
from custos.records.csv_file import Cell, Room, read_table
from custos.records.model import Records
from custos.records.registers.site_map import SITE_MAP
from custos.untrusted import plain

_ANSWERS = ("yes", "no", "")
_COLUMNS = ("confirmed", *SITE_MAP.columns, "why")


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a person said: rows for the register, and how many rows are declined and still open."""

    rows: Sequence[Mapping[str, str]]
    declined: int
    open: int


def confirmed_one_by_one(proposals: Sequence[Proposal], ask: Callable[[str], str]) -> Mapping[int, str]:
    """What a person says of each row that proposes an asset: number of the row ► yes or no. `ask` puts a question and gives the answer.

    Anything else than yes or no leaves the row open, and `stop` all that follow. A row without an asset cannot be confirmed as it stands.
    """
    said: dict[int, str] = {}
    rows = [(number, one) for number, one in enumerate(proposals) if one.asset_id]
    for place, (number, one) in enumerate(rows, 1):
        entry = f", {one.schedule_ref}" if one.schedule_ref else ""
        question = f"{place} of {len(rows)}: {plain(one.location.text, 200)} is {one.asset_id}{entry}, because {plain(one.why, 300)}. "
        answer = ask(f"{question}yes, no, later or stop").strip().casefold()
        if answer == "stop":
            break
        word = {"y": "yes", "n": "no"}.get(answer, answer)
        if word in ("yes", "no"):
            said[number] = word
    return said


def proposal_file(proposals: Sequence[Proposal], said: Mapping[int, str] | None = None) -> bytes:
    """The file: the register's columns, what was `said` of each row or a blank to confirm it, and why it is proposed."""
    answers = said or {}
    out = io.StringIO()
    table = csv.DictWriter(out, _COLUMNS, restval="", lineterminator="\n")
    table.writeheader()
    for number, one in enumerate(proposals):
        table.writerow({**site_map_row(one), "why": one.why, "confirmed": answers.get(number, "")})
    return out.getvalue().encode()


def read_confirmed(path: Path, records: Records) -> Confirmed:
    """What the file says now. Raises BadInput with everything that is wrong with its confirmed rows."""
    file = plain(path.name)
    content = read_file(path, file)
    if isinstance(content, Problem):
        raise BadInput([content])
    problems = Problems()
    needed = ("confirmed", SITE_MAP.id, "asset_id")
    table = read_table(file, content, columns=_COLUMNS, required=needed, problems=problems, room=Room())
    rows, declined, unsaid = list[Mapping[str, str]](), 0, 0
    for cells in table.rows:
        said = cells.get("confirmed")
        answer = said.text.casefold() if said is not None else ""
        if said is not None and answer not in _ANSWERS:
            problems.error(said.mark, f'"{plain(said.text, 40)}" neither confirms nor declines.', "Write yes or no.")
        declined += answer == "no"
        unsaid += answer == ""
        if answer == "yes":
            rows.append(_row(cells, records, problems))
    if problems.errors:
        raise BadInput(problems.all)
    return Confirmed(rows, declined, unsaid)


def _row(cells: Mapping[str, Cell], records: Records, problems: Problems) -> Mapping[str, str]:
    first = next(iter(cells.values()))
    texts = {column: cells.get(column, Cell("", Mark(first.mark.file, first.mark.line))) for column in SITE_MAP.columns}
    SITE_MAP.make(RegisterRow(texts, problems, SITE_MAP.by_name))
    for column, known, what in (
        ("asset_id", records.assets, "asset"),
        ("schedule_ref", records.schedule, "schedule entry"),
    ):
        cell = texts[column]
        if cell.text and cell.text not in known:
            problems.error(cell.mark, f'There is no {what} "{plain(cell.text, 40)}".', nearest(cell.text, known))
    return {column: cell.text for column, cell in texts.items() if cell.text}
