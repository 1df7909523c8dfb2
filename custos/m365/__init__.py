"""Microsoft 365 as Custos uses it: Graph, SharePoint and Teams behind typed functions, one gate and one tree of errors.

`connect` wires everything; the modules beside it hold one subject each (sites, delta, labels, sharing, directory, …)
and take what they need as their first argument.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from custos.m365.bot import Bot
    from custos.m365.credentials import Identities, Opening
    from custos.m365.graph import Graph
    from custos.m365.sharepoint import SharePoint
    from custos.m365.throttle import Throttle
    from custos.settings import Settings
    from custos.storage.account import Account


@dataclass
class Microsoft365:
    """The tenant, as the identities of this installation see it.

    `actor` and `sharepoint` are None while no actor is set: then nothing can be written, and what only the actor may
    read is unknown. `bot` is None while no bot is set.
    """

    throttle: Throttle
    identities: Identities
    observer: Graph
    actor: Graph | None
    sharepoint: SharePoint | None
    bot: Bot | None

    async def close(self) -> None:
        """Write the counters down and close every connection."""
        try:
            await self.throttle.flush()
        finally:
            for graph in (self.observer, self.actor):
                if graph is not None:
                    await graph.close()
            if self.bot is not None:
                await self.bot.close()
            await self.identities.close()


def connect(settings: Settings, account: Account, opening: Opening | None = None) -> Microsoft365:
    """The tenant that the settings name. Nothing is sent yet; `account` holds the gate's rows.

    `opening` makes the credentials of the identities; without it they are managed ones.
    """
    from custos.m365.bot import Bot
    from custos.m365.credentials import identities_from, managed_identity
    from custos.m365.graph import Graph
    from custos.m365.sharepoint import sharepoint_from
    from custos.m365.throttle import TABLE, throttle_from

    identities = identities_from(settings, opening or managed_identity)
    throttle = throttle_from(settings, account.rows(TABLE))
    actor, bot = identities.actor, identities.bot
    return Microsoft365(
        throttle=throttle,
        identities=identities,
        observer=Graph(settings.graph_url, identities.observer, throttle),
        actor=Graph(settings.graph_url, actor, throttle) if actor is not None else None,
        sharepoint=sharepoint_from(settings, actor, throttle) if actor is not None else None,
        bot=Bot(bot, throttle, settings.bot_app_id, settings.tenant_id, settings.bot_service_url)
        if bot is not None
        else None,
    )
