"""Everything that writes, wired on a store and a tenant in memory; and what kills it at a chosen call."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from uuid import uuid4

from custos.audit.chain import Chain
from custos.clock import FixedClock
from custos.engine.act import Executor
from custos.engine.approvals import Approvals
from custos.engine.batch_claims import CLAIM_SECONDS
from custos.engine.case_facts import CaseFacts, CaseKey, Cases
from custos.engine.ceiling_usage import CeilingUsage
from custos.engine.dispatch import Dispatcher
from custos.engine.ledger import Ledger
from custos.engine.plan_store import PlanStore
from custos.engine.policy_reach import reach
from custos.engine.ports import Audit, Blobs, Registers
from custos.engine.promotion import Promotion, PromotionRules
from custos.engine.refusals import Refusals
from custos.engine.run_store import RunStore
from custos.engine.separation_of_duties import Involved
from custos.engine.stop_switch import StopSwitch
from custos.engine.undo import Undoing
from custos.model.approval_rules import ApprovalRules
from custos.model.duration import Duration
from custos.model.finding import Finding
from custos.model.plan import Plan
from custos.model.policy import (
    Bundle,
    HouseLimits,
    Policy,
)
from custos.model.state import State
from custos.records.model import USUAL_TITLES, Records
from custos.records.rights import Rights
from custos.storage.account import Account
from custos.table import Table
from tests.engine.memory_tenant import MemoryTenant
from tests.engine.planned import ADMIN, NOW, SIRO, MirroredRegisters


@dataclass
class MemoryQueue:
    """A queue that keeps what was sent."""

    messages: list[Mapping[str, object]] = field(default_factory=list)
    delays: list[int] = field(default_factory=list)

    async def send(self, message: Mapping[str, object], *, delay_seconds: int = 0) -> None:
        self.delays.append(delay_seconds)
        self.messages.append(message)


class Killed(BaseException):
    """The worker died here."""


@dataclass
class Machine:
    """The machine's time in epoch seconds, which a test moves on: past the claim of a worker that died."""

    ahead: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead

    def advance(self, seconds: float = 2 * CLAIM_SECONDS) -> None:
        self.ahead += seconds


class Mortal:
    """Something whose caller dies just before call number `life` on any of the things that share the counter."""

    def __init__(self, inner: object, counter: Counter) -> None:
        self._inner = inner
        self._counter = counter

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._inner, name)
        if not inspect.iscoroutinefunction(value):
            return self._then(value) if callable(value) else value

        async def call(*args: Any, **kwargs: Any) -> Any:
            await self._counter.step()
            return await value(*args, **kwargs)

        return call

    def _then(self, value: Any) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            self._counter.tick()
            return value(*args, **kwargs)

        return call


@dataclass
class Counter:
    """Counts calls and kills before number `life` (0: never)."""

    life: int = 0
    calls: int = 0

    def tick(self) -> None:
        self.calls += 1
        if self.life and self.calls >= self.life:
            raise Killed

    async def step(self) -> None:
        """One call that can be waited for."""
        self.tick()


@dataclass
class Frozen(Counter):
    """Stands still before call number `at` until it is thawed; `still` is set then, or by whoever sees it end."""

    at: int = 0
    still: asyncio.Event = field(default_factory=asyncio.Event)
    thawed: asyncio.Event = field(default_factory=asyncio.Event)

    async def step(self) -> None:
        self.tick()
        if self.calls == self.at:
            self.still.set()
            await self.thawed.wait()


class Store(Protocol):
    """Where an office keeps what it knows."""

    def table(self, name: str) -> Table: ...

    @property
    def blobs(self) -> Blobs: ...

    @property
    def audit(self) -> Audit: ...


@dataclass
class AzureStore:
    """Tables, blobs and the real chain on Azurite, under names of their own."""

    account: Account
    clock: FixedClock
    name: str = field(default_factory=lambda: uuid4().hex)

    def table(self, name: str) -> Table:
        return self.account.rows(f"{name}{self.name}")

    @property
    def blobs(self) -> Blobs:
        return self.account.container(f"plans{self.name}")

    @property
    def audit(self) -> Chain:
        container = self.account.container(f"audit{self.name}")
        rows = self.account.rows(f"audit{self.name}")
        return Chain(rows, container, self.clock, origin="custos-audit/test", salt=lambda: uuid4().hex)


@dataclass
class MemoryCases:
    """Fulfils `custos.engine.ports.Decisions` with what a test writes here."""

    known: dict[CaseKey, CaseFacts] = field(default_factory=dict)

    async def about(self, findings: Sequence[Finding], records: Records) -> Cases:
        assert records.assets
        wanted = {(one.policy, one.rule, one.subject.key) for one in findings}
        return {key: case for key, case in self.known.items() if key in wanted}


