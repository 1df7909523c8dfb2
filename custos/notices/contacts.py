"""Where people are reached: table `contacts`, one row each, with their conversation and how the last notice went."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime

from custos.row_conflicts import first_or_again
from custos.table import Row, Table

TABLE = "contacts"
_PARTITION = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reachability:
    """How one person is reached. `conversation_id` is "" while the bot has none; `outcome` is of the last notice."""

    user_id: str
    conversation_id: str = ""
    service_url: str = ""
    installed: bool = False
    outcome: str = ""
    outcome_at: datetime | None = None


@dataclass
class Contacts:
    """Everybody whom Custos has met. Raises StorageTrouble when storage cannot be reached."""

    rows: Table

    async def get(self, user_id: str) -> Reachability:
        """What is known of this person; an empty Reach for a stranger."""
        row = await self.rows.get(_PARTITION, user_id)
        return _reach(row) if row else Reachability(user_id=user_id)

    async def all(self) -> AsyncIterator[Reachability]:
        """Everybody, for the report of who can be reached."""
        async for row in self.rows.query(_PARTITION):
            yield _reach(row)

    async def met(self, user_id: str, *, conversation_id: str, service_url: str) -> None:
        """The bot was installed for this person, or heard from them."""
        await self._change(
            user_id, conversation_id=conversation_id, service_url=service_url, installed=bool(conversation_id)
        )

    async def left(self, user_id: str) -> None:
        """The bot was removed by this person, or their conversation is gone."""
        await self._change(user_id, conversation_id="", installed=False)

    async def told(self, user_id: str, *, outcome: str, at: datetime, conversation_id: str) -> None:
        """How the last notice went, and the conversation in which it went ("" when in none)."""
        known = {"conversation_id": conversation_id, "installed": True} if conversation_id else {}
        await self._change(user_id, outcome=outcome, outcome_at=at, **known)

    async def _change(self, user_id: str, **changes: object) -> None:
        async def turn() -> None:
            row = await self.rows.get(_PARTITION, user_id)
            reach = replace(_reach(row) if row else Reachability(user_id=user_id), **changes)  # type: ignore[arg-type]  # by name
            fresh = Row(
                _PARTITION,
                user_id,
                {
                    "conversation_id": reach.conversation_id,
                    "service_url": reach.service_url,
                    "installed": reach.installed,
                    "outcome": reach.outcome,
                    "outcome_at": reach.outcome_at.isoformat() if reach.outcome_at else "",
                },
                row.etag if row else "",
            )
            await (self.rows.replace(fresh) if row else self.rows.insert(fresh))

        await first_or_again(turn)


def _reach(row: Row) -> Reachability:
    at = row.text("outcome_at")
    return Reachability(
        user_id=row.key,
        conversation_id=row.text("conversation_id"),
        service_url=row.text("service_url"),
        installed=bool(row.values.get("installed", False)),
        outcome=row.text("outcome"),
        outcome_at=datetime.fromisoformat(at) if at else None,
    )
