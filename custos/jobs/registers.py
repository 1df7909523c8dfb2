"""The registers, found in the mirror: made anew when the files or the mirror changed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from custos.engine.facts import facts_from
from custos.engine.register_locations import PlacedRegisters, place_registers
from custos.inventory.lakehouse import Lakehouse
from custos.inventory.mirror_reader import read_facts
from custos.policy import Bundle
from custos.storage.account import Account

_LOOKED_INTO = ("sites", "drives", "items", "moved_items")


@dataclass
class MirroredRegisters:
    """Fulfils `custos.engine.ports.Registers`."""

    account: Account
    lakehouse: Lakehouse
    _kept: tuple[object, PlacedRegisters] | None = field(default=None, init=False)

    async def placed(self, bundle: Bundle) -> PlacedRegisters:
        """See `custos.engine.ports.Registers`. No call of Microsoft's."""
        versions = await asyncio.to_thread(self.lakehouse.versions, _LOOKED_INTO)
        if self._kept is None or self._kept[0] != (bundle.version, versions):
            tables = await read_facts(self.account, self.lakehouse)
            placed = await asyncio.to_thread(place_registers, bundle, facts_from(tables.frames))
            self._kept = ((bundle.version, {table: tables.versions[table] for table in _LOOKED_INTO}), placed)
        return self._kept[1]
