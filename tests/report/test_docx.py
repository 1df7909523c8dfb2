"""A report as a Word file says what its page says."""

from __future__ import annotations

import io
import re
from html import unescape

import docx
import pytest

from custos.jobs.first_look import look_at
from custos.kpi.inputs import Inputs
from custos.report.docx import docx_of
from custos.report.first_look import page
from tests.engine.inventory_builder import NOW
from tests.engine.planted_inventory import wrenbridge
from tests.policy.policies import shipped


@pytest.fixture(scope="module")
def html() -> str:
    """The first look at the sample council: headings, lists, tables and plots."""
    return page(look_at(Inputs(shipped(), wrenbridge().facts(), NOW)))


def _plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


def test_every_heading_cell_and_plot_is_there(html: str) -> None:
    """Headings in their order, each table with its rows and cells, and of each plot its numbers as text."""
    made = docx.Document(io.BytesIO(docx_of(html)))
    headings = [
        one.text
        for one in made.paragraphs
        if one.style is not None and one.style.name in ("Title", "Heading 1", "Heading 2")
    ]
    assert headings == [_plain(one) for one in re.findall(r"<h[123][^>]*>(.*?)</h[123]>", html, re.DOTALL)]
    tables = re.findall(r"<table.*?</table>", html, re.DOTALL)
    assert [len(table.rows) for table in made.tables] == [len(re.findall(r"<tr", one)) for one in tables]
    cells = [_plain(one) for one in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", "".join(tables), re.DOTALL)]
    assert [cell.text for table in made.tables for row in table.rows for cell in row.cells] == cells
    said = {one.text for one in made.paragraphs}
    plots = [_plain(one) for one in re.findall(r"<desc>(.*?)</desc>", html, re.DOTALL)]
    assert plots
    assert set(plots) <= said


def test_a_name_that_looks_like_a_tag_stays_text() -> None:
    """What people wrote is text in the file, whatever it looks like."""
    made = docx.Document(io.BytesIO(docx_of("<main><h1>A</h1><p>&lt;b&gt;x&lt;/b&gt; &amp; y</p></main>")))
    assert [one.text for one in made.paragraphs] == ["A", "<b>x</b> & y"]
