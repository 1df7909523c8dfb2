"""Finding what there is: sites, libraries, owners, sharing levels. What is new is queued for its first mirror."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from custos.inventory.discover import DiscoveryReport
from custos.inventory.discover import discover as discover_tenant
from custos.jobs import subscribing, syncing

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_log = logging.getLogger(__name__)


async def discover(app: Custos, *, late: bool = False) -> DiscoveryReport:
    """Bring the lists of sites, libraries and members up to date; queue new libraries; subscribe to them.

    About 2 resource units for each page of sites and 2 for each site, besides what administration calls cost.
    """
    if late:
        _log.warning("discovery is late; catching up")
    report = await discover_tenant(app.m365, app.account, app.lakehouse, app.clock)
    await syncing.queue(app, report.to_sync)
    await subscribing.reconcile(app)
    await app.m365.gate.flush()
    return report
