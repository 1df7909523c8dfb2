"""A campaign: the ground is made ready, each job is done once undisturbed, then round by round Custos is struck and looked at.

Everything that a campaign finds lies in its folder: the evidence of each round that left a fault, and the logs.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chaos.checker import Fault, check, incomplete, standing, unfinished
from chaos.evidence import Evidence, at_a_glance, gather, read_tables
from chaos.fault_proxy import Armed, Strike, Watch
from chaos.faults import BY_TENANT, REQUESTS, Blow, Planned, Side, draw
from chaos.stack import Ground, ground, waited, wired
from chaos.workloads import TIMERS, TYPED, Jobs
from custos.model.state import State
from local_host.errors import HostError
from rehearsal.operators import APPROVER, OPERATOR, signed_in
from rehearsal.promotion import promote_all

SCALE = 0.0005
_MIRROR_SECONDS = 300.0
_JOB_SECONDS = 120.0
_SWEEP_MINUTES = 5
_PATIENCE_LEASES = 20  # the longest waiting time of Custos is 600 seconds where its lease is 90
_POLICIES = ("settings", "labels-from-schedule", "sharing-sensitive-links")
_ASSET = "IA-003"  # it owns `chaos.workloads.LIBRARY`


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What became of a round. `steps` are those that were seen until it was struck, `seconds` how long recovery took."""

    number: int
    planned: Planned
    struck: bool
    seconds: float
    sweeps: int
    faults: Sequence[Fault]


@dataclass
class Campaign:
    """One campaign on one ground."""

    ground: Ground
    jobs: Jobs
    folder: Path
    before: list[str] = field(default_factory=list)
    steps: dict[str, dict[Side, list[str]]] = field(default_factory=dict)
    happened: int = 0

    # -- before the first round

    def prepare(self, names: Sequence[str]) -> None:
        """The tenant is found, mirrored and governed, and each of the jobs is done once, undisturbed, to learn its steps."""
        jobs, connection = self.jobs, self.ground.azurite.connection_string
        jobs.fire("discover_sites")
        if not waited(self._mirrored, _MIRROR_SECONDS, pause=0.5):
            raise HostError(f"The first mirror was not complete within {_MIRROR_SECONDS:g} s.")
        jobs.at_rest()
        asyncio.run(_approve(self.ground.environment, self.ground.stage.act, jobs.plan))
        jobs.fire("evaluate_all")
        jobs.at_rest()
        self._release()
        tables = read_tables(connection, ["drivestate", "incidents"])
        self.before = [*incomplete(tables["drivestate"]), *standing(tables["incidents"])]
        for name in names:
            self.learn(name)
        self.before = sorted({*self.before, *standing(read_tables(connection, ["incidents"])["incidents"])})

    def learn(self, job: str) -> None:
        """Do a job undisturbed and remember its steps."""
        self.jobs.ready(job)
        self.jobs.at_rest()
        watches = {Side.HOST: self.ground.host_watch, Side.OPERATOR: self.ground.operator_watch}
        for watch in watches.values():
            watch.begin()
        self.jobs.begin(job)
        self._until_struck(Planned(job=job), None)
        self.steps[job] = {side: watch.end() for side, watch in watches.items()}
        self.jobs.evening()

    def _mirrored(self) -> bool:
        rows = read_tables(self.ground.azurite.connection_string, ["drivestate"])["drivestate"]
        return any(row["PartitionKey"] == "drive" for row in rows) and not incomplete(rows)

    def _release(self) -> None:
        rows = read_tables(self.ground.azurite.connection_string, ["runs"])["runs"]
        for row in rows:
            if row["PartitionKey"] == "run" and row["state"] == "awaiting approval":
                self.ground.run("run", str(row["RowKey"]), "--release", "--why", "the backlog", "--as", APPROVER)
        self.jobs.at_rest()

    # -- a round

    def play(self, number: int, planned: Planned) -> Round:
        """One round, from making it ready to the checker's word."""
        self.jobs.ready(planned.job)
        self.jobs.at_rest()
        watch = self._arm(planned)
        self.jobs.begin(planned.job)
        struck = self._until_struck(planned, watch)
        began = time.monotonic()
        self._after(planned, struck=struck)
        sweeps, evidence = self._recover()
        faults = check(evidence)
        if faults:
            evidence.keep(self.folder / f"round-{number}.json")
        return Round(
            number=number,
            planned=planned,
            struck=struck,
            seconds=time.monotonic() - began,
            sweeps=sweeps,
            faults=faults,
        )

    def _arm(self, planned: Planned) -> Watch | None:
        """Have the blow fall at its step."""
        self.ground.host_watch.begin()
        self.ground.operator_watch.begin()
        self.happened = self._happened()
        if planned.blow is Blow.NONE:
            return None
        if planned.blow in BY_TENANT:
            request = REQUESTS[planned.step]
            fault = {**BY_TENANT[planned.blow], **request, "after": planned.nth - 1, "times": planned.times}
            self.ground.control("faults", fault)
            return None
        watch = self.ground.host_watch if planned.side is Side.HOST else self.ground.operator_watch
        watch.begin(Armed(planned.step, planned.nth, planned.before, self._strike(planned), planned.times))
        return watch

    def _strike(self, planned: Planned) -> Strike:
        ground = self.ground

        def kill() -> bool:
            (ground.kill_host if planned.side is Side.HOST else ground.kill_operator)()
            return True

        def freeze() -> bool:
            ground.freeze_host()
            return False

        return {Blow.KILL: kill, Blow.FREEZE: freeze, Blow.CUT: lambda: True}[planned.blow]

    def _until_struck(self, planned: Planned, watch: Watch | None) -> bool:
        """Wait until the process was struck, or, where the blow leaves it alive, until the job has ended."""
        survives = watch is None or planned.blow is Blow.CUT
        ends = time.monotonic() + _JOB_SECONDS
        while time.monotonic() < ends:
            if watch is not None and watch.struck and not survives:
                break
            if self.jobs.has_begun(planned.job) and self.jobs.at_rest(0.2):
                break
            time.sleep(0.02)
        struck = watch.struck if watch is not None else planned.blow is Blow.NONE or self._happened() > self.happened
        if watch is not None:
            watch.end()
        if survives:
            self.ground.calm()
        return struck

    def _happened(self) -> int:
        """How often the tenant has dealt a blow."""
        return sum(self.ground.control("faults")["happened"].values())

    def _after(self, planned: Planned, *, struck: bool) -> None:
        """What the world does after a blow: a killed host is started again, a frozen one wakes when others have taken over."""
        ground, lease = self.ground, self.ground.lease_seconds
        if struck and planned.blow is Blow.KILL and planned.side is Side.HOST:
            ground.bury_host()
            ground.start_host()
            if planned.job in TIMERS:
                ground.stage.fire(TIMERS[planned.job])  # the platform runs again what it could not end
        elif struck and planned.blow is Blow.FREEZE:
            ground.start_second_host()
            time.sleep(2 * lease + 1)
            self.jobs.fire("sweep", ground.second)
            self.jobs.at_rest(4 * lease, ground.second)
            ground.thaw_host()
            self.jobs.at_rest(4 * lease, ground.second)
            ground.stop_second_host()
        if planned.job in TYPED:
            ground.typed(_JOB_SECONDS)

    # -- and what becomes of it

    def _recover(self) -> tuple[int, Evidence]:
        """Let Custos recover with its own timers and waiting times; how many sweeps that took, and what is left in the evening."""
        jobs, patience = self.jobs, time.monotonic() + _PATIENCE_LEASES * self.ground.lease_seconds
        sweeps, connection = 0, self.ground.azurite.connection_string
        while True:
            sweeps += 1
            jobs.later(_SWEEP_MINUTES)
            jobs.fire("sweep")
            if sweeps > 1:
                jobs.fire("backstop_sync")
            if sweeps == 3:
                jobs.fire("evaluate_all")  # as every morning
            jobs.at_rest(3.0 * self.ground.lease_seconds)
            if time.monotonic() > patience:
                break
            if not unfinished(at_a_glance(self.ground.tenant, connection, before=self.before)) and not check(
                self.gather()
            ):
                break
            time.sleep(self.ground.lease_seconds / 2)
        jobs.evening()
        return sweeps, self.gather()

    def gather(self) -> Evidence:
        """What there is now."""
        actor = self.ground.environment["CUSTOS_ACTOR_CLIENT_ID"]
        connection = self.ground.azurite.connection_string
        return gather(self.ground.tenant, connection, actor=actor, before=self.before)


