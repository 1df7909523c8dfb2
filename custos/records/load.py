"""Reads the registers together and checks them against each other. Errors refuse the whole; findings are in `review`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from custos.did_you_mean import near
from custos.errors import Mark, Problem
from custos.problems import Problems
from custos.records.cells import RegisterRow, unique
from custos.records.contradictions import contradictions
from custos.records.csv_file import Room, read_table
from custos.records.model import Records
from custos.records.odd_hosts import odd_hosts
from custos.records.register import AnyRegister, Cells, Check, Refers
from custos.records.registers import ALL
from custos.records.registers.agreements import AGREEMENTS
from custos.records.registers.assets import ASSETS
from custos.records.registers.calendar import CALENDAR
from custos.records.registers.delegations import DELEGATIONS
from custos.records.registers.exemptions import EXEMPTIONS
from custos.records.registers.holds import HOLDS
from custos.records.registers.posts import POSTS
from custos.records.registers.schedule import SCHEDULE
from custos.records.registers.site_map import SITE_MAP

FOLDER = "register"
_KEPT = 4  # the files at hand, those in force, those approved before, and one that is tried


def load_records(files: Mapping[str, bytes]) -> tuple[Records, list[Problem]]:
    """The registers out of `files` (path below the policies directory ► bytes), and every problem in them.

    With a problem of severity ERROR among them the records are incomplete, and must not be used for anything but finding more
    problems. Registers that were read a moment ago, as they are beside each version of the policies, are not read again.
    """
    records, found = _load(tuple((path, files[path]) for path in sorted(files) if path.startswith(f"{FOLDER}/")))
    return records, list(found)


@lru_cache(maxsize=_KEPT)
def _load(registers_as_written: tuple[tuple[str, bytes], ...]) -> tuple[Records, tuple[Problem, ...]]:
    files = dict(registers_as_written)
    problems = Problems()
    known = {f"{FOLDER}/{name}" for name in ALL}
    for path in files:
        if path.startswith(f"{FOLDER}/") and path not in known:
            name = path.removeprefix(f"{FOLDER}/")
            problems.error(Mark(path), "This is not a register of Custos.", near(name, ALL), code="file-name")
    room = Room()
    tables = {name: _read(files, register, problems, room) for name, register in ALL.items()}
    for name, table in tables.items():
        if ALL[name].unique:
            _ids(ALL[name], table)
    records = _records({name: table.sound for name, table in tables.items()})
    for name, table in tables.items():
        for reference in ALL[name].refers:
            _refer(table, reference, tables[reference.file])
    cells = Cells({id(made): row for table in tables.values() for row, made in table.rows})
    for name, table in tables.items():
        if (check := ALL[name].check) is not None:
            check(Check(rows=table.rows, records=records, registers=ALL, cells=cells, problems=problems))
    for odd in odd_hosts(records):
        said = f'"{odd.address.host}" is almost "{odd.meant}", the host of most addresses: {odd.address.text} is a place of another tenant.'
        cells.of(odd.row).doubtful(odd.column, said, f"Write {odd.meant} if that is meant.", code="host")
    if tables[ASSETS.file].whole and not problems.errors:
        for one in contradictions(records):
            cells.of(one.row).doubtful(one.column, one.sentence, one.remedy, code="contradiction")
    return records, tuple(problems.all)


def _records(sound: Mapping[str, tuple[Any, ...]]) -> Records:
    return Records(
        assets={asset.id: asset for asset in sound[ASSETS.file]},
        schedule={entry.id: entry for entry in sound[SCHEDULE.file]},
        site_map=sound[SITE_MAP.file],
        holds=sound[HOLDS.file],
        agreements={agreement.id: agreement for agreement in sound[AGREEMENTS.file]},
        exemptions=sound[EXEMPTIONS.file],
        posts={post.upn: post for post in sound[POSTS.file]},
        holidays=frozenset(sound[CALENDAR.file]),
        delegations=sound[DELEGATIONS.file],
        further={name: rows for name, rows in sound.items() if ALL[name].rows is None},
    )


@dataclass(frozen=True, slots=True)
class _Read:
    """The rows of a register with the records made of them. `whole`: no row is missing."""

    register: AnyRegister
    rows: Sequence[tuple[RegisterRow, Any]]
    whole: bool

    @property
    def sound(self) -> tuple[Any, ...]:
        """The records of rows with which nothing is wrong."""
        return tuple(made for row, made in self.rows if row.sound)


def _read(files: Mapping[str, bytes], register: AnyRegister, problems: Problems, room: Room) -> _Read:
    path = f"{FOLDER}/{register.file}"
    if path not in files:
        if not register.optional:
            header = f"Make it with the header {','.join(register.columns)}."
            problems.error(Mark(path), "This register is missing.", header, code="missing-file")
        return _Read(register, (), whole=register.optional)
    table = read_table(
        path, files[path], columns=register.columns, required=register.required, problems=problems, room=room
    )
    made = []
    for cells in table.rows:
        row = RegisterRow(cells, problems, register.by_name)
        made.append((row, register.make(row)))
    return _Read(register, made, table.whole)


def _ids(register: AnyRegister, table: _Read) -> None:
    named = ((row, row.text(register.id)) for row, _ in table.rows)
    unique(named, register.id, f"The {register.noun}", remedy=register.twice)


def _refer(table: _Read, reference: Refers, other: _Read) -> None:
    """What rows say of another register's rows. While that cannot be read whole, nothing is unknown."""
    if not other.whole:
        return
    ids = {row.text(other.register.id) for row, _ in other.rows}
    records = {other.register.key(made): made for made in other.sound}
    code = other.register.noun.split()[-1]
    for row, _ in table.rows:
        column = reference.column
        for name in row.texts(column) if table.register.several(column) else filter(None, (row.text(column),)):
            made = records.get(name)
            if name not in ids:
                what = f'There is no {other.register.noun} "{name}".'
                one_each = f"A row is for one {other.register.noun}: write a row for each." if ";" in name else ""
                row.wrong(column, what, one_each or near(name, ids), code=f"unknown-{code}")
            elif reference.usable and made is not None and (unusable := other.register.unusable(made)):
                row.wrong(column, unusable[0], unusable[1], code=unusable[2])
