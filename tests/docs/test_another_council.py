"""docs/another-council.md is a sitting that works: its commands, in order, print what the page shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from custos.cli.main import main
from tests.docs.pages import DOCS, examples
from tests.importing.thornby import workbook

PAGE = DOCS / "another-council.md"
FILES = ("policies", "thornby.xlsx")


def test_the_sitting_goes_as_the_page_shows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each command ends well or asks for what the page then fills in, and prints every line that is shown."""
    workbook(tmp_path / "thornby.xlsx")
    (filled,) = examples("text", "mapping", page=PAGE)
    for example in examples("console", page=PAGE):
        told = ""
        for command in example.commands:
            mapping = [f"--mapping={tmp_path / f'{command[1]}.mapping.yaml'}"] if command[0] == "import" else []
            ended = main([*(str(tmp_path / word) if word in FILES else word for word in command), *mapping], {})
            out, err = capsys.readouterr()
            told += (out + err).replace(f"{tmp_path}/", "")
            assert ended == (1 if "fill 1 blank" in told else 0), shlex.join(command)
        assert [line for line in example.shown if line not in told] == []
        for path in tmp_path.glob("retention_schedule.mapping.yaml"):
            text = path.read_text(encoding="utf-8")
            path.write_text(re.sub(r"always:\n  record_type: ''\n", filled.text, text), encoding="utf-8")
