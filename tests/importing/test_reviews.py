"""An owner's review outlives the workbook that is older than it."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from custos.cli.main import main
from custos.importing.register_file import merge, register_rows
from custos.records.registers.assets import ASSETS
from simulator.councils import policies_of
from tests.importing.sitting import brought

type Review = tuple[str, str]
"""`last_review` and `review_due`."""


def attested(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A council whose first asset was reviewed after its workbook was made, as `custos register --proposals` writes it; the
    workbook's row."""
    council = Path(shutil.copytree(policies_of(), tmp_path / "council"))
    file = council / "register" / ASSETS.file
    row = register_rows(ASSETS, file.read_bytes())[0]
    said = {ASSETS.id: row[ASSETS.id], "last_review": "2026-11-20", "review_due": "2027-11-20"}
    file.write_bytes(merge(ASSETS, file.read_bytes(), [said]).content)
    return council, row


def review_of(council: Path) -> tuple[Review, str]:
    """The first asset's review, and its name."""
    row = register_rows(ASSETS, (council / "register" / ASSETS.file).read_bytes())[0]
    return (row["last_review"], row["review_due"]), row["name"]


@pytest.mark.parametrize(
    ("theirs", "more", "after"),
    [
        (("2025-03-31", "2026-03-31"), [], ("2026-11-20", "2027-11-20")),
        (("", "2026-03-31"), [], ("2026-11-20", "2027-11-20")),
        (("", "2028-03-31"), [], ("2026-11-20", "2028-03-31")),
        (("2026-11-25", "2027-03-31"), [], ("2026-11-25", "2027-03-31")),
        (("2025-03-31", "2026-03-31"), ["--older-reviews"], ("2025-03-31", "2026-03-31")),
    ],
)
def test_a_newer_review_is_not_undone(
    tmp_path: Path, theirs: Review, more: Sequence[str], after: Review, capsys: pytest.CaptureFixture[str]
) -> None:
    """An older review of the file changes nothing and is warned of, the rest of its row is taken; whoever wants the older one says so."""
    council, row = attested(tmp_path)
    row |= {"last_review": theirs[0], "review_due": theirs[1], "name": "Another name"}
    file, mapping = tmp_path / "assets.csv", tmp_path / "m.yaml"
    with file.open("w", encoding="utf-8", newline="") as out:
        table = csv.DictWriter(out, ASSETS.columns, restval="")
        table.writeheader()
        table.writerow(row)
    mapping.write_text(json.dumps({"register": ASSETS.name, "columns": {one: one for one in ASSETS.columns}}))
    assert brought(ASSETS.name, file, council, mapping, *more) == 0
    told = capsys.readouterr().out
    assert review_of(council) == (after, "Another name")
    kept = f"warning: {ASSETS.name}: {row[ASSETS.id]}: last_review 2026-11-20 stays"
    assert (kept in told) == (after[0] == "2026-11-20"), told
    assert f"{ASSETS.name}: {row[ASSETS.id]}, name:" in told


def test_a_file_of_all_registers_undoes_no_review_either(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was exported before an owner attested, and comes back after, leaves the review."""
    council, row = attested(tmp_path)
    file = tmp_path / "all.json"
    file.write_text(json.dumps({"format": 1, "registers": {ASSETS.name: [row]}}), encoding="utf-8")
    typed = ["import", "all", str(file), "--into", str(council)]
    assert main(typed, {}) == 0
    assert review_of(council) == (("2026-11-20", "2027-11-20"), row["name"])
    assert "last_review 2026-11-20 stays with review_due 2027-11-20" in capsys.readouterr().out
    assert main([*typed, "--older-reviews"], {}) == 0
    assert review_of(council)[0] == (row["last_review"], row["review_due"])
