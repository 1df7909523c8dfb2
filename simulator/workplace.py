"""Everything beside files that the tenant's people have: chats with the bot, mail, the activity feed, and the news of
changes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

from aiohttp import web

from simulator.app_keys import TENANT, TROUBLES
from simulator.mail import MAILBOXES, Mailboxes
from simulator.teams.activity import FEED, Feed
from simulator.teams.client import TEAMS, Teams
from simulator.teams.conversations import CONVERSATIONS, Conversations
from simulator.tenant.state import Tenant
from simulator.webhooks.delivery import COURIER, Courier
from simulator.webhooks.subscription_store import SUBSCRIPTIONS, Subscriptions


def routes(tenant: Tenant) -> Iterable[web.RouteDef]:  # noqa: ARG001  # every module of the simulator has this face
    """None: the addresses are in the modules whose state is kept here."""
    return []


async def lifespan(app: web.Application) -> AsyncIterator[None]:
    """Gives the application its chats, mailboxes, feed, subscriptions and courier, and lets the courier hear of
    changes.
    """
    tenant = app[TENANT]
    app[CONVERSATIONS] = Conversations()
    app[MAILBOXES] = Mailboxes()
    app[FEED] = Feed()
    app[TEAMS] = Teams(tenant.clock, tenant.id)
    app[SUBSCRIPTIONS] = Subscriptions(tenant.clock)
    app[COURIER] = courier = Courier(tenant, app[SUBSCRIPTIONS], app[TROUBLES])
    await courier.start()
    tenant.listeners.append(courier.drive_changed)
    yield
    tenant.listeners.remove(courier.drive_changed)
    await courier.close()
    await app[TEAMS].close()
