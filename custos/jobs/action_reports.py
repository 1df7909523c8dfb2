"""Telling what was done: looked up before every digest, and late on every working day."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from custos.engine.run_progress import WRITTEN, Done
from custos.inventory.lakehouse import Lakehouse
from custos.jobs import incidents, loosening, policies
from custos.jobs.accountability import accountable_today
from custos.jobs.incidents import Incident
from custos.notices import unreported_actions
from custos.notices.action_reports import Agreed, Known
from custos.notices.case_store import CaseStore
from custos.notices.council_hours import is_late
from custos.notices.digest import AddressedReport, prepare_notes
from custos.policy import Bundle
from custos.storage.queues import NOTIFY

if TYPE_CHECKING:
    from custos.bootstrap import Custos


async def waiting(app: Custos, bundle: Bundle) -> list[AddressedReport]:
    """What is left to tell of what the runs did by now, and to whom; what is late becomes an incident until it is told.

    Raises StorageTrouble, or a MicrosoftTrouble when Entra cannot be read: then it is told later.
    """

    async def known(done: Sequence[Done]) -> Known:
        return await _known(app.cases, app.lakehouse, bundle, done)

    left = await unreported_actions.gather(app.runs, app.ledger, app.action_reports, known)
    now = app.clock.now()
    late = unreported_actions.late(left, now, app.zone, bundle.records.holidays)
    news = await loosening.late(app, bundle.records.holidays)
    await incidents.settle(app, Incident.UNTOLD, {**late, **news})
    if not left:
        return []
    who = await accountable_today(app, bundle)
    await unreported_actions.give_up_leavers(left, who, app.action_reports, now)
    return unreported_actions.addressed(left, who)


async def notes(app: Custos) -> int:
    """Late on a working day, promise a note of what was done since the day's digest. Returns how many. Raises as `waiting`."""
    now = app.clock.now()
    if not is_late(now, app.zone):
        return 0
    bundle = (await policies.in_force(app)).bundle
    return await prepare_notes(
        now,
        await waiting(app, bundle),
        digests=app.digests,
        queue=app.account.queue(NOTIFY),
        zone=app.zone,
        holidays=bundle.records.holidays,
        machine_now=time.time(),
    )


async def untold_writes(app: Custos) -> int:
    """How many writes nobody was told of yet, from what the runs have counted. Raises StorageTrouble."""
    left = 0
    for run in await app.runs.untold():
        counts = (await app.runs.progress(run.id)).counts
        left += sum(counts.get(outcome, 0) for outcome in WRITTEN)
        action_reports = [
            action_report for action_report in await app.action_reports.of_run(run.id) if not action_report.to.user_id
        ]
        left -= sum(min(each.told.get(line.key, 0), line.total) for each in action_reports for line in each.lines)
    return left


async def _known(cases: CaseStore, lakehouse: Lakehouse, bundle: Bundle, done: Sequence[Done]) -> Known:
    agreements: dict[str, Agreed] = {}
    for case_id in {one.action.agreed for one in done} - {""}:
        stored = await cases.get(case_id)
        if stored is not None and stored.case.answers:
            last = stored.case.answers[-1]
            agreements[case_id] = Agreed(who=last.who, at=last.at)
    return Known(
        assets=bundle.records.assets,
        policies=bundle.policies,
        places=await _places(lakehouse) if done else {},
        agreements=agreements,
    )


async def _places(lakehouse: Lakehouse) -> Mapping[str, str]:
    """Library or site ► its name, from the mirror."""
    drives = await asyncio.to_thread(lakehouse.read, "drives", columns=["drive_id", "name"])
    sites = await asyncio.to_thread(lakehouse.read, "sites", columns=["site_id", "title"])
    return {**dict(sites.iter_rows()), **dict(drives.iter_rows())}
