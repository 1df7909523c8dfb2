"""The tiny council that the tests of trouble share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.trouble.tiny_council import World, standing


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Custos and a tiny council, governed and at rest. It lives as long as the session."""
    with standing(tmp_path_factory.mktemp("tiny")) as opened:
        yield opened


@pytest.fixture
def world(tiny: World) -> Iterator[World]:
    """The tiny council; whatever trouble a test leaves is taken off."""
    yield tiny
    tiny.calm()
