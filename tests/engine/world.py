"""What engine tests need: policies, findings, a council's registers, and a tenant kept in memory behind the port."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, Protocol
from uuid import uuid4

from custos.audit.chain import Chain
from custos.clock import FixedClock
from custos.engine.act import Hand
from custos.engine.approvals import Approvals
from custos.engine.budgets import Budgets
from custos.engine.dispatch import Dispatcher
from custos.engine.gate import Standing
from custos.engine.ledger import Ledger
from custos.engine.limits import Sizes
from custos.engine.model import Action, ActionKind, Fact, Finding, Kind, Plan, State, Subject
from custos.engine.plan import Cases, Circumstances, make_plan
from custos.engine.plans import Plans
from custos.engine.ports import Audit, Blobs, Live, Reading, Trouble
from custos.engine.refusals import Refusals, Remembered
from custos.engine.runs import Runs
from custos.engine.switches import Switches
from custos.engine.undo import Undoing
from custos.errors import Mark
from custos.policy.model import (
    Bundle,
    Family,
    HouseLimits,
    Limits,
    Policy,
    PolicySettings,
    Recipient,
    Rule,
    Scope,
    Step,
    Test,
)
from custos.records.model import Asset, Exemption, Hold, Posture, Records, ScheduleEntry
from custos.storage.account import Account
from custos.table import Table

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
MARK = Mark("policies/test.yaml", 3, 5)
ASSET = "IA-004"
SITE = "https://wrenbridge.sharepoint.example/sites/planning-casework"
LABEL = "PLN-02 Pre-application advice 7y"
RECORD_LABEL = "PRO-02 Deed ended 12y record"


def step(kind: ActionKind, **fields: Any) -> Step:
    return Step(kind=kind, mark=MARK, **fields)


TELL = step(ActionKind.TELL, to=Recipient.OWNER)
PUT_LABEL = step(ActionKind.APPLY_LABEL, label=LABEL)


def policy(
    *steps: Step,
    name: str = "labels",
    kind: Kind = Kind.FILE,
    state: State = State.ENFORCE,
    priority: int = 0,
    fact: str = "label",
    limits: Limits | None = None,
    review_due: date = date(2027, 5, 31),
    text: str = "as first written",
) -> Policy:
    rule = Rule(
        id="rule",
        kind=kind,
        when=Test(fact=fact, operator="is", value="", mark=MARK),
        because="it is so",
        steps=steps or (PUT_LABEL,),
        mark=MARK,
    )
    return Policy(
        id=name,
        title=name,
        why="a test",
        family=Family.RETENTION,
        owner="head.infogov@wrenbridge.example",
        policy_ref=("IMP-4.1",),
        state=state,
        review_due=review_due,
        pilot=frozenset({ASSET}),
        priority=priority,
        yields_to=(),
        scope=Scope(
            assets=frozenset({ASSET}),
            unregistered=False,
            sites=(),
            libraries=(),
            excluded_assets=frozenset(),
            excluded_addresses=(),
            words="all",
            mark=MARK,
        ),
        rules=(rule,),
        limits=limits or Limits(percent_of_scope=100.0),
        hash=f"hash of {name} {text}",
        mark=MARK,
    )


def asset(**changes: Any) -> Asset:
    plain = Asset(
        id=ASSET,
        name="Planning casework",
        department="Place",
        iao="director.planning@wrenbridge.example",
        deputy="",
        stewards=(),
        escalation="",
        locations=(SITE,),
        classification="OFFICIAL",
        personal_data="personal",
        schedule_refs=("RS-PLN-02",),
        posture=Posture.AGREEMENTS_ONLY,
        public_libraries=(),
        vital=False,
        status="active",
        review_due=None,
        mark=MARK,
    )
    return replace(plain, **changes)


def entry(name: str, label: str, *, is_record: bool = False) -> ScheduleEntry:
    return ScheduleEntry(
        id=name,
        record_class=name,
        label=label,
        period="P7Y",
        is_record=is_record,
        final_action="review",
        status="approved",
        review_due=None,
        mark=MARK,
    )


def hold(**changes: Any) -> Hold:
    plain = Hold(
        id="H-003",
        kind="foi",
        asset_id=ASSET,
        locations=(),
        items_from=None,
        items_to=None,
        since=date(2026, 10, 28),
        ends=None,
        mark=MARK,
    )
    return replace(plain, **changes)


def exemption(**changes: Any) -> Exemption:
    plain = Exemption(
        id="EX-02",
        policies=("labels",),
        asset_id=ASSET,
        locations=(),
        reason="safeguarding",
        approved_by="SIRO",
        expires=date(2026, 12, 31),
        mark=MARK,
    )
    return replace(plain, **changes)


def records(holds: Sequence[Hold] = (), exemptions: Sequence[Exemption] = (), **changes: Any) -> Records:
    return Records(
        assets={ASSET: asset(**changes)},
        schedule={
            "RS-PLN-02": entry("RS-PLN-02", LABEL),
            "RS-PRO-02": entry("RS-PRO-02", RECORD_LABEL, is_record=True),
        },
        site_map=(),
        holds=tuple(holds),
        agreements={},
        exemptions=tuple(exemptions),
        posts={},
        holidays=frozenset(),
    )


def bundle(*policies: Policy, registers: Records | None = None) -> Bundle:
    listed = policies or (policy(),)
    return Bundle(
        policies={one.id: one for one in listed},
        records=registers or records(),
        settings=PolicySettings(not_people=frozenset(), not_governed=frozenset(), classes={}, clauses=frozenset()),
        version="1",
        files={},
    )


def file_subject(number: int = 1) -> Subject:
    return Subject(
        kind=Kind.FILE,
        site_id="site-1",
        drive_id="drive-1",
        item_id=f"item-{number}",
        name=f"Advice {number}.docx",
        url=f"{SITE}/Advice/Advice {number}.docx",
    )


def link_subject(number: int = 1) -> Subject:
    return replace(file_subject(number), kind=Kind.LINK, permission_id=f"link-{number}")


def grant_subject(number: int = 1) -> Subject:
    return replace(file_subject(number), kind=Kind.GRANT, permission_id=f"grant-{number}", grantee=0)


FILE_FACTS: Mapping[str, Fact] = {
    "label": "",
    "label_explicit": False,
    "is_record": False,
    "scheduled_label": LABEL,
    "scheduled_label_is_record": False,
}
LINK_FACTS: Mapping[str, Fact] = {
    "link_scope": "anonymous",
    "link_type": "view",
    "link_expires": None,
    "link_expires__missing": True,
    "anyone_links_allowed": False,
    "organisation_links_allowed": False,
}
GRANT_FACTS: Mapping[str, Fact] = {
    "person": "nurse@eastvale-nhs.example",
    "through": "grant",
    "access": "read",
    "under_agreement": False,
}


def finding(subject: Subject | None = None, *, of: str = "labels", **facts: Any) -> Finding:
    about = subject or file_subject()
    usual = {Kind.FILE: FILE_FACTS, Kind.LINK: LINK_FACTS, Kind.GRANT: GRANT_FACTS}.get(about.kind, {})
    return Finding(
        id=f"{of} {about.key}",
        policy=of,
        rule="rule",
        where=MARK,
        subject=about,
        asset_id=ASSET,
        facts={**usual, **facts},
        because="it is so",
    )


@dataclass
class Found:
    """An evaluation that found exactly these."""

    listed: Sequence[Finding]
    unknown: Mapping[str, int] = field(default_factory=dict)
    coverage: tuple[int, int] = (1, 1)

    def findings(self) -> Iterator[Finding]:
        return iter(self.listed)


def plan_of(
    wanted: Bundle,
    *found: Finding,
    cases: Cases | None = None,
    now: datetime = NOW,
    refusals: Remembered | None = None,
) -> Plan:
    standings = {one.id: Standing(state=one.state, hash=one.hash, pilot=one.pilot) for one in wanted.policies.values()}
    under = Circumstances(now=now, standings=standings, cases=cases or {}, refusals=refusals or Remembered())
    return make_plan(wanted, Found(found), under)


@dataclass
class MemoryTenant:
    """A tenant behind the engine's port. `late` readings do not show a write yet; `answers` are troubles to give, once each."""

    lives: dict[str, Live] = field(default_factory=dict)
    writes: list[tuple[str, str]] = field(default_factory=list)
    answers: list[Trouble] = field(default_factory=list)
    unreadable: dict[str, Trouble] = field(default_factory=dict)
    lost: bool = False  # answers are lost: the write happens, the caller hears of trouble

    def file(self, number: int = 1, label: str = "", **changes: Any) -> Subject:
        subject = file_subject(number)
        plain = Live(
            found=True,
            values={"label": label},
            url=subject.url,
            created=datetime(2024, 1, 1, tzinfo=UTC),
            modified=datetime(2024, 2, 1, tzinfo=UTC),
            is_folder=False,
            is_record=False,
            is_regulatory=False,
            label_explicit=False,
            list_item_id=number,
        )
        self.lives[subject.key] = replace(plain, **changes)
        return subject

    def link(self, number: int = 1, expires: datetime | None = None, **changes: Any) -> Subject:
        subject = link_subject(number)
        plain = Live(found=True, values={"link": "anonymous", "expires": expires}, url=subject.url, inherited=False)
        self.lives[subject.key] = replace(plain, **changes)
        return subject

    def grant(self, number: int = 1, person: str = "nurse@eastvale-nhs.example") -> Subject:
        subject = grant_subject(number)
        values = {"access": "read", "person": person, "through": "grant"}
        self.lives[subject.key] = Live(found=True, values=values, url=subject.url, inherited=False)
        return subject

    def label_of(self, number: int = 1) -> object:
        return self.lives[file_subject(number).key].values["label"]

    async def read(self, actions: Sequence[Action]) -> Mapping[str, Reading]:
        return {action.key: self._reading(action) for action in actions}

    def _reading(self, action: Action) -> Reading:
        key = action.finding.subject.key
        if key in self.unreadable:
            return self.unreadable[key]
        if action.kind is ActionKind.RESTORE_GRANT and key not in self.lives:
            return Live(found=True, values={"access": "", "person": action.after["person"]}, inherited=None)
        return self.lives.get(key, Live(found=False))

    async def apply_labels(self, label: str, files: Sequence[tuple[Subject, Live]]) -> Mapping[str, Trouble | None]:
        return {subject.key: self._write(subject, f"label {label}", {"label": label}) for subject, _ in files}

    async def set_expiry(self, link: Subject, expires: datetime | None) -> Trouble | None:
        return self._write(link, "expiry", {"expires": expires})

    async def remove_link(self, link: Subject) -> Trouble | None:
        return self._write(link, "remove", None)

    async def remove_grant(self, grant: Subject, *, person: str, through: str) -> Trouble | None:
        return self._write(grant, f"remove {person} {through}", None)

    async def restore_grant(self, grant: Subject, *, person: str, roles: str) -> Trouble | None:
        self.lives[grant.key] = Live(found=True, values={})
        return self._write(grant, f"invite {person}", {"access": roles, "person": person})

    async def restrict_site(self, site: Subject, sharing: str) -> Trouble | None:
        return self._write(site, f"sharing {sharing}", {"sharing": sharing})

    def _write(self, subject: Subject, what: str, values: Mapping[str, Fact] | None) -> Trouble | None:
        trouble = self.answers.pop(0) if self.answers else None
        if trouble is not None and not self.lost:
            return trouble
        self.writes.append((subject.key, what))
        if values is None:
            self.lives.pop(subject.key, None)
        else:
            live = self.lives[subject.key]
            self.lives[subject.key] = replace(live, values={**live.values, **values})
        return trouble


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
            self._counter.tick()
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
        return Chain(self.account.rows(f"audit{self.name}"), container, self.clock)


