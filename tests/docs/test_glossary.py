"""The glossary: each of its words is in use, and the private words that it replaced name no module."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from tests.docs.pages import REPOSITORY

GLOSSARY = REPOSITORY / "docs" / "glossary.md"
PACKAGES = ("custos", "handlers", "simulator", "rehearsal", "local_host", "chaos", "peers", "tests", "docs")
PRIVATE = frozenset(
    (
        "gazette",
        "regions",
        "extent",
        "observed",
        "openness",
        "guards",
        "protections",
        "protect",
        "budgets",
        "sizes",
        "drift",
        "authority",
        "engine/find",
        "hands",
        "touched",
        "dirty",
        "together",
        "opening",
        "copies",
        "parts",
        "inventory/work",
        "compare",
        "change_round",
        "full_round",
        "turns",
        "examination",
        "jobs/overview",
        "answering",
        "acting",
        "noise",
        "hints",
        "telling",
        "invoke",
        "bot_inbound",
        "postman",
        "letters",
        "members",
        "remembered",
        "topics",
        "refresh",
        "handover",
        "elements",
        "untold",
        "case_tenant",
        "section",
        "nodes",
        "holding",
        "named",
        "lanes",
        "moments",
        "desk",
        "world",
        "deeds",
        "courier",
        "ground",
        "others",
        "effort",
        "staging",
        "place",
        "placed_registers",
        "ahead",
        "claims",
    )
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
