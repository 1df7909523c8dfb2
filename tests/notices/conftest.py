"""Fixtures for notices: a case book of its own in Azurite, and a list that stands for the audit chain."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import pytest

from custos.audit.events import Event, What
from custos.errors import StorageTrouble
from custos.notices.action_report_store import ActionReportStore
from custos.notices.bot_auth import BotAuthentication, KeyRing
from custos.notices.case_store import CaseStore
from custos.notices.contacts import Contacts
from custos.notices.delivery import DeliveryContext
from custos.notices.digest import DigestStore
from custos.notices.remark_store import RemarkStore
from custos.notices.waves import Waves
from custos.settings import Settings, settings_from
from custos.storage.account import Account
from custos.storage.queues import Queue
from tests.notices import small_council
from tests.notices.bot_tokens import APP, TENANT, Authority, serving
from tests.notices.failing_channels import FailingChannels
from tests.notices.known_assets import KnownAssets


@dataclass
class Ledger:
    """Keeps events as the audit chain would; while `away` it keeps nothing and says so."""

    events: list[Event] = field(default_factory=list)
    away: bool = False

    async def record(self, events: Sequence[Event]) -> None:
        if self.away:
            raise StorageTrouble("the audit chain cannot be reached")
        self.events += events

    def said(self, what: What) -> list[Event]:
        return [event for event in self.events if event.what is what]


@pytest.fixture
def storage_settings(azurite: str) -> Settings:
    return settings_from(
        {
            "AzureWebJobsStorage": azurite,
            "CUSTOS_TENANT_ID": "3f6d1c52-8a4e-4b17-9c30-5d2e7b90a611",
            "CUSTOS_SHAREPOINT_URL": "https://wrenbridge.sharepoint.example",
            "CUSTOS_OBSERVER_CLIENT_ID": "22222222-2222-4222-8222-222222222222",
        }
    )


@pytest.fixture
async def account(storage_settings: Settings) -> AsyncIterator[Account]:
    account = Account(storage_settings)
    yield account
    await account.close()


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def mark() -> str:
    """Distinguishes this test's tables from all others."""
    return uuid.uuid4().hex[:12]


@pytest.fixture
def book(account: Account, ledger: Ledger, mark: str) -> CaseStore:
    return CaseStore(account.rows(f"cases{mark}"), account.container(f"cases{mark}"), ledger.record)


@pytest.fixture
def digests(account: Account, mark: str) -> DigestStore:
    return DigestStore(account.rows(f"digests{mark}"))


@pytest.fixture
def people(account: Account, mark: str) -> Contacts:
    return Contacts(account.rows(f"people{mark}"))


@pytest.fixture
def queue(account: Account, mark: str) -> Queue:
    return account.queue(f"notify-{mark}")


@pytest.fixture
async def authority() -> AsyncIterator[Authority]:
    async with serving() as made:
        yield made


@pytest.fixture
def door(authority: Authority) -> BotAuthentication:
    return BotAuthentication(APP, TENANT, KeyRing(authority.url))


@pytest.fixture
def channels() -> FailingChannels:
    return FailingChannels()


@pytest.fixture
def context(
    account: Account, mark: str, book: CaseStore, people: Contacts, channels: FailingChannels
) -> DeliveryContext:
    return DeliveryContext(
        book=book,
        digests=DigestStore(account.rows(f"digests{mark}")),
        action_reports=ActionReportStore(account.rows(f"actionreports{mark}")),
        remarks=RemarkStore(account.rows(f"remarks{mark}")),
        people=people,
        channels=channels.reaching(people),
        queue=account.queue(f"notify-{mark}"),
        records=small_council.records(),
        waves=Waves(waves=(), records=small_council.records()),
        asking=True,
        knowledge=KnownAssets(small_council.accountable()),
        zone=small_council.ZONE,
        now=small_council.NOW,
        machine_now=1_000_000.0,
    )
