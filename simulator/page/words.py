"""How the pages say numbers, sizes, times and the tenant's own words."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

_STEPS = ("bytes", "KB", "MB", "GB", "TB")
_LOWEST = 1  # seconds since 1970 below which there is no time at all

CAPABILITIES = {
    "disabled": "Organisation only",
    "existing_guests": "Existing guests",
    "new_guests": "New guests",
    "anyone": "Anyone",
}
LOCKS = {
    "NoAdditions": "No additions",
    "ReadOnly": "Read-only",
    "NoAccess": "No access",
}
ARCHIVES = {
    "recentlyArchived": "Archived lately",
    "fullyArchived": "Archived",
    "reactivating": "Coming back from the archive",
}
SCOPES = {"anonymous": "Anyone", "organization": "Organisation", "users": "Named people"}
ROLES = {"read": "can view", "write": "can edit", "owner": "owns"}


def number(value: float) -> str:
    """With commas between thousands."""
    return f"{value:,.0f}"


def count(value: int, one: str, many: str = "") -> str:
    """`1 file`, `1,200 files`."""
    return f"{number(value)} {one if value == 1 else many or one + 's'}"


def size(octets: int) -> str:
    """`812 bytes`, `1.4 MB`."""
    value, step = float(octets), 0
    while value >= 1000 and step < len(_STEPS) - 1:
        value, step = value / 1000, step + 1
    return f"{value:.0f} {_STEPS[step]}" if step == 0 or value >= 100 else f"{value:.1f} {_STEPS[step]}"


def below(url: str) -> str:
    """A web address without its host, `/sites/planning`."""
    return urlsplit(url).path or "/"


def day(seconds: int) -> str:
    """`23 Nov 2026`; "" for no time."""
    return "" if seconds < _LOWEST else datetime.fromtimestamp(seconds, UTC).strftime("%-d %b %Y")


def moment(seconds: float) -> str:
    """`Mon 23 Nov 2026, 09:00`, in UTC; "" for no time."""
    return "" if seconds < _LOWEST else datetime.fromtimestamp(seconds, UTC).strftime("%a %-d %b %Y, %H:%M")
