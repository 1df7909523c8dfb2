"""`docs/install.md` takes somebody through an afternoon: each step says what they should see, and what it names is there."""

from __future__ import annotations

import json
import re

import pytest

from custos.cli.main import main
from custos.jobs.app_roles import Tier
from custos.settings import REPOSITORY
from tests.infra.extract_types import INFRA

PAGE = (REPOSITORY / "docs" / "install.md").read_text(encoding="utf-8")
STEPS = {
    found[1]: found[2] for found in re.finditer(r"^## (\d)\. [^\n]+\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)
}
_TYPED = re.compile(r"`custos ([^`]+)`|^\.venv/bin/custos ([^#\n]+)", re.MULTILINE)


def test_each_step_says_what_to_see() -> None:
    """The steps count from one, and none ends without what somebody should see then."""
    assert list(STEPS) == [str(number) for number in range(1, 10)]
    assert [number for number, text in STEPS.items() if "**You should see**" not in text] == []


def test_every_variable_is_a_parameter() -> None:
    """What can be set by azd is what the templates take, under both names; nothing else, and nothing is left out."""
    parameters = json.loads((INFRA / "main.parameters.json").read_text(encoding="utf-8"))["parameters"]
    wanted = {
        name: re.match(r"\$\{(\w+)", value["value"])[1]  # type: ignore[index]  # each is a variable of azd
        for name, value in parameters.items()
    }
    rows = [line.split("|") for line in PAGE.splitlines() if line.startswith("| `CUSTOS_")]
    told = {
        parameter: variable
        for row in rows
        for variable, parameter in zip(re.findall(r"`(\w+)`", row[1]), re.findall(r"`(\w+)`", row[2]), strict=True)
    }
    assert told == {name: variable for name, variable in wanted.items() if variable.startswith("CUSTOS_")}


def test_every_tier_is_explained() -> None:
    """The table of what can be given one by one is that of the code."""
    assert re.findall(r"^\| `([a-z-]+)` \| (?:observer|actor) \|", PAGE, re.MULTILINE) == list(Tier)


def test_what_is_typed_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    """Every command of Custos on the page, and every option of it, is one that it has."""
    typed = {(first or second).strip() for first, second in _TYPED.findall(PAGE)}
    assert len(typed) > 8
    for line in typed:
        name, *words = line.split()
        if name.startswith("-") or not name.islower():
            continue
        with pytest.raises(SystemExit):
            main([name, "--help"], {})
        helped = capsys.readouterr().out
        assert [word for word in words if word.startswith("--") and word not in helped] == [], line


def test_files_that_are_called_are_there() -> None:
    """Each script and template that somebody is told to run lies where the page says."""
    named = set(re.findall(r"(?<![\w/])infra/[\w./-]+\.(?:sh|bicep|yml)", PAGE))
    assert len(named) >= 5
    assert [name for name in named if not (REPOSITORY / name).is_file()] == []
