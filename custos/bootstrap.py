"""The composition root: the one place where real adapters are wired together, for triggers and command line alike."""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import uuid4
from zoneinfo import ZoneInfo

from custos.audit.chain import Chain
from custos.audit.events import Event
from custos.clock import Clock, clock_from
from custos.dates import day_of
from custos.engine.act import Executor
from custos.engine.approvals import Approvals
from custos.engine.ceiling_usage import CeilingUsage
from custos.engine.dispatch import Dispatcher
from custos.engine.ledger import Ledger
from custos.engine.plan_store import PlanStore
from custos.engine.refusals import Refusals
from custos.engine.run_store import RunStore
from custos.engine.stop_switch import StopSwitch
from custos.engine.undo import Undoing
from custos.inventory.lakehouse import Lakehouse
from custos.inventory.reporting_tables import ReportingTables
from custos.inventory.subscriptions import Subscriptions
from custos.jobs import incidents
from custos.jobs.asset_knowledge import AssetKnowledge
from custos.jobs.change_notifications import ChangeNotifications
from custos.jobs.holdings import Counted
from custos.jobs.incidents import Incident
from custos.jobs.refused_requests import TABLE as NOISE
from custos.jobs.refused_requests import Door, RefusedRequests
from custos.jobs.registers import MirroredRegisters
from custos.m365 import Microsoft365, connect
from custos.m365.sign_in import SignIn
from custos.notices.action_report_store import ActionReportStore, open_action_reports
from custos.notices.assignment import Person
from custos.notices.attestations import AttestationStore, open_attestations
from custos.notices.bot_auth import BotAuthentication, KeyRing
from custos.notices.bot_endpoint import BotEndpoint
from custos.notices.case_lookup import DecidedCases
from custos.notices.case_store import CaseStore, open_cases
from custos.notices.channels import Channels, channels_from
from custos.notices.contacts import TABLE as PEOPLE
from custos.notices.contacts import Contacts
from custos.notices.decisions import Accountable
from custos.notices.delivery import DeliveryContext
from custos.notices.digest import TABLE as DIGESTS
from custos.notices.digest import DigestStore
from custos.notices.lending import OfferStore, open_offers
from custos.notices.loosened import NewsStore, open_news
from custos.notices.remark_store import RemarkStore, open_remarks
from custos.notices.waves import Waves
from custos.policy import Bundle
from custos.policy.bundle import Loader
from custos.records.rights import Person as Visitor
from custos.settings import Settings, settings_from
from custos.storage.account import Account
from custos.storage.queues import ACT, NOTIFY
from custos.telemetry import Telemetry, telemetry_from
from custos.tenant_adapter import LiveTenant
from custos.wording import tell_council_time

if TYPE_CHECKING:
    from custos.m365.automatic_replies import AutomaticReplies
    from custos.m365.credentials import Opening


