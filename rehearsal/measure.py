"""One phase of the benchmark in a process of its own, so that its memory and processor time are its own.

    python -m rehearsal.measure PHASE FOLDER

It says how far it is, and at the end what it measured, as lines of JSON on standard output (`Word`).
"""

from __future__ import annotations

import asyncio
import os
import resource
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from custos.bootstrap import Custos, build
from custos.engine.evaluate import evaluate
from custos.engine.facts import Facts
from custos.inventory.discover import discover
from custos.inventory.drive_source import GraphSource, Guests
from custos.inventory.drive_state import DriveState, DriveStates, SyncState
from custos.inventory.sync import SyncReport, sync_from
from custos.jobs import evaluation, facts, kpi, policies, reporting
from custos.jobs.sync import TURN_SECONDS
from custos.kpi.catalogue import values
from custos.m365.permissions import Permission
from custos.policy import Bundle
from custos.settings import REPOSITORY, settings_from
from rehearsal.people import changes_by_people

CHANGES = 1_000
CHANGED = "changed.json"
"""In the folder: the libraries in which people changed something."""

type Tell = Callable[[int, int, str], None]


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """What one phase came to.

    `count` is how many things (`what`) it worked through. `seconds` are by the clock and `processor` those of this process, all
    its threads, in user and system mode; both from the moment at which its modules were loaded and its clients made.
    `peak` is the greatest resident memory in bytes since the process began. `parts` are seconds by the clock, in order.
    """

    what: str
    count: int
    seconds: float
    processor: float
    peak: int
    parts: dict[str, float] = {}
    notes: dict[str, int] = {}


