"""The CLI for Microsoft 365, as its users run it: a command, and what it printed.

    cli = Cli.installed(home, proxied(tenant.url))
    cli.sign_in_with_certificate(tenant.url)
    cli.run("spo", "site", "list").value

It keeps its settings and tokens under a home directory of its own, reports nothing to its makers, and reaches nothing but the
simulated tenant, whose proxy it is given.
Source: https://pnp.github.io/cli-microsoft365/
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from custos.errors import CustosError
from simulator.front.commands import ask

_HERE = Path(__file__).resolve().parent
_ENTRY = _HERE / "node_modules" / "@pnp" / "cli-microsoft365" / "dist" / "index.js"
_SECONDS = 600.0


class NotInstalled(CustosError):
    """The CLI is not here and cannot be had."""


class CliFailed(CustosError):
    """The CLI could not do what everything else depends on."""


@dataclass(frozen=True, slots=True)
class CommandOutput:
    """What one command came to: its JSON (None without output), or the words with which it refused."""

    words: tuple[str, ...]
    seconds: float
    value: Any = None
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Cli:
    """An installed CLI with a home and an environment of its own."""

    home: Path
    environment: Mapping[str, str] = field(repr=False)

    @classmethod
    def installed(cls, home: Path, environment: Mapping[str, str]) -> Self:
        """The CLI, told to say nothing to anybody else. Raises NotInstalled."""
        if not is_installed():
            raise NotInstalled(_MISSING)
        home.mkdir(parents=True, exist_ok=True)
        own = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(home),
            "USERPROFILE": str(home),
            "XDG_CONFIG_HOME": str(home / ".config"),
            "CLIMICROSOFT365_NOUPDATE": "1",
            "NO_COLOR": "1",
        }
        made = cls(home, {**own, **environment})
        made._must("cli", "config", "set", "--key", "disableTelemetry", "--value", "true")
        return made

    def run(self, *words: str) -> CommandOutput:
        """Run a command and read its JSON. A refusal is told, not raised. Raises CliFailed when it hangs or says no JSON."""
        begun = time.perf_counter()
        try:
            ran = subprocess.run(
                ["node", str(_ENTRY), *words, "--output", "json"],
                cwd=self.home, env=dict(self.environment), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                timeout=_SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise CliFailed(f"m365 {' '.join(words)} did not end within {_SECONDS:g} seconds.") from error
        seconds = time.perf_counter() - begun
        if ran.returncode:
            return CommandOutput(words, seconds, refused=_words(ran.stderr or ran.stdout))
        try:
            value = json.loads(ran.stdout) if ran.stdout.strip() else None
        except json.JSONDecodeError as error:
            raise CliFailed(f"m365 {' '.join(words)} printed what is no JSON: {ran.stdout[:200]!r}") from error
        return CommandOutput(words, seconds, value)

    def sign_in_with_certificate(self, tenant: str) -> CommandOutput:
        """Sign in as the app *Administration tools* with a certificate made for it. Raises CliFailed."""
        file = self.home / "app.pem"
        made = subprocess.run(
            [sys.executable, "-m", "simulator", "certificate", "--at", tenant, "--out", str(file)],
            cwd=_HERE.parent, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if made.returncode:
            raise CliFailed(made.stderr.strip())
        app = json.loads(made.stdout)
        place = ("--appId", app["clientId"], "--tenant", app["tenantId"])
        return self._must("login", "--authType", "certificate", "--certificateFile", str(file), *place)

    def sign_in_as_managed_identity(self) -> CommandOutput:
        """Sign in as the system-assigned managed identity. Raises CliFailed."""
        return self._must("login", "--authType", "identity")

    def _must(self, *words: str) -> CommandOutput:
        told = self.run(*words)
        if told.refused:
            raise CliFailed(f"m365 {' '.join(words[:3])} failed: {told.refused}")
        return told


def is_installed() -> bool:
    """Whether the CLI is in peers/node_modules and there is a Node to run it."""
    return _ENTRY.is_file() and shutil.which("node") is not None


def install() -> None:
    """Install the pinned CLI into peers/node_modules, if it is not there. Raises NotInstalled in one sentence."""
    if is_installed():
        return
    print("Installing the CLI for Microsoft 365 into peers/node_modules (a minute or two the first time) …", flush=True)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    try:
        ran = subprocess.run(command, cwd=_HERE, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise NotInstalled(f"{_MISSING} There is no npm on this machine.") from error
    if ran.returncode or not is_installed():
        raise NotInstalled(f"{_MISSING} npm ci said: {_words(ran.stderr or ran.stdout)}")


def proxied(tenant: str) -> dict[str, str]:
    """The variables that send a client to the simulated tenant at an address, which was started with `--proxy`."""
    return ask(tenant, "clients")


_MISSING = "The CLI for Microsoft 365 is not installed in peers/node_modules, and it cannot be installed now."


def _words(text: str) -> str:
    """The first line that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return next(
        (line.removeprefix("Error: ") for line in lines if line.startswith("Error")), lines[0] if lines else "nothing"
    )
