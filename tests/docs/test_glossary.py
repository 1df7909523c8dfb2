"""The glossary: each of its words is in use, and the private words that it replaced name no module."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from tests.docs.pages import REPOSITORY

GLOSSARY = REPOSITORY / "docs" / "glossary.md"
PACKAGES = ("custos", "handlers", "simulator", "rehearsal", "local_host", "chaos", "peers", "tests", "docs")
PRIVATE = frozenset(
    [
        "act_hand",
        "acting",
        "ahead",
        "answering",
        "authority",
        "bot_inbound",
        "budgets",
        "case_tenant",
        "change_round",
        "claims",
        "cli/switch",
        "compare",
        "copies",
        "courier",
        "custos/tenant",
        "deeds",
        "desk",
        "dirty",
        "drift",
        "effort",
        "elements",
        "engine/done",
        "engine/find",
        "engine/keys",
        "engine/limits",
        "engine/runs",
        "examination",
        "extent",
        "full_round",
        "gazette",
        "ground",
        "guards",
        "handover",
        "hands",
        "hint",
        "hints",
        "holding",
        "housekeeping",
        "inventory/people",
        "inventory/work",
        "invoke",
        "jobs/overview",
        "lanes",
        "letters",
        "m365/activity",
        "m365/gate",
        "m365/moments",
        "members",
        "moments",
        "named",
        "nodes",
        "noise",
        "notices/cases",
        "observed",
        "opening",
        "openness",
        "others",
        "parts",
        "place",
        "placed_registers",
        "policy/cases",
        "postman",
        "protect",
        "protections",
        "refresh",
        "regions",
        "remembered",
        "section",
        "sizes",
        "staging",
        "telling",
        "together",
        "topics",
        "touched",
        "turns",
        "untold",
        "world",
    ]
)
"""What modules were called before anybody could guess them."""


def words() -> list[str]:
    return re.findall(r"^\| \*\*(.+?)\*\* \|", GLOSSARY.read_text(encoding="utf-8"), re.MULTILINE)


def test_each_word_has_one_meaning() -> None:
    """No word stands twice."""
    assert [word for word, times in Counter(words()).items() if times > 1] == []


def test_each_word_is_used() -> None:
    """Each stands on another page of the documentation, or in a text of the product."""
    pages = [page for page in (REPOSITORY / "docs").glob("*.md") if page != GLOSSARY]
    code = [path for folder in ("custos", "simulator", "chaos") for path in (REPOSITORY / folder).rglob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in (*pages, *code)).casefold()
    assert [word for word in words() if not any(form in text for form in _forms(word.casefold()))] == []


def _forms(word: str) -> tuple[str, str, str]:
    return word, word.replace(" ", ""), word.replace(" ", "_")  # as people write it, as a type, as a module


def test_no_module_has_a_private_name() -> None:
    """What a newcomer could not guess names no module and no folder any more."""
    modules = [path for package in PACKAGES for path in (REPOSITORY / package).rglob("*.py")]
    assert len(modules) > 500
    assert [
        path for path in modules if {path.stem, path.parent.name, f"{path.parent.name}/{path.stem}"} & PRIVATE
    ] == []


ONE_EACH = frozenset(["Finding", "Outcome", "Scope", "Trouble", "Verdict", "Gate", "Activity"])
"""Words that meant several things: no two types of the product bear the same."""


def test_no_word_of_many_meanings_names_two_types() -> None:
    """What was a verdict in four rooms and an outcome in three is one type, or has a name of its own."""
    named = [
        found
        for path in (REPOSITORY / "custos").rglob("*.py")
        for found in re.findall(r"^class (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert {word: named.count(word) for word in ONE_EACH if named.count(word) > 1} == {}


def test_test_folders_mirror_the_tree() -> None:
    """A folder of tests is named for a package, or for what no single package does."""
    beside = {"docs", "end_to_end", "trouble", "infra", "release"}
    folders = {path.parent.relative_to(REPOSITORY / "tests") for path in (REPOSITORY / "tests").rglob("test_*.py")}
    wrong = [
        folder
        for folder in folders
        if folder != Path()
        and folder.parts[0] not in beside
        and not any((REPOSITORY / top / folder).is_dir() for top in (".", "custos"))
    ]
    assert wrong == []
