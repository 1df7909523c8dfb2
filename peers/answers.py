"""What each side answers to the three questions, in one form, and how far that is right.

A file or library is told by its path from the server's root (`/sites/x/Library/Folder/file.docx`), which every API tells in some
form.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec

QUESTIONS = {
    "unlabelled": "Which files lack a label?",
    "open": "Which files can anyone open?",
    "untouched": "Which libraries has nobody touched for two years?",
}


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """The three answers. `looked` is how many files were looked at; `notes` are remarks of who asked, with a count each."""

    looked: int
    unlabelled: list[str]
    open: list[str]
    untouched: list[str]
    notes: dict[str, int] = {}

    def save(self, file: Path) -> None:
        """Write them for whoever started this process."""
        file.write_bytes(msgspec.json.encode(self))


def read_answers(file: Path) -> Answers:
    """What a process has saved. Raises msgspec.ValidationError."""
    return msgspec.json.decode(file.read_bytes(), type=Answers)


def path_of(url: str) -> str:
    """The path in a web address, as people read it."""
    return unquote(urlsplit(url).path).rstrip("/")


@dataclass(frozen=True, slots=True)
class Score:
    """An answer against the truth: `right` of `wanted` were told, and `wrong` besides."""

    right: int
    wanted: int
    wrong: int

    @property
    def exact(self) -> bool:
        """Neither more nor less than the truth."""
        return self.right == self.wanted and not self.wrong

    def __str__(self) -> str:
        missed = self.wanted - self.right
        if self.exact:
            return f"{self.wanted:,}, all right"
        parts = [f"{self.right:,} of {self.wanted:,}"]
        parts += [f"misses {missed:,}"] if missed else []
        parts += [f"{self.wrong:,} wrong"] if self.wrong else []
        return ", ".join(parts)


def score(told: Iterable[str], truth: Iterable[str], left_out: Sequence[str] = ()) -> Score:
    """Hold an answer against the truth. What was told of places in `left_out` counts neither for nor against it."""
    given = {path for path in told if not any(path == place or path.startswith(f"{place}/") for place in left_out)}
    wanted = set(truth)
    return Score(len(given & wanted), len(wanted), len(given - wanted))
