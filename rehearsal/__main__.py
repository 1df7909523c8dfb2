"""`python -m rehearsal run | tenant | bench | conformance`: what `make run`, `make tenant`, `make bench` and `make conformance` do."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from custos.bootstrap import build
from custos.errors import CustosError
from custos.settings import REPOSITORY, settings_from
from local_host.errors import HostError
from rehearsal import operators
from rehearsal.mounting import fingerprint
from rehearsal.narrator import Narrator
from rehearsal.policies import begun_by, strangers_refused
from rehearsal.stack import SETTINGS, Stage, stage
from rehearsal.tenant_timers import Timekeeper
from rehearsal.waiting import TookTooLong
from rehearsal.walkthrough import tell
from simulator.councils import SAMPLE
from simulator.entra.credential import signed_in

HOME = REPOSITORY / ".custos" / "rehearsal"


def main() -> int:
    """Read the command line and do it. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m rehearsal", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="Custos governs a simulated council")
    run.add_argument("--scale", type=float, default=0.01, help="1.0 is 602,400 items (default 0.01)")
    run.add_argument("--stay", action="store_true", help="leave the tenant and the app up until Ctrl-C")
    run.add_argument(
        "--mount", type=Path, metavar="DIRECTORY", help="govern the names and dates of a real directory too"
    )
    run.add_argument("--traffic", type=Path, metavar="FILE", help="record every Graph exchange")
    run.set_defaults(do=_run)
    tenant = commands.add_parser(
        "tenant", help="a simulated council with Custos beside it, in which nothing was done yet"
    )
    tenant.add_argument("--council", default=SAMPLE, metavar="NAME", help=f"whose tenant (default: {SAMPLE})")
    tenant.add_argument(
        "--policies", type=Path, required=True, metavar="DIRECTORY", help="the policies and registers that govern it"
    )
    tenant.set_defaults(do=_tenant)
    bench = commands.add_parser("bench", help="a million items")
    bench.add_argument("--items", type=int, default=1_000_000, help="how many (default 1,000,000)")
    bench.set_defaults(do=_bench)
    conformance = commands.add_parser(
        "conformance", help="check the recorded Graph traffic against the service description"
    )
    conformance.add_argument("--check", type=Path, required=True, metavar="CHECKER")
    conformance.set_defaults(do=_conformance)
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        code: int = args.do(args)
    except (HostError, CustosError, TookTooLong) as trouble:
        print(f"\n{trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; everything that was started has been ended.", file=sys.stderr)
        return 130
    return code


def _run(args: argparse.Namespace) -> int:
    narrator = Narrator()
    narrator.screen.print(
        "[bold]Custos[/bold] governs Wrenbridge City Council, a simulated Microsoft 365 tenant on this machine."
    )
    options: list[str] = []
    if args.mount and not args.mount.is_dir():
        print(f"{args.mount} is not a directory.", file=sys.stderr)
        return 2
    if args.stay:
        options.append("--walked-clock")
    if args.traffic:
        options += ["--traffic", str(args.traffic)]
    with narrator.working("Starting Azurite, the tenant and the function app"):
        opened = stage(HOME, scale=args.scale, simulator=options, mount=args.mount)
        standing = opened.__enter__()
    before = fingerprint(args.mount) if args.mount else ""
    try:
        asyncio.run(tell(standing, narrator))
        if args.mount:
            same = "Nothing changed" if fingerprint(args.mount) == before else "Somebody changed something"
            narrator.screen.print(f"{same} in {args.mount}: the labels on its files are in the simulated tenant alone.")
        _farewell(standing, narrator, stay=args.stay)
    finally:
        opened.__exit__(None, None, None)
    return 0


def _tenant(args: argparse.Namespace) -> int:
    narrator = Narrator()
    policies: Path = args.policies.resolve()
    people = begun_by(policies)
    council = ["--walked-clock", "--council", args.council]
    home = HOME.parent / "tenants" / Path(args.council).resolve().name
    with (
        narrator.working(f"Starting Azurite, the tenant of {args.council} and the function app"),
        ExitStack() as opened,
    ):
        standing = opened.enter_context(stage(home, simulator=council, policies=policies))
        strangers_refused(standing.state(), people, args.council)
        asyncio.run(_arrive(standing, people))
        kept = opened.pop_all()
    with kept:
        narrator.screen.print(f"Signed in at this terminal: {', '.join(people)}.")
        _left_up(standing, narrator)
    return 0


async def _arrive(standing: Stage, people: Sequence[str]) -> None:
    app = build(settings_from(standing.environment), opening=signed_in(standing.environment))
    try:
        await operators.signed_in(app, standing.act, *people)
    finally:
        await app.close()


def _farewell(standing: Stage, narrator: Narrator, *, stay: bool) -> None:
    narrator.screen.print(f"\nDone in {narrator.seconds:.0f} seconds.")
    if not stay:
        narrator.screen.print("Try next: [bold]make run STAY=1[/bold], then press the cards and share files yourself.")
        narrator.screen.print("Or [bold]make run MOUNT=/some/directory[/bold], and read README.md.")
        return
    _left_up(standing, narrator)


def _left_up(standing: Stage, narrator: Narrator) -> None:
    custos = f".venv/bin/custos --settings {(standing.home / SETTINGS).relative_to(REPOSITORY)}"
    narrator.screen.print("Everything stays up until Ctrl-C.")
    narrator.screen.print(f"  the tenant, to look at     {standing.tenant}/sim/")
    narrator.screen.print(f"  the cards, to be pressed   {standing.tenant}/sim/chats")
    narrator.screen.print(
        f"  the people's pages         {standing.host}/api/page   (choose whom to be)", soft_wrap=True
    )
    narrator.screen.print(f"  the function app           {standing.host}/api/health")
    narrator.screen.print(f"  the command line           {custos} status", soft_wrap=True)
    narrator.screen.print(
        f"  what people do             .venv/bin/python -m simulator act --at {standing.tenant} --help", soft_wrap=True
    )
    narrator.screen.print("Let time pass on the tenant's page: Custos's timers run on the way, each stop is told here.")
    asyncio.run(_keep_time(standing, narrator))


async def _keep_time(standing: Stage, narrator: Narrator) -> None:
    app = build(settings_from(standing.environment), opening=signed_in(standing.environment))
    try:
        await Timekeeper(app, standing, narrator.say).keep()
    finally:
        await app.close()


def _bench(args: argparse.Namespace) -> int:
    from rehearsal.bench import bench

    return bench(HOME.parent / "bench", items=args.items)


def _conformance(args: argparse.Namespace) -> int:
    from rehearsal.conformance import conformance

    return conformance(HOME.parent, args.check)


if __name__ == "__main__":
    sys.exit(main())
