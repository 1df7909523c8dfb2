"""The pictures of the documentation are shown, and small."""

from __future__ import annotations

from docs.pictures import IMAGES, LARGEST_BYTES
from tests.docs.pages import PAGES, links


def test_pictures_are_shown_and_small() -> None:
    """Each picture stands on a page, and none weighs more than a page of documentation should load."""
    shown = {(page.parent / target).resolve() for page in PAGES for target in links(page)}
    pictures = [path.resolve() for path in IMAGES.iterdir()]
    assert pictures
    assert [path.name for path in pictures if path not in shown] == []
    assert [path.name for path in pictures if path.stat().st_size > LARGEST_BYTES] == []
