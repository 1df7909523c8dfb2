"""A run, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from custos.engine.run_store import Progress, RunState
from custos.model.action import Outcome, Result
from custos.report.screen import Listing, words
from custos.report.wording import when
from custos.wording import many

_WENT_WELL = (Outcome.DONE, Outcome.ALREADY)


def show(progress: Progress, results: Sequence[Result], screen: Console) -> None:
    """Print how a run stands: its counts by outcome, and why the rest was not done."""
    run = progress.run
    verdict = f", {progress.verdict}" if run.state is RunState.FINISHED else ""
    started = f"started by {run.started_by} on {when(run.started_at, '%-d %B %Y at %H:%M')}"
    screen.print(words((run.id, "bold"), f" of plan {run.plan}: {run.state}{verdict}; {started}"))
    counts = ", ".join(f"{outcome} {number:,}" for outcome, number in progress.counts.items())
    screen.print(f"  {many(run.actions, 'action')}: {counts or 'none yet'}; waiting {progress.waiting:,}")
    for sentence in run.over:
        screen.print(words(f"  Over: {sentence}"))
    reasons: dict[tuple[str, str], list[str]] = {}
    for one in results:
        if one.outcome not in _WENT_WELL:
            reasons.setdefault((one.outcome, one.code), []).append(one.detail)
    if reasons:
        found = Listing("Not done, and why", ("outcome", "code", "actions", "for instance"), numbers=("actions",))
        for (outcome, code), details in sorted(reasons.items(), key=lambda pair: -len(pair[1])):
            found.add(outcome, code, f"{len(details):,}", details[0])
        screen.print(found)
