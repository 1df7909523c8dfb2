"""The errors of Custos, as a tree. Each says whose matter it is.

CustosError
├── BadInput            the author of a policy, a register row or a request: every problem, with its place and remedy
├── BadSetting          the operator: a setting is missing or cannot be right
├── StorageTrouble      Azure Storage cannot be reached or refused
│   ├── RowChanged      somebody else wrote the row first (ETag); read again and decide again
│   ├── RowExists       the row is there already
│   └── OtherFormat     another version of Custos wrote what is kept, or a backup is only half put back (custos.storage.state_format)
└── TenantTrouble       Microsoft 365 answered with an error; see custos.m365.errors for its kinds
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a problem matters: an error refuses the file, a warning is reported and the file serves."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in a file. Line and column count from 1; 0 means the whole file."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where, what, and what to write instead."""

    mark: Mark
    what: str
    remedy: str = ""
    code: str = ""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return f"{self.mark}  {self.what}" + (f" {self.remedy}" if self.remedy else "")


class CustosError(Exception):
    """Anything that Custos raises on purpose. Its text is one sentence for the person whose matter it is."""


class BadInput(CustosError):
    """Files or requests that cannot be used. `problems` holds all of them, in order of place."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.mark))
        super().__init__("\n".join(str(problem) for problem in self.problems))

    @property
    def summary(self) -> str:
        """How many problems there are, and the first of them."""
        number = len(self.problems)
        return f"1 problem: {self.problems[0]}" if number == 1 else f"{number} problems, the first: {self.problems[0]}"


class BadSetting(CustosError):
    """A setting is missing or cannot be right. The text names it and says what it should be."""


class StorageTrouble(CustosError):
    """Azure Storage cannot be reached, or refused. Nothing was acknowledged."""


class RowChanged(StorageTrouble):
    """The row is not as it was read: somebody else wrote first."""


class RowExists(StorageTrouble):
    """A row with this key is there already."""


class TenantTrouble(CustosError):
    """Microsoft 365 answered with an error, or not at all."""
