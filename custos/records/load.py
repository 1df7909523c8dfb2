"""Reads the registers together and checks them against each other. Errors refuse the whole; findings are in `review`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from custos.did_you_mean import near
from custos.errors import Mark, Problem
from custos.invisible_characters import looked_at
from custos.problems import Problems
from custos.records import registers
from custos.records.cells import Row, unique
from custos.records.contradictions import contradictions
from custos.records.csv_file import Room, read_table
from custos.records.model import Asset, Posture, Records, ScheduleEntry, SiteMapping
from custos.records.register_lookup import RegisterLookup
from custos.records.registers import LABEL_STARTS, Register

FOLDER = "register"


def load_records(files: Mapping[str, bytes]) -> tuple[Records, list[Problem]]:
    """The registers out of `files` (path below the policies directory ► bytes), and every problem in them.

    With a problem of severity ERROR among them the records are incomplete, and must not be used for anything but finding more
    problems.
    """
    problems = Problems()
    known = {f"{FOLDER}/{name}" for name in registers.ALL}
    for path in files:
        if path.startswith(f"{FOLDER}/") and path not in known:
            name = path.removeprefix(f"{FOLDER}/")
            problems.error(Mark(path), "This is not a register of Custos.", near(name, registers.ALL), code="file-name")
    room = Room()
    tables = {name: _read(files, register, problems, room) for name, register in registers.ALL.items()}
    read = {name: table.rows for name, table in tables.items()}
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

    def ids(register: Register) -> Collection[str] | None:
        return {row.text(register.id) for row in rows[register.file]} if tables[register.file].whole else None

    _References(
        asset_ids=ids(registers.ASSETS),
        entry_ids=ids(registers.SCHEDULE),
        agreement_ids=ids(registers.AGREEMENTS),
        records=records,
    ).check(read)
    cells = _Cells({id(made): row for pairs in read.values() for row, made in pairs})
    _unequal_labels(records.schedule.values(), cells, problems)
    _departments(records, cells, problems)
    _doubly_mapped(records, cells, problems)
    _wrongly_public(records, cells, problems)
    if tables[registers.ASSETS.file].whole and not problems.errors:
        for one in contradictions(records):
            cells.of(one.row).doubtful(one.column, one.sentence, one.remedy, code="contradiction")
    return records, problems.all


@dataclass(frozen=True, slots=True)
class _Read:
    """The rows of a register with the records made of them. `whole`: no row is missing."""

    rows: Sequence[tuple[Row, Any]]
    whole: bool


def _read(files: Mapping[str, bytes], register: Register, problems: Problems, room: Room) -> _Read:
    path = f"{FOLDER}/{register.file}"
    if path not in files:
        header = f"Make it with the header {','.join(register.columns)}."
        problems.error(Mark(path), "This register is missing.", header, code="missing-file")
        return _Read((), whole=False)
    table = read_table(
        path, files[path], columns=register.columns, required=register.required, problems=problems, room=room
    )
    made = []
    for cells in table.rows:
        row = Row(cells, problems)
        made.append((row, register.make(row)))
    return _Read(made, table.whole)


def _ids(read: Mapping[str, Sequence[tuple[Row, Any]]]) -> None:
    for register in registers.ALL.values():
        if register.row_name:
            rows = ((row, row.text(register.id)) for row, _ in read[register.file])
            unique(rows, register.id, register.row_name)


@dataclass(frozen=True, slots=True)
class _References:
    """What one register says about another's rows. Ids are None while their register cannot be read whole: nothing is unknown then."""

    asset_ids: Collection[str] | None
    entry_ids: Collection[str] | None
    agreement_ids: Collection[str] | None
    records: Records

    def check(self, read: Mapping[str, Sequence[tuple[Row, Any]]]) -> None:
        for row, asset in read[registers.ASSETS.file]:
            self._entries(row, "schedule_refs", asset.schedule_refs)
            self._agreements(row, asset)
            self._sharing(row, asset)
        for row, _ in read[registers.SCHEDULE.file]:
            self._entries(row, "superseded_by", row.texts("superseded_by"), approved=False)
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
        if asset_id and self.asset_ids is not None and asset_id not in self.asset_ids:
            row.wrong(column, f'There is no asset "{asset_id}".', near(asset_id, self.asset_ids), code="unknown-asset")

    def _entries(self, row: Row, column: str, refs: Sequence[str], *, approved: bool = True) -> None:
        if self.entry_ids is None:
            return
        for ref in refs:
            entry = self.records.schedule.get(ref)
            if ref not in self.entry_ids:
                row.wrong(
                    column, f'There is no schedule entry "{ref}".', near(ref, self.entry_ids), code="unknown-entry"
                )
            elif approved and entry and entry.status != "approved":
                row.wrong(
                    column,
                    f'The schedule entry "{ref}" is {entry.status}.',
                    "Use an approved one, or approve it.",
                    code="unapproved-entry",
                )

    def _agreements(self, row: Row, asset: Asset) -> None:
        if self.agreement_ids is None:
            return
        for name in row.texts("agreements"):
            agreement = self.records.agreements.get(name)
            if name not in self.agreement_ids:
                known = near(name, self.agreement_ids)
                row.wrong("agreements", f'There is no agreement "{name}".', known, code="unknown-agreement")
            elif agreement and asset.id and asset.id not in agreement.assets:
                what = f"{name} does not name {asset.id} among its assets, and covers nobody there."
                row.doubtful(
                    "agreements", what, f"Add {asset.id} to {agreement.mark}, or delete {name} here.", code="agreement"
                )

    def _sharing(self, row: Row, asset: Asset) -> None:
        if not asset.sensitive:
            return
        remedy = "Choose internal, agreements_only or guests_allowed."
        if asset.posture is Posture.PUBLIC_VIEW:
            row.wrong("sharing_posture", f"{asset.personal_data} data cannot be public_view.", remedy, code="public")
        if asset.public_libraries:
            row.wrong("public_libraries", f"{asset.personal_data} data cannot have public libraries.", code="public")


