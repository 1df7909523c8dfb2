"""The whole product on its stage, as `make run` sets it: Azurite, a simulated council and the function app, each a process.

Tests come in by the front door: HTTP to the function app, `custos` as somebody types it, what people do in the tenant.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import io
import json
import os
import re
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import polars as pl

from custos.bootstrap import Custos, build
from custos.cli.main import main
from custos.inventory.drive_state import DriveState, DriveStates, SyncState
from custos.inventory.subscriptions import Known
from custos.jobs import identity, incidents, policies
from custos.jobs.incidents import Incident
from custos.jobs.refused_requests import Door
from custos.m365 import sharing
from custos.m365.permissions import Permission
from custos.model.state import State
from custos.records.rights import Person
from custos.settings import settings_from
from rehearsal.operators import APPROVER, OPERATOR, signed_in
from rehearsal.promotion import promote_all
from rehearsal.stack import Stage, stage
from rehearsal.waiting import is_quiet
from simulator.entra.credential import signed_in as opening_of
from tests.limits import PATIENCE

HOST = "https://wrenbridge.sharepoint.example"
SCALE = 0.002
WIDTH = 400
_RUN = re.compile(r"\bR-\d{4}-\d{4}-\d+\b")
_MIRROR_SECONDS = 300
_PAUSE = 0.1
_MIRROR_PAUSE = 1.0  # each look asks for every library, beside those who mirror them
_QUICK = {
    "AzureFunctionsJobHost__extensions__queues__visibilityTimeout": "00:00:01",
    "CUSTOS_EVALUATION_SECONDS_APART": "1",
    "CUSTOS_UNITS_PER_MINUTE": "1000000",  # every `custos` reserves a twentieth of a minute's units, and tests type often
}


@dataclass(frozen=True)
class Answer:
    """Of an HTTP server, with the seconds that it took."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Desk:
    """A wired application on an event loop of its own, in a thread."""

    loop: asyncio.AbstractEventLoop
    environment: Mapping[str, str]
    app: Custos | None = None

    def ask[T](self, question: Callable[[Custos], Awaitable[T]]) -> T:
        """Wait for the answer."""
        return asyncio.run_coroutine_threadsafe(self._answer(question), self.loop).result()

    def close(self) -> None:
        """Close the application's connections."""
        asyncio.run_coroutine_threadsafe(self._close(), self.loop).result()

    async def _answer[T](self, question: Callable[[Custos], Awaitable[T]]) -> T:
        if self.app is None:
            self.app = wired(self.environment)
        return await question(self.app)

    async def _close(self) -> None:
        if self.app is not None:
            await self.app.close()
        await self.loop.shutdown_default_executor()


def wired(environment: Mapping[str, str]) -> Custos:
    """An application on these settings, in a process that others share: its identities are told where their tenant is."""
    return build(settings_from(environment), opening=opening_of(environment))


def typed(environment: Mapping[str, str], *words: str) -> Said:
    """Type `custos WORDS` where these are the settings."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(["--width", str(WIDTH), *words], environment, wired)
    return Said(code, out.getvalue(), err.getvalue())


@contextmanager
def desk(environment: Mapping[str, str]) -> Iterator[Desk]:
    """A desk on these settings."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="desk")
    thread.start()
    opened = Desk(loop, environment)
    try:
        try:
            yield opened
        finally:
            opened.close()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@dataclass(frozen=True)
