"""What is remembered of a library says the same on a card as what was just found there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from custos.model.action_kind import ActionKind
from custos.model.finding import Bar
from custos.notices.finding_snapshots import FindingSnapshots
from tests.engine.memory_store import MemoryStore
from tests.notices import small_council


async def test_what_is_remembered_still_says_what_cannot_be_done() -> None:
    """The bars against a rule's steps and the person whom a finding is about come back as they were, so no card promises more later."""
    undone = Bar(
        kind=ActionKind.SET_EXPIRY,
        code="undone",
        sentence="Somebody took it back (U-2026-1123-01).",
        since=datetime(2026, 11, 23, 9, tzinfo=UTC),
    )
    found = replace(small_council.link(1), bars=(undone,), facts={"person": "nurse@eastvale-nhs.example"})
    store = MemoryStore()
    memory = FindingSnapshots(store.table("remembered"), store.blobs)  # type: ignore[arg-type]  # as rows and a container

    await memory.keep({small_council.LIBRARY: [found]}, {small_council.LIBRARY: "basis"})
    recalled = await memory.recall({small_council.LIBRARY: "basis"})

    (again,) = recalled[small_council.LIBRARY]
    assert (again.bars, again.facts) == (found.bars, found.facts)
