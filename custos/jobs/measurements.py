"""How the whole stands, in numbers, for Application Insights: the sweep takes them every quarter of an hour when somebody listens.

Names, units and dimensions stand on docs/operator.md; `infra/workbook.json` shows them.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

from custos.inventory.drive_state import DriveStates, SyncState
from custos.jobs import incidents
from custos.notices.deadlines import is_overdue
from custos.storage.queues import ALL, poison
from custos.telemetry import logger

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_EVERY_SECONDS = 900
_log = logger(__name__)


async def tell(app: Custos) -> None:
    """Measure and send. Nothing that goes wrong here is anybody's trouble: it is logged."""
    telemetry = app.telemetry
    if not telemetry.on:
        return
    try:
        if time.monotonic() - telemetry.measured_at >= _EVERY_SECONDS:
            await _measure(app)
            telemetry.measured_at = time.monotonic()
    except Exception as error:  # noqa: BLE001  # what is measured is not worth what would wait for it
        _log.warning("not everything could be measured", extra={"fault": type(error).__name__})
    await telemetry.send()


async def _measure(app: Custos) -> None:
    telemetry, now = app.telemetry, app.clock.now()
    spent = await app.m365.throttle.spent_on()
    telemetry.measure("units", spent.units)
    telemetry.measure("requests", spent.requests)
    telemetry.measure("throttles", spent.throttles)
    states = [state async for state in DriveStates.of(app.account).all()]
    counts = Counter(state.state for state in states)
    for each in SyncState:
        telemetry.measure("libraries", counts[each], state=each.value)
    ages = {"age": [one.synced_at for one in states], "compared": [one.reconciled_at for one in states]}
    for what, moments in ages.items():
        if read := [moment for moment in moments if moment is not None]:  # of what was never read no age is known
            telemetry.measure(f"mirror.{what}_hours", (now - min(read)).total_seconds() / 3_600)
    for queue in ALL:
        for name in (queue, poison(queue)):
            telemetry.measure("backlog", await app.account.queue(name).length(), queue=name)
    cases = [stored.case for stored in await app.cases.all()]
    for state, count in Counter(case.state for case in cases).items():
        telemetry.measure("cases", count, state=state.value)
    telemetry.measure("cases.overdue", sum(is_overdue(case, now) for case in cases))
    standing = Counter([noted.kind async for noted in incidents.standing(app.account)])
    for kind in incidents.Incident:
        telemetry.measure("incidents", standing[kind], kind=kind.value)
    telemetry.measure("telemetry.lost", telemetry.lost)
