"""`python -m simulator serve`: a simulated Microsoft 365 tenant on loopback, and commands for one that runs."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import re
import signal
import sys
import tempfile
from pathlib import Path

from custos.errors import BadInput
from simulator import act
from simulator.councils import SAMPLE, folder_of, names
from simulator.front import commands as commands_for_clients
from simulator.refusal import Refused
from simulator.trouble import command as trouble
from simulator.trouble.script import Script, read_script

TEMPORARY = Path()
_HOST = re.compile(r"[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)+", re.IGNORECASE)
_NOWHERE = ".sharepoint.example"


def main(arguments: list[str] | None = None) -> int:
    """The command line. Returns the process's exit status."""
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    _serve_arguments(commands.add_parser("serve", help="serve a simulated tenant"))
    bench = commands.add_parser("bench", help="measure how fast the tenant answers")
    bench.add_argument("--scale", type=float, default=1.66, help="1.0 is 602,400 items (default: 1.66, a million)")
    act.add_arguments(commands.add_parser("act", help="do what people do"))
    trouble.add_arguments(commands.add_parser("trouble", help="put trouble on, and take it off"))
    commands_for_clients.add_environment(commands.add_parser("environment", help="what a client must be told"))
    commands_for_clients.add_certificate(commands.add_parser("certificate", help="let a client sign in by certificate"))
    options = parser.parse_args(arguments)
    if options.command == "serve":
        return asyncio.run(_serve(options))
    if options.command == "bench":
        from simulator.bench import measure

        return measure(options.scale)
    if options.command == "trouble":
        return trouble.run(options)
    if options.command == "environment":
        return commands_for_clients.environment(options)
    if options.command == "certificate":
        return commands_for_clients.certificate(options)
    return act.run(options)


def _serve_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=0, help="0 (default): any free port")
    parser.add_argument("--council", default=SAMPLE, metavar="NAME",
                        help=f"whose tenant: {', '.join(names())}, or a directory with files like theirs (default: {SAMPLE})")  # fmt: skip
    parser.add_argument("--scale", type=float,
                        help="how much of the council's files there is, of 1 (default: as its files say; of wrenbridge 0.01)")  # fmt: skip
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same tenant (default: 1)")
    parser.add_argument("--licences", type=int, default=8000, help="decides the throttling limits (default: 8000)")
    parser.add_argument("--no-throttling", action="store_true", help="count resource units but let nobody wait")
    parser.add_argument("--mount", action="append", default=[], metavar="LIBRARY=DIR", type=_mount,
                        help="expose a directory tree as a document library; may be repeated")  # fmt: skip
    parser.add_argument("--proxy", nargs="?", const=TEMPORARY, type=Path, metavar="DIR",
                        help="be an HTTPS proxy too; the certificate to trust is put into DIR (default: a new one)")  # fmt: skip
    parser.add_argument("--host", type=_sharepoint_host, metavar="NAME.sharepoint.com",
                        help="what SharePoint calls itself (default: as the council's files say, NAME.sharepoint.example, which no network "
                        "knows; with --proxy NAME.sharepoint.com)")  # fmt: skip
    parser.add_argument("--site", action="append", default=[], metavar="PATH",
                        help="a smaller tenant: this site and the root alone; may be repeated (sites/send-ehcp)")  # fmt: skip
    parser.add_argument("--messaging-endpoint", default="", metavar="URL", help="where the Teams bot listens")
    parser.add_argument("--traffic", type=Path, metavar="FILE.jsonl", help="record every Graph exchange")
    parser.add_argument("--walked-clock", action="store_true",
                        help="somebody else walks the clock to where people send it, with POST /sim/clock")  # fmt: skip
    parser.add_argument("--trouble", type=_script, metavar="FILE", help="a script of troubles, YAML or JSON")


def _sharepoint_host(text: str) -> str:
    if not _HOST.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no host name such as {SAMPLE}.sharepoint.com")
    return text.lower()


def _mount(text: str) -> tuple[str, Path]:
    library, equals, directory = text.partition("=")
    if not library or not equals or not Path(directory).is_dir():
        raise argparse.ArgumentTypeError(f"{text!r} is not LIBRARY=DIRECTORY with a directory that exists")
    return library, Path(directory)


def _script(text: str) -> Script:
    try:
        return read_script(Path(text))
    except Refused as refusal:
        raise argparse.ArgumentTypeError(refusal.message) from refusal


async def _serve(options: argparse.Namespace) -> int:
    from simulator.app_keys import TROUBLES
    from simulator.council import build_council
    from simulator.council.data import read_council
    from simulator.server import serve
    from simulator.teams.client import TEAMS
    from simulator.tenant.mount import mount

    proxy = options.proxy
    if proxy == TEMPORARY:
        with tempfile.TemporaryDirectory(prefix="simulated-tenant-") as directory:
            return await _serve(argparse.Namespace(**{**vars(options), "proxy": Path(directory)}))
    if proxy is not None:
        proxy.mkdir(parents=True, exist_ok=True)
    try:
        known = read_council(folder_of(options.council)).council.host
    except BadInput as bad:
        print("\n".join(str(problem) for problem in bad.problems), file=sys.stderr)
        return 2
    host = options.host or (known if proxy is None else known.replace(_NOWHERE, ".sharepoint.com"))
    gc.disable()  # millions of objects are made that stay
    tenant = build_council(
        options.council, seed=options.seed, scale=options.scale, licences=options.licences, host=host
    )
    tenant.clock.is_walked = options.walked_clock
    if options.site:
        tenant.keep_sites(options.site)
    for library, directory in options.mount:
        mount(tenant, library, directory)
    gc.freeze()
    gc.enable()
    runner = await serve(
        tenant, port=options.port, traffic=options.traffic, throttling=not options.no_throttling, proxy=proxy
    )
    host, port = runner.addresses[0][:2]
    runner.app[TEAMS].endpoint = options.messaging_endpoint
    runner.app[TEAMS].service_url = f"http://{host}:{port}/bot/teams/"
    if options.trouble is not None:
        runner.app[TROUBLES].add(options.trouble)
    print(f"ready http://{host}:{port}", flush=True)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(each, stopped.set)
    await stopped.wait()
    await runner.cleanup()
    return 0


if __name__ == "__main__":
    sys.exit(main())
