"""What a backup holds is put back where it was lost. Nothing that stands is written over, and nothing is done twice in the tenant.

What happened after the backup is not known any more, so everything that could act on old knowledge is stopped first: writes stay stopped
until somebody starts them, runs that were under way end, and cards that were on their way are not sent again. While it is under way, a row
beside the format of the state keeps everybody else out; whoever broke it off runs it again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from custos.audit.events import Event, What
from custos.backup.check import Backup, check
from custos.backup.folder import Part, lines_of, table_file
from custos.backup.put_back import put_blobs_back, put_rows_back
from custos.backup.row_text import row_of
from custos.backup.write import LEASES
from custos.engine.stop_switch import SWITCH, stop_row
from custos.errors import BadInput, Mark, Problem, StorageTrouble
from custos.jobs.timers import Timer, began
from custos.notices.digest import give_up_unsent
from custos.records.rights import Person
from custos.storage.layout import CONTAINERS, TABLES, Kept
from custos.storage.state_format import FORMAT, PARTITION, RESTORE
from custos.storage.state_format import TABLE as CONTROL
from custos.table import Row
from custos.wording import many

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_LIVES_SECONDS = 360
"""The sweep runs every five minutes: an app whose sweep began so lately is not stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A part of the backup, and what stands in its place. `held`: at least so many rows or blobs."""

    part: Part
    is_table: bool
    kept: Kept
    held: int

    @property
    def goes_back(self) -> bool:
        """Whether it is put back."""
        return self.kept is Kept.MERGED or not self.held


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What would be put back. `halfway`: it was begun before."""

    found: Sequence[Found]
    halfway: bool


async def look(app: Custos, backup: Backup) -> Outlook:
    """Compare the backup with its checksums, and with what stands. Changes nothing.

    Raises BadInput when it is damaged or another tenant's, when what stands is newer, or the app is not stopped.
    """
    await asyncio.to_thread(check, backup)
    manifest = backup.manifest
    if manifest.tenant != app.settings.tenant_id:
        raise _refused(backup, "It is of another tenant.", "Compare CUSTOS_TENANT_ID.")
    if manifest.state_format != FORMAT:
        what = f"It holds state of format {manifest.state_format}, and this version of Custos keeps format {FORMAT}."
        raise _refused(backup, what, f"Put it back with the version that wrote it, {manifest.custos}.")
    app.account.state_format.restoring = backup.id
    mark = await app.account.rows(CONTROL).get(PARTITION, RESTORE)
    if mark is None:
        await _refuse_a_living_app(app, backup)
    begun = frozenset(mark.text("parts").split()) if mark is not None else frozenset[str]()
    found = [await _found(app, part, begun, is_table=True) for part in manifest.tables]
    found += [await _found(app, part, begun, is_table=False) for part in manifest.containers]
    found = _mirror_together(found)
    if newer := [one for one in found if one.kept is Kept.WHOLE and one.held]:
        what = (
            f"{', '.join(one.part.name for one in newer)}: there are rows, newer than this backup. Nothing was changed."
        )
        raise _refused(backup, what, "Only what was lost is put back: see docs/runbooks/restore-storage.md.")
    return Outlook(found=found, halfway=mark is not None)


async def restore(
    app: Custos, backup: Backup, outlook: Outlook, *, by: Person, why: str, told: Callable[[Found, int], None]
) -> None:
    """Put back what the outlook says; `told` of each part, and how many rows or blobs of it were missing.

    Raises StorageTrouble when storage cannot be reached: then it is run again.
    """
    control = app.account.rows(CONTROL)
    going = [one for one in outlook.found if one.goes_back]
    at = app.clock.now()
    if not outlook.halfway:
        values = {"backup": backup.id, "begun": backup.manifest.begun, "by": by.upn, "at": at.isoformat()}
        names = " ".join(_name(one) for one in going if one.kept is not Kept.MERGED)
        await control.upsert(Row(PARTITION, RESTORE, {**values, "parts": names}))
    if await app.stop_switch.stopped() is None:
        said = f"restored from a backup of {backup.manifest.begun[:16]}: {why}"
        leaving = await asyncio.to_thread(_was_leaving, backup)
        await control.upsert(stop_row(at, by, said, leaving=leaving))
    for one in going:
        told(one, await _put_back(app, backup, one))
    await _end_what_was_under_way(app, by=by)
    details: dict[str, str | int] = {"why": why, "backup": backup.manifest.begun, "parts": len(going)}
    await app.audit.append([Event(what=What.STATE_RESTORED, at=at, by=by.upn, by_id=by.id, details=details)])
    await control.delete(PARTITION, RESTORE)


