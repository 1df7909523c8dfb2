"""What an undo would put back, and what stays done."""

from __future__ import annotations

from collections import Counter

from rich.console import Console

from custos.actions import DECLARED
from custos.engine.undo import UndoPlan
from custos.report.screen import Listing, words


def show(planned: UndoPlan, screen: Console) -> None:
    """Print an undo plan in numbers, and each reason why something cannot be put back."""
    screen.print(words((f"Undo of {planned.words}", "bold")))
    screen.print(f"  can be put back, where nobody changed it since: {len(planned.back):,}")
    screen.print(f"  at a price, people must be told: {len(planned.at_a_price):,}")
    screen.print(f"  cannot be put back: {len(planned.cannot):,}")
    if planned.cannot:
        found = Listing("Stays done", ("what", "actions", "why"), numbers=("actions",))
        for (kind, why), count in Counter((action.kind, action.refused) for action in planned.cannot).most_common():
            found.add(DECLARED[kind].name, f"{count:,}", why)
        screen.print(found)
