"""What `custos` says before any tenant is asked: commands that there are, files that it reads, ids that are none."""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from custos.cli import commands
from custos.cli.main import main
from custos.cli.parser import build_parser
from custos.engine.ids import is_plan_id, is_run_id
from custos.errors import BadSetting
from custos.report.wording import value, when
from custos.settings import REPOSITORY, settings_from
from custos.wording import council_time
from tests.policy.policies import POLICIES

ENOUGH = {
    "AzureWebJobsStorage": "UseDevelopmentStorage=true",
    "CUSTOS_TENANT_ID": "11111111-1111-4111-8111-111111111111",
    "CUSTOS_SHAREPOINT_URL": "https://wrenbridge.sharepoint.example",
    "CUSTOS_OBSERVER_CLIENT_ID": "22222222-2222-4222-8222-222222222222",
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
        (["plan", "--jsn"], 'custos plan has no option "--jsn". Did you mean "--json"?'),
        (["promote", "ownership", "--too", "pilot"], 'custos promote has no option "--too". Did you mean "--to"?'),
        (["--wdith", "80", "status"], 'custos has no option "--wdith". Did you mean "--width"?'),
        (["audit", "shw"], 'custos audit: "shw" is not known here. Did you mean "show"?'),
        (["promote", "ownership", "--to", "pilt"], 'custos promote: "pilt" is not known here. Did you mean "pilot"?'),
        (["grant", "labls"], 'is not known here. Did you mean "labels"?'),
        (["explain"], "custos explain: URL must be given."),
        (["status", "x"], '"x" is not expected here.'),
    ],
)
def test_what_a_command_does_not_take_is_one_sentence(
    capsys: pytest.CaptureFixture[str], typed: list[str], said: str
) -> None:
    """An option, a word or a choice that the command does not have is named, with the nearest that it has."""
    assert main(typed, {}) == 2
    told = capsys.readouterr().err
    assert said in " ".join(told.split())
    assert "--help` shows its arguments." in " ".join(told.split())
    assert "usage:" not in told


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
        (["stop", "--why", "\udcff"], "not text"),
    ],
)
def test_what_is_too_long_to_be_read_is_refused_at_the_door(
    capsys: pytest.CaptureFixture[str], typed: list[str], said: str
) -> None:
    """Every text that somebody types has a limit, told in a sentence before anything is asked of anybody."""
    code = main(typed, {})
    told = capsys.readouterr().err
    assert (code, said in " ".join(told.split())) == (2, True)
    assert len(told) < 2_000


def arguments() -> dict[str, argparse.Action]:
    """Every argument of every command that takes a value, by command and name."""
    parser = build_parser()
    [groups] = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    owners = {"custos": parser, **groups.choices}
    return {
        f"{name} {one.option_strings[0] if one.option_strings else one.metavar or one.dest}": one
        for name, owner in owners.items()
        for one in owner._actions
        if one.nargs != 0 and one is not groups
    }


