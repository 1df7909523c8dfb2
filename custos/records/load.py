"""Reads the registers together and checks them against each other. Errors refuse the whole; findings are in `review`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from custos.errors import Mark, Problem, Severity
from custos.records import registers
from custos.records.cells import Row, unique
from custos.records.model import Asset, Posture, Records, SiteMapping
from custos.records.places import address, lies_in
from custos.records.registers import Register
from custos.records.table import nearest, read_table

FOLDER = "register"


def load_records(files: Mapping[str, bytes]) -> tuple[Records, list[Problem]]:
    """The registers out of `files` (path below the policies directory ► bytes), and every problem in them.

    With a problem of severity ERROR among them the records are incomplete, and must not be used for anything but finding more
    problems.
    """
    problems: list[Problem] = []
    known = {f"{FOLDER}/{name}" for name in registers.ALL}
    for path in files:
        if path.startswith(f"{FOLDER}/") and path.endswith(".csv") and path not in known:
            name = path.removeprefix(f"{FOLDER}/")
            problems.append(Problem(Mark(path), "This is not a register of Custos.", nearest(name, registers.ALL)))
    read = {name: _read(files, register, problems) for name, register in registers.ALL.items()}
    rows = {name: [row for row, _ in pairs] for name, pairs in read.items()}
    sound = {name: [made for row, made in pairs if row.sound] for name, pairs in read.items()}
    _ids(read)
    records = Records(
        assets={asset.id: asset for asset in sound[registers.ASSETS.file]},
        schedule={entry.id: entry for entry in sound[registers.SCHEDULE.file]},
        site_map=tuple(sound[registers.SITE_MAP.file]),
        holds=tuple(sound[registers.HOLDS.file]),
        agreements={agreement.id: agreement for agreement in sound[registers.AGREEMENTS.file]},
        exemptions=tuple(sound[registers.EXEMPTIONS.file]),
        posts={post.upn: post for post in sound[registers.POSTS.file]},
        holidays=frozenset(sound[registers.CALENDAR.file]),
        delegations=tuple(sound[registers.DELEGATIONS.file]),
    )
    _References(
        asset_ids={row.text("asset_id") for row in rows[registers.ASSETS.file]},
        entry_ids={row.text("entry_id") for row in rows[registers.SCHEDULE.file]},
        records=records,
    ).check(read)
    problems.extend(_doubly_mapped(records))
    return records, problems


def _read(files: Mapping[str, bytes], register: Register, problems: list[Problem]) -> list[tuple[Row, Any]]:
    path = f"{FOLDER}/{register.file}"
    if path not in files:
        problems.append(
            Problem(Mark(path), "This register is missing.", f"Make it with the header {','.join(register.columns)}.")
        )
        return []
    table, faults = read_table(path, files[path], columns=register.columns, required=register.required)
    problems.extend(faults)
    made = []
    for cells in table.rows:
        row = Row(cells, problems)
        made.append((row, register.make(row)))
    return made


def _ids(read: Mapping[str, Sequence[tuple[Row, Any]]]) -> None:
    for register, column, what in (
        (registers.ASSETS, "asset_id", "The asset"),
        (registers.SCHEDULE, "entry_id", "The entry"),
        (registers.HOLDS, "hold_id", "The hold"),
        (registers.AGREEMENTS, "agreement_id", "The agreement"),
        (registers.EXEMPTIONS, "exception_id", "The exception"),
        (registers.POSTS, "upn", "The person"),
        (registers.DELEGATIONS, "delegation_id", "The delegation"),
    ):
        unique(((row, row.text(column)) for row, _ in read[register.file]), column, what)


@dataclass(frozen=True, slots=True)
class _References:
    """What one register says about another's rows."""

    asset_ids: Collection[str]
    entry_ids: Collection[str]
    records: Records

    def check(self, read: Mapping[str, Sequence[tuple[Row, Any]]]) -> None:
        for row, asset in read[registers.ASSETS.file]:
            self._entries(row, "schedule_refs", asset.schedule_refs)
            self._sharing(row, asset)
        for row, mapping in read[registers.SITE_MAP.file]:
            self._asset(row, "asset_id", mapping.asset_id)
            if mapping.schedule_ref:
                self._entries(row, "schedule_ref", (mapping.schedule_ref,))
        for row, hold in read[registers.HOLDS.file]:
            self._asset(row, "asset_id", hold.asset_id)
            self._entries(row, "schedule_refs", hold.schedule_refs, approved=False)
        for row, agreement in read[registers.AGREEMENTS.file]:
            for asset_id in agreement.assets:
                self._asset(row, "assets", asset_id)
        for row, made in (*read[registers.EXEMPTIONS.file], *read[registers.DELEGATIONS.file]):
            if made.asset_id:
                self._asset(row, "asset_id", made.asset_id)

    def _asset(self, row: Row, column: str, asset_id: str) -> None:
        if asset_id and asset_id not in self.asset_ids:
            row.wrong(
                column, f'There is no asset "{asset_id}".', nearest(asset_id, self.asset_ids), code="unknown-asset"
            )

    def _entries(self, row: Row, column: str, refs: Sequence[str], *, approved: bool = True) -> None:
        for ref in refs:
            entry = self.records.schedule.get(ref)
            if ref not in self.entry_ids:
                row.wrong(
                    column, f'There is no schedule entry "{ref}".', nearest(ref, self.entry_ids), code="unknown-entry"
                )
            elif approved and entry and entry.status != "approved":
                row.wrong(
                    column,
                    f'The schedule entry "{ref}" is {entry.status}.',
                    "Use an approved one, or approve it.",
                    code="unapproved-entry",
                )

    def _sharing(self, row: Row, asset: Asset) -> None:
        if not asset.sensitive:
            return
        remedy = "Choose internal, agreements_only or guests_allowed."
        if asset.posture is Posture.PUBLIC_VIEW:
            row.wrong("sharing_posture", f"{asset.personal_data} data cannot be public_view.", remedy, code="public")
        if asset.public_libraries:
            row.wrong("public_libraries", f"{asset.personal_data} data cannot have public libraries.", code="public")


