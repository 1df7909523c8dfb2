"""What scripts read: one documented object a command, and nothing else on the standard output."""

from __future__ import annotations

import argparse
import json
from typing import Any

import msgspec
import pytest

from custos.cli import commands
from custos.cli.main import main
from custos.cli.parser import build_parser
from custos.report.shapes import BY_COMMAND, Shape
from custos.report.shapes import files as shapes_of_files
from custos.report.shapes.files import Register, Schema, Validate
from custos.report.shapes.plans import Explain, Find, Plan
from custos.report.shapes.work import Audit, AuditVerified, Cases, Doctor, Incidents, Status, Sync, WavesShape, Whoami
from tests.policy.policies import POLICIES
from tests.running_stack import HOST, Council

pytestmark = pytest.mark.timeout(600)
DEEDS = frozenset(
    {
        "init",
        "import",
        "export",
        "promote",
        "minute",
        "stop",
        "start",
        "leave",
        "backup",
        "restore",
        "sign-in",
        "sign-out",
        "completion",
        "preview",
    }
)
"""Commands that do one thing and say in one sentence that it is done, or print a script or a card."""


def read[S: Shape](shape: type[S], text: str) -> S:
    """The object, exactly of its shape: no name is missing, and none is there that is not documented."""
    written = json.loads(text)
    assert text.isascii()
    found = msgspec.convert(written, shape)
    assert _names(msgspec.to_builtins(found)) == _names(written)
    assert written["version"] == 1
    return found


def _names(node: Any) -> Any:
    if isinstance(node, dict):
        return {name: _names(value) for name, value in node.items()}
    return [_names(value) for value in node] if isinstance(node, list) else None


def _arguments(name: str) -> set[str]:
    (groups,) = (one for one in build_parser()._actions if isinstance(one, argparse._SubParsersAction))
    return {option for one in groups.choices[name]._actions for option in one.option_strings}


@pytest.mark.parametrize("name", [command.name for command in commands.ALL])
def test_every_command_that_prints_facts_prints_them_for_machines(name: str) -> None:
    """A command has `--json` and a documented shape, or does one thing and says so."""
    assert (name in BY_COMMAND) is ("--json" in _arguments(name))
    assert (name in BY_COMMAND) is (name not in DEEDS)


def test_every_name_says_what_it_means() -> None:
    """No name of any shape is without a meaning."""
    from docs.reference import json_shapes

    rows = [line for line in json_shapes.page().splitlines() if line.startswith("| `")]
    assert len(rows) > 150
    assert all(not line.endswith("|  |") for line in rows)


@pytest.mark.parametrize(
    ("typed", "shape", "code"),
    [
        (["validate", str(POLICIES), "--json"], Validate, 0),
        (["validate", "/nowhere/at/all", "--json"], Validate, 2),
        (["test", str(POLICIES), "--json"], shapes_of_files.Test, 0),
        (["schema", "--json"], Schema, 0),
        (["schema", "older_than", "--json"], Schema, 0),
        (["schema", "roles", "--json"], Schema, 0),
        (["register", str(POLICIES), "--on", "2026-11-23", "--json"], Register, 1),
    ],
)
def test_commands_on_files(typed: list[str], shape: type[Shape], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Each prints its shape, and ends as it does for people."""
    assert main(typed, {}) == code
    read(shape, capsys.readouterr().out)


def test_what_is_wrong_has_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    """A directory that cannot be used is not in order, and its problems say where."""
    main(["validate", "/nowhere/at/all", "--json"], {})
    told = read(Validate, capsys.readouterr().out)
    assert (told.in_order, told.policies, len(told.problems)) == (False, None, 1)


@pytest.mark.parametrize(
    ("typed", "shape"),
    [
        (("status",), Status),
        (("whoami",), Whoami),
        (("doctor",), Doctor),
        (("cases", "--all"), Cases),
        (("incidents",), Incidents),
        (("waves",), WavesShape),
        (("audit", "show", "--last", "20"), Audit),
        (("audit", "verify"), AuditVerified),
        (("find", "file", "{label: is_missing}", "--limit", "3"), Find),
        (("find", "file", "{label: is_missing}", "--by", "site"), Find),
        (("explain", f"{HOST}/sites/hr-casework"), Explain),
        (("explain", f"{HOST}/sites/nowhere/at/all"), Explain),
        (("sync",), Sync),
    ],
)
def test_commands_on_the_tenant(council: Council, typed: tuple[str, ...], shape: type[Shape]) -> None:
    """Each prints its shape and nothing besides."""
    read(shape, council.custos(*typed, "--json").out)


def test_a_plan_says_who_what_and_by_which_version(council: Council) -> None:
    """Hashes, owners, who is asked, and the state before and after as data: a script can decide on it."""
    told = read(Plan, council.custos("plan", "--show", council.first["id"], "--json").out)
    assert all(len(policy.hash) == 64 for policy in told.policies.values())
    writes = [action for action in told.actions if action.kind == "set_expiry"]
    assert writes
    assert all(action.before.get("expires") is None or "T" in str(action.before["expires"]) for action in writes)
    assert all("T" in str(action.after["expires"]) for action in writes)
    covered = [action for action in told.actions if action.asset]
    assert all(action.owner and action.asked for action in covered)


def test_a_run_says_what_came_of_each_action(council: Council, governed: str) -> None:
    """Counts add up to the results."""
    from custos.report.shapes.plans import Run

    told = read(Run, council.custos("run", governed, "--json").out)
    assert sum(told.counts.values()) == len(told.results) == told.actions - told.waiting
