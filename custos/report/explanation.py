"""An explanation, rule by rule, condition by condition."""

from __future__ import annotations

from datetime import datetime, timedelta

from rich.console import Console

from custos.engine.explain import ConditionTried, Explanation, RuleTried, Verdict
from custos.report.words import count

_SIGNS = {
    Verdict.HOLDS: "[green]yes[/green]",
    Verdict.DOES_NOT: "[dim]no[/dim]",
    Verdict.UNKNOWN: "[yellow]unknown[/yellow]",
    Verdict.NOT_COVERED: "[dim]not covered[/dim]",
    Verdict.YIELDS: "[yellow]yields[/yellow]",
}


def show(explanation: Explanation, now: datetime, screen: Console, *, every: bool = False) -> None:
    """Print what was tried on an address. Rules that do not cover it are counted, and shown with `every`."""
    screen.print(explanation.url, markup=False, style="bold", soft_wrap=True)
    if not explanation.found:
        screen.print("Nothing is known at this address: no site, library, folder or file in the mirror.")
        return
    screen.print(f"  asset {explanation.asset_id or 'none: no asset of the register covers it'}")
    if explanation.complete is False:
        screen.print("  Its library was not read to the end: nothing is decided about it.")
    hidden = 0
    for tried in explanation.tried:
        if tried.verdict is Verdict.NOT_COVERED and not every:
            hidden += 1
            continue
        _rule(tried, now, screen)
    if explanation.label_winner:
        screen.print(f"Its label is decided by {explanation.label_winner}.")
    if hidden:
        screen.print(f"{count(hidden, 'rule does', 'rules do')} not cover it (`--all` shows them).")


def _rule(tried: RuleTried, now: datetime, screen: Console) -> None:
    screen.print(f"\n{_SIGNS[tried.verdict]}  [bold]{tried.policy}/{tried.rule}[/bold]  {tried.where}  ({tried.state})")
    if tried.subject.name:
        screen.print(f"    about the {tried.subject.kind} {tried.subject.name}", markup=False, soft_wrap=True)
    for condition in tried.conditions:
        screen.print(f"    {_SIGNS[condition.verdict]}  ", end="")
        screen.print(_condition(condition, now), markup=False, soft_wrap=True)
    if tried.because:
        screen.print(f"    because: {tried.because}", markup=False, soft_wrap=True)
    for step in tried.steps:
        screen.print(f"    step: {step}", markup=False, soft_wrap=True)
    for protection in tried.protections:
        screen.print(f"    protected: {protection.sentence}", markup=False, soft_wrap=True)
    for other in tried.yields_to:
        screen.print(f"    yields to {other}", markup=False)


def _condition(condition: ConditionTried, now: datetime) -> str:
    age = condition.age(now)
    read = f", read {_age(age)} ago" if age is not None else ""
    said = condition.said if condition.said.startswith("it ") else f"it is {condition.said}"
    return f"{condition.words}; {said} ({condition.source}{read})  {condition.where}"


def _age(age: timedelta) -> str:
    if age < timedelta(hours=1):
        return f"{max(0, int(age.total_seconds() // 60))} minutes"
    if age < timedelta(days=2):
        return f"{int(age.total_seconds() // 3600)} hours"
    return f"{age.days:,} days"