class Council:
    """A running stage. Methods are for tests without an event loop of their own. `first` is the plan made before all tests."""

    stage: Stage
    desk: Desk
    first: Mapping[str, Any] = field(default_factory=dict)

    def custos(self, *words: str) -> Said:
        """Type `custos WORDS`."""
        return typed(self.stage.environment, *words)

    def ask[T](self, question: Callable[[Custos], Awaitable[T]]) -> T:
        """Ask a wired application of this process's own, on the same storage and tenant; it remembers what it read."""
        return self.desk.ask(question)

    def ask_another[T](self, question: Callable[[Custos], Awaitable[T]]) -> T:
        """Ask an application that has read nothing before."""
        with desk(self.stage.environment) as another:
            return another.ask(question)

    def post(
        self, path: str, body: bytes = b"", *, method: str = "POST", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Call the function app."""
        return call(self.stage.host, method, path, body, headers)

    def notify(self, *notifications: Mapping[str, object], body: bytes | None = None) -> Answer:
        """Post to the webhook as Graph does."""
        content = json.dumps({"value": notifications}).encode() if body is None else body
        return self.post(self.webhook, content, headers={"Content-Type": "application/json"})

    @property
    def webhook(self) -> str:
        """Path of the webhook, with its key."""
        return f"/api/graph/notifications?code={self.stage.environment['CUSTOS_WEBHOOK_KEY']}"

    def genuine(self, known: Known, **changes: object) -> dict[str, object]:
        """A notification as Graph sends it for a subscription, with `changes`."""
        return {
            "subscriptionId": known.subscription_id,
            "clientState": known.client_state,
            "tenantId": self.stage.environment["CUSTOS_TENANT_ID"],
            "subscriptionExpirationDateTime": known.expires.isoformat(),
            "resource": f"drives/{known.drive_id}/root",
            "changeType": "updated",
            "resourceData": {"@odata.type": "#Microsoft.Graph.DriveItem"},
            **changes,
        }

    def subscriptions(self) -> list[Known]:
        """Those that Custos knows, in order of their libraries."""

        async def known(app: Custos) -> list[Known]:
            return sorted(await app.subscriptions.all(), key=lambda one: one.drive_id)

        return self.ask(known)

    def incidents(self) -> dict[tuple[Incident, str], int]:
        """How often each incident that stands was seen, by kind and subject."""

        async def standing(app: Custos) -> dict[tuple[Incident, str], int]:
            return {(one.kind, one.subject): one.count async for one in incidents.standing(app.account)}

        return self.ask(standing)

    def refused(self, door: Door) -> Counter[str]:
        """How many requests were refused at a door today, by reason: the next timer writes down what was counted."""
        self.fire("sweep")

        async def day(app: Custos) -> Counter[str]:
            return Counter(
                {why: number for (at, why), number in (await app.refused_requests.day()).items() if at is door}
            )

        return self.ask(day)

    def state(self, drive_id: str) -> DriveState:
        """What Custos knows of the sync of a library."""
        found = self.ask(lambda app: DriveStates.of(app.account).get(drive_id))
        assert found is not None
        return found

    def items(self, drive_id: str) -> pl.DataFrame:
        """The mirror of a library."""

        async def read(app: Custos) -> pl.DataFrame:
            return await asyncio.to_thread(app.lakehouse.read, "items", drives=[drive_id])

        return self.ask(read)

    def permissions(self, drive_id: str, item_id: str) -> list[Permission]:
        """The sharing of an item as the tenant has it now."""
        return self.ask(lambda app: sharing.read_item_permissions(app.m365.observer, drive_id, item_id))

    def library(self, path: str) -> str:
        """The id of a library by its server-relative path."""
        for site in self.stage.state()["sites"]:
            for drive in site["drives"]:
                if drive["url"].replace("%20", " ") == f"{HOST}{path}":
                    return str(drive["id"])
        raise AssertionError(f"there is no library {path}")

    def control(self, method: str, what: str, body: object = None) -> Any:
        """Call `/sim/WHAT` of the tenant."""
        content = b"" if body is None else json.dumps(body).encode()
        answer = call(self.stage.tenant, method, f"/sim/{what}", content, {"Content-Type": "application/json"})
        assert answer.status < 300, answer.text
        return answer.json() if answer.body else None

    def ran(self, function: str) -> int:
        """How often a function was begun since the start."""
        told = self.stage.executions(function)
        return told.running + told.succeeded + told.failed

    def fire(self, function: str, seconds: float = PATIENCE) -> None:
        """Fire a timer and wait until it has run well."""
        before = self.stage.executions(function)
        self.stage.fire(function)
        self.until(lambda: self.stage.executions(function).succeeded > before.succeeded, seconds, function)
        assert self.stage.executions(function).failed == before.failed

    def sync(self, drive_id: str, *, times: int = 1) -> None:
        """Have a library read now, and wait until it was."""
        before = self.ran("sync_drive")
        assert self.custos("sync", drive_id).code == 0
        self.until(lambda: self.ran("sync_drive") >= before + times, what="the sync")
        self.quiet()

    def quiet(self, seconds: float = PATIENCE) -> None:
        """Wait until no queue holds a message and no function runs. Messages that wait for later count not."""

        async def wait(app: Custos) -> None:
            async with asyncio.timeout(seconds):
                while not await is_quiet(app, self.stage):  # noqa: ASYNC110  # other processes come to rest
                    await asyncio.sleep(_PAUSE)

        self.ask(wait)

    def until(self, holds: Callable[[], object], seconds: float = PATIENCE, what: str = "it") -> float:
        """Wait until something holds, and say how many seconds that took."""
        began = asked = time.monotonic()
        while not holds():
            now = time.monotonic()
            assert now - began < seconds, f"{what} did not happen within {seconds:g} s"
            time.sleep(max(_PAUSE, 2 * (now - asked)))  # what is waited for needs the processor more than who asks
            asked = time.monotonic()
        return time.monotonic() - began


def call(base: str, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
    """One HTTP request; the answer as it is, whatever its status."""
    began = time.monotonic()
    connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=60)
    try:
        connection.request(method, path, body=body, headers=dict(headers or {}))
        answer = connection.getresponse()
        content = answer.read()
        told = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, told, content, time.monotonic() - began)
    finally:
        connection.close()


@contextmanager
def standing(home: Path) -> Iterator[Council]:
    """Set a stage, with everything discovered and mirrored."""
    with stage(home, scale=SCALE, simulator=traffic(), settings=_QUICK) as opened, desk(opened.environment) as own:
        council = Council(opened, own)
        council.fire("discover_sites", _MIRROR_SECONDS)
        council.ask(lambda app: signed_in(app, opened.act, APPROVER, OPERATOR))
        council.ask(_mirrored)
        council.quiet()
        yield replace(council, first=council.custos("plan", "--json").json())


def govern(council: Council) -> str:
    """Approve every policy, labels for their pilot, and apply the plan. Returns the id of the run that did it."""
    council.ask(lambda app: approve(app, council.first["id"]))
    plan = council.custos("plan", "--json", "--as", OPERATOR).json()
    applied = council.custos("apply", plan["id"], "--as", OPERATOR)
    found = _RUN.search(applied.out)
    assert found is not None, applied.out
    if "awaits approval" in applied.out:
        applied = council.custos("run", found[0], "--release", "--why", "the backlog", "--as", APPROVER)
    assert applied.code == 0, applied.out
    return found[0]


async def operator(app: Custos) -> Person:
    """The engineer who is signed in."""
    return await identity.person(app.sign_in, app.m365, await policies.judging(app), OPERATOR)


async def approve(app: Custos, plan_id: str) -> None:
    """Every policy for its pilot, and those about access for everything, on the plan made of exactly its version."""

    def far(policy: str) -> list[State]:
        return [State.PILOT] if policy.startswith("labels") else [State.PILOT, State.ENFORCE]

    await promote_all(app, plan_id, far=far)


def traffic() -> list[str]:
    """Arguments with which a simulated tenant records its Graph traffic, when CUSTOS_TRAFFIC names a directory for that."""
    directory = os.environ.get("CUSTOS_TRAFFIC")
    return ["--traffic", str(Path(directory) / f"{time.time_ns()}.jsonl")] if directory else []


async def _mirrored(app: Custos) -> None:
    async with asyncio.timeout(_MIRROR_SECONDS):
        while True:
            states = [state.state async for state in DriveStates.of(app.account).all()]
            if states and all(state is SyncState.COMPLETE for state in states):
                return
            await asyncio.sleep(_MIRROR_PAUSE)
