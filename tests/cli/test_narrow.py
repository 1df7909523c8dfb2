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
    r"https?://[^\s|(]+|\b[PRU]-\d{4}-\d{4}-\d+\b|\bIA-\d+\b|\b[\w.-]+@[\w.-]+\w|\b[a-z]+(?:_[a-z]+)+\b"
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
    """Tables of a tenant fit 60 columns. Sentences are left to the terminal, which wraps them and copies them whole."""
    wrong = {}
    for typed, is_table in (
        (("status",), False),
        (("cases", "--all"), True),
        (("incidents",), True),
        (("audit", "show", "--last", "20"), True),
        (("find", "file", "{label: is_missing}", "--limit", "5"), True),
        (("find", "file", "{label: is_missing}", "--by", "site"), True),
        (("explain", f"{HOST}/sites/hr-casework"), False),
        (("plan", "--show", str(council.first["id"])), False),
        (("run", governed), True),
        (("kpi",), True),
    ):
        wide = council.custos("--width", WIDE, *typed).out
        narrow = council.custos("--width", NARROW, *typed).out
        found = (too_wide(narrow)[:5] if is_table else [], lost(narrow, wide)[:5])
        if found != ([], []):
            wrong[" ".join(typed)] = found
    assert wrong == {}, "\n".join(f"{typed}: {found}" for typed, found in wrong.items())


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
