"""Who is away, by what mailboxes said of late."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custos.jobs.accountability import who_is_away
from custos.m365.automatic_replies import AutomaticReplies

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
BACK = AutomaticReplies(on=True, begins=NOW - timedelta(days=1), ends=datetime(2026, 12, 7, 8, tzinfo=UTC))


@pytest.mark.parametrize(
    ("read", "away"),
    [
        (timedelta(minutes=50), {"robin@x.example": date(2026, 12, 6)}),
        (timedelta(hours=2), {}),
        (timedelta(days=-1), {}),
    ],
)
def test_what_was_read_long_ago_is_unknown(read: timedelta, away: dict[str, date | None]) -> None:
    """Where mailboxes cannot be read any more, or the clock went back, nobody stays away for ever: unknown is not away."""
    kept = {"1": ((NOW - read).timestamp(), BACK)}
    assert who_is_away({"robin@x.example": "1", "jo@x.example": "2"}, kept, NOW, ZoneInfo("Europe/London")) == away