class Word(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of standard output: how far the phase is, or the end of it."""

    done: int = 0
    total: int = 0
    told: str = ""
    measured: Measured | None = None


@dataclass
class Stopwatch:
    """Runs from its making."""

    seconds: float = field(default_factory=time.perf_counter)
    processor: float = field(default_factory=time.process_time)
    parts: dict[str, float] = field(default_factory=dict)

    def part(self, name: str) -> None:
        """What ran since the last part, or the beginning, was `name`."""
        self.parts[name] = time.perf_counter() - self.seconds - sum(self.parts.values())

    def measured(self, what: str, count: int, **notes: int) -> Measured:
        """Stop."""
        return Measured(
            what=what,
            count=count,
            seconds=time.perf_counter() - self.seconds,
            processor=time.process_time() - self.processor,
            peak=peak_bytes(),
            parts=self.parts,
            notes=notes,
        )


@dataclass
class _LeavesPermissions(GraphSource):
    """Graph, but for permissions, which are left unread: they have a phase of their own."""

    async def read_permissions(self, drive_id: str, items: Sequence[str]) -> dict[str, list[Permission]]:  # noqa: ARG002
        return {}

    async def guests(self) -> Guests:
        return Guests()


async def find(app: Custos, tell: Tell, folder: Path) -> Measured:  # noqa: ARG001
    """Discovery: sites, libraries, people, sharing capability."""
    watch = Stopwatch()
    report = await discover(app.m365, app.account, app.lakehouse, app.clock)
    return watch.measured("sites", report.sites, libraries=report.governed)


async def mirror(app: Custos, tell: Tell, folder: Path) -> Measured:  # noqa: ARG001
    """The first mirror of every library: items and labels read, compared, committed."""
    watch = Stopwatch()
    await _sync(app, [state.drive_id for state in await _states(app)], tell, permissions=False)
    states = await _states(app)
    unread = sum(state.state is not SyncState.COMPLETE for state in states)
    return watch.measured("items", sum(state.items for state in states), libraries=len(states), unread=unread)


async def permissions(app: Custos, tell: Tell, folder: Path) -> Measured:  # noqa: ARG001
    """Permissions of everything that carries a sign of sharing."""
    waiting = [state for state in await _states(app) if state.permissions_pending]
    watch = Stopwatch()
    await _sync(app, [state.drive_id for state in waiting], tell)
    left = sum(state.permissions_pending for state in await _states(app))
    return watch.measured("shared items", sum(state.permissions_pending for state in waiting) - left, unread=left)


async def backstop(app: Custos, tell: Tell, folder: Path) -> Measured:  # noqa: ARG001
    """A sync of every library in which nothing happened."""
    watch = Stopwatch()
    reports = await _sync(app, [state.drive_id for state in await _states(app)], tell)
    return watch.measured("libraries", len(reports), changed=sum(report.changed for report in reports))


async def people(app: Custos, tell: Tell, folder: Path) -> Measured:
    """Not Custos at work, but people: they make the changes."""
    watch = Stopwatch()
    changed = await changes_by_people(app, CHANGES, lambda done: tell(done, CHANGES, ""))
    (folder / CHANGED).write_bytes(msgspec.json.encode(sorted(changed.drives)))
    return watch.measured("changes", changed.count, libraries=len(changed.drives))


async def changes(app: Custos, tell: Tell, folder: Path) -> Measured:
    """From changes in the tenant to what the policies find of them, what is planned, and the cases."""
    drives: list[str] = msgspec.json.decode((folder / CHANGED).read_bytes(), type=list[str])
    watch = Stopwatch()
    reports = await _sync(app, drives, tell)
    watch.part("delta sync")
    evaluated = await evaluation.evaluate_changes(app)
    watch.part("evaluation, findings, plan and cases")
    written = sum(report.changed + report.removed for report in reports)
    findings = len(evaluated.outlook.findings) if evaluated is not None else 0
    return watch.measured("changes", CHANGES, libraries=len(drives), rows=written, findings=findings)


async def evaluation_of_all(app: Custos, tell: Tell, folder: Path) -> Measured:  # noqa: ARG001
    """Every policy over the whole mirror: what each rule matches, and what it cannot decide."""
    watch = Stopwatch()
    bundle, given = await _given(app)
    watch.part("policies and facts")
    found = await asyncio.to_thread(evaluate, bundle, given, app.clock.now())
    watch.part("evaluation")
    return watch.measured(
        "items",
        sum(state.items for state in await _states(app)),
        policies=len(bundle.policies),
        rules=len(found.counts),
        matched=sum(counts.matched for counts in found.counts.values()),
        unknown=sum(counts.unknown for counts in found.counts.values()),
    )


async def plan(app: Custos, tell: Tell, folder: Path) -> Measured:  # noqa: ARG001
    """What the timer does on its first day: evaluation, every finding made, cases, and the plan of what would be done."""
    watch = Stopwatch()
    outlook = (await evaluation.evaluate(app)).outlook
    return watch.measured("findings", len(outlook.findings), actions=len(outlook.plan.actions))


async def indicators(app: Custos, tell: Tell, folder: Path) -> Measured:  # noqa: ARG001
    """What the timer does every morning: all indicators by the mirror, then the tables for other tools."""
    watch = Stopwatch()
    inputs = await kpi.inputs_of(app)
    watch.part("mirror, cases and runs")
    found = await asyncio.to_thread(values, inputs)
    watch.part("indicators")
    written = await reporting.write(app)
    watch.part("reporting tables")
    items = sum(state.items for state in await _states(app))
    rows = sum(len(value.rows) for value in found)
    return watch.measured("items", items, rows=rows, findings=written["findings"])


PHASES: dict[str, Callable[[Custos, Tell, Path], Awaitable[Measured]]] = {
    "discovery": find,
    "mirror": mirror,
    "permissions": permissions,
    "backstop": backstop,
    "evaluation": evaluation_of_all,
    "plan": plan,
    "indicators": indicators,
    "people": people,
    "changes": changes,
}


async def _sync(app: Custos, drives: Sequence[str], tell: Tell, *, permissions: bool = True) -> list[SyncReport]:
    """Sync libraries as the function app does: so many at a time, turn after turn until nothing is left."""
    room = asyncio.Semaphore(_at_once())
    finished = rows = 0

    async def one(drive_id: str) -> list[SyncReport]:
        nonlocal finished, rows
        async with room:
            reports = [report async for report in _turns(app, drive_id, permissions=permissions)]
        finished += 1
        rows += sum(report.changed for report in reports)
        tell(finished, len(drives), f"{finished} of {len(drives)} libraries, {rows:,} rows written")
        return reports

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(drive_id)) for drive_id in drives]
    return [report for task in tasks for report in task.result()]


async def _turns(app: Custos, drive_id: str, *, permissions: bool) -> AsyncIterator[SyncReport]:
    more = True
    while more:
        graph = app.m365.observer
        report = await sync_from(
            GraphSource(graph) if permissions else _LeavesPermissions(graph),
            app.account, app.lakehouse, app.clock, drive_id, deadline_seconds=TURN_SECONDS,
        )  # fmt: skip
        yield report
        more = report.more
        if more:
            await asyncio.sleep(report.retry_after)


async def _given(app: Custos) -> tuple[Bundle, Facts]:
    """What an evaluation is given: the policies in force, and the mirror."""
    bundle = (await policies.in_force(app)).bundle
    given, _ = await facts.facts(app, bundle)
    return bundle, given


async def _states(app: Custos) -> list[DriveState]:
    return [state async for state in DriveStates.of(app.account).all()]


def _at_once() -> int:
    host = msgspec.json.decode((REPOSITORY / "host.json").read_bytes())
    return int(host["extensions"]["queues"]["batchSize"])


def peak_bytes() -> int:
    """The greatest resident memory of this process since it began.

    Linux hands `ru_maxrss` on to the programs that a process starts, so there the kernel's own mark is read.
    Source: https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
    """
    status = Path("/proc/self/status")
    if status.exists():
        mark = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(mark.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS


def main(phase: str, folder: Path) -> int:
    """Run a phase. Returns the exit code."""

    def say(word: Word) -> None:
        print(msgspec.json.encode(word).decode(), flush=True)

    async def run() -> None:
        app = build(settings_from(os.environ))
        try:
            say(
                Word(
                    measured=await PHASES[phase](
                        app, lambda done, total, told: say(Word(done=done, total=total, told=told)), folder
                    )
                )
            )
        finally:
            await app.close()

    asyncio.run(run())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
