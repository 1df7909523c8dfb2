"""A backup of everything that Custos keeps and that does not come again by itself, into a folder, while the app runs.

No two tables are of the same moment. They are copied in an order in which that does no harm: what says how far libraries were read before
the mirror, rows before the blobs that they name, the audit behind what it tells of. The audit itself is copied as at one moment.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from custos import __version__
from custos.backup.folder import Begun, Manifest, Part
from custos.backup.write import Writing, begin
from custos.errors import StorageTrouble
from custos.storage.layout import CONTAINERS, TABLES, Kept
from custos.storage.state_format import FORMAT

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_AUDIT = "audit"
_TRIES = 5


async def backup(app: Custos, folder: Path, told: Callable[[Part], None]) -> Manifest:
    """Copy it all; `told` of each part when it is whole. A backup that was broken off is taken up where it was.

    Raises BadInput when the folder cannot be used, StorageTrouble when storage cannot be reached.
    """
    await app.account.state_format.check()
    fresh = Begun(state_format=FORMAT, tenant=app.settings.tenant_id, begun=app.clock.now().isoformat())
    writing = Writing(folder, await asyncio.to_thread(begin, folder, fresh), told)
    for name, kept in TABLES.items():
        if kept is not Kept.NOT and name != _AUDIT:
            await writing.table(name, app.account.rows(name).query())
    for name, kept in CONTAINERS.items():
        if kept is Kept.MERGED and name != _AUDIT:
            await writing.container(name, app.account.container(name), settled=False)
    await _audit(app, writing)
    for name, kept in CONTAINERS.items():
        if kept is Kept.MIRROR:
            await writing.container(name, app.account.container(name), settled=True)
    return await asyncio.to_thread(writing.finish, __version__, app.clock.now().isoformat())


async def _audit(app: Custos, writing: Writing) -> None:
    """The chain and its checkpoints as at one moment: no event names a checkpoint that is not among them."""
    checkpoints = app.account.container(_AUDIT)
    for _ in range(_TRIES):
        await writing.container(_AUDIT, checkpoints, settled=False, again=True)
        rows = await app.audit.rows_as_they_are()
        if len([name async for name in checkpoints.names()]) == writing.containers[_AUDIT].entries:
            await writing.table(_AUDIT, rows)
            return
    raise StorageTrouble("The audit changes faster than it can be copied. Run it again.")
