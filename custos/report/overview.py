"""The state of everything, on one screen."""

from __future__ import annotations

from rich.console import Console

from custos.inventory.state import SyncState
from custos.jobs.overview import Overview
from custos.report.words import COUNCIL, table


def show(found: Overview, screen: Console) -> None:
    """Print the overview. What an operator must see comes first."""
    if found.stopped:
        screen.print(f"[bold red]WRITES ARE STOPPED[/bold red] by {found.stopped}")
    if found.incidents:
        screen.print(_incidents(found))
    if found.refused_policies:
        screen.print(
            f"[bold red]{found.refused_policies} problem(s) in the policies[/bold red]: the last good version counts."
        )
    _mirror(found, screen)
    policies = ", ".join(f"{name} {state}" for name, state in sorted(found.policies.items()))
    screen.print(f"[bold]Policies[/bold]  {policies}")
    for run in found.runs:
        screen.print(f"[bold]Run[/bold]       {run.id}: {run.state}, {run.actions:,} actions")
    cases = ", ".join(f"{state} {count:,}" for state, count in found.cases.items())
    screen.print(f"[bold]Cases[/bold]     {cases or 'none'}")
    queues = ", ".join(f"{name} {count:,}" for name, count in found.queues.items())
    screen.print(f"[bold]Queues[/bold]    {queues or 'empty'}")
    screen.print(
        f"[bold]Today[/bold]     {found.units:,} resource units, {found.requests:,} requests, {found.throttles:,} throttled"
    )


def _mirror(found: Overview, screen: Console) -> None:
    if not found.libraries:
        screen.print("[bold]Mirror[/bold]    [red]nothing was read yet[/red]: run `custos sync --discover`")
        return
    total = sum(found.libraries.values())
    complete = found.libraries.get(SyncState.COMPLETE, 0)
    age = ""
    if found.oldest is not None:
        age = f"; oldest read {found.oldest.astimezone(COUNCIL):%-d %B %Y %H:%M}"
    screen.print(f"[bold]Mirror[/bold]    {found.items:,} items; {complete:,} of {total:,} libraries complete{age}")
    for state in found.running[:5]:
        screen.print(f"          reading {state.name}: {state.round_items:,} items so far")
    for state in found.incomplete[:10]:
        screen.print(f"          [red]incomplete[/red] {state.name}: {state.why} {state.detail}", soft_wrap=True)


def _incidents(found: Overview) -> object:
    shown = table("An operator must look", ("what", "about", "times", "last", "detail"), numbers=("times",))
    for one in sorted(found.incidents, key=lambda one: one.last, reverse=True):
        when = f"{one.last.astimezone(COUNCIL):%-d %b %H:%M}"
        shown.add_row(one.kind.value, one.subject, f"{one.count:,}", when, one.detail[:200])
    return shown
