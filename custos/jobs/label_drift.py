"""The tenant's retention labels against the council's schedule: read, compared, and each that differs put before an
operator once, until it is mended.

An application cannot list the tenant's labels, only those that a site publishes; so the sites are read that the
register maps to an entry, until its label is seen.
Source: https://learn.microsoft.com/sharepoint/dev/apis/csom-methods-for-applying-retention-labels
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
import polars as pl

from custos.engine.label_drift import Published, TenantLabel, deleting, drift
from custos.engine.refusals import RefusalScope
from custos.inventory.lakehouse import Lakehouse
from custos.jobs import incidents
from custos.jobs.incidents import Incident
from custos.m365 import Microsoft365
from custos.m365.errors import MicrosoftTrouble, Throttled
from custos.m365.labels import published_labels
from custos.records.address import told_address
from custos.records.model import Records

if TYPE_CHECKING:
    from custos.bootstrap import Custos

CONTAINER = "labels"
_BLOB = "published.json"
_decode = msgspec.json.Decoder(Published).decode


async def check(app: Custos, records: Records) -> None:
    """Read the labels, remember what was read, and bring the incidents up to date.

    2 units by our count for each site that is read. When Microsoft asks to wait, what was read before goes on to count.
    Raises StorageTrouble.
    """
    try:
        found = await read(app.m365, app.lakehouse, records)
    except Throttled:
        found = None
    if found is not None:
        await app.account.container(CONTAINER).put(_BLOB, msgspec.json.encode(found))
        wrong = deleting(records, found)
        for name in wrong:
            await app.refusals.withhold_label(name)
        for name in (found.labels.keys() & (await app.refusals.wide()).by_label.keys()) - wrong:
            await app.refusals.forget(RefusalScope.LABEL, name)
    await settle(app, records)


async def settle(app: Custos, records: Records) -> None:
    """Bring the incidents about labels up to date with what was read last and what Microsoft refused."""
    raw = await app.account.container(CONTAINER).get(_BLOB)
    differing = drift(records, _decode(raw) if raw else None, await app.refusals.wide())
    await incidents.settle(app, Incident.LABEL_DRIFT, differing)


async def read(m365: Microsoft365, lakehouse: Lakehouse, records: Records) -> Published | None:
    """The labels of the schedule as the tenant publishes them; None where nobody may read them, or no site was read.

    Raises Throttled, because a label that was not looked for is not missing.
    """
    if m365.sharepoint is None:
        return None
    wanted = {entry.label for entry in records.schedule.values() if entry.status == "approved" and entry.label}
    seen: dict[str, TenantLabel] = {}
    looked: dict[str, bool] = {}
    for label, site in _to_read(records, await _sites(lakehouse)):
        if label in seen or site in looked:
            continue
        try:
            published = await published_labels(m365.sharepoint, site)
        except Throttled:
            raise
        except MicrosoftTrouble:
            looked[site] = False
            continue
        looked[site] = True
        seen |= {
            one.name: TenantLabel(name=one.name, days=one.days, is_record=one.is_record, deletes=one.deletes)
            for one in published
            if one.name in wanted
        }
    sites = [site for site, was_read in looked.items() if was_read]
    return Published(seen, sites) if sites else None


async def _sites(lakehouse: Lakehouse) -> Sequence[str]:
    """The addresses of the sites that can be read, the longest first."""
    sites = await asyncio.to_thread(lakehouse.read, "sites")
    readable = sites.filter(pl.col("access").eq_missing("readable") & pl.col("excluded").eq("")).get_column("web_url")
    return sorted(readable.drop_nulls(), key=len, reverse=True)


def _to_read(records: Records, sites: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Label ► a site whose libraries follow its entry, as the register's map says."""
    approved: Mapping[str, str] = {
        entry.id: entry.label for entry in records.schedule.values() if entry.status == "approved" and entry.label
    }
    for row in records.site_map:
        label = approved.get(row.schedule_ref)
        site = next((site for site in sites if (at := told_address(site)) and row.location.lies_in(at)), "")
        if label and site:
            yield label, site
