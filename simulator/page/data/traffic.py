"""What apps ask of the tenant: requests and resource units by the minute, throttling, and what is not implemented."""

from __future__ import annotations

import msgspec

from simulator.app_keys import METER
from simulator.entra.identity import AUTHORITY
from simulator.page.data.context import Context

MINUTES = 30


class MinuteRow(msgspec.Struct, frozen=True, rename="camel"):
    """One minute of one app."""

    requests: int
    units: int
    throttled: int


class AppRow(msgspec.Struct, frozen=True, rename="camel"):
    """One app since the start, and its last minutes, oldest first, the present one at the end."""

    client_id: str
    name: str
    requests: int
    units: int
    throttled: int
    came_early: int
    minutes: list[MinuteRow]


class Unimplemented(msgspec.Struct, frozen=True, rename="camel"):
    """An operation that was answered 501, and how often."""

    operation: str
    times: int


class TrafficFacts(msgspec.Struct, frozen=True, rename="camel"):
    """`units_per_minute` is what one app may spend."""

    units_per_minute: int
    requests: int
    units: int
    throttled: int
    apps: list[AppRow]
    unimplemented: list[Unimplemented]


async def traffic(context: Context) -> TrafficFacts:
    """What was asked of the tenant so far."""
    meter, registrations = context.app[METER], context.app[AUTHORITY].registrations
    spent, minutes = meter.spent(), meter.minutes(MINUTES)
    apps = []
    for client_id, each in spent.items():
        known = registrations.get(client_id)
        apps.append(
            AppRow(
                client_id=client_id,
                name=known.name if known else client_id,
                requests=each.requests,
                units=each.units,
                throttled=each.throttled,
                came_early=each.came_early,
                minutes=[MinuteRow(one.requests, one.units, one.throttled) for one in minutes[client_id]],
            )
        )
    missing = sorted(context.tenant.unanswered.items(), key=lambda pair: (-pair[1], pair[0]))
    return TrafficFacts(
        units_per_minute=meter.limit,
        requests=sum(app.requests for app in apps),
        units=sum(app.units for app in apps),
        throttled=sum(app.throttled for app in apps),
        apps=sorted(apps, key=lambda app: app.name),
        unimplemented=[Unimplemented(operation, times) for operation, times in missing],
    )
