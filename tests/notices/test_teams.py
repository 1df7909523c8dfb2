"""The owners' loop against the simulated tenant: real tokens, real conversations, signed presses."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from aiohttp import web

from custos.audit.chain import Chain
from custos.audit.events import What
from custos.clock import FixedClock
from custos.m365 import Microsoft365, connect
from custos.m365.directory import User, users_by_upn
from custos.notices.action_report_store import ActionReportStore
from custos.notices.assignment import Accountability, Directory, Person, upns_named
from custos.notices.bot_auth import BotAuthentication, KeyRing
from custos.notices.bot_endpoint import BotEndpoint, handle_activity
from custos.notices.case_store import CaseStore
from custos.notices.case_update import Situation, refresh_cases
from custos.notices.channels import channels_from
from custos.notices.contacts import Contacts
from custos.notices.delivery import DeliveryContext, handle_notice
from custos.notices.digest import DigestStore, prepare_digests
from custos.notices.model import Case, CaseState, Verb
from custos.notices.remark_store import RemarkStore
from custos.notices.waves import Waves
from custos.settings import Settings
from custos.storage.account import Account
from custos.storage.queues import Queue
from tests.notices import small_council
from tests.notices.forgeries import FORGED_TOKENS
from tests.notices.known_assets import KnownAssets
from tests.simulated_tenant import SimulatedTenant

OWNER = "director.planning@wrenbridge.example"
STEWARD = "planning.systems.officer@wrenbridge.example"
DEPUTY = "head.development.management@wrenbridge.example"


async def accountable(m365: Microsoft365, clock: FixedClock) -> Accountability:
    """Who answers for what, by the accounts as the tenant has them now."""
    held = small_council.records()
    found = await users_by_upn(m365.observer, sorted(upns_named(held)))
    known = [
        Person(user_id=user.user_id, upn=upn, name=user.name, mail=user.mail, enabled=bool(user.enabled))
        for upn, user in found.items()
        if isinstance(user, User)
    ]
    return Accountability(records=held, directory=Directory.of(known, clock.now()), today=clock.now().date())


@dataclass
class Loop:
    """Custos' side, wired as the application wires it."""

    tenant: SimulatedTenant
    settings: Settings
    m365: Microsoft365
    endpoint: BotEndpoint
    action_reports: ActionReportStore
    remarks: RemarkStore
    people: Contacts
    queue: Queue
    chain: Chain
    clock: FixedClock

    @property
    def book(self) -> CaseStore:
        return self.endpoint.book

    async def find(self, *numbers: int, stale: bool = False) -> None:
        """Findings on links of the planning library, and what becomes of them."""
        who = await accountable(self.m365, self.clock)
        situation = Situation(
            accountable=who,
            topics=small_council.TOPICS,
            places=small_council.PLACES,
            covered=lambda _family, _site, _drive: True,
            acted=small_council.on_nothing,
            now=self.clock.now(),
            zone=ZoneInfo("Europe/London"),
        )
        findings = [
            *map(small_council.link, numbers),
            *([small_council.stale(small_council.OTHER_LIBRARY)] if stale else []),
        ]
        await refresh_cases(findings, book=self.book, situation=situation)

    async def work(self) -> None:
        """Prepare digests and do everything that the queue says."""
        context = DeliveryContext(
            book=self.book,
            digests=self.endpoint.digests,
            action_reports=self.action_reports,
            remarks=self.remarks,
            people=self.people,
            channels=channels_from(self.m365, self.settings, self.people),
            queue=self.queue,
            records=small_council.records(),
            waves=Waves(waves=(), records=small_council.records()),
            asking=True,
            knowledge=KnownAssets(small_council.accountable()),
            zone=ZoneInfo("Europe/London"),
            now=self.clock.now(),
            machine_now=time.time(),
        )
        await prepare_digests(
            context.now,
            book=self.book,
            digests=context.digests,
            queue=self.queue,
            zone=context.zone,
            holidays=frozenset(),
            machine_now=context.machine_now,
        )
        await self.queue.create()
        while messages := [each async for each in self.queue.client.receive_messages(max_messages=16)]:
            for message in messages:
                await handle_notice(msgspec.json.decode(message.content), context=context)
                await self.queue.client.delete_message(message)

    async def press(self, person: str, button: str, **more: Any) -> dict[str, Any]:
        return await self.tenant.act_async(verb="press", person=person, button=button, **more)

    async def chats(self) -> dict[str, list[dict[str, Any]]]:
        """Everybody's messages with cards, by name."""
        told = await self.tenant.control_async("GET", "chats.json")
        return {chat["name"]: [each for each in chat["messages"] if each["cards"]] for chat in told["chats"]}

    async def case(self) -> Case:
        (stored,) = [each for each in await self.book.all() if each.case.state is not CaseState.RELEASED]
        return stored.case


