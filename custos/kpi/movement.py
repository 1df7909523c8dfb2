"""How an indicator moved from one quarter to the next, where, and what is missing to its aim. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from custos.kpi.model import Better, Kpi, Sum, Unit, Value
from custos.kpi.wording import amount

_SHOWN_PARTS = 3
_AIM = re.compile(r"(under )?(\d+(?:\.\d+)?) %")


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One indicator in the quarter. `now` and `before` are the last values of this quarter and of the one before it, None when none was
    published. `where` says what moved in which department, `wanted` what is missing to its aim ("" when it is met or cannot be told).
    `points` are all published values of both quarters. `reasons` say what happened in between that may have moved it.
    """

    kpi: Kpi
    now: Value | None
    before: Value | None
    where: str
    wanted: str
    points: tuple[tuple[date, Value], ...]
    reasons: tuple[str, ...] = ()

    @property
    def better(self) -> bool | None:
        """Whether it moved the right way; None when it did not move, or nobody can tell."""
        old, new = (_number(self.kpi, value.total) if value else None for value in (self.before, self.now))
        if old is None or new is None or math.isclose(old, new):
            return None
        return (new > old) is (self.kpi.better is Better.HIGHER)


def movement(
    kpi: Kpi, now: Sequence[Value], before: Sequence[Value], published: Mapping[date, Sequence[Value]]
) -> Movement:
    """Of one indicator, from the last values of two quarters and all that were published in both."""
    new = next((value for value in now if value.kpi.id == kpi.id), None)
    old = next((value for value in before if value.kpi.id == kpi.id), None)
    points = tuple((day, value) for day, kept in published.items() for value in kept if value.kpi.id == kpi.id)
    return Movement(
        kpi=kpi,
        now=new,
        before=old,
        where=_where(old, new) if old and new else "",
        wanted=_wanted(new) if new else "",
        points=points,
    )


def _where(old: Value, new: Value) -> str:
    """The departments whose part moved most: "Children 2 of 3 ► 3 of 3"."""
    names = sorted({*old.by_department, *new.by_department})
    parts = [(name, old.by_department.get(name, Sum()), new.by_department.get(name, Sum())) for name in names]
    moved = [
        (abs(b.met - a.met) + abs(b.of - a.of), name, a, b) for name, a, b in parts if (a.met, a.of) != (b.met, b.of)
    ]
    moved.sort(key=lambda one: (-one[0], one[1]))
    told = [f"{name or 'no asset'} {_part(new.kpi, a)} ► {_part(new.kpi, b)}" for _, name, a, b in moved[:_SHOWN_PARTS]]
    more = len(moved) - _SHOWN_PARTS
    return "; ".join(told) + (f"; and {more} more" if more > 0 else "")


def _part(kpi: Kpi, part: Sum) -> str:
    return f"{amount(kpi, part.met)} of {amount(kpi, part.of)}"


def _wanted(value: Value) -> str:
    """What is missing to the aim, where the aim is a share: "3 more of 17, in Corporate and Place"."""
    aim, total = _AIM.fullmatch(value.kpi.target), value.total
    if aim is None or value.kpi.unit is not Unit.SHARE or not total.of:
        return ""
    share = float(aim[2]) / 100
    if aim[1]:
        most = math.ceil(share * total.of) - 1
        gap, said = total.met - most, "fewer"
        parts = [name for name, part in value.by_department.items() if part.met]
    else:
        gap, said = math.ceil(share * total.of) - total.met, "more"
        parts = [name for name, part in value.by_department.items() if part.met < part.of]
    if gap <= 0:
        return ""
    named = ", ".join(name or "what no asset covers" for name in parts)
    return f"{gap:,} {said} of {total.of:,}" + (f": {named}" if named else "")


def _number(kpi: Kpi, total: Sum) -> float | None:
    return total.rate if kpi.unit is Unit.RATE else total.share