@dataclass
class Office:
    """Everything that writes, wired on a store and a tenant in memory."""

    store: Store
    tenant: MemoryTenant
    clock: FixedClock
    plans: Plans
    runs: Runs
    ledger: Ledger
    switches: Switches
    approvals: Approvals
    dispatcher: Dispatcher
    refusals: Refusals
    undoing: Undoing
    queue: MemoryQueue

    @property
    def chain(self) -> Chain:
        """The real chain, on Azurite."""
        assert isinstance(self.store, AzureStore)
        return self.store.audit

    async def enforce(self, wanted: Bundle, plan: Plan) -> None:
        """Approve every policy of a bundle up to the state that its file asks for."""
        for one in wanted.policies.values():
            for state in (State.PILOT, State.ENFORCE):
                await self.approvals.promote(
                    one,
                    state,
                    plan=plan,
                    approver="records.manager@wrenbridge.example",
                    author="admin@wrenbridge.example",
                    reference="CIG 2026-11/2",
                )
                if one.state is state:
                    break

    async def drain(self, wanted: Bundle) -> None:
        """Work until the queue is empty."""
        while self.queue.messages:
            await self.dispatcher.work(self.queue.messages.pop(0), wanted)


def office(
    store: Store,
    tenant: MemoryTenant | None = None,
    *,
    life: int = 0,
    house: HouseLimits | None = None,
    writes_enabled: bool = True,
    queue: MemoryQueue | None = None,
    clock: FixedClock | None = None,
) -> Office:
    """An office. With the same store, tenant and queue it is another instance; with a `life` it dies before that call."""
    counter = Counter(life)

    def mortal(inner: object) -> Any:
        return Mortal(inner, counter) if life else inner

    clock = clock or FixedClock(NOW)
    held = tenant if tenant is not None else MemoryTenant()
    queue = queue if queue is not None else MemoryQueue()
    audit: Audit = mortal(store.audit)
    blobs: Blobs = mortal(store.blobs)
    ledger, runs = Ledger(mortal(store.table("actions"))), Runs(mortal(store.table("runs")), blobs, claim_seconds=0.0)
    budgets = Budgets(mortal(store.table("budgets")), clock)
    switches = Switches(mortal(store.table("switches")), clock, audit, cache_seconds=0.0)
    approvals = Approvals(mortal(store.table("approvals")), clock, audit)
    refusals = Refusals(mortal(store.table("refusals")), clock)
    hand = Hand(mortal(held), ledger, budgets, switches, refusals, audit, clock, pauses=(0.0,))
    limits = house or GENEROUS
    dispatcher = Dispatcher(
        runs, hand, budgets, switches, approvals, mortal(queue), audit, clock, writes_enabled, limits
    )
    return Office(
        store=store,
        tenant=held,
        clock=clock,
        plans=Plans(blobs, audit),
        runs=runs,
        ledger=ledger,
        switches=switches,
        approvals=approvals,
        dispatcher=dispatcher,
        refusals=refusals,
        undoing=Undoing(runs, ledger, clock),
        queue=queue,
    )


GENEROUS = HouseLimits(percent_of_asset_per_day=None)


def sizes(*policies: str, size: int = 1_000) -> Sizes:
    return Sizes(scope={f"{name}/rule": size for name in policies or ("labels",)}, assets={ASSET: size})


def labelled(count: int, **facts: Any) -> list[Finding]:
    return [finding(file_subject(number), **facts) for number in range(1, count + 1)]


def with_files(tenant: MemoryTenant, count: int) -> MemoryTenant:
    for number in range(1, count + 1):
        tenant.file(number)
    return tenant


def kinds(actions: Iterable[Action]) -> list[str]:
    return [action.kind.value for action in actions]
