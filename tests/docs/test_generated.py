"""The generated pages say what the code says."""

from __future__ import annotations

from custos.cli import commands
from custos.engine.gate import Code
from custos.policy.catalogue import CATALOGUE
from custos.policy.operators import OPERATORS
from custos.policy.steps import ACTIONS
from custos.records import registers
from docs import generate
from tests.docs.pages import DOCS, anchors


def test_pages_are_current() -> None:
    """Every generated page is as the code would write it now."""
    assert generate.stale() == []


def test_check_finds_what_is_current() -> None:
    """`--check` ends with 0 when nothing is out of date."""
    assert generate.main(["--check"]) == 0


def test_every_command_is_documented() -> None:
    """Each command has its own heading."""
    assert {f"custos-{command.name}" for command in commands.ALL} <= anchors(DOCS / "commands.md")


def test_the_whole_language_is_documented() -> None:
    """Each fact, operator, action and reason stands on the page of the policy language."""
    page = (DOCS / "policies.md").read_text(encoding="utf-8")
    words = [*CATALOGUE, *OPERATORS, *ACTIONS, *Code]
    assert [word for word in words if f"`{word}`" not in page] == []


def test_every_column_of_a_register_is_documented() -> None:
    """Each register has its heading, and each of its columns a row under it."""
    page = (DOCS / "registers.md").read_text(encoding="utf-8")
    sections = {section.split("\n", 1)[0].strip(): section for section in page.split("\n## ")}
    missing = [
        f"{register.file}: {column}"
        for register in registers.ALL.values()
        for column in register.columns
        if f"`{column}`" not in sections.get(register.file, "")
    ]
    assert missing == []
