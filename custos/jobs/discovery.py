"""Finding what there is: sites, libraries, owners, sharing levels, labels. What is new is queued for its first mirror."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from custos.engine.register_addresses import named_sites
from custos.errors import BadInput
from custos.inventory.discover import DiscoveryReport
from custos.inventory.discover import discover as discover_tenant
from custos.jobs import label_drift, policies, register_drift, shortfalls, subscriptions, sync
from custos.jobs.shortfalls import Of
from custos.telemetry import logger

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_log = logger(__name__)


async def discover(app: Custos) -> DiscoveryReport:
    """Bring the lists of sites, libraries and members up to date; queue new libraries; subscribe to them.

    About 2 resource units for each page of sites and 2 for each site, besides what administration calls cost. Ends with a look at the
    labels that the sites of the register publish, and at what and whom the registers name. Nothing of it while another instance is
    discovering.
    """
    report = await discover_tenant(app.m365, app.account, app.lakehouse, app.clock, await _named(app))
    if report.busy:
        return report
    await shortfalls.keep(app.clock, app.account, Of.DISCOVERY, Counter(report.troubles))
    await sync.queue(app.account, report.to_sync)
    await subscriptions.reconcile(app)
    await _compare(app)
    await app.m365.throttle.flush()
    return report


async def _named(app: Custos) -> list[str] | None:
    """The addresses of the sites that the registers name, where no others may be read. Raises BadInput without usable policies."""
    if not app.settings.only_named_sites:
        return None
    return [address.url for address in named_sites((await policies.in_force(app)).bundle)]


async def _compare(app: Custos) -> None:
    """Compare labels and registers with the tenant, where there are any: discovery needs no policies."""
    try:
        in_force = await policies.in_force(app)
    except BadInput:
        _log.warning("no policies have ever been in force: labels and registers are not compared with the tenant")
        return
    await label_drift.check(app, in_force.bundle.records)
    await register_drift.check(app, in_force.bundle)
