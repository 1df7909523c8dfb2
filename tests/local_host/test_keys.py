"""Keys are made once, kept, and nobody else's to read."""

from __future__ import annotations

from pathlib import Path

import pytest

from local_host.errors import HostError
from local_host.keys import Keys


def test_keys_outlive_the_host(tmp_path: Path) -> None:
    """The keys of a state directory are the same at every start; a new function gets one of its own."""
    first = Keys.open(tmp_path / "state", ["hook"])
    second = Keys.open(tmp_path / "state", ["hook", "report"])
    assert (second.master, second.host, second.functions["hook"]) == (first.master, first.host, first.functions["hook"])
    assert len({second.master, second.host, *second.functions.values()}) == 4


def test_only_the_owner_may_read_them(tmp_path: Path) -> None:
    """The file has no permission for anybody else."""
    Keys.open(tmp_path)
    assert (tmp_path / "keys.json").stat().st_mode & 0o077 == 0


def test_file_that_holds_no_keys_is_named(tmp_path: Path) -> None:
    """A spoilt file is not taken for one without keys, which would lock everybody out unseen."""
    (tmp_path / "keys.json").write_text("[]")
    with pytest.raises(HostError, match=r"keys\.json does not hold keys"):
        Keys.open(tmp_path)
