"""Subscriptions to libraries: created, renewed at half-life, recreated when they are gone."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from custos.errors import BadInput
from custos.inventory.subscriptions import Reconciled, reconcile_subscriptions
from custos.jobs import policies, shortfalls
from custos.jobs.shortfalls import Of
from custos.settings import Settings

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_ODD = "Microsoft lists a subscription that cannot be understood; it is left as it is."


async def reconcile(app: Custos) -> Reconciled | None:
    """Make the subscriptions be what they should; None when no public address is set, because then nobody can notify.

    Once somebody has said that Custos leaves (`custos leave`), none is wanted, with an address or without.
    """
    stop = await app.stop_switch.stopped()
    leaving = stop is not None and stop.leaving
    if not (app.settings.public_url or leaving):
        return None
    done = await reconcile_subscriptions(
        app.m365,
        app.account,
        app.lakehouse,
        app.clock,
        notification_url(app.settings),
        first=frozenset() if leaving else await _watched_live(app),
        leaving=leaving,
    )
    reasons = Counter(done.troubles.values())
    if done.odd:
        reasons[_ODD] = done.odd
    await shortfalls.keep(app.clock, app.account, Of.WEBHOOKS, reasons, wanted=done.wanted, held=done.held)
    return done


async def _watched_live(app: Custos) -> frozenset[str]:
    """The libraries that the register wants watched live, and those of vital records; none while the policies cannot be used."""
    try:
        bundle = (await policies.in_force(app)).bundle
    except BadInput:
        return frozenset()
    placed = await app.registers.placed(bundle)
    return frozenset(placed_id for placed_id, home in placed.homes.items() if placed.lookup.at(home).is_live)


def notification_url(settings: Settings) -> str:
    """Where Graph posts, with the function key that the host asks for."""
    key = f"?code={settings.webhook_key}" if settings.webhook_key else ""
    return f"{settings.public_url}/api/graph/notifications{key}"
