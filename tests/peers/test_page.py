"""The page of the comparison says what was measured."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from custos.policy import load
from peers import bench
from peers.__main__ import main
from peers.answers import QUESTIONS, path_of, score
from peers.bench import ROUNDS, Asked, Comparison
from peers.page import page, plot
from peers.tools import SIDES


def asked(units: int, *, seconds: float = 12.0) -> Asked:
    """What a side could have cost."""
    return Asked(
        seconds=seconds,
        processor=3.25,
        peak=210_000_000,
        requests=units // 2,
        units=units,
        answers=dict.fromkeys(QUESTIONS, "12, all right"),
        exact=list(QUESTIONS),
        notes={"cannot be decided": 3, "sites skipped": 0},
    )


@pytest.fixture
def run() -> Comparison:
    """A run in which every side was asked twice, and one could not be."""
    costs = {key: {name: asked(5_000 // (at + 1)) for at, name in enumerate(ROUNDS)} for key in SIDES}
    return Comparison(
        machine="2 cores",
        files=6_000,
        libraries=68,
        sites=20,
        changes=1_000,
        asked=costs,
        left_out={"A tool": "no Node"},
    )


def test_every_side_and_round_has_its_figures(run: Comparison) -> None:
    """Costs stand in one table, answers in another, a line for each side and round."""
    written = page(run)
    for side in SIDES.values():
        assert written.count(f"| {side.name} | first time |") == 2
        assert written.count(f"| {side.name} | next day |") == 2
    assert "| 12.0 | 3.2 | 210 | 2,500 | 5,000 | 4.0 min |" in written
    assert "cannot be decided 3" in written
    assert "sites skipped" not in written
    assert "A tool was left out: no Node" in written
    assert "2 cores" in written


def test_time_under_a_budget_is_never_less_than_the_work(run: Comparison) -> None:
    """A side that asks for little and works for long is told with the time that it works."""
    key = next(iter(SIDES))
    run.asked[key]["first"] = asked(10, seconds=600.0)
    assert "| 600.0 | 3.2 | 210 | 5 | 10 | 10.0 min |" in page(run)


def test_the_drawing_is_sound_and_reads_in_the_dark(run: Comparison) -> None:
    """It is well-formed, has two bars for each side and quantity, and colours for dark pages."""
    drawn = plot(run)
    drawing = ET.fromstring(drawn)  # noqa: S314  # it is our own
    bars = [one for one in drawing.iter() if one.get("class") in ("first", "next")]
    assert len(bars) == 2 + 2 * 4 * len(SIDES)
    assert all(0 < float(bar.get("width", "0")) < 760 for bar in bars)
    assert "prefers-color-scheme: dark" in drawn


def test_an_answer_is_held_against_the_truth() -> None:
    """What is missed, what is wrong, and what counts neither way."""
    assert str(score(["/a", "/b"], ["/a", "/b"])) == "2, all right"
    assert str(score(["/a", "/x"], ["/a", "/b"])) == "1 of 2, misses 1, 1 wrong"
    assert score(["/a", "/hold/x"], ["/a"], ["/hold"]).exact
    assert path_of("https://x.example/sites/a%20b/Library/") == "/sites/a b/Library"


def test_unknown_sides_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """A side that does not exist is refused with those that do."""
    assert main(["bench", "--sides", "nobody"]) == 2
    assert "Known: custos" in capsys.readouterr().err


def test_all_sites_are_asked_about(tmp_path: Path) -> None:
    """The policies of the comparison leave no site out, so that every side is asked about the same ones."""
    assert not load(bench._policies(tmp_path, "https://x.sharepoint.com")).settings.not_governed
