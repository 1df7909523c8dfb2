"""What a test's bot knows of assets: the register, the accounts, and sharing that the test names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from custos.notices.assignment import Accountability
from custos.records.model import Asset


@dataclass(frozen=True, slots=True)
class KnownAssets:
    """Fulfils `custos.notices.bot_answers.Knowledge`."""

    known: Accountability

    async def accountability(self) -> Accountability:
        return self.known

    async def sharing(self, assets: Sequence[Asset]) -> Sequence[tuple[Asset, Sequence[tuple[str, str]]]]:
        return [(asset, (("Links that anyone can open", "3"), ("People from outside", "1"))) for asset in assets]
