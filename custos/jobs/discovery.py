"""Finding what there is: sites, libraries, owners, sharing levels, labels. What is new is queued for its first mirror."""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING

from custos.errors import BadInput
from custos.inventory.discover import DiscoveryReport
from custos.inventory.discover import discover as discover_tenant
from custos.jobs import label_drift, policies, shortfalls, subscriptions, sync
from custos.jobs.shortfalls import Of

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_log = logging.getLogger(__name__)


async def discover(app: Custos) -> DiscoveryReport:
    """Bring the lists of sites, libraries and members up to date; queue new libraries; subscribe to them.

    About 2 resource units for each page of sites and 2 for each site, besides what administration calls cost. Ends with
    a look at the labels that the sites of the register publish. Nothing of it while another instance is discovering.
    """
    report = await discover_tenant(app.m365, app.account, app.lakehouse, app.clock)
    if report.busy:
        return report
    await shortfalls.keep(app, Of.DISCOVERY, Counter(report.troubles))
    await sync.queue(app.account, report.to_sync)
    await subscriptions.reconcile(app)
    await _check_labels(app)
    await app.m365.throttle.flush()
    return report


async def _check_labels(app: Custos) -> None:
    """Compare the labels with the schedule, when there is one: discovery needs no policies."""
    try:
        in_force = await policies.in_force(app)
    except BadInput:
        _log.warning("no policies have ever been in force: the tenant's labels are not compared")
        return
    await label_drift.check(app, in_force.bundle.records)