@pytest.fixture
async def loop(tenant: SimulatedTenant, settings: Settings) -> AsyncIterator[Loop]:
    mark = uuid.uuid4().hex[:12]
    account = Account(settings)
    clock = FixedClock(small_council.NOW)
    rows, container = account.rows(f"audit{mark}"), account.container(f"audit{mark}")
    chain = Chain(rows, container, clock, origin="custos-audit/test", salt=lambda: uuid.uuid4().hex)
    people = Contacts(account.rows(f"people{mark}"))
    queue = account.queue(f"notify-{mark}")
    m365 = connect(settings, account, tenant.opening)

    async def who(_asset_id: str) -> Accountability:
        return await accountable(m365, clock)

    async def holidays() -> frozenset[date]:
        return frozenset()

    endpoint = BotEndpoint(
        accountable=who,
        holidays=holidays,
        door=BotAuthentication(settings.bot_app_id, settings.tenant_id, KeyRing(settings.bot_openid_url)),
        book=CaseStore(account.rows(f"cases{mark}"), account.container(f"cases{mark}"), chain.append),
        digests=DigestStore(account.rows(f"digests{mark}")),
        people=people,
        queue=queue,
        zone=ZoneInfo("Europe/London"),
    )

    async def messages(request: web.Request) -> web.Response:
        answer = await handle_activity(
            await request.read(), request.headers.get("Authorization"), endpoint=endpoint, now=clock.now()
        )
        content = msgspec.json.encode(answer.body) if answer.body is not None else b""
        return web.Response(status=answer.status, body=content, content_type="application/json")

    app = web.Application()
    app.router.add_post("/api/messages", messages)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/messages"
    await tenant.control_async("POST", "messaging-endpoint", {"url": url})
    for who in (OWNER, STEWARD, DEPUTY):
        await tenant.control_async(
            "POST", "people", {"person": who, "blocked": False, "installable": True, "mailbox": True}
        )
    action_reports = ActionReportStore(account.rows(f"actionreports{mark}"))
    remarks = RemarkStore(account.rows(f"remarks{mark}"))
    yield Loop(tenant, settings, m365, endpoint, action_reports, remarks, people, queue, chain, clock)
    await tenant.control_async("POST", "messaging-endpoint", {"url": ""})
    await runner.cleanup()
    await m365.close()
    await account.close()


async def test_from_finding_to_decision(loop: Loop) -> None:
    """A finding reaches its owner in Teams, who agrees on the card; card, case and audit say so."""
    earlier = await loop.chats()
    await loop.find(1, 2)
    await loop.work()
    case = await loop.case()
    assert case.state is CaseState.TOLD
    before = await loop.chats()
    (name,) = [name for name, cards in before.items() if len(cards) > len(earlier.get(name, ()))]

    pressed = await loop.press(OWNER, "agree1")
    await loop.work()

    assert pressed["note"] == ""
    after = await loop.chats()
    assert len(after[name]) == len(before[name])
    assert "Agreed by you" in str(after[name][-1]["cards"])
    assert (await loop.case()).decision is Verb.AGREE
    said = [recorded.event.what async for recorded in loop.chain.read()]
    assert said == [What.CASE_OPENED, What.CASE_TOLD, What.NOTICE_DELIVERED, What.CASE_DECIDED]
    assert (await loop.chain.verify()).holds


