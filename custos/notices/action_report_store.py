"""Where reports of actions are kept: table `actionreports`, one row for each run, asset and person; partition `open` while
something of it is or may come to be left to tell, then `told`.

Raised by whoever looks at what runs did, marked by whoever delivered a message: both only ever count up, so that both may come
twice, at once, or after each other's death.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from custos.notices.action_reports import ActionReport
from custos.row_conflicts import first_or_again
from custos.storage.account import Account
from custos.table import Row, Table, Write, in_parts, key_part

TABLE = "actionreports"
_OPEN, _TOLD = "open", "told"


@dataclass
class ActionReportStore:
    """All reports. Methods raise StorageTrouble when storage cannot be reached."""

    rows: Table

    async def open(self) -> list[ActionReport]:
        """Those that are not told to their end, in order of their runs."""
        return [_telling(row) async for row in self.rows.query(_OPEN)]

    async def of_run(self, run_id: str) -> list[ActionReport]:
        """All of one run, told or not."""
        rows = [
            row
            for partition in (_OPEN, _TOLD)
            async for row in self.rows.query(partition, first=f"{run_id}|", last=f"{run_id}}}")
        ]
        return [_telling(row) for row in rows]

    async def get(self, telling_id: str) -> ActionReport | None:
        """The report of this id, told or not."""
        for partition in (_OPEN, _TOLD):
            row = await self.rows.get(partition, key_part(telling_id))
            if row is not None:
                return _telling(row)
        return None

    async def keep(self, action_report: ActionReport) -> ActionReport:
        """Write down what a run did by now; what was told of it before stays so. Returns it as it stands."""

        def kept(known: ActionReport | None) -> ActionReport:
            if known is None:
                return action_report
            return replace(action_report, told=known.told, told_at=known.told_at, told_to=known.told_to)

        return await self._change(action_report.id, kept)

    async def mark(self, telling_id: str, told: Mapping[str, int], *, at: datetime, to: str) -> None:
        """Write down how much of its lines was told by now, to whom (UPN)."""

        def marked(known: ActionReport | None) -> ActionReport | None:
            if known is None:
                return None
            most = {key: max(count, known.told.get(key, 0)) for key, count in told.items()}
            return replace(known, told={**known.told, **most}, told_at=at, told_to=to)

        await self._change(telling_id, marked)

    async def _change[T: ActionReport | None](self, telling_id: str, how: Callable[[ActionReport | None], T]) -> T:
        """Change a row as `how` says of what stands, again when somebody was faster."""
        key = key_part(telling_id)

        async def turn() -> T:
            row = await self.rows.get(_OPEN, key)
            if row is None and (closed := await self.rows.get(_TOLD, key)) is not None:
                return how(_telling(closed))
            fresh = how(_telling(row) if row is not None else None)
            if fresh is None:
                return fresh
            await (self.rows.replace(_row(fresh, row.etag)) if row is not None else self.rows.insert(_row(fresh)))
            if fresh.over and not fresh.untold:
                await self.rows.upsert(Row(_TOLD, key, _row(fresh).values))
                await self.rows.transact([Write("delete", Row(_OPEN, key))])
            return fresh

        return await first_or_again(turn)


def open_action_reports(account: Account) -> ActionReportStore:
    """The reports of this installation."""
    return ActionReportStore(account.rows(TABLE))


def _row(action_report: ActionReport, etag: str = "") -> Row:
    values = in_parts("report", msgspec.json.encode(action_report).decode())
    values |= {
        "run": action_report.run,
        "asset": action_report.asset_id,
        "untold": action_report.count,
        "told_to": action_report.told_to,
    }
    return Row(_OPEN, key_part(action_report.id), values, etag)


def _telling(row: Row) -> ActionReport:
    return msgspec.json.decode(row.long_text("report"), type=ActionReport)
