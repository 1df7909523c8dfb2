"""`custos report`: pages for people who decide."""

from __future__ import annotations

from pathlib import Path

import pytest

from custos.report.shapes.reports import FirstLook
from tests.cli.test_json import read
from tests.running_stack import Council

pytestmark = pytest.mark.timeout(600)


def test_the_first_look_on_the_terminal_and_for_machines(council: Council) -> None:
    """The council's overdue policy first, what is held by whom, and that nothing was written where Custos has no such right."""
    told = council.custos("report", "first-look").out
    assert told.startswith("Information Management Policy, version 2.2, was due for review on 30 September 2023")
    assert "libraries on" in told
    assert "3 sites that nobody has claimed" in told
    look = read(FirstLook, council.custos("report", "first-look", "--json").out)
    assert len(look.things) == 10
    assert {one.asset for one in look.holdings} >= {f"IA-{number:03}" for number in range(1, 13)}


def test_the_first_look_as_a_page(council: Council, tmp_path: Path) -> None:
    """One file that needs nothing beside it; a file that is there stays as it is."""
    page = tmp_path / "first-look.html"
    assert "The page is in" in council.custos("report", "first-look", "--to", str(page)).out
    told = page.read_text("utf-8")
    assert "<svg" in told
    assert "http://" not in told
    assert "src=" not in told
    refused = council.custos("report", "first-look", "--to", str(page))
    assert refused.code == 2
    assert "Name a file that is not there yet." in refused.err
    assert page.read_text("utf-8") == told
