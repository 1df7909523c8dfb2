"""`python -m local_host`: serves a Functions app as `func start` does."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path

from local_host import log
from local_host.configuration import read_settings
from local_host.easy_auth import EasyAuth
from local_host.errors import HostError
from local_host.host import Host, Options, described
from local_host.queues import HIDDEN_SECONDS


def main() -> int:
    """Serve until interrupted. Ends with 1 and one sentence when the app or the machine is not ready for it."""
    wanted = _parser().parse_args()
    log.configure(wanted.log, verbose=wanted.verbose)
    app = wanted.app.resolve()
    options = Options(
        app=app,
        state=(wanted.state or app / ".custos" / "host").resolve(),
        port=wanted.port,
        timers=not wanted.no_timers,
        grace_seconds=wanted.grace,
        hidden_seconds=wanted.hidden,
        guard=_guard(wanted),
    )
    try:
        cut = asyncio.run(_serve(options))
    except HostError as error:
        print(error, file=sys.stderr)
        return 1
    if cut:
        # A function in a thread cannot be ended, and Python would wait for it.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
    return 0


def _guard(wanted: argparse.Namespace) -> EasyAuth | None:
    if not wanted.sign_in:
        return None
    return EasyAuth(wanted.sign_in, tuple(wanted.open or ()))


async def _serve(options: Options) -> int:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stopping.set)
    loop.add_signal_handler(signal.SIGINT, _interrupted, stopping)
    os.chdir(options.app)
    settings = read_settings(options.app, os.environ)
    os.environ.update(settings)  # an app finds its settings there
    host = await Host.index(options, settings)
    try:
        await host.start()
        print("\n".join(["Functions:", *described(host)]), flush=True)
        print(f"ready {host.address}", flush=True)
        await host.run(stopping)
    finally:
        cut = await host.stop()
        if not cut:
            await asyncio.to_thread(host.worker.stop)
    return cut


def _interrupted(stopping: asyncio.Event) -> None:
    """Ctrl-C stops in good order; once more, at once."""
    if stopping.is_set():
        os._exit(130)
    stopping.set()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local_host", description="Serves a Functions app on this machine.")
    parser.add_argument("--app", type=Path, default=Path(), metavar="DIR", help="the app's directory (default: here)")
    parser.add_argument("--port", type=int, default=7071, help="port on 127.0.0.1; 0 takes a free one (default: 7071)")
    parser.add_argument(
        "--state", type=Path, metavar="DIR", help="where keys are kept (default: .custos/host in the app)"
    )
    parser.add_argument("--no-timers", action="store_true", help="timers fire only by POST /admin/functions/NAME")
    parser.add_argument(
        "--grace", type=float, default=30.0, metavar="SECONDS", help="what runs may still run at the end"
    )
    parser.add_argument(
        "--hidden",
        type=int,
        default=HIDDEN_SECONDS,
        metavar="SECONDS",
        help="after how long a message comes again whose host was killed (default: %(default)s)",
    )
    parser.add_argument(
        "--log", choices=("text", "json"), default="text", help="form of the log lines on standard error"
    )
    parser.add_argument(
        "--sign-in",
        metavar="URL",
        help="stand in for Easy Auth: who comes is one of the people that this address tells",
    )
    parser.add_argument(
        "--open", action="append", metavar="PATH", help="a path that nobody signs in for, where the others want it"
    )
    parser.add_argument("--verbose", action="store_true", help="log also what the libraries say")
    return parser


if __name__ == "__main__":
    sys.exit(main())
