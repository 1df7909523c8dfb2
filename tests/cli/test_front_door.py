"""What `custos` says before any tenant is asked: commands that there are, files that it reads, ids that are none."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from custos.cli import commands
from custos.cli.main import main
from custos.engine.ids import is_plan_id, is_run_id
from custos.errors import BadSetting
from custos.report.words import council_time, value, when
from custos.settings import settings_from
from tests.policy.policies import POLICIES

ENOUGH = {
    "AzureWebJobsStorage": "UseDevelopmentStorage=true",
    "CUSTOS_TENANT_ID": "tenant",
    "CUSTOS_SHAREPOINT_URL": "https://wrenbridge.sharepoint.example",
    "CUSTOS_OBSERVER_CLIENT_ID": "observer",
}


def test_custos_alone_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    """Every command is listed with what it does, and nothing is an error."""
    assert main([], {}) == 0
    told = capsys.readouterr().out
    for command in commands.ALL:
        assert f"\n{command.name} " in told


@pytest.mark.parametrize(
    ("typed", "meant"),
    [(["plna"], "plan"), (["--width", "80", "explian", "x"], "explain"), (["--settings=x", "statsu"], "status")],
)
def test_an_unknown_command_is_one_sentence(capsys: pytest.CaptureFixture[str], typed: list[str], meant: str) -> None:
    """The nearest command is offered, and no list of all of them."""
    assert main(typed, {}) == 2
    told = capsys.readouterr().err
    assert f'Did you mean "{meant}"?' in told
    assert len(told.strip().splitlines()) <= 2


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["stop", "--why", "x" * 30_500], "30,500 characters"),
        (["start", f"--why={'x' * 1_001}"], "1,001 characters are too many: write at most 1,000"),
        (["run", "R-2026-1123-01", "--cancel", "--why", "x" * 1_001], "1,001 characters are too many"),
        (["promote", "ownership", "--to", "simulate", "--why", "x" * 1_001], "1,001 characters are too many"),
        (["promote", "ownership", "--to", "pilot", "--author", "x" * 1_001], "1,001 characters are too many"),
        (["register", "--accept", "--why", "x" * 1_001], "1,001 characters are too many"),
        (["stop", "--why", "x", "--as", "x" * 1_001], "1,001 characters are too many"),
        (["explain", "x" * 9_000], "9,000 characters"),
        (["find", "x" * 9_000], "9,000 characters"),
        (["stop", "--why", "\udcff"], "no text"),
    ],
)
def test_what_is_too_long_to_be_read_is_refused_at_the_door(
    capsys: pytest.CaptureFixture[str], typed: list[str], said: str
) -> None:
    """Every text that somebody types has a limit, told in a sentence before anything is asked of anybody."""
    try:
        code = main(typed, {})
    except SystemExit as left:
        code = left.code
    told = capsys.readouterr().err
    assert (code, said in " ".join(told.split())) == (2, True)
    assert len(told) < 2_000


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A settings file whose policies are in another directory, where one of them is broken."""
    policies = shutil.copytree(POLICIES, tmp_path / "elsewhere")
    (policies / "ownership.yaml").write_text("policy: [ownership\n")
    file = tmp_path / "mine.json"
    file.write_text(json.dumps({"Values": {"CUSTOS_POLICIES": str(policies)}}))
    return file


@pytest.mark.parametrize("command", ["validate", "test", "register"])
def test_every_command_finds_the_files_in_the_same_way(
    elsewhere: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The directory that the settings name is the one that is read, whichever command is typed."""
    assert main(["--settings", str(elsewhere), command], {}) == 2
    told = capsys.readouterr()
    assert "ownership.yaml" in told.out + told.err


def test_what_was_looked_at_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """`validate` and `test` name the directory that they found in order."""
    assert main(["--width", "200", "validate", str(POLICIES)], {}) == 0
    assert str(POLICIES) in capsys.readouterr().err
    assert main(["--width", "200", "test", str(POLICIES)], {}) == 0
    assert str(POLICIES) in capsys.readouterr().out


def test_a_broken_file_of_cases_fails_the_validation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Cases are checked with the policies, not only when they are run."""
    policies = shutil.copytree(POLICIES, tmp_path / "policies")
    (policies / "ownership.cases.yaml").write_text("policy: ownership\ncases:\n  - nmae: x\n")
    assert main(["validate", str(policies)], {}) == 2
    assert "ownership.cases.yaml:3" in capsys.readouterr().out


@pytest.mark.parametrize(
    "written", ["a/../x", "P-2026-1123-4", "", "P-2026-1123-04\n", "R-2026-1123-04", "P-٢٠٢٦-1123-04"]
)
def test_what_is_no_id_of_a_plan_is_never_looked_up(written: str) -> None:
    """Only ids go to storage."""
    assert not is_plan_id(written)
    assert is_plan_id("P-2026-1123-04")
    assert is_run_id("U-2026-1123-104")


def test_a_time_zone_with_a_mistake_is_refused_at_the_start() -> None:
    """It is refused with the other settings, and the nearest zone is offered."""
    with pytest.raises(BadSetting, match='Did you mean "Europe/London"'):
        settings_from({**ENOUGH, "CUSTOS_TIMEZONE": "Europe/Londno"})


def test_reports_tell_time_in_the_configured_zone() -> None:
    """One zone everywhere: London's only where nothing else is set."""
    moment = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    assert when(moment) == value(moment) == "2 July 2026 00:30"
    with council_time(ZoneInfo("America/New_York")):
        assert when(moment) == value(moment) == "1 July 2026 19:30"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--on", "31/05/2026"], "is not a day of the calendar. Write it as year-month-day"),
        (["--on", "2026-02-30"], "is not a day of the calendar. Write it as year-month-day"),
        (["--on", "9998-01-01"], "Write a day from 1800-01-01 to 2199-12-31."),
        (["--ahead", "-5"], "is not a whole number from 0 to 1,000,000."),
        (["--ahead", "٣"], "is not a whole number from 0 to 1,000,000."),
    ],
)
def test_an_argument_that_cannot_be_meant_is_refused_in_a_sentence(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It ends with 2 and says what to write instead; nothing is looked at."""
    with pytest.raises(SystemExit, match="2"):
        main(["register", *words, str(POLICIES)], {})
    assert said in " ".join(capsys.readouterr().err.split())
