"""A session: a simulated tenant with its proxy, Custos's mirror of it, the CLI signed in, and every command compared."""

from __future__ import annotations

import asyncio
import json
import shutil
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from rich.box import SIMPLE
from rich.markup import escape
from rich.table import Table

from local_host.azurite import Azurite
from local_host.child_process import Child
from peers.cli import Cli, CommandOutput, proxied
from peers.comparisons import Comparison, comparisons
from peers.listener import listening
from peers.mirror_contents import Known, Picks, mirror
from rehearsal.narrator import Narrator

_SUBSCRIBED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CommandResult:
    """How one command compared: `differs` is empty when all agreed; `refused` when the cloud would refuse it too."""

    command: str
    seconds: float
    differs: str = ""
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Tenant:
    """Where the simulated tenant is, what makes Custos talk to it, and where it may send notifications."""

    url: str
    environment: Mapping[str, str]
    listener: str

    def expires(self) -> str:
        """A moment until which a subscription may live, by the tenant's clock."""
        with urllib.request.urlopen(f"{self.url}/sim/clock", timeout=60) as answer:
            now = datetime.fromisoformat(json.load(answer)["now"])
        return (now + _SUBSCRIBED).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@contextmanager
def tenant(home: Path, *, scale: float, traffic: Path | None = None) -> Iterator[Tenant]:
    """Set up Azurite and a tenant that throttles nobody in the folder `home`, emptied first. Raises HostError."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    serve = ["serve", "--scale", str(scale), "--no-throttling", "--proxy", str(home / "proxy")]
    if traffic is not None:
        serve += ["--traffic", str(traffic)]
    with listening(home / "listener.pem") as listener, Azurite() as azurite:
        trusting = {"SSL_CERT_FILE": str(listener.trust)}  # so that the tenant can validate the listener's address
        with Child("simulator", serve, environment=trusting, log=home / "tenant.log") as running:
            with urllib.request.urlopen(f"{running.url}/sim/environment", timeout=60) as answer:
                environment = {**json.load(answer), **azurite.environment}
            yield Tenant(running.url, environment, listener.url)


def check_commands(home: Path, narrator: Narrator, *, scale: float, traffic: Path | None = None) -> list[CommandResult]:
    """Run every command once and judge it.

    Raises HostError, what a mirror raises, CliFailed when nobody can sign in, NothingToTry.
    """
    with tenant(home, scale=scale, traffic=traffic) as running:
        with narrator.working("Custos mirrors the tenant"):
            known = asyncio.run(mirror(running.environment))
        picks = Picks.of(known)
        cli = Cli.installed(home / "cli", proxied(running.url))
        certificate, identity = _sign_in(cli, running, narrator)
        run = _run(cli, comparisons(running.listener, running.expires()), picks, narrator)
        with narrator.working("Custos reads what changed"):
            afterwards = asyncio.run(mirror(running.environment))
        judged = [_judged(each, told, afterwards if each.writes else known, picks) for each, told in run]
        return [
            CommandResult("login --authType certificate", certificate.seconds),
            CommandResult("login --authType identity", identity.seconds),
            *judged,
        ]


def _sign_in(cli: Cli, running: Tenant, narrator: Narrator) -> tuple[CommandOutput, CommandOutput]:
    """Both ways; the certificate's stays in force, and its tokens are bought anew."""
    with narrator.working("The CLI for Microsoft 365 signs in"):
        identity = cli.sign_in_as_managed_identity()
        return cli.sign_in_with_certificate(running.url), identity


def _run(
    cli: Cli, commands: Sequence[Comparison], picks: Picks, narrator: Narrator
) -> list[tuple[Comparison, CommandOutput]]:
    found = []
    with narrator.working("Its commands") as work:
        for count, each in enumerate(commands):
            work.at(count, len(commands), f"m365 {each.command}")
            found.append((each, cli.run(*each.command.split(), *each.words(picks))))
    return found


def _judged(comparison: Comparison, told: CommandOutput, known: Known, picks: Picks) -> CommandResult:
    """Agreed, refused as it must be, or what differs; an answer that lacks what a comparison looks for differs too."""
    name = comparison.command
    if told.refused:
        as_in_the_cloud = bool(comparison.refused) and comparison.refused in told.refused
        return CommandResult(name, told.seconds, "" if as_in_the_cloud else told.refused, refused=as_in_the_cloud)
    try:
        differs = comparison.differs(told.value, known, picks)
    except (KeyError, TypeError, IndexError) as error:
        differs = f"the answer has not the expected form: {type(error).__name__} {error}"
    return CommandResult(name, told.seconds, differs)


def table(verdicts: Sequence[CommandResult]) -> Table:
    """The verdicts for a terminal."""
    found = Table("m365 …", "seconds", "with what Custos knows", box=SIMPLE)
    found.columns[1].justify = "right"
    for each in verdicts:
        outcome = "refused, as in the cloud" if each.refused else "agreed"
        found.add_row(
            each.command, f"{each.seconds:.1f}", f"differs: {escape(each.differs)}" if each.differs else outcome
        )
    return found
