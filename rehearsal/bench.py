"""`make bench`: what Custos costs on a tenant of a million items.

Azurite, the simulated tenant and each phase of Custos are processes of their own. Nothing waits for the tenant's budget of
resource units: the tenant counts them and throttles nobody, so that what is measured is work.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import psutil

from custos.errors import CustosError
from custos.settings import REPOSITORY
from local_host.azurite import Azurite
from local_host.child_process import Child
from rehearsal.benchmarks import Cost, Run, machine, markdown, show
from rehearsal.measure import Word
from rehearsal.narrator import Narrator
from simulator.councils import policies_of

FULL = 1_000_000
"""Runs of so many items and more are written into the documentation."""

DOCUMENT = REPOSITORY / "docs" / "benchmarks.md"
ITEMS_AT_FULL_SCALE = 602_400
_UNITS_PER_MINUTE = 10_000_000

PHASES = {
    "discovery": "Discovery",
    "mirror": "First mirror",
    "permissions": "Permissions",
    "backstop": "Backstop sync",
    "evaluation": "Evaluation",
    "plan": "First plan",
    "indicators": "Indicators",
    "people": "People make 1,000 changes",
    "changes": "1,000 changes",
}


class PhaseFailed(CustosError):
    """A phase ended without a measurement; the text holds its last words."""


def bench(home: Path, *, items: int, phases: Sequence[str] = tuple(PHASES)) -> int:
    """Measure `phases` on a tenant of `items` items, print the figures, and write them down. Returns the exit code.

    `home` is emptied first and keeps the logs and the document; a run of a million items or more goes into docs/ too. Raises
    HostError when a server does not start, and PhaseFailed.
    """
    if home.exists():
        shutil.rmtree(home)
    home.mkdir(parents=True)
    narrator = Narrator()
    serve = ["serve", "--port", "0", "--scale", str(items / ITEMS_AT_FULL_SCALE), "--no-throttling"]
    tenant = Child("simulator", serve, log=home / "tenant.log", ready_seconds=900.0)
    with Azurite() as azurite:
        with narrator.working(f"A simulated tenant of {items:,} items is made"):
            tenant.start()
        try:
            run = Run(machine(), items, _measured(phases, home, narrator, azurite, tenant))
        finally:
            tenant.stop()
    (home / "run.json").write_bytes(msgspec.json.encode(run))
    show(run, narrator.screen)
    document = home / "benchmarks.md"
    document.write_text(markdown(run))
    if items >= FULL and set(phases) == set(PHASES):
        shutil.copyfile(document, DOCUMENT)
        document = DOCUMENT
    narrator.screen.print(f"Written to {document}.", soft_wrap=True)
    return 0


def _measured(
    phases: Sequence[str], home: Path, narrator: Narrator, azurite: Azurite, tenant: Child
) -> dict[str, Cost]:
    environment = {
        **_get(f"{tenant.url}/sim/environment"),
        **azurite.environment,
        "CUSTOS_UNITS_PER_MINUTE": str(_UNITS_PER_MINUTE),
        "CUSTOS_POLICIES": str(policies_of()),
    }
    assert azurite.pid is not None, "it runs"
    stands = _Stands(tenant.url, psutil.Process(tenant.process.pid), psutil.Process(azurite.pid))
    return {phase: _phase(phase, home, narrator, environment, stands) for phase in phases}


def _phase(phase: str, home: Path, narrator: Narrator, environment: Mapping[str, str], stands: _Stands) -> Cost:
    before = stands.now()
    measured = None
    with narrator.working(PHASES[phase]) as work, (home / f"{phase}.log").open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "rehearsal.measure", phase, str(home)],
            cwd=REPOSITORY, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=log,
        )  # fmt: skip
        assert child.stdout is not None
        try:
            for line in child.stdout:
                word = msgspec.json.decode(line, type=Word)
                measured = word.measured or measured
                if word.told:
                    work.at(word.done, word.total, word.told)
        finally:
            child.terminate()  # harmless when it ended
            child.stdout.close()
            code = child.wait()
    if measured is None:
        words = (home / f"{phase}.log").read_text(errors="replace").strip().splitlines()
        raise PhaseFailed(f"{PHASES[phase]} ended with {code}: {words[-1] if words else 'it said nothing'}")
    after = stands.now()
    return Cost(
        title=PHASES[phase],
        measured=measured,
        tenant=after.tenant - before.tenant,
        storage=after.storage - before.storage,
        requests=after.requests - before.requests,
        units=after.units - before.units,
    )


@dataclass(frozen=True, slots=True)
class _Meters:
    """Processor seconds of the servers, and what the tenant has counted."""

    tenant: float
    storage: float
    requests: int
    units: int


@dataclass(frozen=True, slots=True)
class _Stands:
    """Where the meters are read."""

    url: str
    tenant: psutil.Process
    storage: psutil.Process

    def now(self) -> _Meters:
        spent = _get(f"{self.url}/sim/state")["spent"]
        tenant, storage = (sum(process.cpu_times()[:2]) for process in (self.tenant, self.storage))
        return _Meters(tenant, storage, spent["requests"], spent["units"])


def _get(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=60) as answer:
        found: dict[str, Any] = json.load(answer)
        return found