async def _put_back(app: Custos, backup: Backup, one: Found) -> int:
    if not one.is_table:
        return await put_blobs_back(backup.folder, one.part.name, app.account.container(one.part.name))
    rows = app.account.rows(one.part.name)
    missing = await put_rows_back(backup.folder, one.part.name, rows, _wanted)
    if one.kept is not Kept.MERGED:
        stands = len([row.key async for row in rows.query() if row.partition != LEASES])
        if stands < one.part.entries:
            what = f"Table {one.part.name} has {many(stands, 'row')} of {one.part.entries:,}. Run it again."
            raise StorageTrouble(what)
    return missing


def _was_leaving(backup: Backup) -> bool:
    rows = map(row_of, lines_of(table_file(backup.folder, CONTROL)))
    return any(row.values.get("leaving") is True for row in rows if (row.partition, row.key) == SWITCH)


def _wanted(row: Row) -> bool:
    """Not what says of the storage account itself how it stands."""
    return row.partition != PARTITION and (row.partition, row.key) != SWITCH


async def _end_what_was_under_way(app: Custos, *, by: Person) -> None:
    why = "It was under way when the backup was made. What it did since is not known; what is left is planned anew."
    for run in [run async for run in app.runs.open(app.clock.now())]:
        await app.dispatcher.give_up(run, by=by, why=why)
    await give_up_unsent(app.digests, app.today())


async def _found(app: Custos, part: Part, begun: frozenset[str], *, is_table: bool) -> Found:
    kept = TABLES[part.name] if is_table else CONTAINERS[part.name]
    one = Found(part=part, is_table=is_table, kept=kept, held=0)
    if kept is Kept.MERGED or _name(one) in begun:
        return one
    held = await _first(_rows(app, part.name) if is_table else app.account.container(part.name).names())
    return Found(part=part, is_table=is_table, kept=kept, held=held)


async def _rows(app: Custos, table: str) -> AsyncIterator[str]:
    async for row in app.account.rows(table).query():
        if row.partition != LEASES:
            yield row.key


async def _first(names: AsyncIterator[str]) -> int:
    async for _ in names:
        return 1
    return 0


def _mirror_together(found: Sequence[Found]) -> list[Found]:
    """The mirror and how far it was read go together: where one of them stands, none is put back."""
    stands = max((one.held for one in found if one.kept is Kept.MIRROR), default=0)
    return [
        Found(part=one.part, is_table=one.is_table, kept=one.kept, held=stands) if one.kept is Kept.MIRROR else one
        for one in found
    ]


async def _refuse_a_living_app(app: Custos, backup: Backup) -> None:
    ago = time.time() - await began(app.account, Timer.SWEEP)
    if 0 <= ago < _LIVES_SECONDS:
        what = f"The function app swept {many(int(ago), 'second')} ago: it is not stopped."
        raise _refused(backup, what, f"Stop it, wait {many(_LIVES_SECONDS // 60, 'minute')}, and run this again.")


def _name(one: Found) -> str:
    return f"{'table' if one.is_table else 'container'}:{one.part.name}"


def _refused(backup: Backup, what: str, remedy: str) -> BadInput:
    return BadInput([Problem(Mark(str(backup.folder)), what, remedy, code="restore")])
