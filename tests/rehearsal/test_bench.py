"""The benchmark itself: that it measures, and that it says what it measured. The figures are nobody's promise here."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from rehearsal.bench import PhaseFailed, bench
from rehearsal.benchmarks import Cost, Run, aims, markdown
from rehearsal.measure import Measured


def _cost(**measured: object) -> Cost:
    given = {"what": "items", "count": 1_000_000, "seconds": 50.0, "processor": 25.0, "peak": 600_000_000, **measured}
    return Cost(
        title="A phase", measured=msgspec.convert(given, Measured), tenant=9.0, storage=1.0, requests=5, units=7
    )


def test_a_phase_is_measured_against_real_servers(tmp_path: Path) -> None:
    """A phase runs in its own process against Azurite and the tenant, and its figures and theirs are written down."""
    home = tmp_path / "bench"
    assert bench(home, items=1_800, phases=["discovery"]) == 0
    run = msgspec.json.decode((home / "run.json").read_bytes(), type=Run)
    discovery = run.costs["discovery"]
    assert discovery.measured.count > 10
    assert discovery.measured.seconds > 0
    assert discovery.measured.processor > 0
    assert discovery.measured.peak > 50_000_000
    assert discovery.requests > 10
    assert "| Discovery |" in (home / "benchmarks.md").read_text()


def test_a_phase_that_ends_early_is_no_measurement(tmp_path: Path) -> None:
    """A phase that fails ends the benchmark with its last words."""
    with pytest.raises(PhaseFailed, match="ended with"):
        bench(tmp_path / "bench", items=1_800, phases=["changes"])


def test_the_aims_are_judged_by_what_was_measured() -> None:
    """The rate without the simulator's cost is items over Custos' own processor seconds; each aim holds or does not."""
    run = Run(
        "a machine",
        1_000_000,
        {
            "mirror": _cost(),
            "evaluation": _cost(parts={"evaluation": 2.5}, notes={"policies": 10}),
            "indicators": _cost(parts={"indicators": 8.0}, peak=1_100_000_000),
            "changes": _cost(what="changes", count=1_000, seconds=9.0, peak=1_300_000_000),
        },
    )
    assert [(aim.reached, aim.holds) for aim in aims(run)] == [
        ("40,000 items/s", True),
        ("2.50 s", False),
        ("9.0 s", True),
        ("8.0 s", True),
        ("1.10 GB", False),
        ("1.30 GB", False),
    ]


def test_the_document_holds_every_figure() -> None:
    """The document shows seconds, rates, memory, requests and units of each phase, and how they were measured."""
    text = markdown(Run("a machine", 1_000_000, {"mirror": _cost(notes={"libraries": 68})}))
    assert "| A phase | 1,000,000 items | 50.0 | 20,000 | 25.0 | 40,000 | 9.0 | 1.0 | 600 | 5 | 7 |" in text
    assert "| A phase | libraries 68 |" in text
    assert "How it is measured" in text
