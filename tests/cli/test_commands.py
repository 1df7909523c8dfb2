"""`custos`, as an operator types it on a council that is mirrored."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from custos.cli import commands
from custos.settings import REPOSITORY
from simulator.councils import policies_of
from tests import running_stack
from tests.running_stack import APPROVER, HOST, OPERATOR, Council

LEFT = "head.send@wrenbridge.example"
pytestmark = pytest.mark.timeout(600)


def typed(*words: str, home: Path | None = None, **settings: str) -> subprocess.CompletedProcess[str]:
    """`python -m custos` in a process of its own, with no other settings than these."""
    system = {name: value for name, value in os.environ.items() if not name.startswith(("CUSTOS", "AzureWebJobs"))}
    return subprocess.run(
        [sys.executable, "-m", "custos", *words],
        cwd=home or REPOSITORY,
        env={**system, "PYTHONPATH": str(REPOSITORY), **settings},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", [command.name for command in commands.ALL])
def test_help(council: Council, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each command explains itself."""
    with pytest.raises(SystemExit) as left:
        council.custos(name, "--help")
    assert left.value.code == 0


def test_custos_without_settings_says_what_is_missing(tmp_path: Path) -> None:
    """Missing settings are named in one sentence each, without a traceback, and the exit code says bad input."""
    told = typed("status", home=tmp_path)
    assert told.returncode == 2
    assert told.stdout == ""
    assert "CUSTOS_TENANT_ID is not set." in told.stderr
    assert "AzureWebJobsStorage is not set" in told.stderr
    assert len(told.stderr.strip().splitlines()) == 1


def test_settings_file_that_cannot_be_read(tmp_path: Path) -> None:
    """A settings file of another form is refused with an example of the right one."""
    (tmp_path / "mine.json").write_text('{"CUSTOS_TENANT_ID": "x"}')
    told = typed("--settings", "mine.json", "status", home=tmp_path)
    assert told.returncode == 2
    assert '{"Values": {"NAME": "value"}}' in told.stderr
    assert "Traceback" not in told.stderr


def test_identity_that_gives_no_token(council: Council, tmp_path: Path) -> None:
    """A wrong observer's id is a sentence with what to do where it is met, and no library's log is printed around it."""
    wrong = {**council.stage.environment, "CUSTOS_OBSERVER_CLIENT_ID": "99999999-0000-4f00-8a00-000000000000"}
    told = typed("doctor", home=tmp_path, **wrong)
    assert told.returncode == 1, told.stderr
    assert "Check the client id, and that this machine or app carries the identity" in " ".join(told.stdout.split())
    assert told.stderr == ""


def test_storage_that_is_away(council: Council, tmp_path: Path) -> None:
    """Without storage nothing is known: one sentence, and the exit code says trouble."""
    gone = "http://127.0.0.1:1/devstoreaccount1"
    account = council.stage.environment["AzureWebJobsStorage"].split("BlobEndpoint", maxsplit=1)[0]
    connection = f"{account}BlobEndpoint={gone};QueueEndpoint={gone};TableEndpoint={gone};"
    told = typed("status", home=tmp_path, **{**council.stage.environment, "AzureWebJobsStorage": connection})
    assert told.returncode == 3
    assert "Traceback" not in told.stderr
    assert len(told.stderr.strip().splitlines()) == 1


def test_offline_commands_need_no_settings(tmp_path: Path) -> None:
    """Policies can be checked on any machine, without a tenant."""
    told = typed("validate", home=tmp_path)
    assert (told.returncode, told.stderr.count("Traceback")) == (0, 0)
    assert "are in order" in told.stderr


def test_shipped_cases_hold(council: Council) -> None:
    """The tests beside the shipped policies hold."""
    told = council.custos("test", str(policies_of()))
    assert told.code == 0, told.out


