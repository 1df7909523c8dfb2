"""Whether the app can do its work, for a monitor: storage, policies, age of the mirror, incidents.

A sign-in that was refused is an incident that people see in `custos status`. Anybody on the internet can cause it, so it makes nothing
unwell.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from custos.errors import BadInput, StorageTrouble
from custos.inventory.drive_state import DriveStates, SyncState
from custos.jobs import incidents, policies
from custos.jobs.incidents import Incident
from custos.notices.deadlines import is_overdue
from custos.storage.state_format import OtherFormat

if TYPE_CHECKING:
    from custos.bootstrap import Custos

OLDEST_MIRROR = timedelta(hours=26)


@dataclass(frozen=True, slots=True)
class Health:
    """`troubles` says what is not well, one sentence each; nothing in it names content of the tenant. `overdue` questions are not the
    app's trouble: somebody let a deadline pass, and they went up the line. -1: not counted."""

    troubles: tuple[str, ...]
    overdue: int = -1

    @property
    def well(self) -> bool:
        """Nothing is wrong."""
        return not self.troubles

    def as_json(self) -> dict[str, object]:
        """For the HTTP answer."""
        counted = {"overdue": self.overdue} if self.overdue >= 0 else {}
        return {"status": "well" if self.well else "unwell", "troubles": list(self.troubles), **counted}


async def check(app: Custos) -> Health:
    """Look, without calling Microsoft 365."""
    try:
        now = app.clock.now()
        overdue = sum(is_overdue(stored.case, now) for stored in await app.cases.all())
        return Health(tuple(await _troubles(app)), overdue)
    except OtherFormat as other:
        return Health((str(other),))
    except StorageTrouble:
        return Health(("Storage cannot be reached.",))


async def _troubles(app: Custos) -> list[str]:
    troubles: list[str] = []
    try:
        if (await policies.in_force(app)).problems:
            troubles.append("The policies cannot be used; the last good version counts.")
    except BadInput:
        troubles.append("The policies cannot be used, and no good version was ever kept.")
    now = app.clock.now()
    states = [state async for state in DriveStates.of(app.account).all()]
    late = sum(state.synced_at is None or now - state.synced_at > OLDEST_MIRROR for state in states)
    if late:
        troubles.append(
            f"{late} of {len(states)} libraries were not read within {OLDEST_MIRROR.total_seconds() / 3600:.0f} hours."
        )
    incomplete = sum(state.state is SyncState.INCOMPLETE for state in states)
    if incomplete:
        troubles.append(f"{incomplete} of {len(states)} libraries could not be read completely.")
    standing = [noted async for noted in incidents.standing(app.account) if noted.kind is not Incident.SIGN_IN]
    if standing:
        troubles.append(f"{len(standing)} incidents are open; see `custos status`.")
    return troubles
