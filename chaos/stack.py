"""Where a campaign takes place: Azurite, the simulated tenant, and the function app behind taps, which can be killed, frozen and
started again.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chaos.fault_proxy import Taps, Watch
from custos.bootstrap import Custos, build
from custos.cli.command import Exit
from custos.cli.main import main
from custos.settings import REPOSITORY, settings_from
from local_host.azurite import Azurite
from local_host.child_process import Child
from local_host.errors import HostError
from local_host.keys import Keys
from rehearsal.policies import copied
from rehearsal.stack import QUICK_QUEUES, SCHEDULES, SETTINGS, Stage, free_port, get, post, write_secret
from simulator.entra.credential import signed_in

_LICENCES = "50001"  # the largest band of resource units, so that nobody waits for the minute to end
SITE = "sites/send-ehcp"
"""Of the whole council a campaign has this site alone, so that a round takes a minute."""


@dataclass
class Ground:
    """Everything that stands. `host_watch` sees the steps of the function app, `operator_watch` those of the command line."""

    home: Path
    azurite: Azurite
    tenant: str
    stage: Stage
    lease_seconds: int
    host_watch: Watch
    operator_watch: Watch
    environment: Mapping[str, str]  # of this process: straight to storage and tenant
    _host_environment: Mapping[str, str]
    _operator_environment: Mapping[str, str]
    _port: int
    _hosts: list[Child] = field(default_factory=list)
    _operator: subprocess.Popen[bytes] | None = None

    # -- the function app

    def start_host(self) -> None:
        """Start the function app at its address."""
        self._hosts.insert(0, self._child(self._port, self._host_environment))

    def start_second_host(self) -> None:
        """Start another instance, which works on the same queues."""
        self._hosts.append(self._child(0, self._operator_environment))

    def stop_second_host(self) -> None:
        """End the other instance in good order."""
        self._hosts.pop().stop()

    def kill_host(self) -> None:
        """SIGKILL."""
        self._hosts[0].process.kill()
        self._hosts[0].process.wait()

    def bury_host(self) -> None:
        """Clear away a host that was killed."""
        self._hosts.pop(0).stop()

    def freeze_host(self) -> None:
        """SIGSTOP: it does nothing, and knows nothing of it."""
        self._hosts[0].process.send_signal(signal.SIGSTOP)

    def thaw_host(self) -> None:
        """SIGCONT."""
        self._hosts[0].process.send_signal(signal.SIGCONT)

    def at(self, host: str) -> Stage:
        """The stage with the controls of another host."""
        return Stage(self.stage.home, self.tenant, host, self.stage.policies, self.environment, self.stage.master_key)

    @property
    def second(self) -> Stage:
        """The stage, at its second host."""
        return self.at(self._hosts[-1].url)

    def _child(self, port: int, environment: Mapping[str, str]) -> Child:
        run = ["--port", str(port), "--state", str(self.home / "host"), "--no-timers"]
        run += ["--hidden", str(self.lease_seconds)]
        child = Child("local_host", run, environment=environment, log=self.home / "host.log")
        child.start()
        return child

    # -- the command line

    def type(self, *words: str) -> None:
        """Type `custos WORDS` in a process of its own, which may be killed."""
        with (self.home / "operator.log").open("ab") as log:
            self._operator = subprocess.Popen(
                [sys.executable, "-m", "custos", *words],
                cwd=REPOSITORY,
                env={**os.environ, **self._operator_environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def run(self, *words: str) -> str:
        """Type `custos WORDS` here, where nobody kills it; what it printed. Raises HostError when it could not be done."""
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            code = main(["--width", "400", *words], self.environment, wired)
        if code > Exit.FINDINGS:
            raise HostError(f"custos {' '.join(words)} ended with {code}: {out.getvalue().strip()}")
        return out.getvalue()

    def typed(self, seconds: float) -> int:
        """Wait until the command has ended; its exit code. Raises HostError when it does not."""
        assert self._operator is not None
        try:
            return self._operator.wait(seconds)
        except subprocess.TimeoutExpired as error:
            self._operator.kill()
            self._operator.wait()
            raise HostError(f"A command did not end within {seconds:g} s; see {self.home}/operator.log.") from error

    @property
    def is_typing(self) -> bool:
        """Whether the command is still under way."""
        return self._operator is not None and self._operator.poll() is None

    def kill_operator(self) -> None:
        """SIGKILL the command under way."""
        if self._operator is not None:
            self._operator.kill()
            self._operator.wait()

    # -- the tenant

    def control(self, what: str, body: Mapping[str, object] | None = None) -> Any:
        """Ask or tell the tenant: `/sim/WHAT`."""
        return get(f"{self.tenant}/sim/{what}") if body is None else post(f"{self.tenant}/sim/{what}", body)

    def calm(self) -> None:
        """Take every trouble off."""
        import urllib.request

        with urllib.request.urlopen(urllib.request.Request(f"{self.tenant}/sim/faults", method="DELETE"), timeout=30):
            return

    def close(self) -> None:
        """End the function app, whatever became of it."""
        self.kill_operator()
        while self._hosts:
            child = self._hosts.pop()
            if child.process.poll() is None:
                child.process.send_signal(signal.SIGCONT)
            child.stop()


@contextmanager
def ground(home: Path, *, scale: float, seed: int, lease_seconds: int) -> Iterator[Ground]:
    """Set everything up in the folder `home`, emptied first, and clear it away at the end, whatever happens."""
    if home.exists():
        shutil.rmtree(home)
    home.mkdir(parents=True)
    policies = home / "policies"
    copied(policies)
    port = free_port()
    host = f"http://127.0.0.1:{port}"
    keys = Keys.open(home / "host", ["graph_notifications"])
    serve = ["serve", "--port", "0", "--scale", str(scale), "--seed", str(seed), "--licences", _LICENCES]
    serve += ["--site", SITE, "--messaging-endpoint", f"{host}/api/messages"]
    own = {
        **SCHEDULES,
        **QUICK_QUEUES,
        "CUSTOS_PUBLIC_URL": host,
        "CUSTOS_WEBHOOK_KEY": keys.functions["graph_notifications"],
        "CUSTOS_POLICIES": str(policies),
        "CUSTOS_LEASE_SECONDS": str(lease_seconds),
        "CUSTOS_UNITS_PER_MINUTE": "1000000",
        "CUSTOS_SIGN_IN_FOLDER": str(home / "signed-in"),
    }
    at_host, at_operator = Taps(), Taps()
    with Azurite() as azurite, Child("simulator", serve, log=home / "tenant.log") as tenant:
        behind = [azurite.blob_url, azurite.queue_url, azurite.table_url, tenant.url]
        with at_host.before(behind) as tapped, at_operator.before(behind) as typed:
            straight = {**get(f"{tenant.url}/sim/environment"), **azurite.environment, **own}
            stage = Stage(home, tenant.url, host, policies, straight, keys.master)
            write_secret(home / SETTINGS, json.dumps({"IsEncrypted": False, "Values": straight}, indent=2))
            standing = Ground(
                home,
                azurite,
                tenant.url,
                stage,
                lease_seconds,
                at_host.watch,
                at_operator.watch,
                straight,
                _behind(straight, behind, tapped),
                _behind(straight, behind, typed),
                port,
            )
            try:
                yield standing
            finally:
                standing.close()


def _behind(environment: Mapping[str, str], upstreams: list[str], taps: list[str]) -> Mapping[str, str]:
    """The environment with each address replaced by the tap before it. The clock and the sign-in stay as they are."""
    found = dict(environment)
    for name, value in environment.items():
        if name in ("CUSTOS_CLOCK", "IDENTITY_ENDPOINT", "CUSTOS_LOGIN_URL"):
            continue
        for upstream, tap in zip(upstreams, taps, strict=True):
            value = value.replace(upstream, tap)  # noqa: PLW2901  # each address of the connection string in turn
        found[name] = value
    return found


def waited(holds: Any, seconds: float, *, pause: float = 0.1) -> bool:
    """Wait until something holds; False when it did not within so many seconds."""
    ends = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > ends:
            return False
        time.sleep(pause)
    return True


def wired(environment: Mapping[str, str]) -> Custos:
    """An application of this process's own."""
    return build(settings_from(environment), opening=signed_in(environment))