def _doubly_mapped(records: Records) -> list[Problem]:
    """A site or library that two rows, or a row and the register, give to different assets; and the same row twice."""
    problems: list[Problem] = []

    def place(row: SiteMapping) -> str:
        return address(row.location)

    for _, group in groupby(sorted(records.site_map, key=lambda row: (place(row), row.mark)), key=place):
        first, *others = group
        for other in others:
            same = (
                "again"
                if other.asset_id == first.asset_id
                else f"to {other.asset_id}; line {first.mark.line} gives it to {first.asset_id}"
            )
            problems.append(
                Problem(other.mark, f"{other.location} is mapped {same}.", "Keep one of the rows.", code="mapped-twice")
            )
    homes: dict[str, Asset] = {}
    for asset in records.assets.values():
        for location in asset.locations:
            other_asset = homes.setdefault(address(location), asset)
            if other_asset is not asset:
                problems.append(
                    Problem(
                        asset.mark,
                        f"{location} belongs to {other_asset.id} already (line {other_asset.mark.line}).",
                        "A site or library has one asset.",
                        code="mapped-twice",
                    )
                )
    for row in records.site_map:
        home = homes.get(place(row))
        if home and home.id != row.asset_id:
            problems.append(
                Problem(
                    row.mark,
                    f"{row.location} is mapped to {row.asset_id}; the register gives it to {home.id} (line {home.mark.line}).",
                    "Correct one of them.",
                    code="mapped-twice",
                )
            )
    for asset in records.assets.values():
        problems.extend(
            Problem(
                asset.mark,
                f"The public library {library} is in none of the asset's locations.",
                "Check its address.",
                severity=Severity.WARNING,
                code="public",
            )
            for library in asset.public_libraries
            if not any(lies_in(address(library), address(home)) for home in asset.locations)
        )
    return problems
