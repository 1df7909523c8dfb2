"""Chains of events, as the product writes them into rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import count

from hypothesis import strategies as some

from custos.audit.events import Event, What, written
from custos.audit.verify_audit import GENESIS, Checkpoint, Head, Link, Tree, digest_of, leaf_hash

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)

_OTHERS = [what for what in What if what not in (What.CHECKPOINT_WRITTEN, What.AUDIT_ERASED)]
details = some.dictionaries(
    some.text(max_size=8).filter(lambda name: name != "checkpoint"),
    some.one_of(some.none(), some.booleans(), some.integers(), some.text(max_size=20), some.just(NOW)),
    max_size=4,
)
events = some.builds(
    Event,
    what=some.sampled_from(_OTHERS),
    at=some.just(NOW),
    by=some.sampled_from(["custos", "director.planning@wrenbridge.example"]),
    run=some.sampled_from(["", "R-2026-1123-01"]),
    subject=some.text(max_size=12),
    details=details,
)
chains = some.lists(events, min_size=1, max_size=8)


def forge(wanted: Sequence[Event]) -> list[Link]:
    """The rows of some events."""
    links: list[Link] = []
    previous, salts = GENESIS, count(1)
    for number, event in enumerate(wanted, start=1):
        row = written(event, sequence=number, event_id=f"{number:032d}", salt=lambda: f"{next(salts):032d}")
        links.append(Link(number, row.text, previous, digest_of(previous, row.text), row.values))
        previous = links[-1].digest
    return links


def head_of(links: Sequence[Link]) -> Head:
    """Where they end."""
    tree = Tree()
    for link in links:
        tree = tree.add(leaf_hash(link.event))
    return Head(len(links), links[-1].digest if links else GENESIS, tree)


def checkpoints_of(links: Sequence[Link], sizes: Sequence[int]) -> Iterator[Checkpoint]:
    """A checkpoint a day, each of so many events."""
    previous = GENESIS
    for day, size in enumerate(sizes, start=1):
        head = head_of(links[:size])
        made = Checkpoint(
            "custos-audit/x", size, head.tree.root(), f"2026-11-{day:02d}T05:00:00+00:00", head.digest, previous
        )
        previous = made.hash
        yield made