async def test_the_steward_looks_first(loop: Loop) -> None:
    """The owner asks the steward, who hears of it at once and keeps it with a reason; the owner's card says so."""
    await loop.find(stale=True)
    await loop.work()
    await loop.press(OWNER, "ask_steward1")
    await loop.work()
    case = await loop.case()

    await loop.press(STEWARD, "keep1", inputs={f"reason-{case.id}": "law"})
    await loop.work()

    done = await loop.case()
    assert (done.decision, done.answers[-1].reason, done.answers[-1].on_behalf_of) == (Verb.KEEP, "law", OWNER)
    newest = [cards[-1] for cards in (await loop.chats()).values() if cards]
    assert all("Kept as it is by" in str(message["cards"]) for message in newest)


async def test_a_forwarded_card_is_inert(loop: Loop) -> None:
    """A colleague who presses the forwarded card reads with whom it is, and nothing changes."""
    await loop.find(4)
    await loop.work()

    pressed = await loop.press(OWNER, "agree1", by=DEPUTY)

    assert "Only the person who is asked can answer" in pressed["note"]
    assert (await loop.case()).decision is None


async def test_every_forgery_of_the_simulator_is_refused(loop: Loop) -> None:
    """A press that Teams did not sign as it should is answered 403 and decides nothing, whatever is wrong with it."""
    await loop.find(5)
    await loop.work()

    statuses = {forgery: (await loop.press(OWNER, "agree1", forge=forgery))["status"] for forgery in FORGED_TOKENS}

    assert statuses == dict.fromkeys(FORGED_TOKENS, 403)
    assert (await loop.case()).decision is None


async def test_a_replay_decides_nothing_twice(loop: Loop) -> None:
    """The same signed request again finds the decision taken, and the other question untouched."""
    await loop.find(6, stale=True)
    await loop.work()
    await loop.press(OWNER, "agree1")

    await loop.press(OWNER, "keep2", forge="replay")

    answers = {stored.case.lines[0].family: stored.case.answers for stored in await loop.book.all()}
    assert {family: len(given) for family, given in answers.items()} == {"sharing": 1, "stale": 0}


@pytest.mark.parametrize(
    ("trouble", "channel"),
    [
        ({"blocked": True}, "feed"),
        ({"installable": False}, "mail"),
    ],
)
async def test_fallbacks_in_the_tenant(loop: Loop, trouble: dict[str, bool], channel: str) -> None:
    """Blocked: a line in the activity feed. Not installable: a mail. Both are recorded as what they are."""
    if channel == "mail":
        await loop.tenant.act_async(verb="uninstall", person=OWNER)
    await loop.tenant.control_async("POST", "people", {"person": OWNER, **trouble})
    await loop.find(7)
    await loop.work()

    (stored,) = await loop.endpoint.digests.of_day(small_council.NOW.date())
    assert stored.digest.channel == channel
    assert (await loop.case()).state is CaseState.TOLD


async def test_a_person_asks_what_is_waiting(loop: Loop) -> None:
    """Who writes to the bot is answered with their list."""
    await loop.find(8)
    await loop.work()
    before = sum(len(cards) for cards in (await loop.chats()).values())

    await loop.tenant.act_async(verb="say", person=OWNER, text="What is waiting?")
    await loop.work()

    assert sum(len(cards) for cards in (await loop.chats()).values()) == before + 1


async def test_an_installation_is_heard_of(loop: Loop) -> None:
    """When the bot is installed for somebody their conversation is known."""
    everybody = (await loop.tenant.state_async())["people"]
    newcomer = next(each["upn"] for each in everybody if each["enabled"] and not each["guest"] and not each["bot"])
    did = await loop.tenant.act_async(verb="install", person=newcomer)
    for _ in range(50):
        reach = await loop.people.get(did["personId"])
        if reach.installed:
            break
        await asyncio.sleep(0.1)

    assert reach.conversation_id
