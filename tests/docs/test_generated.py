"""The generated pages say what the code says."""

from __future__ import annotations

import inspect
import re
import shutil
import tomllib
from pathlib import Path

import pytest

from custos import settings
from custos.actions import ACTION_WORDS, DECLARED
from custos.cli import commands
from custos.kinds import CATALOGUE
from custos.model.action_kind import ActionKind
from custos.model.refusal import Code
from custos.onboarding.shipped import shipped_files
from custos.policy.operators import OPERATORS
from custos.records.registers import ALL as REGISTERS
from custos.settings import REPOSITORY
from custos.storage.queues import ALL
from docs import generate
from tests.docs.pages import DOCS, anchors


def test_pages_are_current(capsys: pytest.CaptureFixture[str]) -> None:
    """Every generated page is as the code would write it now."""
    assert (generate.main(["--check"]), capsys.readouterr().err) == (0, "")


GENERATED = {
    "architecture.md": "| `custos/cli` ",
    "architecture.svg": '<text class="name" x="8" ',
    "commands.md": "## custos status",
    "json.md": "## custos status --json",
    "kpi.md": "| KPI-01 | Register coverage ",
    "policies.md": "# The policy language",
    "registers.md": "A file may have ",
    "reporting-tables.md": "| `because` ",
    "operator.md": "| `CUSTOS_MAILBOX` ",
    "admin.md": "policy: ",
    "owner.md": "**links** comes ",
}
"""How a generated line of each page begins."""


def test_each_generated_page_is_tried_below() -> None:
    """No generated page is left out."""
    assert GENERATED.keys() == generate.pages().keys()


@pytest.mark.parametrize("name", GENERATED)
def test_a_page_that_is_out_of_date_is_named_and_written(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--check` ends with 1, names the page that differs from the code, and changes nothing; `make docs` mends it."""
    for page in GENERATED:
        shutil.copy(DOCS / page, tmp_path / page)
    kept = (tmp_path / name).read_text(encoding="utf-8")
    generated = next(line for line in kept.splitlines() if line.startswith(GENERATED[name]))
    old = kept.replace(f"{generated}\n", "", 1)
    (tmp_path / name).write_text(old, encoding="utf-8")
    assert generate.main(["--check"], tmp_path) == 1
    assert capsys.readouterr().err == f"{tmp_path.name}/{name} is out of date: run `make docs`.\n"
    assert (tmp_path / name).read_text(encoding="utf-8") == old
    assert generate.main([], tmp_path) == 0
    assert (tmp_path / name).read_text(encoding="utf-8") == kept


def test_shipped_policies_are_what_init_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`policies/` is written from the templates of `custos init`, and `make docs` mends a file of it that was changed or lost."""
    assert generate.main([], DOCS, tmp_path) == 0
    (tmp_path / "ownership.yaml").write_text("policy: ownership\n")
    (tmp_path / "register" / "holds.csv").unlink()
    assert generate.main(["--check"], DOCS, tmp_path) == 1
    assert sorted(line.split(" is ")[0].rpartition("/")[2] for line in capsys.readouterr().err.splitlines()) == [
        "holds.csv",
        "ownership.yaml",
    ]
    assert generate.main([], DOCS, tmp_path) == 0
    assert {path: (tmp_path / path).read_bytes() for path in shipped_files()} == shipped_files()


def test_every_command_is_documented() -> None:
    """Each command has its own heading."""
    assert {f"custos-{command.name}" for command in commands.ALL} <= anchors(DOCS / "commands.md")


def test_the_whole_language_is_documented() -> None:
    """Each fact, operator, action and reason stands on the page of the policy language."""
    page = (DOCS / "policies.md").read_text(encoding="utf-8")
    words = [*CATALOGUE, *OPERATORS, *ACTION_WORDS, *Code]
    assert [word for word in words if f"`{word}`" not in page] == []


def test_every_column_of_a_register_is_documented() -> None:
    """Each register has its heading, and each of its columns a row under it."""
    page = (DOCS / "registers.md").read_text(encoding="utf-8")
    sections = {section.split("\n", 1)[0].strip(): section for section in page.split("\n## ")}
    missing = [
        f"{register.file}: {column}"
        for register in REGISTERS.values()
        for column in register.columns
        if f"`{column}`" not in sections.get(register.file, "")
    ]
    assert missing == []


OPERATOR = (DOCS / "operator.md").read_text(encoding="utf-8")


def test_every_setting_is_documented() -> None:
    """Each setting that is read has a row in the table of settings."""
    read = re.findall(r'(?:text|address|number)\("(\w+)"', inspect.getsource(settings.settings_from))
    assert [name for name in read if name not in OPERATOR] == []


def test_every_timer_is_documented() -> None:
    """Each timer's setting and function have a row."""
    timers = re.compile(r'schedule="%(\w+)%"\)\nasync def (\w+)')
    found = [pair for path in (REPOSITORY / "handlers").glob("*.py") for pair in timers.findall(path.read_text())]
    assert found
    assert [pair for pair in found if "| `{}` | `{}` |".format(*pair) not in OPERATOR] == []


def test_storage_is_documented() -> None:
    """Each table, container and queue that the code names stands in the storage layout."""
    named = re.compile(r'(?:TABLE|CONTAINER) = "(\w+)"|(?:rows|container)\("(\w+)"\)')
    sources = "".join(path.read_text() for path in (REPOSITORY / "custos").rglob("*.py"))
    names = {one or other for one, other in named.findall(sources)} | set(ALL)
    assert sorted(name for name in names if f"`{name}`" not in OPERATOR) == []


def test_costs_are_documented() -> None:
    """What the page says an action costs is what plans count."""
    assert f"| a label applied, with reading before and after | {DECLARED[ActionKind.APPLY_LABEL].units}," in OPERATOR
    assert (
        f"| a link or access changed, with reading before and after | {DECLARED[ActionKind.SET_EXPIRY].units} |"
        in OPERATOR
    )


def test_every_dependency_is_explained() -> None:
    """Each package that is asked for stands on the page of dependencies."""
    page = (DOCS / "dependencies.md").read_text(encoding="utf-8")
    asked = "".join(path.read_text() for path in (REPOSITORY / "requirements").glob("*.in"))
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = re.findall(r"^([A-Za-z][\w-]*)", "\n".join((asked, *project["dependencies"])), re.MULTILINE)
    assert len(names) > 30
    assert [name for name in names if not name.startswith("types-") and name not in page] == []
