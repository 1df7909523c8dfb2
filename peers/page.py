"""docs/peers.md and docs/peers.svg, from one comparison."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from peers.answers import QUESTIONS
from peers.bench import ROUNDS, Asked, Comparison
from peers.plot import Panel, svg
from peers.tools import SIDES

SMALLEST_TIER = 1_250
"""Resource units a minute that one app may spend in a tenant of at most 1,000 licences; the page is `_THROTTLING`."""

_SHAREPOINT = "https://learn.microsoft.com/sharepoint/dev/general-development"
_THROTTLING = f"{_SHAREPOINT}/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online"

PLOT = "peers.svg"
_BEGIN = """# Three questions, asked four ways

<!-- Written by `make bench` (`python -m peers bench`). Edit peers/, not this page. -->

Which files lack a label? Which files can anyone open? Which libraries has nobody touched for two years? Each side is asked all
three on one simulated tenant, a first time and again on the next day after people made changes. The same tenant, the same run,
one after the other.
"""
_READING = """## How to read it

- **The answers agree.** Every side found exactly what the tenant knows to be meant, so the costs are those of like work.
- **In a tenant of this size a mirror saves nothing.** The script on `office365-rest-python-client` is the cheapest in nearly every
  column: SharePoint REST tells label and unique permissions of 2,000 items in one request, which Graph does not. Custos reads
  list items, delta and permissions, and besides them groups, owners, site properties and the permissions of every library's
  root, which these questions do not need.
- **What grows, and with what.** A scan costs what the tenant holds, every time. A sync costs what changed (about a unit for a
  changed file, five for a change of sharing) and a little for each library. Here a sixth of the files changed in a day, so both
  come to about the same; in a tenant of a million items that change is a thousandth ([benchmarks.md](benchmarks.md) has Custos
  alone at that size).
- **Typed models decide for `msgraph-sdk`.** Its requests and units are like the others'; making a Python object of every item
  takes the time. Custos uses the same SDK for addresses, sign-in and errors, and reads the bytes itself.
- **A fourth question costs Custos nothing**: it is asked of the mirror, in a second. Every script starts again, and has to be
  written.
- **Where the others are better.** A script is a page long, needs no storage and no function app, and tells the tenant as it is
  now. The CLI does hundreds of other things besides, and a shell is enough for it; its commands one by one, each a process,
  take about a second of processor time more each.
- **A script could keep delta tokens** and a table of its own, and would pay less on the second day. Delta does not tell labels,
  and it tells that sharing changed and not what it is now, so such a script keeps facts, joins them, and heals gaps: that is a
  mirror.
- **What a side cannot know.** Graph does not tell a site's sharing level: where links sleep, a script on it counts them as
  open. No API tells who is a person: the last change by an administrator's or migration account looks like work, and the date
  before it is gone. Custos discounts the accounts that `settings.yaml` names. In this tenant no link sleeps and the migration
  is three years past, so nobody was led astray.
"""
_MEASURED = """## How it is measured

- Every side is a process of its own, started anew for each round, sign-in included. *seconds* are by the clock; *CPU s* are
  those of the process and all that it starts; *peak* is the greatest resident memory of one of its processes. The tenant, and
  Azurite for Custos, are other processes on the same machine and take their share of the clock.
- *requests* and *units* are what the tenant's meter counted for the side. Microsoft publishes costs for Graph (1, 2 or 5 units
  a request). It publishes none for SharePoint REST and CSOM; the tenant counts 2, and 5 where permissions are read, and real
  ones may be dearer.
- Nobody is throttled, so that the clock shows work. *under the smallest budget* is computed and not measured: units divided by
  {tier:,} a minute, what one app may spend in a tenant of at most 1,000 licences, or the seconds by the clock where they are
  more.
- The answers are held against the tenant's own truth (`/sim/truth`). OneDrives, Loop containers, system libraries and the
  Preservation Hold Library count neither way. Custos is asked with no site left out (`not_governed` is empty).
