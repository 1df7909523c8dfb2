"""The whole loop in memory: what is found is asked about and acted on, what was done is told, and people answer. Storage, tenant and
Teams are in memory; everything in between is the product.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from custos.audit.events import Event
from custos.clock import FixedClock
from custos.engine.abandoned_runs import sweep_runs
from custos.engine.gate import Purpose, Standing
from custos.engine.plan import Circumstances, make_plan, occasion
from custos.engine.remaining_steps import with_bars
from custos.engine.run import RunState
from custos.engine.run_progress import Done
from custos.engine.undo import UndoScope
from custos.model.finding import Finding
from custos.model.policy import Bundle, HouseLimits, Policy
from custos.model.state import State
from custos.notices import unreported_actions
from custos.notices.action_report_store import ActionReportStore
from custos.notices.action_reports import ActionReport, Agreed, Known
from custos.notices.agreements import finished, follow
from custos.notices.assignment import Accountability, Directory
from custos.notices.case_findings import CaseFindings
from custos.notices.case_lookup import DecidedCases, case_facts
from custos.notices.case_store import CaseStore
from custos.notices.case_update import Refreshed, Situation, refresh_cases
from custos.notices.contacts import Contacts
from custos.notices.decisions import Press, PressResult, answer
from custos.notices.delivery import DeliveryContext, handle_notice
from custos.notices.digest import DigestState, DigestStore, prepare_digests, prepare_notes
from custos.notices.escalation import look_after
from custos.notices.model import Case
from custos.notices.question_wording import topics_of
from custos.notices.remark_store import RemarkStore
from custos.notices.unreached import move_on
from custos.notices.waves import Waves
from custos.records.rights import CUSTOS
from custos.storage.rows import key_part
from tests.engine.memory_store import MemoryStore
from tests.engine.memory_tenant import MemoryTenant
from tests.engine.planned import ADMIN, ASSET, NOW, Found, bundle, sizes
from tests.engine.wired_engine import Machine, MemoryQueue, Office, office
from tests.notices import small_council
from tests.notices.failing_channels import FailingChannels
from tests.notices.known_assets import KnownAssets

NO_CEILINGS = HouseLimits(
    per_run=None,
    per_day=None,
    per_site_per_day=None,
    per_owner_per_day=None,
    per_asset_per_day=None,
    percent_of_asset_per_day=None,
    irreversible_per_day=None,
)


@dataclass
class Council:
    """A council with one bundle of policies, all of them enforced."""

    bundle: Bundle
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    store: MemoryStore = field(default_factory=MemoryStore)
    tenant: MemoryTenant = field(default_factory=MemoryTenant)
    channels: FailingChannels = field(default_factory=FailingChannels)
    notify: MemoryQueue = field(default_factory=MemoryQueue)
    acts: MemoryQueue = field(default_factory=MemoryQueue)
    house: HouseLimits = field(default_factory=lambda: NO_CEILINGS)
    claims: Machine = field(default_factory=Machine)
    machine: float = 1_000_000.0
    people: Directory = field(default_factory=small_council.directory)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def office(self, *, life: int = 0) -> Office:
        """A worker that writes; with a `life` it dies before that call."""
        made = office(
            self.store,
            self.tenant,
            life=life,
            clock=self.clock,
            queue=self.acts,
            house=self.house,
            machine=self.claims,
        )
        made.dispatcher.decisions = DecidedCases(self.book, self.clock, small_council.ZONE)
        return made

    @property
    def book(self) -> CaseStore:
        return CaseStore(self.store.table("cases"), self.store.blobs, self._record)  # type: ignore[arg-type]  # as a container

    @property
    def digests(self) -> DigestStore:
        return DigestStore(self.store.table("digests"))

    @property
    def action_reports(self) -> ActionReportStore:
        return ActionReportStore(self.store.table("actionreports"))

    @property
    def accountable(self) -> Accountability:
        return Accountability(
            records=self.bundle.records,
            directory=self.people,
            today=self.now.astimezone(small_council.ZONE).date(),
        )

    @property
    def context(self) -> DeliveryContext:
        people = Contacts(self.store.table("contacts"))
        return DeliveryContext(
            book=self.book,
            digests=self.digests,
            action_reports=self.action_reports,
            remarks=RemarkStore(self.store.table("remarks")),
            people=people,
            channels=self.channels.reaching(people),
            queue=self.notify,
            records=self.bundle.records,
            waves=Waves(waves=self.bundle.settings.waves, records=self.bundle.records),
            asking=True,
            knowledge=KnownAssets(self.accountable),
            zone=small_council.ZONE,
            now=self.now,
            machine_now=self.machine,
        )

    def later(self, **span: float) -> None:
        """Let time pass."""
        by = timedelta(**span)
        self.clock.moment = self.now + by
        self.machine += by.total_seconds()

    def at(self, moment: datetime) -> None:
        """Go to a moment."""
        self.later(seconds=(moment - self.now).total_seconds())

    async def evaluate(self, findings: Sequence[Finding], *, life: int = 0, waits: bool = False) -> Refreshed:
        """Bring the cases up to date, plan, and carry out what is due; with `waits` its runs wait for a worker."""
        records, today = self.bundle.records, self.accountable.today
        facts = await case_facts(self.book, findings, records, today)
        policies = self.bundle.policies.values()
        standings = {one.id: Standing(state=one.state, hash=one.hash, pilot=one.pilot) for one in policies}
        undone = await self.office().ledger.undone()
        under = Circumstances(now=self.now, standings=standings, cases=facts, undone=undone)
        plan = make_plan(self.bundle, Found(findings), under)
        situation = Situation(
            accountable=self.accountable,
            topics=topics_of(self.bundle, dict.fromkeys(self.bundle.policies, State.ENFORCE)),
            places=small_council.PLACES,
            covered=lambda _family, _site, _drive: True,
            acted=self.acted,
            now=self.now,
            zone=small_council.ZONE,
        )
        barred = list(with_bars(findings, self.bundle, occasion(self.bundle, under)))
        report = await refresh_cases(barred, book=self.book, situation=situation)
        worker = self.office(life=life)
        await self.office().enforce(self.bundle, plan)
        saved = await worker.plans.save(plan, by=CUSTOS)
        dispatched = await worker.dispatcher.dispatch(saved, self.bundle, by=CUSTOS, sizes=sizes(*self.bundle.policies))
        await follow(plan, facts, dispatched, book=self.book, queue=self.notify)
        if not waits:
            await self.work(worker)
        return report

    async def work(self, worker: Office | None = None) -> None:
        """Do what waits in the queue of batches."""
        worker = worker or self.office()
        while self.acts.messages:
            progress = await worker.dispatcher.work(self.acts.messages.pop(0), self.bundle)
            if progress.run.state is RunState.FINISHED:
                await finished(progress, book=self.book, queue=self.notify)

    async def sweep(self) -> None:
        """As the timer does some minutes after a worker died."""
        self.claims.advance()
        worker = self.office()
        await sweep_runs(worker.dispatcher, waiting=len(self.acts.messages))
        await self.work(worker)

    async def undo(self, run: str, why: str = "It was meant for another library") -> None:
        """Put a run back."""
        worker = self.office()
        undone = await worker.undoing.plan(UndoScope.RUN, run, self.bundle)
        saved = await worker.plans.save(undone.plan, by=ADMIN)
        await worker.dispatcher.dispatch(
            saved,
            self.bundle,
            by=ADMIN,
            sizes=sizes(*self.bundle.policies),
            purpose=Purpose.UNDO,
            target=f"run {run}",
            reason=why,
        )
        await self.work(worker)

    async def acted(self, place: str) -> CaseFindings:
        """On what runs acted in a place that nobody was told of."""
        found: dict[str, set[str]] = {}
        worker = self.office()
        for one in await unreported_actions.UntoldWrites(worker.runs, worker.ledger).at(key_part(place)):
            finding = one.action.finding
            found.setdefault(f"{finding.policy}/{finding.rule}", set()).add(finding.subject.key)
        return CaseFindings.from_keys(found)

    async def left(self) -> list[ActionReport]:
        """What is left to tell by now."""
        worker = self.office()
        return await unreported_actions.gather(worker.runs, worker.ledger, self.action_reports, self._known)

    async def digest(self, *, once: bool = False) -> None:
        """As the timer of the morning does."""
        context = self.context
        kept = await look_after(context.book, self.accountable, context.now, context.zone)
        for card in sorted(kept.stale_cards):
            await self.notify.send({"update": card})
        await prepare_digests(
            context.now,
            book=context.book,
            digests=context.digests,
            queue=self.notify,
            zone=context.zone,
            holidays=context.records.holidays,
            machine_now=context.machine_now,
            action_reports=unreported_actions.addressed(await self.left(), self.accountable),
        )
        await self.deliver(once=once)

    async def note(self, *, once: bool = False) -> None:
        """As the sweep does, late in the afternoon and at any other time."""
        context = self.context
        await prepare_notes(
            context.now,
            unreported_actions.addressed(await self.left(), self.accountable),
            digests=context.digests,
            queue=self.notify,
            zone=context.zone,
            holidays=context.records.holidays,
            machine_now=context.machine_now,
        )
        await self.deliver(once=once)

    async def deliver(self, *, once: bool = False) -> None:
        """Do what waits in the queue of notices; `once`: what goes back into it waits for later."""
        waiting = list(self.notify.messages) if once else self.notify.messages
        if once:
            self.notify.messages.clear()
        while waiting:
            message = waiting.pop(0)
            await handle_notice(message, context=self.context)
            stored = await self.digests.get(str(message.get("digest", "")))
            if stored is not None and stored.digest.state is DigestState.UNDELIVERED:
                await move_on(
                    stored.digest, book=self.book, accountable=self.accountable, queue=self.notify, now=self.now
                )

    async def press(self, case: Case, verb: str, *, reason: str = "", kind: str = "") -> PressResult:
        """Whoever is asked presses a button."""

        async def accountable(_asset_id: str) -> Accountability:
            return self.accountable

        made = Press(
            case_id=case.id, nonce=case.nonce, verb=verb, reason=reason, user_id=case.assignee.user_id, kind=kind
        )
        return await answer(made, book=self.book, accountable=accountable, now=self.now, zone=small_council.ZONE)

    async def cases(self) -> list[Case]:
        return [stored.case for stored in await self.book.all()]

    def cards(self) -> list[str]:
        """Everything that was sent as a card, oldest first."""
        return [json.dumps(card, ensure_ascii=False) for _, card, _ in self.channels.cards]

    async def _record(self, events: Sequence[Event]) -> None:
        await self.store.audit.append(events)

    async def _known(self, done: Sequence[Done]) -> Known:
        agreements = {}
        for case_id in {one.action.agreed for one in done} - {""}:
            stored = await self.book.get(case_id)
            if stored is not None:
                last = stored.case.answers[-1]
                agreements[case_id] = Agreed(who=last.who, at=last.at)
        places = {key: place.name for key, place in small_council.PLACES.items()}
        return Known(
            assets=self.bundle.records.assets, policies=self.bundle.policies, places=places, agreements=agreements
        )


def council(*policies: Policy, **changes: Any) -> Council:
    """A council whose only asset has an owner, a deputy and everybody after them in place; `changes` are to the asset."""
    people = small_council.records()
    made = bundle(*policies)
    asset = replace(
        made.records.assets[ASSET], stewards=(small_council.STEWARD.upn,), deputy=small_council.DEPUTY.upn, **changes
    )
    records = replace(
        made.records, assets={ASSET: asset}, posts=people.posts, delegations=people.delegations, titles=people.titles
    )
    return Council(replace(made, records=records))
