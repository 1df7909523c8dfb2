"""Values as they were published: table `kpis`, one partition a day of the council, one row an indicator. Written once, never changed.

A value that was wrong is restated by a row of its own (`KPI-11~1`) that says what it is, by whom and why; what it was stays.

A day's values say what was known on that day. What is found out later changes the values of later days.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from custos.errors import RowExists
from custos.kpi.catalogue import BY_ID
from custos.kpi.model import Restated, Sum, Value
from custos.table import Row, Table, Write, in_parts

TABLE = "kpis"
_DAYS = "days"
"""The partition that names every day with values."""


@dataclass(frozen=True, slots=True)
class Published:
    """What was published. Every method raises StorageTrouble when storage cannot be reached."""

    table: Table

    async def keep(self, day: date, values: Sequence[Value]) -> bool:
        """Publish a day's values, all or none. False when that day has its values already: they stand."""
        try:
            await self.table.transact([Write("insert", _row(day, value)) for value in values if value.kpi.measure])
        except RowExists:
            await self._name(day)
            return False
        await self._name(day)
        return True

    async def days(self) -> list[date]:
        """The days that have values, the oldest first."""
        return [date.fromisoformat(row.key) async for row in self.table.query(_DAYS)]

    async def _name(self, day: date) -> None:
        await self.table.upsert(Row(_DAYS, day.isoformat()))

    async def on(self, day: date) -> list[Value]:
        """The values of a day, in the order of the catalogue; nothing when none were published."""
        return _as_they_stand({row.key: row async for row in self.table.query(day.isoformat())})

    async def all(self) -> dict[date, list[Value]]:
        """The values of every day, the oldest day first. One request for each thousand rows: about six for a year."""
        kept: dict[str, dict[str, Row]] = {}
        async for row in self.table.query():
            if row.partition != _DAYS:
                kept.setdefault(row.partition, {})[row.key] = row
        return {date.fromisoformat(day): _as_they_stand(kept[day]) for day in sorted(kept)}

    async def restate(self, day: date, value: Value, made: Restated) -> None:
        """Put a value of a day right. Raises RowExists when somebody else did so since it was read."""
        said = {"at": made.at.isoformat(), "by": made.by, "by_id": made.by_id, "why": made.why}
        sums = {"met": str(made.after.met), "of": str(made.after.of), "unknown": str(made.after.unknown)}
        key = f"{value.kpi.id}~{len(value.restated) + 1}"
        await self.table.insert(Row(day.isoformat(), key, {**said, **sums}))

    async def audited(self, day: date, kpi_id: str, number: int) -> None:
        """Remember that the event of a restatement is written; the first has number 1."""
        row = await self.table.get(day.isoformat(), f"{kpi_id}~{number}")
        if row is not None:
            await self.table.upsert(Row(row.partition, row.key, {**row.values, "audited": 1}))


def _as_they_stand(kept: Mapping[str, Row]) -> list[Value]:
    return [_restated(_value(kept[kpi_id]), kept) for kpi_id in BY_ID if kpi_id in kept]


def _row(day: date, value: Value) -> Row:
    parts = {"departments": _parts(value.by_department), "owners": _parts(value.by_owner)}
    return Row(
        day.isoformat(),
        value.kpi.id,
        {
            "at": value.as_of.isoformat(),
            "met": str(value.total.met),
            "of": str(value.total.of),
            "unknown": str(value.total.unknown),
            "complete": value.coverage[0],
            "expected": value.coverage[1],
            **in_parts("parts", json.dumps(parts)),
        },
    )


def _value(row: Row) -> Value:
    parts = json.loads(row.long_text("parts"))
    return Value(
        kpi=BY_ID[row.key],
        as_of=datetime.fromisoformat(row.text("at")),
        coverage=(row.number("complete"), row.number("expected")),
        rows=(),
        total=Sum(met=row.number("met"), of=row.number("of"), unknown=row.number("unknown")),
        by_department={name: Sum(**part) for name, part in parts["departments"].items()},
        by_owner={name: Sum(**part) for name, part in parts["owners"].items()},
    )


def _restated(value: Value, kept: Mapping[str, Row]) -> Value:
    """A value as it stands now, with what it was before."""
    while row := kept.get(f"{value.kpi.id}~{len(value.restated) + 1}"):
        after = Sum(met=row.number("met"), of=row.number("of"), unknown=row.number("unknown"))
        made = Restated(
            before=value.total,
            after=after,
            at=datetime.fromisoformat(row.text("at")),
            by=row.text("by"),
            by_id=row.text("by_id"),
            why=row.text("why"),
            audited=bool(row.number("audited")),
        )
        value = replace(value, total=after, restated=(*value.restated, made))
    return value


def _parts(by: Mapping[str, Sum]) -> dict[str, dict[str, int]]:
    return {name: {"met": one.met, "of": one.of, "unknown": one.unknown} for name, one in by.items()}
