"""`custos run`: how a run stands, what came of each action; release or cancel one that awaits approval."""

from __future__ import annotations

import argparse
import asyncio
import time

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from custos.bootstrap import Custos
from custos.cli.command import Exit, Implementation, Screen
from custos.cli.identity_argument import as_argument
from custos.cli.values import run_id
from custos.cli.why_argument import why_argument
from custos.engine.dispatch import Dispatched
from custos.engine.run_store import Progress as RunProgress
from custos.engine.run_store import RunResult, RunState
from custos.jobs import identity, runs
from custos.records.rights import Right
from custos.report import plans_json
from custos.report.runs import show
from custos.report.shapes import text_of
from custos.report.shapes.plans import Run
from custos.wording import many

_ASK_SECONDS = 0.5
_LONGEST_WAIT_SECONDS = 1_800


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", type=run_id, metavar="RUN", help="id of a run")
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--release", action="store_true", help="release it beyond its ceilings; not for whoever planned or started it"
    )
    which.add_argument("--resume", action="store_true", help="queue again what is not done, when messages were lost")
    which.add_argument("--cancel", action="store_true", help="cancel it: nothing of it is done")
    why_argument(parser)
    parser.add_argument("--json", action="store_true", help="for machines")
    as_argument(parser)


async def _run(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    if args.release:
        await runs.release(app, args.run, wanted=args.person, why=args.why)
        return await follow(app, args.run, screen)
    if args.resume:
        by = await identity.require(app, Right.OPERATE, args.person)
        queued = await app.dispatcher.requeue(args.run, by=by)
        screen.err.print(
            f"{many(queued, 'batch', 'batches')} queued again." if queued else "No batch of it is waiting."
        )
        return await follow(app, args.run, screen) if queued else await _show(app, args.run, screen)
    if args.cancel:
        by = await identity.require(app, Right.OPERATE, args.person)
        await app.dispatcher.cancel(args.run, by=by, why=args.why)
    return await (_tell if args.json else _show)(app, args.run, screen)


async def follow(app: Custos, run_id: str, screen: Screen) -> int:
    """Show the progress of a run until it ends, and how it ended."""
    await until_it_ends(app, run_id, screen)
    return await _show(app, run_id, screen)


async def until_it_ends(app: Custos, run_id: str, screen: Screen) -> None:
    """Wait while the function app does the work, and show how far it is."""
    ends = time.monotonic() + _LONGEST_WAIT_SECONDS
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=screen.err, transient=True) as bar:
        task = bar.add_task(run_id)
        while True:
            progress = await app.runs.progress(run_id)
            bar.update(task, total=progress.run.actions, completed=progress.run.actions - progress.waiting)
            if progress.run.state not in (RunState.RUNNING, RunState.PREPARING) or time.monotonic() > ends:
                break
            await asyncio.sleep(_ASK_SECONDS)


async def stands(app: Custos, run_id: str, dispatched: Dispatched | None = None) -> tuple[Run, Exit]:
    """How a run stands, for machines, and the exit code that says so."""
    progress = await app.runs.progress(run_id)
    results = [result async for result in app.runs.results(run_id)]
    return plans_json.run(progress, results, dispatched), _ending(progress)


async def _tell(app: Custos, run_id: str, screen: Screen) -> int:
    found, ending = await stands(app, run_id)
    screen.raw(text_of(found))
    return ending


async def _show(app: Custos, run_id: str, screen: Screen) -> int:
    progress = await app.runs.progress(run_id)
    results = [result async for result in app.runs.results(run_id)]
    show(progress, results, screen.out)
    return _ending(progress)


def _ending(progress: RunProgress) -> Exit:
    ended_well = progress.run.state is RunState.FINISHED and progress.verdict is RunResult.OK
    return Exit.OK if ended_well else Exit.FINDINGS


COMMAND = Implementation(_arguments, online=_run)
