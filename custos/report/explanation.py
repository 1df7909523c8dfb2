"""An explanation, rule by rule, condition by condition."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from rich.console import Console

from custos.engine.explain import ConditionTried, Explanation, RuleTried, Verdict
from custos.kinds import CATALOGUE
from custos.report.screen import Part, words
from custos.wording import many

_SIGNS: Mapping[Verdict, Part] = {
    Verdict.HOLDS: ("yes", "green"),
    Verdict.DOES_NOT: ("no", "dim"),
    Verdict.UNKNOWN: ("unknown", "yellow"),
    Verdict.NOT_COVERED: ("not covered", "dim"),
    Verdict.YIELDS: ("yields", "yellow"),
}


def show(explanation: Explanation, now: datetime, screen: Console, *, every: bool = False) -> None:
    """Print what was tried on an address. Rules that do not cover it are counted, and shown with `every`."""
    screen.print(words((explanation.url, "bold")), soft_wrap=True)
    if not explanation.found:
        screen.print("The mirror has nothing at this address: no site, library, folder or file.")
        return
    screen.print(f"  asset {explanation.asset_id or 'none: no asset of the register covers it'}")
    if explanation.complete is False:
        screen.print("  Its library was not read completely: nothing is decided about it.")
    hidden = 0
    for tried in explanation.tried:
        if tried.verdict is Verdict.NOT_COVERED and not every:
            hidden += 1
            continue
        _rule(tried, now, screen)
    if explanation.label_winner:
        screen.print(f"Its label is decided by {explanation.label_winner}.")
    if hidden:
        screen.print(f"{many(hidden, 'rule does', 'rules do')} not cover it (`--all` shows them).")


def _rule(tried: RuleTried, now: datetime, screen: Console) -> None:
    screen.print()
    rule = f"{tried.policy}/{tried.rule}"
    screen.print(
        words(_SIGNS[tried.verdict], "  ", (rule, "bold"), f"  {tried.where}  ({tried.state})"), soft_wrap=True
    )
    if tried.reason:
        screen.print(words(f"    {tried.state}, because {tried.reason}"), soft_wrap=True)
    if tried.unapproved and tried.verdict is not Verdict.NOT_COVERED:
        screen.print(words(f"    not approved yet: {tried.unapproved}"), soft_wrap=True)
    if tried.subject.name:
        screen.print(words(f"    about the {tried.subject.kind} {tried.subject.name}"), soft_wrap=True)
    for condition in tried.conditions:
        screen.print(words("    ", _SIGNS[condition.verdict], "  ", _condition(condition, now)), soft_wrap=True)
    if tried.because:
        screen.print(words(f"    because: {tried.because}"), soft_wrap=True)
    for step in tried.steps:
        screen.print(words(f"    step: {step}"), soft_wrap=True)
    for protection in tried.protections:
        screen.print(words(f"    protected: {protection.sentence}"), soft_wrap=True)
    for other in tried.yields_to:
        screen.print(words(f"    yields to {other}"), soft_wrap=True)


def _condition(condition: ConditionTried, now: datetime) -> str:
    age = condition.age(now)
    read = f", read {_age(age)} ago" if age is not None else ""
    missing = CATALOGUE[condition.fact].missing
    said = "" if condition.said == missing and condition.words.endswith(missing) else f"; it is {condition.said}"
    if condition.said == missing and said:
        said = f"; {missing}"
    return f"{condition.words}{said} ({condition.source}{read})  {condition.where}"


def _age(age: timedelta) -> str:
    if age < timedelta(hours=1):
        return f"{max(0, int(age.total_seconds() // 60))} minutes"
    if age < timedelta(days=2):
        return f"{int(age.total_seconds() // 3600)} hours"
    return f"{age.days:,} days"
