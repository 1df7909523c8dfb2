"""What somebody who writes to the bot wants, in their own words and with their typing mistakes; or the nearest thing that it can do.

One line is read as ten are: the best of them counts. Nothing is guessed about a name: it is handed on as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_MOST_LETTERS = 2_000
_MOST_LINES = 20
_LONGEST_NAME = 100
_MENTION = re.compile(r"<at>.*?</at>", re.IGNORECASE | re.DOTALL)
_WORD = re.compile(r"[\w&'’./-]+|\?")
_SURE = 0.82
_ALIKE = 0.7
_SHORT_WORD = 3
_FILLING = frozenset(("the", "about", "for", "of", "to", "on", "in", "please"))


class Wish(StrEnum):
    """What the bot can do for somebody who writes."""

    WAITING = "waiting"
    ASSETS = "assets"
    DECIDED = "decided"
    ACCESS = "access"
    WHY = "why"
    UNDO = "undo"
    HELP = "help"
    UNKNOWN = "unknown"


PHRASES: Mapping[Wish, tuple[str, ...]] = {
    Wish.WAITING: (
        "what is waiting", "what waits", "whats waiting", "what is open", "my questions", "open questions", "anything for me", "my cases",
        "what do you want", "what do i need to do", "what do i have to do",
    ),
    Wish.ASSETS: ("my assets", "my information assets", "what do i own", "what am i responsible for", "what do i look after"),
    Wish.DECIDED: (
        "who decided about", "who decided on", "who decided", "what was decided about", "what was decided", "decisions about",
        "who answered about",
    ),
    Wish.ACCESS: (
        "who can open", "who can see", "who can read", "who has access to", "who has access", "who sees", "access to", "how is it shared",
    ),
    Wish.WHY: ("why", "why me", "why was i asked", "why do you ask", "which rule", "what is the reason"),
    Wish.UNDO: ("undo", "take back", "take it back", "i changed my mind", "reverse my answer"),
    Wish.HELP: ("help", "hello", "hi", "good morning", "what can you do", "?"),
}  # fmt: skip
"""How people ask for each; what follows the phrase is what it is about."""
_TAKES_A_NAME = frozenset((Wish.DECIDED, Wish.ACCESS, Wish.WHY))


@dataclass(frozen=True, slots=True)
class Request:
    """`about`: the name that followed, as it was written, "" when there was none. With UNKNOWN it is what was written, and `nearest` a
    phrase that the bot knows.
    """

    wish: Wish
    about: str = ""
    nearest: str = ""


@dataclass(frozen=True, slots=True)
class _Match:
    score: float
    words: int
    wish: Wish
    phrase: str
    rest: str


def understand(text: str) -> Request:
    """What a message asks for."""
    lines = list(_lines(text))
    if not lines:
        return Request(Wish.HELP)
    matches = [match for line in lines for match in _matches(line)]
    best = max(matches, key=lambda match: (match.score >= _SURE, match.score * match.words, match.score), default=None)
    if best is not None and best.score >= _SURE:
        return Request(best.wish, best.rest if best.wish in _TAKES_A_NAME else "")
    near = max(matches, key=lambda match: match.score, default=None)
    wish = near.wish if near is not None and near.score > 0 else Wish.WAITING
    written = " ".join(_MENTION.sub(" ", text[:_MOST_LETTERS]).split())
    return Request(Wish.UNKNOWN, written[:_LONGEST_NAME], PHRASES[wish][0])


def _lines(text: str) -> Iterator[list[str]]:
    plain = _MENTION.sub(" ", text[:_MOST_LETTERS])
    for line in re.split(r"[\n\r;!]+|\.\s", plain)[:_MOST_LINES]:
        words = _WORD.findall(line)
        asked = [word for word in words if word != "?"]
        if words:
            yield asked or words[:1]


def _matches(words: Sequence[str]) -> Iterator[_Match]:
    """Each phrase at the place of the line where it fits best."""
    plain = [word.casefold().replace("’", "").replace("'", "").rstrip(".") for word in words]
    for wish, phrases in PHRASES.items():
        for phrase in phrases:
            wanted = phrase.split()
            for start in range(len(plain) - len(wanted) + 1):
                score = _score(plain[start : start + len(wanted)], wanted, alone=len(plain) <= len(wanted) + 1)
                rest = list(words[start + len(wanted) :])
                while rest and rest[0].casefold() in _FILLING:
                    rest = rest[1:]
                yield _Match(score, len(wanted), wish, phrase, " ".join(rest)[:_LONGEST_NAME].rstrip(".'’ "))


def _score(written: Sequence[str], wanted: Sequence[str], *, alone: bool) -> float:
    """How alike some words are to a phrase's, 0 when one of them is another word. A single word that is misspelt counts when it stands
    `alone`.
    """
    rates = [_alike(one, other) for one, other in zip(written, wanted, strict=True)]
    if min(rates) < _ALIKE:
        return 0.0
    if len(wanted) == 1 and rates[0] < 1:
        return _SURE if alone and rates[0] >= _ALIKE else 0.0
    return sum(rates) / len(rates)


def _alike(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if len(other) <= _SHORT_WORD:
        return _ALIKE if sorted(one) == sorted(other) else 0.0
    return SequenceMatcher(None, one, other).ratio()
