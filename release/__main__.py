"""`python -m release package | teams-app`: what `make package` and `make teams-app` do."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from custos.settings import REPOSITORY
from release.errors import CannotRelease
from release.package import largest, make
from release.teams_app import Asked, write

_MB = 1_000_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and do it. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m release", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    package = commands.add_parser("package", help="the folder and the zip that Azure runs")
    package.add_argument("--policies", type=Path, metavar="DIRECTORY", help="the council's policies and registers")
    package.add_argument("--into", type=Path, default=REPOSITORY / "build", metavar="DIRECTORY")
    package.set_defaults(do=_package)
    app = commands.add_parser("teams-app", help="manifest and icons of the Teams app, as a zip to publish")
    app.add_argument("--settings", type=Path, metavar="FILE", help="a local.settings.json (default: the environment)")
    app.add_argument("--council", required=True, metavar="NAME", help="who offers the app; 32 characters at most")
    app.add_argument(
        "--name", default="Custos", help="what people see in Teams; 30 characters at most (default Custos)"
    )
    app.add_argument("--website", required=True, metavar="ADDRESS", help="where people get help")
    app.add_argument("--privacy", required=True, metavar="ADDRESS", help="the council's privacy notice")
    app.add_argument("--terms", required=True, metavar="ADDRESS", help="the council's terms of use")
    app.add_argument(
        "--app-version", default="1.0.0", metavar="VERSION", help="higher with each publication (default 1.0.0)"
    )
    app.add_argument("--into", type=Path, default=REPOSITORY / "build", metavar="DIRECTORY")
    app.set_defaults(do=_teams_app)
    args = parser.parse_args(arguments)
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


def _teams_app(args: argparse.Namespace) -> int:
    values = _values(args.settings) if args.settings else os.environ
    asked = Asked(
        tenant_id=values.get("CUSTOS_TENANT_ID", ""),
        bot_app_id=values.get("CUSTOS_BOT_APP_ID", ""),
        observer_client_id=values.get("CUSTOS_OBSERVER_CLIENT_ID", ""),
        council=args.council,
        name=args.name,
        website=args.website,
        privacy=args.privacy,
        terms=args.terms,
        version=args.app_version,
    )
    archive = args.into / "custos-teams-app.zip"
    made = write(asked, archive)
    print(f"{archive}: {args.name} {made['version']}, id {made['id']}")
    print(
        "Next: a Teams administrator publishes it (docs/install.md). CUSTOS_TEAMS_APP_ID is then its id in the catalogue, not this one."
    )
    return 0


def _values(path: Path) -> Mapping[str, str]:
    try:
        values: Mapping[str, str] = json.loads(path.read_text(encoding="utf-8"))["Values"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CannotRelease(f'{path} cannot be read as settings: write {{"Values": {{"NAME": "value"}}}}.') from error
    return values


if __name__ == "__main__":
    sys.exit(main())
