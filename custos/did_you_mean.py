"""What somebody probably meant: the nearest known word. Its price is bounded, whatever is written and however much is known."""

from __future__ import annotations

from collections.abc import Callable, Collection
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import islice

_LONGEST = 100  # characters of a word that are compared
_LOOKED_AT = 2_000  # words that are looked at at all
_COMPARED = 12  # words that are looked at closely
_ALIKE = 0.6
_LISTED = 40


def nearest(written: str, known: Collection[str]) -> str:
    """`Did you mean "x"?` for the nearest known word, or the list of them when none is near and the list is short."""
    word = _plain(written)
    parts = _parts(word)
    likely = sorted(islice(known, _LOOKED_AT), key=lambda one: (-_shared(parts, one), one))[:_COMPARED]
    rated = [(SequenceMatcher(None, word, _plain(one)).ratio(), one) for one in likely]
    ratio, best = max(rated, default=(0.0, ""), key=lambda pair: pair[0])
    if ratio >= _ALIKE:
        return f'Did you mean "{best}"?'
    return f"Known: {', '.join(sorted(known))}." if 0 < len(known) <= _LISTED else ""


def near(written: str, known: Collection[str]) -> Callable[[], str]:
    """`nearest`, looked for only when somebody will read it."""
    return lambda: nearest(written, known)


def _shared(parts: frozenset[str], word: str) -> float:
    others = _parts(_plain(word))
    return len(parts & others) / (len(parts | others) or 1)


@lru_cache(maxsize=20_000)
def _plain(word: str) -> str:
    return " ".join(word[:_LONGEST].casefold().split())


@lru_cache(maxsize=20_000)
def _parts(word: str) -> frozenset[str]:
    """Its letters and its pairs of letters: what words must share to be alike."""
    return frozenset((*word, *(word[place : place + 2] for place in range(len(word) - 1))))