@dataclass
class Custos:
    """The wired application. Connections open on first use and live as long as the event loop that made them."""

    settings: Settings
    clock: Clock
    account: Account
    instance: str = field(default_factory=lambda: uuid4().hex)
    deployed: bool = (
        False  # the function app: what it loads is in force for everybody, and kept as the last good version
    )
    accounts: dict[str, tuple[float, Person | None]] = field(default_factory=dict)
    """By sign-in name: when an account was looked up in Entra, by the machine's clock, and what was found."""
    replies: dict[str, tuple[float, AutomaticReplies | None]] = field(default_factory=dict)
    """By object id: when somebody's automatic replies were read, by the product's clock, and what was found; None for unknown."""
    visitors: dict[str, tuple[float, Visitor]] = field(default_factory=dict)
    """By object id: when somebody on the page was looked up in Entra, by the machine's clock, and what was found."""
    counted: Counted = field(default_factory=Counted)
    opening: Opening | None = None  # makes the identities' credentials; without it they are managed identities
    kept_policies: str = ""  # version of the bundle that this process knows to be stored as the last good one

    @cached_property
    def zone(self) -> ZoneInfo:
        """Council time."""
        return ZoneInfo(self.settings.timezone)

    def today(self) -> date:
        """The day in council time."""
        return day_of(self.clock.now(), self.zone)

    @cached_property
    def loader(self) -> Loader:
        """The files of the policies."""
        return Loader(self.settings.policies, self.zone)

    @cached_property
    def sign_in(self) -> SignIn:
        """The people at the terminal."""
        return SignIn(self.settings)

    @cached_property
    def m365(self) -> Microsoft365:
        """The tenant."""
        return connect(self.settings, self.account, self.opening)

    @cached_property
    def telemetry(self) -> Telemetry:
        """What is told of the work, to whoever listens."""
        written = self.settings.telemetry_connection
        return telemetry_from(written, self.clock, self.instance, self.m365.identities.observer if written else None)

    @cached_property
    def lakehouse(self) -> Lakehouse:
        """The inventory's tables."""
        return Lakehouse(self.account)

    @cached_property
    def reporting(self) -> ReportingTables:
        """The tables for other tools."""
        return ReportingTables(self.account)

    @cached_property
    def subscriptions(self) -> Subscriptions:
        """The subscriptions to libraries, and their secrets."""
        return Subscriptions(self.account)

    @cached_property
    def change_notifications(self) -> ChangeNotifications:
        """What notifications said, on its way to the queue."""
        return ChangeNotifications(self.account, self.clock)

    @cached_property
    def refused_requests(self) -> RefusedRequests:
        """What knocked at the doors and was nobody."""

        async def alarm(door: Door, found: str) -> None:
            await incidents.note(self, Incident.SIGN_IN, door.value, found)

        return RefusedRequests(self.account.rows(NOISE), self.clock, alarm)

    @cached_property
    def audit(self) -> Chain:
        """The chain of what was done."""
        return Chain(
            table=self.account.rows("audit"),
            container=self.account.container("audit"),
            clock=self.clock,
            origin=f"custos-audit/{self.settings.tenant_id}",
            salt=lambda: secrets.token_hex(16),
        )

    @cached_property
    def plans(self) -> PlanStore:
        """Plans, by id."""
        return PlanStore(self.account.container("plans"), self.audit)

    @cached_property
    def runs(self) -> RunStore:
        """Runs, by id."""
        return RunStore(self.account.rows("runs"), self.account.container("plans"))

    @cached_property
    def registers(self) -> MirroredRegisters:
        """The registers, found in the mirror."""
        return MirroredRegisters(self.account, self.lakehouse)

    @cached_property
    def approvals(self) -> Approvals:
        """Which version of which policy may go how far."""
        return Approvals(self.account.rows("approvals"), self.account.container("approvals"), self.clock, self.audit)

    @cached_property
    def stop_switch(self) -> StopSwitch:
        """The switch that ends all writes."""
        return StopSwitch(self.account.rows("control"), self.clock, self.audit)

    @cached_property
    def ledger(self) -> Ledger:
        """What was intended and what came of it, action by action."""
        return Ledger(self.account.rows("actions"))

    @cached_property
    def ceiling_usage(self) -> CeilingUsage:
        """What was spent of the ceilings."""
        return CeilingUsage(self.account.rows("ceilingusage"), self.clock)

    @cached_property
    def refusals(self) -> Refusals:
        """What Microsoft refused for good."""
        return Refusals(self.account.rows("refusals"), self.clock)

    @cached_property
    def dispatcher(self) -> Dispatcher:
        """Starts runs and takes them to their end: the only way to a write."""
        tenant = LiveTenant(self.m365, self.settings.actor_client_id)
        return Dispatcher(
            runs=self.runs,
            executor=Executor(
                tenant, self.ledger, self.ceiling_usage, self.stop_switch, self.refusals, self.audit, self.clock
            ),
            ceiling_usage=self.ceiling_usage,
            stop_switch=self.stop_switch,
            approvals=self.approvals,
            registers=self.registers,
            decisions=DecidedCases(self.cases, self.clock, self.zone),
            queue=self.account.queue(ACT),
            audit=self.audit,
            clock=self.clock,
            writes_enabled=self.settings.writes_enabled,
            claim_seconds=2 * self.settings.lease_seconds,
        )

    @cached_property
    def undoing(self) -> Undoing:
        """What was done, turned round."""
        return Undoing(self.runs, self.ledger, self.registers, self.clock)

    @cached_property
    def cases(self) -> CaseStore:
        """The questions to people."""

        async def record(events: Sequence[Event]) -> None:
            await self.audit.append(events)

        return open_cases(self.account, record)

    @cached_property
    def digests(self) -> DigestStore:
        """The messages to people, one a day."""
        return DigestStore(self.account.rows(DIGESTS), self.settings.lease_seconds)

    @cached_property
    def action_reports(self) -> ActionReportStore:
        """What was done, and who was told of it."""
        return open_action_reports(self.account)

    @cached_property
    def remarks(self) -> RemarkStore:
        """What of the registers' remarks people were told."""
        return open_remarks(self.account)

    @cached_property
    def attestations(self) -> AttestationStore:
        """What owners said of their assets' entries."""
        return open_attestations(self.account)

    @cached_property
    def offers(self) -> OfferStore:
        """What owners offered to lend to stewards."""
        return open_offers(self.account)

    @cached_property
    def news(self) -> NewsStore:
        """What edits of the files loosened, and who was told of it."""
        return open_news(self.account)

    @cached_property
    def people(self) -> Contacts:
        """Where people are reached."""
        return Contacts(self.account.rows(PEOPLE))

    @cached_property
    def channels(self) -> Channels:
        """Bot, activity feed and mail."""
        return channels_from(self.m365, self.settings, self.people)

    @cached_property
    def bot_authentication(self) -> BotAuthentication:
        """Who believes requests at the messaging endpoint, or does not."""
        return BotAuthentication(
            self.settings.bot_app_id, self.settings.tenant_id, KeyRing(self.settings.bot_openid_url)
        )

    def endpoint(self, accountable: Accountable, holidays: Callable[[], Awaitable[frozenset[date]]]) -> BotEndpoint:
        """Who answers at the messaging endpoint, and whom they ask at a press."""
        return BotEndpoint(
            door=self.bot_authentication,
            accountable=accountable,
            holidays=holidays,
            book=self.cases,
            digests=self.digests,
            people=self.people,
            queue=self.account.queue(NOTIFY),
            zone=self.zone,
        )

    def delivery_context(self, bundle: Bundle, *, asking: bool) -> DeliveryContext:
        """What delivering notices needs, at this moment; `asking` unless a register cannot be read."""
        return DeliveryContext(
            book=self.cases,
            digests=self.digests,
            action_reports=self.action_reports,
            remarks=self.remarks,
            people=self.people,
            channels=self.channels,
            queue=self.account.queue(NOTIFY),
            records=bundle.records,
            waves=Waves(waves=bundle.settings.waves, records=bundle.records),
            asking=asking,
            knowledge=AssetKnowledge(self, bundle),
            zone=self.zone,
            now=self.clock.now(),
            machine_now=time.time(),
        )

    async def close(self) -> None:
        """Close every connection that was opened."""
        if "m365" in self.__dict__:
            await self.m365.close()
        await self.account.close()