def test_schema_explains_a_fact(council: Council) -> None:
    """A fact is explained, and a misspelt one leads to the right one."""
    assert "link_expires" in council.custos("schema").out
    assert "source" in council.custos("schema", "link_expires").out
    wrong = council.custos("schema", "link_expire")
    assert wrong.code == 2
    assert 'Did you mean "link_expires"?' in wrong.err


def test_status_tells_the_mirror(council: Council) -> None:
    """The mirror's size and age are told, for people and for machines."""
    told = council.custos("status")
    assert "libraries complete" in told.out
    machine = council.custos("status", "--json").json()
    assert machine["items"] > 1_000
    assert machine["libraries"]["complete"] == sum(machine["libraries"].values())


def test_plan_is_shown_again(council: Council) -> None:
    """A saved plan can be shown as it was made: in tables, as JSON, and as Markdown for a pull request."""
    plan = council.first["id"]
    assert council.custos("plan", "--show", plan, "--json").json() == council.first
    markdown = council.custos("plan", "--show", plan, "--markdown").out
    assert markdown.startswith(f"### Plan {plan}\n")
    assert "| sharing-anyone-links | simulate |" in markdown
    told = council.custos("plan", "--show", plan).out
    assert "Refused, and why" in told
    assert f"custos apply {plan}" in told


def test_unknown_names_are_refused(council: Council) -> None:
    """A library, policy, plan, run, item or person that does not exist is refused in words, without a traceback."""
    for words in (
        ("sync", "b!nosuch"),
        ("audit", "show", "--run", "R-2020-0101-01"),
        ("audit", "show", "--run", "r-2020-0101-01"),
        ("audit", "show", "--item", "01NOSUCHITEM"),
        ("audit", "show", "--item", "file|x|y|z"),
        ("audit", "show", "--item", f"{HOST}/sites/hr-casework/=1+1.docx"),
        ("find", "fille", "{label: is_missing}"),
        ("find", "file", "{asset: IA-999}"),
        ("find", "file", f"{{site_address: '{HOST}/:w:/s/hr-casework/EabcXYZ?e=1'}}"),
        ("whoami", "--as", "nobody@nowhere.example"),
        ("incidents", "--close", "999"),
        ("schema", "labl"),
        ("explain", f"{HOST}/sites/hr-casework", "--policy", "nope"),
        ("plan", "no-such-policy"),
        ("plan", "--show", "P-2020-0101-01"),
        ("apply", "P-2020-0101-01"),
        ("run", "R-2020-0101-01"),
        ("undo", "R-2020-0101-01"),
        ("promote", "no-such-policy", "--to", "pilot"),
        ("promote", "sharing-sites", "--to", "pilot", "--as", "me@wrenbridge.example"),
        ("promote", "sharing-sites", "--to", "pilot"),
    ):
        told = council.custos(*words)
        assert told.code == 2, words
        assert "1 problem. Nothing was changed." in told.err


def test_a_label_that_is_shorter_than_the_schedule_is_shouted(council: Council, tmp_path: Path) -> None:
    """Whoever plans to put a label of sixty days on what the schedule keeps for years reads so before anything else, and on each action."""
    copy = tmp_path / "policies"
    shutil.copytree(council.stage.policies, copy)
    policy = copy / "labels-from-schedule.yaml"
    short = policy.read_text().replace("apply_label: from_schedule", "apply_label: GEN-01 Transitory 60d")
    policy.write_text(short)
    admin = replace(
        council, stage=replace(council.stage, environment={**council.stage.environment, "CUSTOS_POLICIES": str(copy)})
    )
    assert "SHORTER THAN THE SCHEDULE" in " ".join(admin.custos("validate", str(copy)).out.split())
    told = admin.custos("plan", "labels-from-schedule")
    assert "OF THESE LABELS ARE SHORTER THAN THE RETENTION SCHEDULE" in " ".join(told.out.split())
    planned = admin.custos("plan", "labels-from-schedule", "--json").json()["actions"]
    assert any(action["shorter_than_schedule"] for action in planned)