@pytest.mark.parametrize("name", sorted(arguments()))
def test_nothing_is_no_value_of_any_argument(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A variable that nobody set is neither "all" nor "the last": every argument refuses it, and says what it may be."""
    argument = arguments()[name]
    assert argument.choices is not None or argument.type is not None
    command, _, option = name.partition(" ")
    before = [command] if command != "custos" else []
    for nothing in ([option, ""], [option, " "], [f"{option}="]) if option.startswith("-") else ([""], [" "]):
        assert main([*before, *nothing], {}) == 2
        assert "is empty: say what is meant" in " ".join(capsys.readouterr().err.split())


SHARED = "https://wrenbridge.sharepoint.example/:w:/s/hr-casework/EabcXYZ?e=1"
ONEDRIVE = "https://wrenbridge-my.sharepoint.example/personal/x_wrenbridge/Documents"
UNSEEN = "\u202egnp.exe"
NO_IDS = [
    "x",
    "a/../x",
    "P-2026-1123-4",
    "P-٢٠٢٦-1123-04",
    "U-2026-1123",
    "'; drop table--",
    "[red]",
    UNSEEN,
    SHARED,
    "=1+1",
    "0",
]
ODD = {
    ("explain",): [
        SHARED,
        ONEDRIVE,
        "javascript:alert(1)",
        "x",
        "https://[",
        "https://a b",
        "C:\\x",
        UNSEEN,
        "b!abc",
        "\x1b[31m",
    ],
    ("audit", "show", "--item"): [SHARED, ONEDRIVE, UNSEEN, "\0"],
    ("audit", "show", "--run"): [*NO_IDS, "P-2026-1123-04"],
    ("audit", "show", "--last"): ["x", "0", "1e9", "-1"],
    ("run",): [*NO_IDS, "P-2026-1123-04"],
    ("apply",): [*NO_IDS, "R-2026-1123-04"],
    ("plan", "--show"): [*NO_IDS, "R-2026-1123-04"],
    ("promote", "ownership", "--to", "pilot", "--plan"): NO_IDS,
    ("promote", "ownership", "--to"): ["simulat", "ENFORCE", "draft"],
    ("promote", "ownership", "--to", "pilot", "--author"): [
        "x",
        "../../etc/passwd",
        "a@b@c.example",
        "a@b",
        f"{UNSEEN}@c.example",
    ],
    ("whoami", "--as"): ["x", "a b@c.example", "../x@c.example", "@c.example"],
    ("incidents", "--close"): ["0", "-1", "x", "1e3", "9" * 30],
    ("find", "file", "{label: is_missing}", "--limit"): ["-1", "x", "1.5"],
    ("register", "--on"): ["x", "2026-02-30", "31/05/2026"],
    ("register", "--ahead"): ["-1", "x"],
    ("validate",): ["x" * 400, UNSEEN],
    ("test",): ["x" * 400],
    ("register",): ["x" * 400],
    ("--width",): ["x", "1", "-5"],
    ("audit",): ["shwo", "-"],
    ("history",): [SHARED, ONEDRIVE, UNSEEN, "\0"],
    ("audit", "prove", "--number"): ["x", "0", "-1"],
    ("audit", "prove", "--since"): ["x", "2026-02-30"],
    ("audit", "export", "--to"): ["x" * 400, UNSEEN],
    ("stop", "--reason"): ["x"],
}


@pytest.mark.parametrize(
    "typed",
    [[*before, value] for before, values in ODD.items() for value in values],
    ids=lambda typed: ascii(" ".join(typed))[:60],
)
def test_what_cannot_be_meant_is_one_sentence(typed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """It ends with 2 before any tenant or storage is asked, says what is wrong, and shows no character that moves a terminal."""
    assert main([*typed, *(["status"] if typed[0] == "--width" else [])], {}) == 2
    told = capsys.readouterr()
    assert told.out == ""
    lines = told.err.strip().splitlines()
    assert 1 <= len(lines) <= 2
    assert lines[-1].endswith((".", "?"))
    assert "Traceback" not in told.err
    assert all(character.isprintable() for line in lines for character in line)


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


@pytest.mark.parametrize("command", ["validate", "test", "register"])
def test_a_file_in_the_place_of_a_directory_is_called_one(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is there is not called missing: files are checked together, and the directory is what is named."""
    assert main(["--width", "200", command, str(POLICIES / "settings.yaml")], {}) == 2
    told = capsys.readouterr()
    assert "This is not a directory. Name the directory that it is in" in told.out + told.err


def test_what_was_looked_at_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """`validate` and `test` name the directory that they found in order."""
    assert main(["--width", "200", "validate", str(POLICIES)], {}) == 0
    assert str(POLICIES) in capsys.readouterr().err
    assert main(["--width", "200", "test", str(POLICIES)], {}) == 0
    assert str(POLICIES) in capsys.readouterr().out


def test_a_broken_file_of_cases_fails_the_validation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Cases are checked with the policies, not only when they are run."""
    policies = shutil.copytree(POLICIES, tmp_path / "policies")
    (policies / "ownership.tests.yaml").write_text("policy: ownership\ntests:\n  - nmae: x\n")
    assert main(["validate", str(policies)], {}) == 2
    assert "ownership.tests.yaml:3" in capsys.readouterr().out


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
    assert main(["register", *words, str(POLICIES)], {}) == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_checking_files_waits_for_no_sdk_of_microsofts() -> None:
    """Who checks policies at a keyboard or before a commit does not pay for the import of Graph's SDK, which takes most of a second."""
    program = (
        "import sys; from custos.cli.main import main; code = main(['validate', 'policies'], {});"
        "print(code, sorted({'msgraph', 'msgraph_core', 'kiota_http', 'office365'} & set(sys.modules)))"
    )
    ended = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines()[-1] == "0 []"
