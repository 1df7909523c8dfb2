"""The contributor's recipes are true: each is followed to the letter in a copy of the tree, and what it adds is there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from custos.settings import REPOSITORY
from tests.docs.pages import DOCS, Example, examples

PAGE = DOCS / "contributor.md"
MOST_FILES = {"action": 3, "kind": 4, "register": 2, "question": 2, "command": 2, "timer": 2}
"""Recipe ► how many files of the product it may touch."""
_AT_WORK = """
import shlex, sys
for line in sys.argv[1].splitlines():
    words = shlex.split(line)
    if words[0] == "custos":
        from custos.cli.main import main
        main(words[1:], {"COLUMNS": "200"})
    else:
        exec(words[2])
"""


def recipe(name: str) -> tuple[list[Example], str, list[str]]:
    """What it writes and edits, in order; what it has one run; and what must be seen then."""
    run = next(one for one in examples("sh", page=PAGE) if one.words[1:] == (name,))
    seen = next(one for one in examples("text", page=PAGE) if one.words[1:] == (name,))
    begins = max(place for place, _ in _headings() if place < run.line)
    parts = [one for one in examples(page=PAGE) if begins < one.line < run.line and "/" in one.words[-1]]
    return parts, run.text, seen.text.splitlines()


def _headings() -> list[tuple[int, str]]:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    return [(number, line) for number, line in enumerate(lines, start=1) if line.startswith("## ")]


def follow(part: Example, tree: Path) -> None:
    """Write the file, or put the lines with a plus behind the one before them, which stands there once."""
    language, name = part.words
    path = tree / name
    if language != "diff":
        assert not path.exists(), f"{part} is there already"
        path.write_text(part.text, encoding="utf-8")
        return
    text = path.read_text(encoding="utf-8")
    before, *rest = part.text.splitlines()
    anchor = f"\n{before.removeprefix(' ')}\n"
    assert text.count(anchor) == 1, f"{part}: {before} stands {text.count(anchor)} times in {name}"
    added = "".join(f"{line[1:]}\n" for line in rest if line.startswith("+"))
    assert added, f"{part} adds nothing"
    path.write_text(text.replace(anchor, anchor + added), encoding="utf-8")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of what the recipes touch, with its bytecode: nothing is compiled again that did not change."""
    for name in ("custos", "handlers", "docs", "policies", "simulator"):
        shutil.copytree(REPOSITORY / name, tmp_path / name, ignore=shutil.ignore_patterns("images", "page"))
    shutil.copy(REPOSITORY / "function_app.py", tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", MOST_FILES)
def test_a_recipe_does_what_it_says(name: str, tree: Path) -> None:
    """Followed to the letter, it touches no more files than promised, and what it adds is at work."""
    parts, run, seen = recipe(name)
    for part in parts:
        follow(part, tree)
    touched = {part.words[1] for part in parts}
    assert len([one for one in touched if re.match(r"custos/|handlers/", one)]) <= MOST_FILES[name]
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("CUSTOS", "PYTHON"))}
    told = subprocess.run(
        [sys.executable, "-c", _AT_WORK, run],
        cwd=tree,
        env={**environment, "COLUMNS": "200", "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    said = " ".join(f"{told.stdout} {told.stderr}".split())
    assert [line for line in seen if line not in said] == [], told.stdout + told.stderr
