"""Subscriptions to libraries: created, renewed at half-life, recreated when they are gone."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from custos.inventory.subscriptions import Reconciled, reconcile_subscriptions
from custos.jobs import shortfalls
from custos.jobs.shortfalls import Of

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_ODD = "Microsoft lists a subscription in a way that cannot be understood; it is left as it is."


async def reconcile(app: Custos) -> Reconciled | None:
    """Make the subscriptions be what they should; None when no public address is set, because then nobody can notify."""
    if not app.settings.public_url:
        return None
    done = await reconcile_subscriptions(app.m365, app.account, app.lakehouse, app.clock, notification_url(app))
    reasons = Counter(done.troubles.values())
    if done.odd:
        reasons[_ODD] = done.odd
    await shortfalls.keep(app, Of.WEBHOOKS, reasons, wanted=done.wanted, held=done.held)
    return done


def notification_url(app: Custos) -> str:
    """Where Graph posts, with the function key that the host asks for."""
    key = f"?code={app.settings.webhook_key}" if app.settings.webhook_key else ""
    return f"{app.settings.public_url}/api/graph/notifications{key}"
