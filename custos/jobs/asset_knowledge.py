"""What the bot knows of assets: who is named for them today, and how they are shared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from custos.dates import day_of
from custos.jobs import named_accounts
from custos.jobs.holdings import counted
from custos.kpi.sharing_words import sharing_facts
from custos.notices.assignment import Accountability
from custos.policy import Bundle
from custos.records.model import Asset

if TYPE_CHECKING:
    from custos.bootstrap import Custos


@dataclass(frozen=True, slots=True)
class AssetKnowledge:
    """Fulfils `custos.notices.bot_answers.Knowledge`."""

    app: Custos
    bundle: Bundle

    async def accountability(self) -> Accountability:
        """See `custos.notices.bot_answers.Knowledge`. Asks Entra for who was not looked up lately."""
        records = self.bundle.records
        directory = await named_accounts.accounts(self.app, records)
        return Accountability(records=records, directory=directory, today=day_of(self.app.clock.now(), self.app.zone))

    async def sharing(self, assets: Sequence[Asset]) -> list[tuple[Asset, tuple[tuple[str, str], ...]]]:
        """See `custos.notices.bot_answers.Knowledge`. Counts the mirror when that was not done in the last ten minutes."""
        held = await counted(self.app, self.bundle)
        return [(asset, tuple(sharing_facts(asset, held.of(asset.id)))) for asset in assets]
