"""Collects what is wrong with files while they are read: all of it, within bounds that a person could still read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from custos.errors import Mark, Problem, Severity
from custos.untrusted import plain

MOST_A_FILE = 100
MOST = 500
_LONGEST = 600  # characters of a sentence; it quotes what was written
type Remedy = str | Callable[[], str]
"""What to write instead; as a function when it takes a search that is not worth it for a problem that nobody will see."""


class Problems:
    """What was found so far. Beyond the bounds problems are counted, and each file says how many more it has."""

    def __init__(self) -> None:
        self._kept: list[Problem] = []
        self._of_file: Counter[str] = Counter()
        self._beyond: dict[str, tuple[Mark, Severity]] = {}
        self.errors = 0

    @property
    def all(self) -> list[Problem]:
        """The problems in the order found, and for each file with too many how many are left out."""
        return [*self._kept, *(self._more(file, *first) for file, first in self._beyond.items())]

    def error(self, mark: Mark, what: str, remedy: Remedy = "", *, code: str = "") -> None:
        """Refuses the file."""
        self._note(mark, what, remedy, code, Severity.ERROR)

    def warning(self, mark: Mark, what: str, remedy: Remedy = "", *, code: str = "") -> None:
        """Is reported; the file serves."""
        self._note(mark, what, remedy, code, Severity.WARNING)

    def extend(self, made: Iterable[Problem]) -> None:
        """Note problems that are made already."""
        for problem in made:
            self._note(problem.mark, problem.what, problem.remedy, problem.code, problem.severity)

    def _note(self, mark: Mark, what: str, remedy: Remedy, code: str, severity: Severity) -> None:
        self.errors += severity is Severity.ERROR
        self._of_file[mark.file] += 1
        if self._of_file[mark.file] > MOST_A_FILE or len(self._kept) >= MOST:
            first, worst = self._beyond.get(mark.file, (mark, severity))
            self._beyond[mark.file] = (first, Severity.ERROR if Severity.ERROR in (worst, severity) else worst)
            return
        said = remedy if isinstance(remedy, str) else remedy()
        problem = Problem(mark, _quoting(what), _quoting(said), code=code, severity=severity)
        self._kept.append(problem)

    def _more(self, file: str, mark: Mark, severity: Severity) -> Problem:
        kept = sum(problem.mark.file == file for problem in self._kept)
        what = f"{self._of_file[file] - kept:,} more problems of this file are not listed."
        return Problem(mark, what, "Mend those that are, and look again.", code="more", severity=severity)


def _quoting(sentence: str) -> str:
    """A sentence that quotes what somebody wrote. Where that is harmless its spaces stay, for they set off what to write."""
    return sentence if sentence.isprintable() and len(sentence) <= _LONGEST else plain(sentence, _LONGEST)
