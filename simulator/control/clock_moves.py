"""Moving the tenant's clock, as the control API and `act` ask for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from simulator.refusal import bad_request
from simulator.tenant.clock import TenantClock

_DURATION = re.compile(r"(-?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")


def span(text: str) -> timedelta:
    """An ISO 8601 duration of weeks, days, hours, minutes and seconds (`PT2H`, `P7D`, `-P1D`). Raises Refused 400."""
    match = _DURATION.fullmatch(text.strip().upper())
    if match is None or not any(match.groups()[1:]):
        raise bad_request(f"{text!r} is no duration; write PT2H, P7D or P1DT12H.")
    weeks, days, hours, minutes, seconds = (float(each or 0) for each in match.groups()[1:])
    found = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -found if match[1] else found


def wanted_moment(clock: TenantClock, wanted: Mapping[str, Any]) -> datetime:
    """Where `{"advance": "PT2H"}` or `{"to": "2026-12-01T09:00:00Z"}` sends a clock. Raises Refused 400."""
    if "advance" in wanted:
        return clock.now() + span(str(wanted["advance"]))
    if "to" not in wanted:
        raise bad_request('Say {"advance": "PT2H"} or {"to": "2026-12-01T09:00:00Z"}.')
    try:
        to = datetime.fromisoformat(str(wanted["to"]))
    except ValueError as error:
        raise bad_request(f"{wanted['to']!r} is no moment; write 2026-12-01T09:00:00Z.") from error
    if to.tzinfo is None:
        raise bad_request("A moment needs its time zone; write 2026-12-01T09:00:00Z.")
    return to
