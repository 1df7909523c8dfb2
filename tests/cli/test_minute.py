"""`custos minute`: what the Corporate Information Group minuted goes back into the files."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from custos.cli.main import main
from custos.policy import load
from tests.policy.policies import POLICIES

REFERENCE = f"CIG-{datetime.now(UTC).year}-077"  # a minute is of this year or the last


@pytest.fixture
def council(tmp_path: Path) -> Path:
    """The sample council's files, to be written."""
    shutil.copytree(POLICIES, tmp_path / "policies")
    return tmp_path / "policies"


def _all(council: Path) -> dict[str, bytes]:
    return {path.relative_to(council).as_posix(): path.read_bytes() for path in council.rglob("*") if path.is_file()}


def test_a_minute_goes_into_policies_and_registers_alike(council: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Beside the policy, the exception, the document and the entry that it is about, and nowhere else; what was approved stays approved."""
    before, hashes = _all(council), {name: one.hash for name, one in load(council).policies.items()}
    typed = ["minute", REFERENCE, "sharing-guests", "EX-02", "GD-01", "RS-PLN-03", "--directory", str(council)]
    assert main(typed, {}) == 0
    assert f"{REFERENCE} is written beside sharing-guests" in capsys.readouterr().out
    after = _all(council)
    assert {name for name in after if after[name] != before[name]} == {
        "sharing-guests.yaml",
        "register/exceptions.csv",
        "register/governing_documents.csv",
        "register/retention_schedule.csv",
    }
    bundle = load(council)
    assert bundle.policies["sharing-guests"].cig_ref == REFERENCE
    assert {name: one.hash for name, one in bundle.policies.items()} == hashes
    rows = (council / "register" / "exceptions.csv").read_text("utf-8").splitlines()
    assert [row.split(",")[0] for row in rows if REFERENCE in row] == ["EX-02"]
    assert main(["validate", str(council)], {}) == 0


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ((REFERENCE, "EX-99", "sharing-gests"), '"sharing-gests" is no policy, exception, governing document'),
        ((REFERENCE, "EX-99"), 'Did you mean "EX-0'),
        (("next week", "EX-02"), "This is no reference of the Corporate Information Group."),
        ((REFERENCE, "IA-001"), '"IA-001" is no policy'),
    ],
)
def test_what_cannot_be_minuted_changes_nothing(
    council: Path, typed: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A name that is not there, an asset, a text that is no minute: one sentence each, and every file as it was."""
    before = _all(council)
    assert main(["minute", *typed, "--directory", str(council)], {}) == 2
    assert said in capsys.readouterr().err
    assert _all(council) == before
