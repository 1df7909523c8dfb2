"""A wrong name in an answer does not pass."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rehearsal.renamed_fields import overlooked, renamed
from tests.simulator.graph.wider_tenant import WiderTenant, wider_tenant
from tests.simulator.graph_tenant import serving

NOTICES_EVERYTHING = "import sys; print(open(sys.argv[1]).read()); sys.exit(1)"
OVERLOOKS_DISPLAY_NAMES = (
    "import sys; print(open(sys.argv[1]).read().replace('displayNameRenamed', 'displayName')); sys.exit(1)"
)


@pytest.fixture
async def recording(tmp_path: Path) -> Path:
    """What was said about a site, a library, items, sharing, people, a team and a setting."""
    traffic = tmp_path / "traffic.jsonl"
    wider: WiderTenant = wider_tenant()
    async with serving(wider, traffic=traffic):
        await wider.share("a.docx", type="view", scope="anonymous")
        for path in (
            wider.site_path,
            f"{wider.site_path}/drives?$select=id,name,sharePointIds",
            f"{wider.root}/delta",
            f"{wider.at('a.docx')}/permissions",
            f"{wider.at('a.docx')}/retentionLabel",
            f"{wider.list_path}/items?$expand=fields",
            "/users?$expand=manager",
            f"/groups/{wider.group.id}/members",
            f"/teams/{wider.group.id}",
        ):
            await wider.read(path)
    return traffic


async def test_renamed_field_is_caught_by_the_checker(recording: Path, tmp_path: Path) -> None:
    """Of every field of every kind of answer, renamed once, Microsoft's service description misses none.

    Source: https://graph.microsoft.com/v1.0/$metadata
    """
    checker = os.environ.get("CUSTOS_CHECKER")
    if not checker:
        pytest.skip("CUSTOS_CHECKER names no checker of Graph traffic; `make conformance CHECK=…` runs this too.")
    wrong = renamed([recording])
    assert len(wrong) > 100
    assert [each.was for each in overlooked(Path(checker), wrong, tmp_path / "renamed")] == []


async def test_checker_that_overlooks_something_is_found_out(recording: Path, tmp_path: Path) -> None:
    """What a checker does not name is told, with the place; a checker that ends with 0 named nothing."""
    wrong, checker = renamed([recording]), tmp_path / "checker.py"
    checker.write_text(NOTICES_EVERYTHING, encoding="utf-8")
    assert overlooked(checker, wrong, tmp_path / "renamed") == []
    checker.write_text(OVERLOOKS_DISPLAY_NAMES, encoding="utf-8")
    missed = [each.was for each in overlooked(checker, wrong, tmp_path / "renamed")]
    assert missed
    assert all(each.endswith("displayName") for each in missed)
    checker.write_text("", encoding="utf-8")
    assert len(overlooked(checker, wrong, tmp_path / "renamed")) == len(wrong)


async def test_open_names_are_left_alone(recording: Path) -> None:
    """Annotations and a list's own columns have names that no description fixes."""
    assert not [each.was for each in renamed([recording]) if "@" in each.was or ".fields." in each.was]