def test_file_is_explained(council: Council) -> None:
    """For a file every rule that covers it is told with its conditions, values, sources, and file and line."""
    link = next(one for one in council.stage.state()["planted"]["anyone_links"] if not one["allowed"])
    told = council.custos("explain", link["url"])
    assert told.code == 0
    assert "sharing-" in told.out
    assert ".yaml:" in told.out
    assert "read" in told.out


def test_site_is_explained(council: Council) -> None:
    """A site is explained like a file."""
    told = council.custos("explain", f"{HOST}/sites/hr-casework")
    assert told.code == 0
    assert "sharing-sites/site-looser-than-its-class" in told.out


def test_unknown_address_is_said_to_be_unknown(council: Council) -> None:
    """An address that is not in the mirror is no error and no silence."""
    told = council.custos("explain", f"{HOST}/sites/nowhere/at/all.docx")
    assert told.code == 1
    assert "The mirror has nothing at this address" in told.out


def test_doctor_looks_at_everything(council: Council) -> None:
    """On a tenant that is set up rightly, the doctor finds no fault."""
    told = council.custos("doctor")
    assert told.code == 0, told.out
    for what in ("storage", "policies", "observer", "sites", "actor", "site administration", "bot", "webhooks"):
        assert re.search(rf"works +{what}", told.out), told.out


def test_doctor_tells_whom_nobody_can_ask(council: Council) -> None:
    """Who of the registers' people is reached in Teams, by mail alone or not at all stands there before any policy asks anybody."""
    told = council.custos("doctor").out
    assert "can be reached" in told
    assert f"{LEFT}: not at all: the directory has no such account, or it is switched off" in told
    settings = {**council.stage.environment, "CUSTOS_BOT_APP_ID": "", "CUSTOS_MAILBOX": "records@wrenbridge.example"}
    assert re.search(r"people +\d+ by mail alone", running_stack.typed(settings, "doctor").out)
    alone = running_stack.typed({**settings, "CUSTOS_MAILBOX": ""}, "doctor").out
    assert "not at all: Teams does not have the app for them, and no mailbox is set" in alone


@pytest.fixture
def stopped(council: Council) -> Iterator[Council]:
    """The council, with all writes stopped; they are let go on afterwards."""
    assert council.custos("stop", "--why", "a drill", "--as", OPERATOR).code == 0
    yield council
    assert council.custos("start", "--why", "the drill is over", "--as", APPROVER).code == 0


def test_stop_is_told_by_status(stopped: Council) -> None:
    """Who stopped all writes, and why, is the first thing that the status says."""
    told = stopped.custos("status").out
    assert told.startswith("WRITES ARE STOPPED")
    assert OPERATOR in told
    assert "a drill" in told


def test_start_lets_writes_go_on(stopped: Council) -> None:
    """After a start the status is silent about it, and both are in the audit."""
    stopped.custos("start", "--why", "enough", "--as", APPROVER)
    assert "WRITES ARE STOPPED" not in stopped.custos("status").out
    shown = stopped.custos("audit", "show", "--last", "100").out
    assert "enough" in shown


def test_who_runs_the_platform_stops_and_does_not_start(stopped: Council) -> None:
    """To stop is for everybody who has any right; to let writes go on is for fewer, and it is said who may."""
    told = stopped.custos("start", "--why", "enough", "--as", OPERATOR)
    assert told.code == 2
    assert f"{OPERATOR} may not let writes go on after a stop" in told.err
    assert "WRITES ARE STOPPED" in stopped.custos("status").out


def test_audit_verifies(council: Council) -> None:
    """The chain of what was done holds."""
    told = council.custos("audit", "verify")
    assert told.code == 0, told.out


def test_the_register_says_what_is_not_well(tmp_path: Path) -> None:
    """Vacant posts, overdue reviews and ended agreements are listed without a tenant, and the exit code says so."""
    told = typed("--width", "200", "register", str(policies_of()), "--on", "2026-11-23", "--json", home=tmp_path)
    assert told.returncode == 1
    assert '"no owner"' in told.stdout
    assert '"SA-02"' in told.stdout
