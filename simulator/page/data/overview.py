"""The front page: the tenant in numbers, and what happened last."""

from __future__ import annotations

import heapq

import msgspec

from simulator.app_keys import TROUBLES
from simulator.mail import MAILBOXES
from simulator.page.data.context import Context
from simulator.page.data.items import ChangeRow, change_row
from simulator.page.data.traffic import TrafficFacts, traffic
from simulator.teams.activity import FEED
from simulator.teams.conversations import CONVERSATIONS
from simulator.tenant.model import Change
from simulator.tenant.state import Tenant
from simulator.webhooks.delivery import COURIER
from simulator.webhooks.subscription_store import SUBSCRIPTIONS

_NEWEST = 12


class Overview(msgspec.Struct, frozen=True, rename="camel"):
    """`counts` by name; `changes` newest first; `example` is the address of a folder in which something can be done."""

    council: str
    seed: int
    scale: float
    licences: int
    capability: str
    counts: dict[str, int]
    changes: list[ChangeRow]
    traffic: TrafficFacts
    troubles: int
    example_drive: str


async def overview(context: Context) -> Overview:
    """The whole tenant in numbers that are kept, not counted."""
    tenant, app = context.tenant, context.app
    governed = next((each for each in tenant.drives.values() if not each.system and len(each.items) > 1), None)
    return Overview(
        council=tenant.council,
        seed=tenant.seed,
        scale=tenant.scale,
        licences=tenant.licences,
        capability=tenant.sharing.capability,
        counts={
            "sites": len(tenant.sites),
            "libraries": len(tenant.drives),
            "items": sum(len(drive.items) for drive in tenant.drives.values()),
            "people": len(tenant.users),
            "groups": len(tenant.groups),
            "chats": len(app[CONVERSATIONS].everyone()),
            "feed": len(app[FEED].notices),
            "mail": sum(len(letters) for letters in app[MAILBOXES].inbox.values()),
            "subscriptions": sum(1 for _ in app[SUBSCRIPTIONS]),
            "notifications": len(app[COURIER].attempts),
        },
        changes=newest(tenant, _NEWEST),
        traffic=await traffic(context),
        troubles=len(app[TROUBLES].waiting()),
        example_drive=governed.id if governed else "",
    )


def newest(tenant: Tenant, most: int) -> list[ChangeRow]:
    """The latest changes of all libraries, newest first; an item that changed several times in a row stands once."""
    last = (change for drive in tenant.drives.values() for change in _ends(drive.log, most))
    found = heapq.nlargest(most, last, key=lambda change: (change.at, change.seq))
    return [change_row(each.item, each.at, sharing_changed=each.sharing) for each in found]


def _ends(log: list[Change], most: int) -> list[Change]:
    return log[-most:]
