"""A run, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console

from custos.engine.model import Outcome, Result
from custos.engine.runs import Progress, RunState
from custos.report.words import COUNCIL, table

_WENT_WELL = (Outcome.DONE, Outcome.ALREADY)


def show(progress: Progress, results: Sequence[Result], screen: Console) -> None:
    """Print how a run stands: its counts by outcome, and why the rest was not done."""
    run = progress.run
    verdict = f", {progress.verdict}" if run.state is RunState.FINISHED else ""
    screen.print(
        f"[bold]{run.id}[/bold] of plan {run.plan}: {run.state}{verdict}; started by {run.started_by} "
        f"on {run.started_at.astimezone(COUNCIL):%-d %B %Y at %H:%M}"
    )
    counts = ", ".join(f"{outcome} {count:,}" for outcome, count in progress.counts.items())
    screen.print(f"  {run.actions:,} actions: {counts or 'none yet'}; waiting {progress.waiting:,}")
    for sentence in run.over:
        screen.print(f"  Over: {sentence}", markup=False)
    reasons = Counter((one.outcome, one.code, one.detail) for one in results if one.outcome not in _WENT_WELL)
    if reasons:
        found = table("Not done, and why", ("outcome", "code", "actions", "why"), numbers=("actions",))
        for (outcome, code, detail), count in reasons.most_common(20):
            found.add_row(outcome, code, f"{count:,}", detail)
        screen.print(found)
