"""`python -m peers bench`: Custos and its peers, side by side on one simulated tenant."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from custos.errors import CustosError
from custos.settings import REPOSITORY
from local_host.errors import HostError
from peers.bench import CHANGES, HOME, SCALE, compare
from peers.page import PLOT, page, plot
from peers.sides import SIDES

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
    args = parser.parse_args(arguments)
    sides = [side.strip() for side in args.sides.split(",") if side.strip()]
    unknown = [side for side in sides if side not in SIDES]
    if unknown or not sides:
        print(f"There is no side {', '.join(unknown) or 'named'}. Known: {', '.join(SIDES)}.", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return _bench(args.scale, args.changes, sides)
    except (HostError, CustosError) as trouble:
        print(f"\n{trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; everything that was started has been ended.", file=sys.stderr)
        return 130


def _bench(scale: float, changes: int, sides: list[str]) -> int:
    run = compare(HOME, scale=scale, changes=changes, sides=sides)
    documented = (scale, changes) == (SCALE, CHANGES) and len(run.asked) == len(SIDES)
    folder: Path = DOCUMENTS if documented else HOME
    (folder / "peers.md").write_text(page(run), encoding="utf-8")
    (folder / PLOT).write_text(plot(run), encoding="utf-8")
    print(f"Written to {folder / 'peers.md'}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
