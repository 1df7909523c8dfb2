"""Custos leaves a tenant: writes end for good, and every webhook is removed. What stays is said in docs/runbooks/leave.md.

The app roles are taken away by whoever gave them (`custos grant --take`), and what Custos wrote stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from custos.inventory.subscriptions import Reconciled
from custos.jobs import subscriptions
from custos.m365 import subscriptions as graph_subscriptions
from custos.records.rights import Person

if TYPE_CHECKING:
    from custos.bootstrap import Custos


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What still ties Custos to the tenant: webhooks that Microsoft holds, people who are known to have its Teams app."""

    stopped: bool
    leaving: bool
    webhooks: int
    installed: int


async def look(app: Custos) -> Left:
    """Look, and change nothing. Raises MicrosoftTrouble when the webhooks cannot be listed."""
    listed = await graph_subscriptions.list_all(app.m365.observer)
    stop = await app.stop_switch.stopped()
    return Left(
        stopped=stop is not None,
        leaving=stop is not None and stop.leaving,
        webhooks=len(listed.values) + listed.unidentified,
        installed=len([one async for one in app.people.all() if one.installed]),
    )


async def leave(app: Custos, *, by: Person, why: str) -> Reconciled:
    """Stop, and remove every webhook; the timer that renews them removes what could not be removed now. `custos start` takes it back."""
    await app.stop_switch.stop(by=by, why=why, leaving=True)
    done = await subscriptions.reconcile(app)
    assert done is not None  # who leaves wants none, with an address or without
    return done
