"""The tenant's clock: the machine's, moved by an offset."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
_DAYS: dict[int, str] = {}
_MINUTES = tuple(f"T{minute // 60:02d}:{minute % 60:02d}" for minute in range(1440))  # small enough for the cache
_SECONDS = tuple(f":{second:02d}Z" for second in range(60))
_EPOCH_DAY = datetime(1970, 1, 1, tzinfo=UTC)


class TenantClock:
    """Runs at the machine's pace from `start` and can be moved; it never moves by itself otherwise.

    Where `is_walked` is set, somebody who has work to do on the way walks the clock to where people send it: then `send`
    only notes the moment in `bound_for`.
    """

    def __init__(self, start: datetime = START) -> None:
        self._offset = start.timestamp() - time.time()
        self.is_walked = False
        self._bound_for: datetime | None = None

    @property
    def bound_for(self) -> datetime | None:
        """The moment that the clock is being walked to, None when it is sent nowhere."""
        return self._bound_for if self._bound_for is not None and self._bound_for > self.now() else None

    def send(self, to: datetime) -> None:
        """Move the clock to a moment, or have it walked there. It is never walked back."""
        if self.is_walked and to > self.now():
            self._bound_for = to
        else:
            self._bound_for = None
            self.set(to)

    def now(self) -> datetime:
        """The tenant's present moment, aware, in UTC."""
        return datetime.fromtimestamp(self.seconds(), UTC)

    def seconds(self) -> float:
        """The present moment in seconds since 1970."""
        return time.time() + self._offset

    def advance(self, by: timedelta) -> None:
        """Move the clock on (or back) by a span."""
        self._offset += by.total_seconds()

    def set(self, to: datetime) -> None:
        """Move the clock to a moment."""
        self._offset = to.timestamp() - time.time()


def machine_now() -> datetime:
    """The machine's own present moment, aware, in UTC: what certificates and tokens follow."""
    return datetime.fromtimestamp(time.time(), UTC)


def instant(seconds: float) -> str:
    """ISO 8601 of a moment in whole seconds since 1970, as Graph writes it (`2026-11-23T09:00:00Z`)."""
    whole = int(seconds)
    day = whole // 86400
    text = _DAYS.get(day)
    if text is None:
        text = _DAYS[day] = (_EPOCH_DAY + timedelta(days=day)).strftime("%Y-%m-%d")
    return text + _MINUTES[whole % 86400 // 60] + _SECONDS[whole % 60]


def moment(text: str) -> int:
    """Seconds since 1970 of an ISO 8601 text. Raises ValueError if it is none."""
    return int(datetime.fromisoformat(text).astimezone(UTC).timestamp())
