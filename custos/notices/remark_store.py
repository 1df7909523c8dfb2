"""Who was told which remark on the registers: table `remarks`, a row a person and remark, once the message is delivered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from custos.notices.remarks import LastTold, Told, ToldRemark
from custos.storage.account import Account
from custos.table import Row, Table, Write, key_part

TABLE = "remarks"
_PARTITION = "told"


@dataclass
class RemarkStore:
    """All of them. Methods raise StorageTrouble when storage cannot be reached."""

    rows: Table

    async def told(self) -> Told:
        """What everybody was told last."""
        return {
            (row.text("user"), row.text("remark")): LastTold(
                stage=row.text("stage"), day=date.fromisoformat(row.text("day"))
            )
            async for row in self.rows.query(_PARTITION)
        }

    async def mark(self, user_id: str, remarks: Sequence[ToldRemark], day: date) -> None:
        """Write down that somebody was told these. Harmless when it is done again."""
        for one in remarks:
            values = {"user": user_id, "remark": one.key, "stage": one.stage, "day": day.isoformat()}
            await self.rows.upsert(Row(_PARTITION, _key(user_id, one.key), values))

    async def forget(self, gone: Collection[tuple[str, str]]) -> None:
        """Forget remarks that do not stand any more: when one comes back, it is told again."""
        for user_id, key in sorted(gone):
            await self.rows.transact([Write("delete", Row(_PARTITION, _key(user_id, key)))])


def open_remarks(account: Account) -> RemarkStore:
    """The remarks of this installation."""
    return RemarkStore(account.rows(TABLE))


def _key(user_id: str, key: str) -> str:
    return key_part(f"{user_id}|{key}")