def build(settings: Settings, *, deployed: bool = False, opening: Opening | None = None) -> Custos:
    """An application on these settings; `deployed` when it is the function app. Nothing is contacted yet.

    `opening` makes the identities' credentials where a rehearsal or a test shares its process with others.
    """
    credential = None
    if not settings.storage_connection:
        from azure.identity.aio import ManagedIdentityCredential

        credential = ManagedIdentityCredential(client_id=settings.observer_client_id)
    return Custos(
        settings, clock_from(settings.clock), Account(settings, credential), deployed=deployed, opening=opening
    )


_running: dict[asyncio.AbstractEventLoop, tuple[Custos, AsyncGenerator[Custos]]] = {}


async def custos() -> Custos:
    """The application of this process, built at the first invocation on the running event loop.

    Raises BadSetting when a setting is missing or cannot be right.
    """
    loop = asyncio.get_running_loop()
    if loop not in _running:
        life = _until_the_loop_ends(build(settings_from(os.environ), deployed=True))
        _running[loop] = (await anext(life), life)
    app = _running[loop][0]
    tell_council_time(app.zone)
    return app


async def _until_the_loop_ends(app: Custos) -> AsyncGenerator[Custos]:
    """Closes the application's connections with its event loop: a function app has no hook for its end, but a loop that
    is ended in good order finishes the generators that it began.

    Source: https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.shutdown_asyncgens
    """
    try:
        yield app
    finally:
        await app.close()