- Loopback has no latency and this tenant answers in a millisecond. With a real one's latency every side waits longer, most of
  all those that ask for one thing after another.
- Compare figures of one run with each other; ratios hold, seconds are this machine's.

Repeat it: `make bench` measures Custos alone on a million items and then this; `.venv/bin/python -m peers bench` does only
this, into this page. `--scale 0.02` takes a larger tenant and `--sides custos,msgraph` only some; both write to
`.custos/peers/` instead. The CLI takes part where `make peers` has installed it.

Sources: [throttling and resource units]({source}),
[list items](https://learn.microsoft.com/graph/api/listitem-list), [delta](https://learn.microsoft.com/graph/api/driveitem-delta),
[scan guidance](https://learn.microsoft.com/onedrive/developer/rest-api/concepts/scan-guidance).
"""


def page(run: Comparison) -> str:
    """The page."""
    lines = [
        _BEGIN,
        _tenant(run),
        "",
        f"![Processor time, requests and units of each side, first and next day, on logarithmic scales]({PLOT})",
        "",
        "## What it cost",
        "",
        *_table(
            ("side", "round", "seconds", "CPU s", "peak MB", "requests", "units", "under the smallest budget"),
            _costs(run),
        ),
        "## What was answered",
        "",
        *_table(("side", "round", *QUESTIONS.values(), "notes"), _answers(run)),
        "## Who was asked, and how",
        "",
        *_table(("side", "how"), [(SIDES[key].name, SIDES[key].how) for key in run.asked]),
        *(f"{name} was left out: {why}\n" for name, why in run.left_out.items()),
        _READING,
        _MEASURED.format(tier=SMALLEST_TIER, source=_THROTTLING),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _tenant(run: Comparison) -> str:
    size = f"The tenant has {run.sites:,} sites, {run.libraries:,} libraries and {run.files:,} files"
    return f"{size}; people made {run.changes:,} changes. Measured on {run.machine}."


def plot(run: Comparison) -> str:
    """The drawing."""

    def panel(title: str, quantity: Callable[[Asked], float]) -> Panel:
        values = {}
        for key, rounds in run.asked.items():
            first, following = (max(quantity(rounds[name]), 0.1) for name in ROUNDS)
            values[SIDES[key].name] = (first, following)
        return Panel(title, values)

    panels = [
        panel("Minutes to finish under the smallest tenant's budget", _minutes),
        panel("Processor seconds", lambda asked: asked.processor),
        panel("Requests", lambda asked: asked.requests),
        panel("Resource units", lambda asked: asked.units),
    ]
    return svg(panels, described="What three questions cost each side, the first time and the next day.")


def _minutes(asked: Asked) -> float:
    return max(asked.units / SMALLEST_TIER, asked.seconds / 60)


def _costs(run: Comparison) -> list[tuple[str, ...]]:
    return [
        (
            SIDES[key].name,
            words,
            f"{asked.seconds:,.1f}",
            f"{asked.processor:,.1f}",
            f"{asked.peak / 1e6:,.0f}",
            f"{asked.requests:,}",
            f"{asked.units:,}",
            f"{_minutes(asked):.1f} min",
        )
        for key, rounds in run.asked.items()
        for name, words in ROUNDS.items()
        if (asked := rounds.get(name)) is not None
    ]


def _answers(run: Comparison) -> list[tuple[str, ...]]:
    return [
        (
            SIDES[key].name,
            words,
            *(asked.answers[question] for question in QUESTIONS),
            "; ".join(f"{what} {count:,}" for what, count in asked.notes.items() if count),
        )
        for key, rounds in run.asked.items()
        for name, words in ROUNDS.items()
        if (asked := rounds.get(name)) is not None
    ]


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [f"| {' | '.join(columns)} |", f"|{'|'.join('---' for _ in columns)}|"]
    return [*lines, *(f"| {' | '.join(row)} |" for row in rows), ""]
