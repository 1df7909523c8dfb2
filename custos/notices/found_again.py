"""What is found again and again in one asset: a list for whoever plans training. Pure.

A question counts when it was opened after an earlier one of the same rule in the same asset was over: what is found on one day in several
places is once. Numbers of questions are of rules and assets, never of people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from custos.dates import day_of
from custos.notices.model import TAKEN_BACK, Case
from custos.records.model import Records
from custos.records.registers.training import TrainingLink, training_for

_A_YEAR = timedelta(days=365)
_LEAST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """A rule (`policy/rule`) that found something in an asset `times` times within a year, and what there is to learn about it."""

    rule: str
    title: str
    asset_id: str
    times: int
    link: TrainingLink | None


def found_again(cases: Iterable[Case], records: Records, on: date, zone: tzinfo) -> list[Repeat]:
    """Of the year up to a day, the most frequent first."""
    spans: defaultdict[tuple[str, str], list[tuple[datetime, datetime | None]]] = defaultdict(list)
    said: dict[str, tuple[str, str]] = {}
    for case in cases:
        opened = day_of(case.opened_at, zone)
        if case.released_why == TAKEN_BACK or not on - _A_YEAR < opened <= on:
            continue
        for line in case.lines:
            spans[line.key, case.asset_id].append((case.opened_at, case.released_at))
            said[line.key] = (line.title, line.family)
    found = []
    for (rule, asset), lived in spans.items():
        if (times := _apart(lived)) >= _LEAST:
            title, family = said[rule]
            policy, _, name = rule.partition("/")
            link = training_for(records, policy, name, family)
            found.append(Repeat(rule=rule, title=title, asset_id=asset, times=times, link=link))
    return sorted(found, key=lambda one: (-one.times, one.rule, one.asset_id))


def _apart(lived: Iterable[tuple[datetime, datetime | None]]) -> int:
    """How often something began again after all that had begun before was over."""
    times, over = 0, None
    for number, (began, ended) in enumerate(sorted(lived, key=lambda one: one[0])):
        if number == 0 or (over is not None and began >= over):
            times, over = times + 1, ended
        elif over is not None:
            over = max(over, ended) if ended is not None else None
    return times
