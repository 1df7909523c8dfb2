"""Days and moments as people read them: in the council's time zone, whoever tells them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from custos.engine.gate import said
from custos.report.wording import when
from custos.wording import council_time, day_words, moment_words

LATE = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "moment"),
    [
        ("Europe/London", "1 July 2026", "1 July 2026 00:30"),
        ("Asia/Kolkata", "1 July 2026", "1 July 2026 05:00"),
        ("America/Halifax", "30 June 2026", "30 June 2026 20:30"),
    ],
)
def test_a_moment_is_told_in_council_time(zone: str, day: str, moment: str) -> None:
    """An hour before midnight of Greenwich is another day for the council, for the gate's sentences as for reports."""
    with council_time(ZoneInfo(zone)):
        assert (day_words(LATE), moment_words(LATE), said(LATE), when(LATE)) == (day, moment, moment, moment)


def test_a_day_is_a_day_everywhere() -> None:
    """What is a day already is not moved by any zone."""
    with council_time(ZoneInfo("America/Halifax")):
        assert day_words(date(2026, 7, 1), weekday=True) == "Wednesday 1 July 2026"
