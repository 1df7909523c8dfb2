"""Whether work is cheap, on any machine: its processor time beside that of a yardstick, measured around it.

The yardstick is work of the same kind: cells are found in a text and kept. A slower machine, or a busy one, makes both longer.
What disturbs only ever adds, so a second and a third try count.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

_TRIES = 3
_TEXT = "H-1,foi,F,IA-006,,,,,2026-01-01,,,\n" * 1_000
_CELL = re.compile(r"([^,\n]*)[,\n]")


@dataclass(frozen=True)
class _Cell:
    text: str
    place: int


def cheaply[T](work: Callable[[], T], yardsticks: float) -> T:
    """What `work` gives. Fails when it costs as much as so many yardsticks, each time that it is tried.

    A yardstick is 12,000 cells, about 30 ms on a machine of 2024.
    """
    costs = []
    while len(costs) < _TRIES:
        before = _seconds(_yardstick)[0]
        spent, given = _seconds(work)
        costs.append(spent / max(before, _seconds(_yardstick)[0]))
        if costs[-1] < yardsticks:
            return given
    raise AssertionError(
        f"it costs {', '.join(f'{cost:.0f}' for cost in costs)} yardsticks, and {yardsticks:g} were allowed"
    )


def _seconds[T](work: Callable[[], T]) -> tuple[float, T]:
    """This process's own time, and what came of it."""
    began = time.process_time()
    given = work()
    return time.process_time() - began, given


def _yardstick() -> list[_Cell]:
    return [_Cell(found[1].casefold(), found.start()) for found in _CELL.finditer(_TEXT)]
