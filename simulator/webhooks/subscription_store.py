"""What can be subscribed to, and who has subscribed.

Source: https://learn.microsoft.com/graph/change-notifications-overview,
https://learn.microsoft.com/graph/api/resources/subscription
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from simulator.tenant.clock import TenantClock, instant


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of resource that can be subscribed to. `roles`: any one will do; `longest` is the lifetime in minutes."""

    pattern: re.Pattern[str]
    changes: frozenset[str]
    roles: tuple[str, ...]
    longest: int
    family: str


def _kind(pattern: str, changes: str, roles: str, longest: int, family: str) -> Kind:
    return Kind(re.compile(pattern, re.IGNORECASE), frozenset(changes.split()), tuple(roles.split()), longest, family)


_ALL = "created updated deleted"
KINDS = (
    _kind(r"drives/([^/]+)/root", "updated", "Files.Read.All Files.ReadWrite.All", 42_300, "drive"),
    _kind(r"sites/([^/]+)/lists/([^/]+)", "updated", "Sites.Read.All Sites.ReadWrite.All", 42_300, "list"),
    _kind(r"groups(?:/([^/]+)(?:/(?:owners|members))?)?", "updated deleted", "Group.Read.All", 41_760, "group"),
    _kind(r"teams/getAllChannels|teams/([^/]+)/channels", _ALL, "Channel.ReadBasic.All", 4_320, "team"),
    _kind(r"teams/([^/]+)/channels/getAllMembers", _ALL, "ChannelMember.Read.All", 4_320, "team"),
    _kind(r"teams/([^/]+)/members", _ALL, "TeamMember.Read.All", 4_320, "team"),
    _kind(r"teams(?:/([^/]+))?", _ALL, "Team.ReadBasic.All", 4_320, "team"),
)


@dataclass(eq=False, slots=True)
class Subscription:
    """One subscription. `expires` is tenant time in seconds since 1970; `security`: changes of permissions are told
    too.

    `paused`: Graph asked for reauthorisation and keeps notifications back until it is given.
    """

    id: str
    app_id: str
    resource: str
    change_type: str
    family: str
    key: str  # id of the drive, list, group or team; "" for all groups or teams
    notification_url: str
    lifecycle_url: str
    client_state: str
    expires: int
    security: bool = False
    tls: str = "v1_2"
    paused: bool = False

    def body(self, creator_id: str) -> dict[str, Any]:
        """As Graph shows it."""
        return {
            "id": self.id,
            "resource": self.resource,
            "applicationId": self.app_id,
            "changeType": self.change_type,
            "clientState": self.client_state or None,
            "notificationUrl": self.notification_url,
            "notificationQueryOptions": None,
            "lifecycleNotificationUrl": self.lifecycle_url or None,
            "expirationDateTime": instant(self.expires),
            "creatorId": creator_id,
            "includeResourceData": None,
            "latestSupportedTlsVersion": self.tls,
            "encryptionCertificate": None,
            "encryptionCertificateId": None,
            "notificationUrlAppId": None,
        }


@dataclass
class Subscriptions:
    """Every subscription that has not expired by the tenant's clock."""

    clock: TenantClock
    _all: dict[str, Subscription] = field(default_factory=dict)
    _by_key: dict[str, list[Subscription]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Subscription]:
        """Those alive, oldest first."""
        now = self.clock.seconds()
        for each in [each for each in self._all.values() if each.expires <= now]:
            self.remove(each)
        return iter(list(self._all.values()))

    def find(self, subscription_id: str) -> Subscription | None:
        """The living subscription with this id."""
        found = self._all.get(subscription_id)
        return found if found is not None and found.expires > self.clock.seconds() else None

    def on(self, key: str) -> list[Subscription]:
        """The living subscriptions on one drive, list, group or team."""
        now = self.clock.seconds()
        return [each for each in self._by_key.get(key, ()) if each.expires > now]

    def add(self, subscription: Subscription) -> None:
        """Take a subscription in."""
        self._all[subscription.id] = subscription
        self._by_key.setdefault(subscription.key, []).append(subscription)

    def remove(self, subscription: Subscription) -> None:
        """Let a subscription go."""
        self._all.pop(subscription.id, None)
        rest = [each for each in self._by_key.get(subscription.key, ()) if each is not subscription]
        self._by_key[subscription.key] = rest


SUBSCRIPTIONS = web.AppKey("subscriptions", Subscriptions)
