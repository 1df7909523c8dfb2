"""The stage of a rehearsal: Azurite, the simulated tenant and the function app, each a process of its own on loopback."""

from __future__ import annotations

import json
import os
import shutil
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from local_host.azurite import Azurite
from local_host.child_process import Child
from local_host.configuration import expand
from local_host.errors import HostError
from local_host.functions import TIMER
from local_host.keys import Keys
from local_host.schedule import Schedule, parse_schedule
from rehearsal import mounting
from rehearsal.policies import copied

SCHEDULES = {
    "CUSTOS_SCHEDULE_DISCOVERY": "0 0 */6 * * *",
    "CUSTOS_SCHEDULE_SYNC": "0 30 */6 * * *",
    "CUSTOS_SCHEDULE_RECONCILE": "0 0 1 * * *",
    "CUSTOS_SCHEDULE_EVALUATION": "0 0 5 * * *",
    "CUSTOS_SCHEDULE_KPIS": "0 0 6 * * *",
    "CUSTOS_SCHEDULE_DIGESTS": "0 15 9 * * 1-5",
    "CUSTOS_SCHEDULE_SUBSCRIPTIONS": "0 10 * * * *",
    "CUSTOS_SCHEDULE_SWEEP": "0 */5 * * * *",
}
QUICK_QUEUES = {
    "AzureFunctionsJobHost__extensions__queues__maxPollingInterval": "00:00:00.500",
    "AzureFunctionsJobHost__extensions__queues__visibilityTimeout": "00:00:05",
}
OPEN_PATHS = ("/api/messages", "/api/graph/notifications", "/api/health")
"""What Easy Auth leaves open, as in infra/app.bicep."""
SETTINGS = "local.settings.json"
_PAGE = "6c1f0d1e-1d0b-4d55-9f6e-2b1c8a7e4f90"  # whatever is registered: nobody asks the simulated Entra for it
_LICENCES = "50001"  # the largest band of resource units, so that nobody waits for the minute to end


@dataclass(frozen=True, slots=True)
class Executions:
    """Of one function."""

    running: int
    succeeded: int
    failed: int


@dataclass(frozen=True, slots=True)
class Time:
    """Of the tenant: `bound_for` is where somebody sent its clock, None when it stays."""

    now: datetime
    bound_for: datetime | None


@dataclass(frozen=True, slots=True)
class Stage:
    """Where everything is. `environment` is what `custos` needs to work on this tenant."""

    home: Path
    tenant: str  # address of the simulated tenant
    host: str  # address of the function app
    policies: Path  # a copy of the sample council's, which the rehearsal may promote
    environment: Mapping[str, str]
    master_key: str

    def state(self) -> dict[str, Any]:
        """The simulated tenant's own account of itself."""
        return get(f"{self.tenant}/sim/state")

    def act(self, verb: str, **details: object) -> dict[str, Any]:
        """Do what a person does in the tenant."""
        return post(f"{self.tenant}/sim/act", {"verb": verb, **details})

    def advance(self, by: str) -> None:
        """Move the tenant's clock, which Custos follows."""
        post(f"{self.tenant}/sim/clock", {"advance": by})

    def clock(self) -> Time:
        """What the tenant's clock says."""
        told = get(f"{self.tenant}/sim/clock")
        bound_for = told["boundFor"]
        return Time(datetime.fromisoformat(told["now"]), datetime.fromisoformat(bound_for) if bound_for else None)

    def set_clock(self, to: datetime) -> None:
        """Move the tenant's clock to a moment."""
        post(f"{self.tenant}/sim/clock", {"to": to.isoformat()})

    def timers(self) -> dict[str, Schedule]:
        """The schedule of each function that a timer wakes, as the host knows it."""
        told: Any = get(f"{self.host}/admin/functions?code={self.master_key}")
        return {
            function["name"]: parse_schedule(
                expand(binding["schedule"], self.environment, where=function["name"]), timer=function["name"]
            )
            for function in told
            for binding in function["config"]["bindings"]
            if binding["type"] == TIMER
        }

    def executions(self, function: str) -> Executions:
        """How often a function has run since the start."""
        told = self._status()[function]
        return Executions(told["running"], told["succeeded"], told["failed"])

    def running(self) -> bool:
        """Whether any function runs now."""
        return any(told["running"] for told in self._status().values())

    def _status(self) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = get(f"{self.host}/admin/host/status?code={self.master_key}")["functions"]
        return found

    def fire(self, function: str) -> None:
        """Run a timer now, as an operator would."""
        post(f"{self.host}/admin/functions/{function}", {}, {"x-functions-key": self.master_key})


@contextmanager
def stage(
    home: Path,
    *,
    scale: float | None = None,
    simulator: Sequence[str] = (),
    settings: Mapping[str, str] | None = None,
    mount: Path | None = None,
    policies: Path | None = None,
) -> Iterator[Stage]:
    """Set the stage in the folder `home`, emptied first, and clear it away at the end, whatever happens.

    `scale` is the council's own unless one is given, `simulator` are further arguments of `python -m simulator serve`, `settings` go
    over the app's own, `mount` is a real directory to be governed too. `policies` govern where they lie; without them it is a copy
    of the sample council's. Raises HostError when a part does not start.
    """
    if home.exists():
        shutil.rmtree(home)
    home.mkdir(parents=True)
    if policies is None:
        policies = home / "policies"
        copied(policies)
    options = list(simulator)
    if mount is not None:
        mounting.register(policies)
        options += ["--mount", f"{mounting.LIBRARY}={mount.resolve()}"]
    port = free_port()
    host = f"http://127.0.0.1:{port}"
    keys = Keys.open(home / "host", ["graph_notifications"])
    serve = ["serve", "--port", "0", "--licences", _LICENCES]
    serve += ["--scale", str(scale)] if scale is not None else []
    serve += ["--messaging-endpoint", f"{host}/api/messages", *options]
    with Azurite() as azurite, Child("simulator", serve, log=home / "tenant.log") as tenant:
        environment = {
            **get(f"{tenant.url}/sim/environment"),
            **azurite.environment,
            **SCHEDULES,
            **QUICK_QUEUES,
            "CUSTOS_PUBLIC_URL": host,
            "CUSTOS_WEBHOOK_KEY": keys.functions["graph_notifications"],
            "CUSTOS_POLICIES": str(policies),
            "CUSTOS_SIGN_IN_FOLDER": str(home / "people"),
            "CUSTOS_PAGE_CLIENT_ID": _PAGE,
            **(settings or {}),
        }
        write_secret(home / SETTINGS, json.dumps({"IsEncrypted": False, "Values": environment}, indent=2))
        run = [
            "--port",
            str(port),
            "--state",
            str(home / "host"),
            "--no-timers",
            "--sign-in",
            f"{tenant.url}/sim/state",
        ]
        run += [word for path in OPEN_PATHS for word in ("--open", path)]
        with Child("local_host", run, environment=environment, log=home / "host.log"):
            yield Stage(home, tenant.url, host, policies, environment, keys.master)


def write_secret(path: Path, text: str) -> None:
    """Write what only its owner may read: there are keys in it."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def get(url: str) -> dict[str, Any]:
    """The JSON object at an address of this machine."""
    with urllib.request.urlopen(url, timeout=30) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def post(url: str, body: Mapping[str, object], headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Send JSON to an address of this machine; its answer. Raises HostError when it refuses."""
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json", **(headers or {})}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
    except urllib.error.HTTPError as error:
        raise HostError(f"{url} answered {error.code}: {error.read(2000).decode(errors='replace')}") from error
    found: dict[str, Any] = json.loads(text) if text.strip() else {}
    return found
