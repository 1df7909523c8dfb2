"""Subscriptions to libraries: created, renewed at half-life, recreated when they are gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custos.inventory.subscriptions import Reconciled, reconcile_subscriptions

if TYPE_CHECKING:
    from custos.bootstrap import Custos


async def reconcile(app: Custos) -> Reconciled | None:
    """Make the subscriptions be what they should; None when no public address is set, because then nobody can notify."""
    if not app.settings.public_url:
        return None
    return await reconcile_subscriptions(app.m365, app.account, app.lakehouse, app.clock, notification_url(app))


def notification_url(app: Custos) -> str:
    """Where Graph posts, with the function key that the host asks for."""
    key = f"?code={app.settings.webhook_key}" if app.settings.webhook_key else ""
    return f"{app.settings.public_url}/api/graph/notifications{key}"
