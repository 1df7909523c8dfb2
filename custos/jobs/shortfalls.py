"""What a timer could not get from the tenant when it last ran: one row a timer, for `custos status` and `custos doctor`.

A shortfall is not an incident: the timer did its work, the rest is as it was before, and is asked for again next time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from custos.clock import Clock
from custos.storage.account import Account
from custos.storage.rows import Row, Value

TABLE = "shortfalls"
_PARTITION = "shortfall"
_REASONS, _CHARACTERS = 20, 500


class Of(StrEnum):
    """Which timer."""

    DISCOVERY = "discovery"
    WEBHOOKS = "webhooks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """`held` of `wanted` things were got, at `at`; `reasons`: a sentence ► how often it was the reason, the most frequent
    twenty of them. Where nothing can be counted both numbers are 0.
    """

    at: datetime
    wanted: int = 0
    held: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.held < self.wanted or bool(self.reasons)


async def keep(
    clock: Clock, account: Account, timer: Of, reasons: Mapping[str, int], *, wanted: int = 0, held: int = 0
) -> None:
    """Write down how a timer ended. Raises StorageTrouble."""
    frequent = sorted(reasons.items(), key=lambda one: (-one[1], one[0]))[:_REASONS]
    told = json.dumps([(sentence[:_CHARACTERS], number) for sentence, number in frequent])
    values: dict[str, Value] = {"at": clock.now().isoformat(), "wanted": wanted, "held": held, "reasons": told}
    await account.rows(TABLE).upsert(Row(_PARTITION, timer.value, values))


async def last(account: Account, timer: Of) -> Shortfall | None:
    """How a timer ended when it last ran; None when it never did. Raises StorageTrouble."""
    row = await account.rows(TABLE).get(_PARTITION, timer.value)
    if row is None:
        return None
    return Shortfall(
        at=datetime.fromisoformat(row.text("at")),
        wanted=row.number("wanted"),
        held=row.number("held"),
        reasons=dict(json.loads(row.text("reasons"))),
    )
