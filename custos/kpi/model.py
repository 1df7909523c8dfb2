"""What an indicator is, what it counts, and the value that comes of it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from custos.model.policy import Family
from custos.model.subject import Kind

if TYPE_CHECKING:
    from custos.kpi.inputs import Inputs

WHOLE = 0.95
"""Of the libraries this part must have been read before a value counts for the whole council."""


class Unit(StrEnum):
    """How a value is written."""

    SHARE = "share"  # numerator of denominator
    VOLUME = "share of bytes"  # the same, of sizes
    RATE = "per 10,000 items"  # numerator, and how many that is for each 10,000 of the denominator


class Better(StrEnum):
    """Which way is up."""

    HIGHER = "higher"
    LOWER = "lower"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A row of an indicator: `of` in the denominator, `met` of it in the numerator, `unknown` in neither because it is not known.

    `subject` is the thing in words, `url` where it is ("" for a row of a register), `kind` what it is when its name may have to be
    masked. `why` says why it is met or not.
    """

    subject: str
    asset_id: str = ""
    url: str = ""
    kind: Kind | None = None
    of: int = 1
    met: int = 0
    unknown: int = 0
    why: str = ""


type Measure = Callable[[Inputs], Iterable[Counted]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpi:
    """One indicator. `measure` None: it is not measured yet, and `missing` says what it waits for.

    `of_mirror`: it is only as whole as the mirror. `registers` are the files whose rows move it, `families` those of the policies whose
    writes do.
    """

    id: str
    name: str
    formula: str
    target: str
    better: Better
    unit: Unit = Unit.SHARE
    of_mirror: bool = False
    measure: Measure | None = None
    missing: str = ""
    registers: tuple[str, ...] = ()
    families: tuple[Family, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Rows added up."""

    met: int = 0
    of: int = 0
    unknown: int = 0

    @property
    def share(self) -> float | None:
        """Between 0 and 1; None where the denominator is 0: that is "n/a", and never 100 %."""
        return self.met / self.of if self.of else None

    @property
    def rate(self) -> float | None:
        """For each 10,000; None where the denominator is 0."""
        return self.met * 10_000 / self.of if self.of else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Restated:
    """That a published value was wrong: what it was before, what it is said to be, since when, by whom and why. `audited`: its event is
    known to be written."""

    before: Sum
    after: Sum
    at: datetime
    by: str
    by_id: str = ""
    why: str
    audited: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """An indicator at a moment: `total` for the council, `by_department` and `by_owner` for the parts that have a row.

    `restated`: how often a published value was put right, the first first; the parts are as they were published.
    `coverage`: libraries read to their end, libraries expected. `""` names what no asset, and so nobody, answers for.
    """

    kpi: Kpi
    as_of: datetime
    coverage: tuple[int, int]
    rows: tuple[Counted, ...]
    total: Sum
    by_department: Mapping[str, Sum]
    by_owner: Mapping[str, Sum]
    restated: tuple[Restated, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether enough of the mirror was read for the value to count."""
        complete, expected = self.coverage
        return not self.kpi.of_mirror or (expected > 0 and complete / expected >= WHOLE)


def added(rows: Iterable[Counted]) -> Sum:
    """The rows as one sum."""
    listed = list(rows)
    return Sum(
        met=sum(row.met for row in listed),
        of=sum(row.of for row in listed),
        unknown=sum(row.unknown for row in listed),
    )


def undecided(number: int, what: str) -> Iterator[Counted]:
    """A row for what the mirror could not decide: in neither half of the fraction, and shown."""
    if number:
        yield Counted(subject=what, of=0, unknown=number, why="It was not read, or not in full.")
