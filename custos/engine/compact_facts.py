"""The facts of one finding, kept small: hundreds of thousands of findings of a first plan are held at once.

A rule's findings have the same facts, so their names are kept once; the same words come again and again (labels, assets,
schedule entries), so each is kept once too.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence

from custos.model.subject import Fact


def once(text: str) -> str:
    """The text, the same object for the same characters."""
    return sys.intern(text)


class CompactFacts(Mapping[str, Fact]):
    """Facts by name. `places` says where each name's value stands among `values`; findings of one rule share it."""

    __slots__ = ("_places", "_values")

    def __init__(self, places: Mapping[str, int], values: Sequence[Fact]) -> None:
        self._places = places
        self._values = tuple(once(value) if type(value) is str else value for value in values)

    def __getitem__(self, name: str) -> Fact:
        return self._values[self._places[name]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return repr(dict(self))
