"""A short campaign on real parts: the function app is killed at its work, and nothing is lost, stuck or doubled by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from chaos.campaign import campaign, rounds
from chaos.faults import planned

ROUND = "upload/kill/host/after/table runs/1"
"""Killed between a run's row and its messages (K1)."""


@pytest.mark.timeout(300)
def test_a_short_campaign_leaves_nothing_lost_stuck_or_doubled(tmp_path: Path) -> None:
    """A round of `make chaos` with the product's own waiting times: the blow falls, and all is well in the evening."""
    with campaign(tmp_path / "chaos", seed=1, lease_seconds=5, jobs=()) as made:
        (played,) = rounds(made, seed=1, count=0, only=[planned(ROUND)])
    assert (played.struck, list(played.faults)) == (True, [])
