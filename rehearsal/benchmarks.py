"""What the benchmark says: a table on the terminal, and the document `docs/benchmarks.md`."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psutil
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from rehearsal.measure import Measured

_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """A phase: what it measured of itself, and what it cost the others.

    `tenant` and `storage` are processor seconds of the simulated tenant and of Azurite; `requests` and `units` are what the
    tenant counted.
    """

    title: str
    measured: Measured
    tenant: float
    storage: float
    requests: int
    units: int

    @property
    def rate(self) -> float:
        """Things a second, by the clock."""
        return self.measured.count / self.measured.seconds

    @property
    def own_rate(self) -> float:
        """Things a second of Custos' own processor time."""
        return self.measured.count / self.measured.processor


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the benchmark; `costs` by phase."""

    machine: str
    items: int
    costs: Mapping[str, Cost]


@dataclass(frozen=True, slots=True)
class Aim:
    """What was aimed at, and what was reached."""

    what: str
    aim: str
    reached: str
    holds: bool


def machine() -> str:
    """The machine in a sentence."""
    memory = psutil.virtual_memory().total / 1e9
    load = os.getloadavg()[0]
    parts = ", ".join(f"{name} {version(name)}" for name in ("polars", "deltalake", "msgspec", "msgraph-sdk"))
    return (
        f"{os.cpu_count()} cores ({_processor()}), {memory:.0f} GB, {platform.system()} {platform.release()}, Python "
        f"{platform.python_version()}, {parts}; load average at the start {load:.1f}."
    )


def aims(run: Run) -> list[Aim]:
    """What the run says about the aims, which are set for two cores and a million items. Of phases left out nothing is said."""
    costs = {name: run.costs[name] for name in ("mirror", "evaluation", "changes") if name in run.costs}
    found: list[Aim] = []
    if mirror := costs.get("mirror"):
        rate = mirror.own_rate
        found.append(
            Aim(
                "first mirror without the simulator's own cost",
                "30,000 items/s",
                f"{rate:,.0f} items/s",
                rate >= 30_000,
            )
        )
    if evaluation := costs.get("evaluation"):
        seconds = evaluation.measured.parts["evaluation"]
        policies = f"{evaluation.measured.notes['policies']} policies over the whole mirror"
        found.append(Aim(policies, "under 2 s", f"{seconds:.2f} s", seconds < 2))
    if changes := costs.get("changes"):
        seconds = changes.measured.seconds
        found.append(Aim("1,000 changes to findings", "under 10 s", f"{seconds:.1f} s", seconds < 10))
    if counted := run.costs.get("indicators"):
        seconds, peak = counted.measured.parts["indicators"], counted.measured.peak
        found.append(Aim("all indicators", "under 10 s", f"{seconds:.1f} s", seconds < 10))
        found.append(
            Aim("peak memory of indicators and tables", "under 1 GB", f"{peak / 1e9:.2f} GB", peak < 1_000 * _MEGABYTE)
        )
    if costs:
        peak = max(cost.measured.peak for cost in costs.values())
        found.append(Aim("peak memory of these", "under 1.2 GB", f"{peak / 1e9:.2f} GB", peak < 1_200 * _MEGABYTE))
    return found


def show(run: Run, screen: Console) -> None:
    """Print the figures that fit a terminal, and the aims."""
    table = Table(title=f"{run.items:,} items", title_justify="left", box=SIMPLE)
    for number, heading in enumerate(_HEADINGS):
        if number in _ON_SCREEN:
            table.add_column(heading, justify="left" if number == 0 else "right")
    for row in _rows(run):
        table.add_row(*(row[number] for number in _ON_SCREEN))
    screen.print(table)
    screen.print(run.machine, soft_wrap=True)
    for aim in aims(run):
        verdict = "reached" if aim.holds else "missed "
        screen.print(f"{verdict}  {aim.what}: {aim.reached} (aim: {aim.aim})", soft_wrap=True)


def markdown(run: Run) -> str:
    """The document."""
    goals = [(aim.what, aim.aim, aim.reached, "yes" if aim.holds else "no") for aim in aims(run)]
    inside = [
        (cost.title, "; ".join(_inside(cost.measured)))
        for cost in run.costs.values()
        if cost.measured.parts or cost.measured.notes
    ]
    return (
        "\n\n".join(
            (
                "# What Custos costs",
                _WHAT,
                f"A simulated tenant of {run.items:,} items on {run.machine}",
                "## The aims",
                _markdown_table(("what", "aim", "reached", "holds"), goals),
                "## The figures",
                _markdown_table(_HEADINGS, _rows(run)),
                "## Inside",
                _markdown_table(("phase", "of which"), inside),
                _WHERE,
                _HOW,
            )
        )
        + "\n"
    )


_HEADINGS = (
    "phase", "things", "seconds", "things/s", "Custos CPU s", "things/s of it", "tenant CPU s", "Azurite CPU s", "peak MB",
    "requests", "units",
)  # fmt: skip

_ON_SCREEN = (0, 1, 2, 4, 5, 8, 9, 10)

_WHAT = """`make bench` wrote this page; it takes some minutes and some gigabytes of memory. A smaller run, which is written to
`.custos/bench/benchmarks.md` instead: `.venv/bin/python -m rehearsal bench --items 60000`.