@dataclass
class Office:
    """Everything that writes, wired on a store and a tenant in memory."""

    store: Store
    tenant: MemoryTenant
    clock: FixedClock
    plans: PlanStore
    runs: RunStore
    ledger: Ledger
    stop_switch: StopSwitch
    approvals: Approvals
    dispatcher: Dispatcher
    refusals: Refusals
    undoing: Undoing
    queue: MemoryQueue
    machine: Machine
    cases: MemoryCases

    @property
    def chain(self) -> Chain:
        """The real chain, on Azurite."""
        assert isinstance(self.store, AzureStore)
        return self.store.audit

    async def enforce(self, wanted: Bundle, plan: Plan) -> None:
        """Approve every policy of a bundle, with the reach it has, up to the state that its file asks for."""
        for one in wanted.policies.values():
            for state in (State.PILOT, State.ENFORCE):
                await self.approvals.promote(promotion(wanted, one, state, plan), RULES)
                if one.state is state:
                    break

    async def drain(self, wanted: Bundle) -> None:
        """Work until the queue is empty."""
        while self.queue.messages:
            await self.dispatcher.work(self.queue.messages.pop(0), wanted)


RULES = PromotionRules(
    rights=Rights(titles=USUAL_TITLES), approval=ApprovalRules(shortest_pilot=Duration(0, "day")), today=NOW.date()
)
"""Who may what by default, and no wait between pilot and enforce."""


def promotion(wanted: Bundle, policy: Policy, to: State, plan: Plan, **changes: Any) -> Promotion:
    """What the SIRO puts forward: a policy that somebody else owns, wrote and planned."""
    reached = reach(wanted, policy)
    plain = Promotion(
        policy=policy,
        content=b"a policy file",
        reach=reached,
        to=to,
        plan=replace(
            plan, made_by=ADMIN.upn, made_by_id=ADMIN.id, reaches=plan.reaches or {policy.hash: reached.digest}
        ),
        by=SIRO,
        owner=Involved("id of the owner", policy.owner, f"owns the policy {policy.id}"),
        authors=(Involved(ADMIN.id, ADMIN.upn, f"wrote this version of {policy.id}"),),
        reference="CIG-2026-014",
    )
    return replace(plain, **changes)


def office(
    store: Store,
    tenant: MemoryTenant | None = None,
    *,
    life: int = 0,
    counter: Counter | None = None,
    house: HouseLimits | None = None,
    writes_enabled: bool = True,
    queue: MemoryQueue | None = None,
    clock: FixedClock | None = None,
    registers: Registers | None = None,
    machine: Machine | None = None,
) -> Office:
    """An office. With the same store, tenant, queue and machine it is another instance; with a `life` it dies before that call."""
    counted = counter or Counter(life)

    def mortal(inner: object) -> Any:
        return Mortal(inner, counted) if life or counter else inner

    clock = clock or FixedClock(NOW)
    registers, held_cases = registers or MirroredRegisters(), MemoryCases()
    held = tenant if tenant is not None else MemoryTenant()
    queue = queue if queue is not None else MemoryQueue()
    machine = machine or Machine()
    held.machine = machine
    audit: Audit = mortal(store.audit)
    blobs: Blobs = mortal(store.blobs)
    ledger, runs = Ledger(mortal(store.table("actions"))), RunStore(mortal(store.table("runs")), blobs, machine)
    ceiling_usage = CeilingUsage(mortal(store.table("ceilingusage")), clock)
    stop_switch = StopSwitch(mortal(store.table("control")), clock, audit, cache_seconds=0.0)
    approvals = Approvals(mortal(store.table("approvals")), blobs, clock, audit)
    refusals = Refusals(mortal(store.table("refusals")), clock)
    executor = Executor(mortal(held), ledger, ceiling_usage, stop_switch, refusals, audit, clock, pauses=(0.0,))
    limits = house or GENEROUS
    dispatcher = Dispatcher(
        runs,
        executor,
        ceiling_usage,
        stop_switch,
        approvals,
        registers,
        held_cases,
        mortal(queue),
        audit,
        clock,
        writes_enabled,
        limits,
    )
    return Office(
        store=store,
        tenant=held,
        clock=clock,
        plans=PlanStore(blobs, audit),
        runs=runs,
        ledger=ledger,
        stop_switch=stop_switch,
        approvals=approvals,
        dispatcher=dispatcher,
        refusals=refusals,
        cases=held_cases,
        undoing=Undoing(runs, ledger, registers, clock),
        queue=queue,
        machine=machine,
    )


GENEROUS = HouseLimits(percent_of_asset_per_day=None)
