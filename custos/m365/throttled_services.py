"""The services that Microsoft throttles apart from each other: a pause of one does not stop the others.

Source: https://learn.microsoft.com/graph/throttling-limits
"""

from __future__ import annotations

from enum import StrEnum


class Service(StrEnum):
    """One service, with its own budget and its own pause."""

    CONTENT = "content"  # SharePoint and OneDrive: sites, drives, lists, SharePoint REST; metered in resource units
    DIRECTORY = "directory"  # the rest of Graph: users, groups, teams, mail, subscriptions; counted in requests
    BOT = "bot"  # the Teams Bot Connector; counted in requests


_CONTENT = frozenset({"sites", "drives", "shares", "admin"})


def service_of(path: str, units: int) -> Service:
    """The lane of a Graph path below the version, `/drives/…`. Whatever costs resource units is SharePoint's."""
    first = path.lstrip("/").partition("/")[0].partition("?")[0]
    return Service.CONTENT if units or first in _CONTENT else Service.DIRECTORY
