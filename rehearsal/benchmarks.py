"""What the benchmark says: a table on the terminal, and the document `docs/benchmarks.md`."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psutil
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
    """What the run says about the aims, which are set for two cores and a million items."""
    costs = run.costs
    mirror, evaluation, changes = (costs[name] for name in ("mirror", "evaluation", "changes"))
    peak = max(cost.measured.peak for name, cost in costs.items() if name != "people")
    of_all = evaluation.measured.parts["evaluation"]
    return [
        Aim(
            "first mirror without the simulator's own cost",
            "30,000 items/s",
            f"{mirror.own_rate:,.0f} items/s",
            mirror.own_rate >= 30_000,
        ),
        Aim(
            f"{evaluation.measured.notes['policies']} policies over the whole mirror, read through Azurite",
            "under 2 s",
            f"{of_all:.2f} s",
            of_all < 2,
        ),
        Aim(
            "1,000 changes to findings",
            "under 10 s",
            f"{changes.measured.seconds:.1f} s",
            changes.measured.seconds < 10,
        ),
        Aim("peak memory of any phase", "under 1.2 GB", f"{peak / 1e9:.2f} GB", peak < 1_200 * _MEGABYTE),
    ]


def show(run: Run, screen: Console) -> None:
    """Print the figures."""
    table = Table(title=f"{run.items:,} items", title_justify="left")
    for number, heading in enumerate(_HEADINGS):
        table.add_column(heading, justify="left" if number == 0 else "right")
    for row in _rows(run):
        table.add_row(*row)
    screen.print(table)
    screen.print(run.machine, soft_wrap=True)
    for aim in aims(run):
        screen.print(
            f"{'reached' if aim.holds else 'missed '}  {aim.what}: {aim.reached} (aim: {aim.aim})", soft_wrap=True
        )


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
                f"`make bench` wrote this page; it takes some minutes and about 4 GB. A smaller run, which goes to "
                f"`.custos/bench/benchmarks.md` instead: `.venv/bin/python -m rehearsal bench --items 60000`.",
                f"A simulated tenant of {run.items:,} items on {run.machine}",
                "## The aims",
                _markdown_table(("what", "aim", "reached", "holds"), goals),
                "## The figures",
                _markdown_table(_HEADINGS, _rows(run)),
                "## Inside",
                _markdown_table(("phase", "of which"), inside),
                _HOW,
            )
        )
        + "\n"
    )


_HEADINGS = (
    "phase", "things", "seconds", "things/s", "Custos CPU s", "things/s of it", "tenant CPU s", "Azurite CPU s", "peak MB",
    "requests", "units",
)  # fmt: skip

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
- Compare figures of one run with each other. Between machines, and between busy and quiet moments, they differ."""


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
