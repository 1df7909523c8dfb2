"""Which format the state in a storage account has. State of another format is refused in words, before anything is read or written.

Table `control`, row `state` / `format`. An account that holds nothing of Custos gets the mark at its first use. Format 1 had no mark;
it is known by the tables that it had under other names. While a backup is being put back, a row `state` / `restore` says which, and nobody
but whoever does that (`custos restore`) reads or writes anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from custos.errors import RowExists, StorageTrouble
from custos.table import Row

if TYPE_CHECKING:
    from custos.storage.rows import Rows

FORMAT = 3
TABLE = "control"
FORMER_TABLES = ("tenantgate", "switches", "touched", "tellings", "remembered", "budgets")
"""Tables of format 1 that have other names today."""
PARTITION, RESTORE = "state", "restore"
_MARK = (PARTITION, "format")


class OtherFormat(StorageTrouble):
    """The account holds state that another version of Custos wrote, or only half of what was put back. Nothing was changed."""


@dataclass
class StateFormat:
    """The format of one account's state, looked at once. `rows` opens a table, without the check that is made here.

    `restoring`: the backup that this process is putting back; "" for none.
    """

    rows: Callable[[str], Rows]
    restoring: str = ""
    _known: bool = field(default=False, init=False)
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock, init=False, repr=False)

    async def check(self) -> None:
        """Raises OtherFormat when the state is not of this version's format, StorageTrouble when storage cannot be reached."""
        if self._known:
            return
        async with self._one_at_a_time:
            if not self._known:
                await self._look()
                self._known = True

    async def _look(self) -> None:
        control = self.rows(TABLE)
        state = {row.key: row for row in await control.pick(PARTITION, [_MARK[1], RESTORE])}
        half = state.get(RESTORE)
        if half is not None and half.text("backup") != self.restoring:
            raise OtherFormat(_half(half))
        mark = state.get(_MARK[1])
        if mark is None:
            former = [name for name in FORMER_TABLES if await self.rows(name).exists()]
            if former:
                raise OtherFormat(_sentence(1, f" (its table `{former[0]}` says so)"))
            try:
                await control.insert(Row(*_MARK, {"number": FORMAT}))
            except RowExists:
                return await self._look()
        elif mark.number("number") != FORMAT:
            raise OtherFormat(_sentence(mark.number("number")))
        return None


def _half(mark: Row) -> str:
    return (
        f"A backup of {mark.text('begun')[:16]} is being put back into this storage account, and is not yet whole. Nothing was changed. "
        "Run the same `custos restore` to its end (docs/runbooks/restore-storage.md)."
    )


def _sentence(found: int, how: str = "") -> str:
    wrote = (
        "A newer version wrote it: deploy that one again" if found > FORMAT else "Go back to the version that wrote it"
    )
    return (
        f"This storage account holds state of format {found}{how}, and this version of Custos keeps format {FORMAT}. Nothing was "
        f"changed. {wrote}, or set AzureWebJobsStorage to an empty storage account (docs/runbooks/upgrade.md)."
    )
