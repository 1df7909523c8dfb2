"""`python -m peers commands | bench`: Custos and its peers, side by side on one simulated tenant."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from custos.errors import CustosError
from custos.settings import REPOSITORY
from local_host.errors import HostError
from peers.bench import CHANGES, HOME, SCALE, compare
from peers.cli import install
from peers.page import PLOT, page, plot
from peers.session import check_commands, table
from peers.tools import SIDES
from rehearsal.narrator import Narrator
from simulator.front.commands import Unanswered

DOCUMENTS = REPOSITORY / "docs"


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and do it. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m peers", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    bench = commands.add_parser("bench", help="three questions to every side, the first time and the next day")
    bench.add_argument("--scale", type=float, default=SCALE, help=f"1.0 is 602,400 items (default {SCALE})")
    bench.add_argument("--changes", type=int, default=CHANGES, help=f"between the rounds (default {CHANGES:,})")
    bench.add_argument(
        "--sides", default=",".join(SIDES), metavar="SIDE,SIDE", help=f"who is asked (default {','.join(SIDES)})"
    )
    bench.set_defaults(do=_bench)
    checked = commands.add_parser("commands", help="what the CLI for Microsoft 365 prints beside what Custos knows")
    checked.add_argument("--scale", type=float, default=0.002, help="1.0 is 602,400 items (default 0.002)")
    checked.add_argument("--traffic", type=Path, metavar="FILE", help="record every Graph exchange")
    checked.set_defaults(do=_commands)
    args = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        code: int = args.do(args)
    except (HostError, CustosError, Unanswered) as trouble:
        print(f"\n{trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; everything that was started has been ended.", file=sys.stderr)
        return 130
    return code


def _bench(args: argparse.Namespace) -> int:
    sides = [side.strip() for side in args.sides.split(",") if side.strip()]
    unknown = [side for side in sides if side not in SIDES]
    if unknown or not sides:
        print(f"There is no side {', '.join(unknown) or 'named'}. Known: {', '.join(SIDES)}.", file=sys.stderr)
        return 2
    run = compare(HOME, scale=args.scale, changes=args.changes, sides=sides)
    documented = (args.scale, args.changes) == (SCALE, CHANGES) and len(run.asked) == len(SIDES)
    folder: Path = DOCUMENTS if documented else HOME
    (folder / "peers.md").write_text(page(run), encoding="utf-8")
    (folder / PLOT).write_text(plot(run), encoding="utf-8")
    print(f"Written to {folder / 'peers.md'}.")
    return 0


def _commands(args: argparse.Namespace) -> int:
    narrator = Narrator()
    install()
    verdicts = check_commands(HOME.parent / "peers-commands", narrator, scale=args.scale, traffic=args.traffic)
    narrator.screen.print(table(verdicts))
    differing = sum(bool(each.differs) for each in verdicts)
    refused = sum(each.refused for each in verdicts)
    agreed = len(verdicts) - differing - refused
    narrator.screen.print(f"{agreed} agreed, {refused} refused as in the cloud, {differing} differ.")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
