"""Workers that change one row at once lose nothing of each other."""

from __future__ import annotations

import asyncio

import pytest

from custos.row_conflicts import first_or_again
from custos.table import Row
from tests.engine.memory_store import MemoryTable


async def test_everybody_s_change_is_kept() -> None:
    """Twenty workers that read, wait and write the same row come to twenty."""
    rows = MemoryTable()
    await rows.insert(Row("p", "k", {"count": 0}))

    async def turn() -> int:
        found = await rows.get("p", "k")
        assert found is not None
        await asyncio.sleep(0)
        count = found.number("count") + 1
        await rows.replace(Row("p", "k", {"count": count}, found.etag))
        return count

    told = await asyncio.gather(*(first_or_again(turn) for _ in range(20)))
    assert sorted(told) == list(range(1, 21))


async def test_other_trouble_is_told_at_once() -> None:
    """Only a conflict is tried again: what else goes wrong is raised as it is, the first time."""
    tried = []

    async def turn() -> None:
        tried.append(1)
        raise ValueError("not a conflict")

    with pytest.raises(ValueError, match="not a conflict"):
        await first_or_again(turn)
    assert len(tried) == 1