| phase | what is measured |
|---|---|
| Discovery | sites, libraries, groups and their people, sharing capability |
| First mirror | items and labels of every library: read, compared, committed; permissions left out |
| Permissions | permissions of everything that carries a sign of sharing, at 5 units an item |
| Backstop sync | a sync of every library, nothing having changed |
| Evaluation | all policies of the sample council over the whole mirror: what each rule matches, and what it cannot decide |
| First plan | what the timer does: evaluation, all findings made and kept, cases, plan: in a tenant whose files mostly bear no label yet |
| Indicators | what the timer does every morning: all indicators by the mirror, then the tables for other tools with every finding |
| 1,000 changes | edits, uploads, renames, links and deletions all over the tenant: synced, evaluated, findings, plan and cases made |"""

_WHERE = """## Where the time goes

- *First mirror*: first the requests, which pass the SDK's middleware and httpx a megabyte at a time, then laying out columns, then
  decoding. What is left is the same for small libraries and large ones: rows of state and commits to one Delta log.
- *1,000 changes*: they are spread over all libraries, so nearly every one is synced, at a dozen requests to storage each, and its
  file of rows is written anew; libraries that wait for their turn at the table share a commit. Evaluated is what changed: files,
  links and grants one by one; folders, libraries and sites by sums over what lies inside, which is read as columns.
- *Evaluation*: the first look of a process fetches the mirror's files; looks after it fetch only what changed.
- *First plan*: findings and actions are objects that are kept, so memory grows with them."""

_HOW = """## How it is measured

- Azurite (in memory), the simulated tenant and Custos are processes of their own on one machine. Each phase of Custos is a
  process of its own, so its memory is its own. Libraries are synced so many at a time as `host.json` gives to one instance.
- Requests go over HTTP through the SDKs to the simulated tenant, which counts resource units and throttles nobody. A real
  tenant would: its budget of resource units a minute, not Custos, decides how long a first mirror takes there.
- *seconds* are by the clock, and everything shares the machine: the tenant and Azurite take their part of its cores.
- *Custos CPU s* are user and system time of all threads of Custos' process, from when its modules are loaded. *things/s of it*
  divides by them: that is the rate without the simulator's own cost, and without Azurite's. It is what one core gives; where
  Custos works on two cores at once it does more than that by the clock.
- *tenant CPU s* and *Azurite CPU s* are those processes' own time during the phase.
- *peak* is the greatest resident memory of the phase's process, the interpreter and all libraries included.
- Compare figures of one run with each other. When the load average is above the number of cores, other work took its part:
  *seconds* say little then, and processor seconds grow too, because caches are shared."""


def _rows(run: Run) -> list[tuple[str, ...]]:
    return [
        (
            cost.title,
            f"{cost.measured.count:,} {cost.measured.what}",
            f"{cost.measured.seconds:,.1f}",
            f"{cost.rate:,.0f}",
            f"{cost.measured.processor:,.1f}",
            f"{cost.own_rate:,.0f}",
            f"{cost.tenant:,.1f}",
            f"{cost.storage:,.1f}",
            f"{cost.measured.peak / _MEGABYTE:,.0f}",
            f"{cost.requests:,}",
            f"{cost.units:,}",
        )
        for name, cost in run.costs.items()
        if name != "people"
    ]


def _inside(measured: Measured) -> list[str]:
    parts = [f"{name} {seconds:.2f} s" for name, seconds in measured.parts.items()]
    return parts + [f"{name} {number:,}" for name, number in measured.notes.items()]


def _markdown_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        names = [
            line.partition(":")[2].strip() for line in facts.read_text().splitlines() if line.startswith("model name")
        ]
        if names:
            return names[0]
    return platform.processor() or platform.machine()
