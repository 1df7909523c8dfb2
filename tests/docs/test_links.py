"""No link in the documentation leads nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from custos.settings import REPOSITORY
from tests.docs.pages import DOCS, PAGES, RUNBOOKS, anchors, links, paths


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_resolve(page: Path) -> None:
    """Each link to a file finds it, and each anchor a heading."""
    broken = []
    for target in links(page):
        name, _, anchor = target.partition("#")
        found = (page.parent / name).resolve() if name else page
        if not found.exists() or (anchor and anchor not in anchors(found)):
            broken.append(target)
    assert broken == []


def test_every_page_can_be_reached() -> None:
    """Each page is linked from another."""
    linked = {(page.parent / target.partition("#")[0]).resolve() for page in PAGES for target in links(page)}
    assert [page.name for page in PAGES if page.parent in (DOCS, RUNBOOKS) and page not in linked] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_named_files_exist(page: Path) -> None:
    """Each file or folder of the repository that a page names is there."""
    assert [name for name in paths(page) if not (REPOSITORY / name).exists()] == []
