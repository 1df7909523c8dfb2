"""What is printed on a narrow terminal: nothing is wider than it, and no id and no address is lost."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from custos.cli.main import main
from tests.policy.policies import POLICIES
from tests.running_stack import HOST, Council

NARROW, WIDE = "60", "250"
IDENTIFYING = re.compile(
    r"https?://[^\s|]+|\b[PRU]-\d{4}-\d{4}-\d+\b|\bIA-\d+\b|\b[\w.-]+@[\w.-]+\w|\b[a-z]+(?:_[a-z]+)+\b"
)
"""Addresses, ids of plans, runs and assets, sign-in names, words of the language."""


def lost(narrow: str, wide: str) -> list[str]:
    """What identifies something in the wide output and is not in the narrow one, line ends and indentation aside."""
    whole = re.sub(r"\s+", "", narrow)
    return sorted({one for one in IDENTIFYING.findall(wide) if re.sub(r"\s+", "", one) not in whole})


def too_wide(narrow: str) -> list[str]:
    return [line for line in narrow.splitlines() if len(line.rstrip()) > int(NARROW)]


@pytest.mark.parametrize(
    "typed",
    [
        ("schema",),
        ("schema", "language"),
        ("schema", "roles"),
        ("schema", "link_expires"),
        ("register", str(POLICIES), "--on", "2026-11-23"),
    ],
    ids=" ".join,
)
def test_tables_of_files(typed: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """Commands on files fit 60 columns."""
    settings = {"CUSTOS_POLICIES": str(POLICIES)}
    main(["--width", NARROW, *typed], settings)
    narrow = capsys.readouterr().out
    main(["--width", WIDE, *typed], settings)
    assert (too_wide(narrow), lost(narrow, capsys.readouterr().out)) == ([], [])


def test_tables_of_the_tenant(council: Council, governed: str) -> None:
    """Commands on a tenant fit 60 columns."""
    wrong = {}
    for typed in (
        ("status",),
        ("cases", "--all"),
        ("incidents",),
        ("audit", "show", "--last", "20"),
        ("find", "file", "{label: is_missing}", "--limit", "5"),
        ("find", "file", "{label: is_missing}", "--by", "site"),
        ("explain", f"{HOST}/sites/hr-casework"),
        ("plan", "--show", str(council.first["id"])),
        ("run", governed),
        ("kpi",),
    ):
        narrow = council.custos("--width", NARROW, *typed).out
        wide = council.custos("--width", WIDE, *typed).out
        if (too_wide(narrow), lost(narrow, wide)) != ([], []):
            wrong[typed] = (too_wide(narrow)[:5], lost(narrow, wide)[:5])
    assert wrong == {}, "\n".join(f"{' '.join(typed)}: {found}" for typed, found in wrong.items())


def test_the_width_is_the_terminals(tmp_path: Path) -> None:
    """`COLUMNS` of the shell is what counts when no width is typed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CUSTOS")}
    told = subprocess.run(
        [sys.executable, "-m", "custos"],
        cwd=Path(__file__).parents[2],
        env={**environment, "COLUMNS": NARROW},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert too_wide(told.stdout) == []
