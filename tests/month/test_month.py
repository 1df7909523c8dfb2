"""One month of `make month`, cut to what it costs: three sites, and as many working days as it takes until people are reminded."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from month.checker import check
from month.evidence import Evidence
from month.walk import Month, play
from rehearsal.narrator import Narrator

pytestmark = pytest.mark.timeout(900)
SITES = ("sites/send-ehcp", "sites/canalside", "sites/asc-casework")


def asked_on(evidence: Evidence) -> dict[str, set[date]]:
    """On which days a question stood on a card."""
    found: dict[str, set[date]] = defaultdict(set)
    for message in evidence.messages:
        for case in message.cases:
            found[case].add(message.at.date())
    return found


def test_a_month_keeps_every_promise(tmp_path: Path) -> None:
    """People answer, leave, are silent and share files, Teams is away for a day: nobody hears too much, nothing stands still, nothing is
    done untold, and no button outlives its question."""
    evidence = play(Month(seed=1, days=7, scale=0.001, sites=SITES), tmp_path / "stage", Narrator())
    assert check(evidence) == []
    assert len({message.person for message in evidence.messages}) > 1
    assert [deed for deed in evidence.diary if deed.what == "presses" and deed.status == 200]
    assert [case for case, days in asked_on(evidence).items() if len(days) > 1]
    assert [write for write in evidence.writes if "retentionLabel" in write["path"] or "permissions" in write["path"]]
