"""The three questions, put to every side on one tenant in one run: a first time, and again the next day after 1,000 changes.

Every side is a process of its own, one after the other; what it cost is read from the operating system and from the tenant's meter.
The tenant throttles nobody: it counts.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from custos.errors import CustosError
from custos.settings import REPOSITORY
from local_host.azurite import Azurite
from local_host.child_process import Child
from peers.answers import QUESTIONS, Answers, read_answers, score
from peers.tools import SIDES, Ground, Side
from rehearsal.narrator import Narrator
from simulator.councils import policies_of

HOME = REPOSITORY / ".custos" / "peers"
ROUNDS = {"first": "first time", "next": "next day"}
CHANGES = 1_000
SCALE = 0.01
_UNITS_PER_MINUTE = 10_000_000
_ROOT = b"https://wrenbridge.sharepoint.example"
"""The tenant for which the policies of this repository are written."""


class SideFailed(CustosError):
    """A side ended without an answer; the text holds its last words."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What one side's answers in one round cost, and how they hold against the truth.

    `seconds` by the clock, `processor` seconds of its process and of those that it started, `peak` bytes of its greatest process.
    `answers` by question, in words; `exact` are the questions answered neither too much nor too little.
    """

    seconds: float
    processor: float
    peak: int
    requests: int
    units: int
    answers: dict[str, str]
    exact: list[str]
    notes: dict[str, int]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """One run. `asked` by side and round; `left_out` says why a side was not asked."""

    machine: str
    files: int
    libraries: int
    sites: int
    changes: int
    asked: dict[str, dict[str, Asked]]
    left_out: dict[str, str]


def compare(
    home: Path, *, scale: float = SCALE, changes: int = CHANGES, sides: Sequence[str] = tuple(SIDES)
) -> Comparison:
    """Put the questions. `home` is emptied first and keeps logs, answers and `run.json`.

    A side that fails is left out, with its last words. Raises HostError when a server does not start, and SideFailed when people
    cannot make their changes.
    """
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    narrator, load = Narrator(), os.getloadavg()[0]
    present = [SIDES[key] for key in sides if not SIDES[key].missing()]
    serve = ["serve", "--port", "0", "--scale", str(scale), "--no-throttling", "--proxy", str(home / "proxy")]
    tenant = Child("simulator", serve, log=home / "tenant.log", ready_seconds=300.0)
    asked: dict[str, dict[str, Asked]] = {side.key: {} for side in present}
    left_out = {SIDES[key].name: why for key in sides if (why := SIDES[key].missing())}
    with Azurite() as azurite, tenant:
        environment = {
            **_get(f"{tenant.url}/sim/environment"),
            **azurite.environment,
            "CUSTOS_UNITS_PER_MINUTE": str(_UNITS_PER_MINUTE),
        }
        environment["CUSTOS_POLICIES"] = str(_policies(home, environment["CUSTOS_SHAREPOINT_URL"]))
        for number, (key, words) in enumerate(ROUNDS.items()):
            if number:
                with narrator.working(f"People make {changes:,} changes"):
                    _day_passes(tenant.url, environment, changes, home)
            ground = Ground(url=tenant.url, environment=environment, now=_get(f"{tenant.url}/sim/clock")["now"])
            for side in [side for side in present if side.name not in left_out]:
                with narrator.working(f"{side.name}, {words}"):
                    try:
                        asked[side.key][key] = _ask(side, ground, home, key)
                    except SideFailed as failed:
                        left_out[side.name] = str(failed)
        truth = _get(f"{tenant.url}/sim/truth")
    comparison = Comparison(
        machine=_machine(load),
        files=truth["files"],
        libraries=truth["libraries"],
        sites=truth["sites"],
        changes=changes,
        asked={key: rounds for key, rounds in asked.items() if len(rounds) == len(ROUNDS)},
        left_out=left_out,
    )
    (home / "run.json").write_bytes(msgspec.json.encode(comparison))
    return comparison


def _machine(load: float) -> str:
    return f"{os.cpu_count()} cores, Python {platform.python_version()}; load average at the start {load:.1f}"


def _policies(home: Path, root: str) -> Path:
    """A copy of the policies for a tenant at `root`, in which no site is left out: all sides are asked about the same ones."""
    copy = home / "policies"
    shutil.copytree(policies_of(), copy)
    for file in [*copy.glob("*.yaml"), *copy.glob("register/*.csv")]:
        file.write_bytes(file.read_bytes().replace(_ROOT, root.encode()))
    settings = copy / "settings.yaml"
    lines = settings.read_text(encoding="utf-8").splitlines(keepends=True)
    began = lines.index("not_governed:\n")
    ended = next(at for at in range(began + 1, len(lines)) if not lines[at].startswith("  -"))
    settings.write_text("".join([*lines[:began], *lines[ended:]]), encoding="utf-8")
    return copy


def _day_passes(url: str, environment: Mapping[str, str], changes: int, home: Path) -> None:
    with (home / "people.log").open("wb") as log:
        command = [sys.executable, "-m", "peers.people", str(changes)]
        done = subprocess.run(command, cwd=REPOSITORY, env={**os.environ, **environment}, stderr=log, check=False)
    if done.returncode:
        raise SideFailed(f"People could not make their changes: {_last_words(home / 'people.log')}")
    _post(f"{url}/sim/clock", {"advance": "P1D"})


def _ask(side: Side, ground: Ground, home: Path, key: str) -> Asked:
    """One side, one round."""
    file, log = home / f"{side.key}-{key}.json", home / f"{side.key}-{key}.log"
    before, began = _spent(ground.url), time.perf_counter()
    used = _run([sys.executable, "-m", side.module, str(file)], side.told(ground), log)
    seconds, after = time.perf_counter() - began, _spent(ground.url)
    if used.code or not file.exists():
        raise SideFailed(f"{side.name} ended with {used.code}: {_last_words(log)}")
    told, truth = read_answers(file), _get(f"{ground.url}/sim/truth")
    scores = {name: score(_answer(told, name), truth[name], truth["left_out"]) for name in QUESTIONS}
    return Asked(
        seconds=seconds,
        processor=used.processor,
        peak=used.peak,
        requests=after["requests"] - before["requests"],
        units=after["units"] - before["units"],
        answers={name: str(one) for name, one in scores.items()},
        exact=[name for name, one in scores.items() if one.exact],
        notes=told.notes,
    )


def _answer(told: Answers, name: str) -> list[str]:
    found: list[str] = getattr(told, name)
    return found


@dataclass(frozen=True, slots=True)
class _Used:
    """What a process and those it started took."""

    code: int
    processor: float
    peak: int


def _run(command: Sequence[str], told: Mapping[str, str], log: Path) -> _Used:
    with log.open("wb") as errors:
        child = subprocess.Popen(
            command, cwd=REPOSITORY, env={**os.environ, **told}, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors
        )
        _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    kilo = 1 if sys.platform == "darwin" else 1024
    return _Used(child.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss * kilo)


def _last_words(log: Path) -> str:
    words = log.read_text(errors="replace").strip().splitlines()
    return words[-1] if words else "it said nothing"


def _spent(url: str) -> dict[str, int]:
    found: dict[str, int] = _get(f"{url}/sim/state")["spent"]
    return found


def _get(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=60) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def _post(url: str, body: Mapping[str, object]) -> None:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=60).close()
