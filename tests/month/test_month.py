"""One month of `make month`, cut to what it costs: a few sites, and as many working days as it takes until a question goes up the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from month.checker import check
from month.walk import Month, play
from rehearsal.narrator import Narrator

pytestmark = pytest.mark.timeout(900)
SITES = ("sites/send-ehcp", "sites/canalside", "sites/asc-casework")


def test_a_month_keeps_every_promise(tmp_path: Path) -> None:
    """People answer, leave, are silent and share files, Teams is away for a day: nobody hears too much, nothing stands still, nothing is
    done untold, and no button outlives its question."""
    evidence = play(Month(seed=1, days=7, scale=0.001, sites=SITES), tmp_path / "stage", Narrator())
    assert check(evidence) == []
    assert len({message.person for message in evidence.messages}) > 2
    assert [deed for deed in evidence.diary if deed.what == "presses" and deed.status == 200]
    assert [case for case in evidence.cases if case["unanswered"]]
    assert [write for write in evidence.writes if "retentionLabel" in write["path"] or "permissions" in write["path"]]
