"""The page of `make chaos`: its commands are what make does, its tables name what there is, its rounds can be played."""

from __future__ import annotations

import re
import shlex
import subprocess

import pytest

from chaos.fault_proxy import step_name
from chaos.faults import Blow, Side, planned
from chaos.workloads import NAMES
from custos.settings import REPOSITORY

PAGE = (REPOSITORY / "docs" / "chaos.md").read_text()
COMMANDS = re.findall(r"^\$ (make chaos.*?)(?: +#.*)?$", PAGE, re.MULTILINE)


def named(heading: str) -> list[str]:
    """What the first column of the table below a heading names."""
    table = PAGE.split(f"| {heading} |")[1].split("\n\n")[0]
    return [name for row in table.splitlines()[2:] for name in re.findall(r"`([^`]+)`", row.split("|")[1])]


def test_the_tables_name_every_job_and_every_blow() -> None:
    """A job or a blow that is added is explained."""
    assert named("job") == list(NAMES)
    assert sorted(named("blow")) == sorted(blow.value for blow in Blow if blow is not Blow.NONE)
    assert all(f"`{side}`" in PAGE for side in Side)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_are_those_that_make_does(command: str) -> None:
    """Each is taken by make, which hands on rounds, seed and round to `python -m chaos`."""
    said = subprocess.run(
        [*shlex.split(command), "-n"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout
    (done,) = [shlex.split(line) for line in said.splitlines() if " -m chaos " in line]
    for word in shlex.split(command)[2:]:
        name, _, value = word.partition("=")
        assert done[done.index(f"--{name.lower()}") + 1] == value
        if name == "ROUND":
            assert str(planned(value)).startswith(value)
            assert planned(value).job in NAMES


def test_the_steps_that_are_named_are_steps() -> None:
    """They are what the tap calls them."""
    found = {
        step_name("POST", "/devstoreaccount1/runs", b""),
        step_name("POST", "/devstoreaccount1/act/messages", b""),
        step_name("PUT", "/devstoreaccount1/inventory/items/_delta_log/1.json", b""),
        step_name("POST", "/x/SetComplianceTagOnBulkItems", b""),
    }
    assert found == {"table runs", "queue act", "commit items", "tenant labels"}
    assert all(f"`{name}`" in PAGE for name in found)
