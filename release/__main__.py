"""`python -m release package`: what `make package` does."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from custos.settings import REPOSITORY
from release.errors import CannotRelease
from release.package import largest, make

_MB = 1_000_000


def main() -> int:
    """Read the command line and do it. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m release", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    package = commands.add_parser("package", help="the folder and the zip that Azure runs")
    package.add_argument("--policies", type=Path, metavar="DIRECTORY", help="the council's policies and registers")
    package.add_argument("--into", type=Path, default=REPOSITORY / "build", metavar="DIRECTORY")
    package.set_defaults(do=_package)
    args = parser.parse_args()
    try:
        code: int = args.do(args)
    except CannotRelease as trouble:
        print(trouble, file=sys.stderr)
        return 1
    return code


def _package(args: argparse.Namespace) -> int:
    made = make(args.into, args.policies)
    for name, size in largest(made.contents):
        print(f"{size / _MB:8.1f} MB  {name}")
    print(f"{len(made.functions)} functions: {', '.join(made.functions)}")
    print(f"{made.bytes_unpacked / _MB:8.1f} MB  in {len(made.contents):,} files: {made.folder}")
    print(f"{made.archive.stat().st_size / _MB:8.1f} MB  {made.archive}")
    print(f"sha256 {made.sha256}")
    if args.policies is None:
        print("No policies are in it, so it would govern nothing: make package POLICIES=DIRECTORY puts yours in.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
