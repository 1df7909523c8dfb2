"""The page of `make month`: its commands are what make does, its tables name every habit and every fault."""

from __future__ import annotations

import re
import shlex
import subprocess

import pytest

import month.checker
from custos.settings import REPOSITORY
from month.habits import Habit

PAGE = (REPOSITORY / "docs" / "month.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ (make month.*?)(?: +#.*)?$", PAGE, re.MULTILINE)


def named(heading: str) -> set[str]:
    """What the first column of the table below a heading names."""
    table = PAGE.split(f"| {heading} |")[1].split("\n\n")[0]
    return {name for row in table.splitlines()[2:] for name in re.findall(r"`([^`]+)`", row.split("|")[1])}


def test_every_habit_is_told() -> None:
    """A habit that is added is explained."""
    assert named("habit") == {habit.value for habit in Habit}


def test_every_fault_is_told() -> None:
    """The page and the checker name the same faults."""
    kinds = set(re.findall(r"^\| ([a-z ]+) \| [a-z]", month.checker.__doc__ or "", re.MULTILINE)) - {"fault"}
    assert named("fault") == kinds


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_are_those_that_make_does(command: str) -> None:
    """Each is taken by make, which hands seeds and seed on to `python -m month`."""
    said = subprocess.run(
        [*shlex.split(command), "-n"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout
    (done,) = [shlex.split(line) for line in said.splitlines() if " -m month " in line]
    for word in shlex.split(command)[2:]:
        name, _, value = word.partition("=")
        assert done[done.index(f"--{name.lower()}") + 1] == value
