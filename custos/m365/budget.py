"""A budget of units that all instances share through one row, and a pause that all of them keep.

The row holds the window that runs now (when it began, what is reserved of it), the day's reservations and the moment
until which nobody may call. Units are reserved in blocks by compare-and-set, so that the path of a request needs no
storage. The arithmetic (`take`) is pure; `SharedBudget` carries it to storage.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from custos.row_conflicts import first_or_again
from custos.storage.rows import Row, Rows

_BLOCKS_PER_WINDOW = 20
_LOOK_SECONDS = 2.0
_EASING_FLOOR = 0.1
_PARTITION = "service"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLimits:
    """`units` may be spent in any window of `seconds`; at most `units_a_day` in a day of UTC (0: no such limit)."""

    units: int
    seconds: float = 60.0
    units_a_day: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetState:
    """The row: epoch seconds and units. While `easing`, the window opens slowly, because it began after a pause."""

    began: float = 0.0
    reserved: int = 0
    easing: bool = False
    paused_until: float = 0.0
    day: int = 0
    reserved_today: int = 0


@dataclass(frozen=True, slots=True)
class Granted:
    """`units` are ours until the window ends at `until`."""

    units: int
    until: float
    standing: BudgetState


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing now; ask again in `seconds`."""

    seconds: float


def take(standing: BudgetState, now: float, need: int, limits: UnitLimits) -> Granted | Wait:
    """Reserve `need` units at least, a block at most.

    A need greater than a whole window's units is granted at the beginning of a window, which then lasts as many times
    longer. In a window that eases in, the units open in proportion to the time since it began, and no more than needed
    is granted.
    """
    if now < standing.paused_until:
        return Wait(standing.paused_until - now)
    today = int(now // 86_400)
    if standing.day != today:
        standing = replace(standing, day=today, reserved_today=0)
    if limits.units_a_day and standing.reserved_today + need > limits.units_a_day and standing.reserved_today:
        return Wait((today + 1) * 86_400 - now)
    length = limits.seconds * max(1.0, standing.reserved / limits.units)
    if not -limits.seconds <= now - standing.began < length:  # other machines' clocks may be ahead of ours
        standing = replace(standing, began=now, reserved=0, easing=False)
        length = limits.seconds * max(1.0, need / limits.units)
    if standing.easing:
        opened = max(_EASING_FLOOR, (now - standing.began) / limits.seconds) * limits.units
        if standing.reserved and standing.reserved + need > opened:
            when = standing.began + limits.seconds * (standing.reserved + need) / limits.units
            return Wait(max(0.05, min(when, standing.began + length) - now))
        units = need
    else:
        left = limits.units - standing.reserved
        if need > left and standing.reserved:
            return Wait(max(0.05, standing.began + length - now))
        units = max(need, min(limits.units // _BLOCKS_PER_WINDOW, left))
    return Granted(
        units,
        standing.began + length,
        replace(standing, reserved=standing.reserved + units, reserved_today=standing.reserved_today + units),
    )


def pause(standing: BudgetState, until: float, *, easing: bool) -> BudgetState:
    """Nobody calls before `until`. A longer pause that stands already stays. The next window begins when the pause
    ends.
    """
    if until <= standing.paused_until:
        return standing
    return replace(standing, paused_until=until, began=until, reserved=0, easing=easing)


@dataclass
class SharedBudget:
    """One lane's budget and pause, in row `name` of `rows`. Raises StorageTrouble when storage cannot be reached."""

    rows: Rows
    name: str
    limits: UnitLimits
    _left: int = field(default=0, init=False)
    _began: float = field(default=0.0, init=False)
    _until: float = field(default=0.0, init=False)
    _looked: float = field(default=0.0, init=False)

    def try_take(self, units: int) -> bool:
        """Take `units` out of the block in hand. False when it does not hold them or the row should be looked at
        again.
        """
        now = time.time()
        if units > self._left or now >= self._until or now - self._looked > _LOOK_SECONDS:
            return False
        self._left -= units
        return True

    async def reserve(self, units: int) -> float:
        """Take `units`, reserving a new block when need be. Answers 0 when they are ours, else the seconds to wait."""
        outcome = 0.0

        def change(standing: BudgetState) -> BudgetState:
            nonlocal outcome
            now = time.time()
            self._looked = now
            if standing.began != self._began:
                self._left = 0
            if now >= standing.paused_until and units <= self._left and now < self._until:
                outcome = 0.0
                return standing
            taken = take(standing, now, units, self.limits)
            if isinstance(taken, Wait):
                outcome = taken.seconds
                return standing
            outcome = 0.0
            granted.append(taken)
            return taken.standing

        granted: list[Granted] = []
        await self._change(change)
        if granted:
            block = granted[-1]
            self._left = block.units + (self._left if block.standing.began == self._began else 0)
            self._began, self._until = block.standing.began, block.until
        if outcome == 0.0:
            self._left -= units
        return outcome

    async def pause(self, seconds: float, *, easing: bool = True) -> None:
        """Let nobody of the tenant's workers call for `seconds`; afterwards begin slowly when `easing`."""
        self._left = 0
        until = time.time() + seconds
        await self._change(lambda standing: pause(standing, until, easing=easing))

    async def standing(self) -> BudgetState:
        """The row as it stands, for people who ask."""
        return _read(await self.rows.get(_PARTITION, self.name))

    async def _change(self, change: Callable[[BudgetState], BudgetState]) -> None:
        async def turn() -> None:
            found = await self.rows.get(_PARTITION, self.name)
            before = _read(found)
            after = change(before)
            if after == before and found is not None:
                return
            row = Row(_PARTITION, self.name, _values(after), found.etag if found else "")
            await (self.rows.insert(row) if found is None else self.rows.replace(row))

        await first_or_again(turn)


def _read(row: Row | None) -> BudgetState:
    if row is None:
        return BudgetState()
    return BudgetState(
        began=float(row.text("began") or 0),
        reserved=row.number("reserved"),
        easing=bool(row.values.get("easing", False)),
        paused_until=float(row.text("paused_until") or 0),
        day=row.number("day"),
        reserved_today=row.number("reserved_today"),
    )


def _values(standing: BudgetState) -> dict[str, str | int | float | bool]:
    return {
        "began": standing.began,
        "reserved": standing.reserved,
        "easing": standing.easing,
        "paused_until": standing.paused_until,
        "day": standing.day,
        "reserved_today": standing.reserved_today,
    }