@contextmanager
def campaign(
    folder: Path, *, seed: int, lease_seconds: int, jobs: Sequence[str], scale: float = SCALE
) -> Iterator[Campaign]:
    """A campaign with everything made ready, in the folder `folder`, emptied first."""
    with ground(folder, scale=scale, seed=seed, lease_seconds=lease_seconds) as standing_ground:
        _narrow(standing_ground.stage.policies)
        standing_ground.start_host()
        made = Campaign(standing_ground, Jobs(standing_ground), folder)
        made.prepare(jobs)
        yield made


def rounds(made: Campaign, *, seed: int, count: int, only: Sequence[Planned] = ()) -> Iterator[Round]:
    """The rounds of a campaign, one after the other: those that are named, or drawn from the seed."""
    for number in range(1, (len(only) or count) + 1):
        yield made.play(number, only[number - 1] if only else draw(seed, number, made.steps))


def _narrow(policies: Path) -> None:
    """Two policies that act where people work; ceilings that no campaign reaches, and no exemptions."""
    exceptions = policies / "register" / "exceptions.csv"
    exceptions.write_text(exceptions.read_text().splitlines()[0] + "\n")
    for file in policies.glob("*.yaml"):
        if file.stem not in _POLICIES:
            file.unlink()
        else:
            text = re.sub(
                r"(_per_(?:run|day|site_per_day|owner_per_day|asset_per_day)): \d+", r"\1: 1000", file.read_text()
            )
            text = re.sub(r"(percent_of_\w+): \d+", r"\1: 100", text)
            text = re.sub(r"(?m)^pilot: .*$", f"pilot: [{_ASSET}]", text)
            file.write_text(text.replace("  assets:\n    status: [active, closing]", f"  assets: [{_ASSET}]"))


async def _approve(environment: Mapping[str, str], act: Callable[..., Any], plan: Callable[[], str]) -> None:
    """The people sign in, a plan is made, and both policies pilot where people work."""
    app = wired(environment)
    try:
        await signed_in(app, act, APPROVER, OPERATOR)
        await promote_all(app, await asyncio.to_thread(plan), far=lambda _: [State.PILOT])
    finally:
        await app.close()