@dataclass(frozen=True, slots=True)
class _Cells:
    """The row of which each record was made, by the record's identity."""

    rows: Mapping[int, Row]

    def of(self, record: object) -> Row:
        """The row of a record."""
        return self.rows[id(record)]


def _unequal_labels(schedule: Collection[ScheduleEntry], cells: _Cells, problems: Problems) -> None:
    """A tenant has one label of a name, with one start: it cannot keep one thing for six years and destroy another after three, nor
    count from the creation of one and from an event of another.

    Source: https://learn.microsoft.com/graph/api/resources/security-retentionlabel (retentionTrigger, retentionEventType)
    """
    first: dict[str, ScheduleEntry] = {}
    for entry in schedule:
        if entry.status != "approved" or not entry.label:
            continue
        other = first.setdefault(entry.label.casefold(), entry)
        unlike = [
            f"{what} ({_said(theirs)} and {_said(own)})"
            for what, theirs, own in (
                ("trigger_kind", *_starts(other, entry)),
                ("days", other.label_days, entry.label_days),
                ("record_type", "record" if other.is_record else "none", "record" if entry.is_record else "none"),
                ("final_action", other.final_action, entry.final_action),
            )
            if theirs != own
        ]
        if unlike:
            what = f'{other.id} (line {other.mark.line}) and {entry.id} share the label "{entry.label}" and differ in {", ".join(unlike)}.'
            mark = cells.of(entry).mark_of("label_name")
            problems.error(mark, what, "Give each its own label, or make them alike.", code="unequal-labels")


def _starts(one: ScheduleEntry, other: ScheduleEntry) -> tuple[str, str]:
    """From when two entries of a label count; the same twice when the label can do both. `event` may be any event that a council
    names, and what is permanent has no start."""
    kinds = one.trigger_kind, other.trigger_kind
    both_events = not any(kind in LABEL_STARTS for kind in kinds)
    alike = (both_events and "event" in kinds) or one.label_days is None
    return (kinds[0], kinds[0]) if alike else kinds


def _said(value: object) -> str:
    return "permanent" if value is None else str(value).replace("_", " ")


def _departments(records: Records, cells: _Cells, problems: Problems) -> None:
    """A department that is written in two ways that look alike: policies choose assets by it, to the letter."""
    counted = Counter(asset.department for asset in records.assets.values())
    counted.update(post.department for post in records.posts.values())
    usual: dict[str, str] = {}
    for name, _ in counted.most_common():
        usual.setdefault(looked_at(name), name)
    for asset in records.assets.values():
        other = usual[looked_at(asset.department)]
        if other != asset.department:
            what = (
                f'"{asset.department}" differs from "{other}" only by case or by characters that cannot be told apart.'
            )
            mark = cells.of(asset).mark_of("department")
            problems.warning(mark, what, f"Write {other}, unless two departments are meant.", code="alike")


def _doubly_mapped(records: Records, cells: _Cells, problems: Problems) -> None:
    """A site or library that two rows, or a row and the register, give to different assets; and the same row twice."""

    def place(row: SiteMapping) -> str:
        return row.location.key

    for _, group in groupby(sorted(records.site_map, key=lambda row: (place(row), row.mark)), key=place):
        first, *others = group
        for other in others:
            same = (
                "again"
                if other.asset_id == first.asset_id
                else f"to {other.asset_id}; line {first.mark.line} gives it to {first.asset_id}"
            )
            mark = cells.of(other).mark_of("location")
            what = f"{other.location.text} is mapped {same}."
            problems.error(mark, what, "Keep one of the rows.", code="mapped-twice")
    homes: dict[str, Asset] = {}
    for asset in records.assets.values():
        for location in asset.locations:
            other_asset = homes.setdefault(location.key, asset)
            if other_asset is not asset:
                problems.error(
                    cells.of(asset).mark_of("location_refs"),
                    f"{location.text} belongs to {other_asset.id} already (line {other_asset.mark.line}).",
                    "A site or library has one asset.",
                    code="mapped-twice",
                )
    for row in records.site_map:
        home = homes.get(place(row))
        if home and home.id != row.asset_id:
            problems.error(
                cells.of(row).mark_of("location"),
                f"{row.location.text} is mapped to {row.asset_id}; the register gives it to {home.id} (line {home.mark.line}).",
                "Correct one of them.",
                code="mapped-twice",
            )


def _wrongly_public(records: Records, cells: _Cells, problems: Problems) -> None:
    """A public library that is a whole site, or another asset's whose data must never be public."""
    lookup = RegisterLookup(records)
    for asset in records.assets.values():
        mark = cells.of(asset).mark_of("public_libraries")
        for library in asset.public_libraries:
            owner = lookup.at(library).asset
            if library.is_site:
                what = f"{library.text} is a site; a public library is one library of it."
                problems.error(mark, what, "Name the library.", code="public")
            elif owner is not None and owner is not asset and owner.sensitive:
                what = f"{library.text} is of {owner.id}, whose {owner.personal_data} data cannot be public."
                problems.error(mark, what, "Delete it here.", code="public")
