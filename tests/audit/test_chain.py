"""The chain in storage."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from custos.audit.chain import Chain
from custos.audit.events import Event, What
from custos.clock import Clock, FixedClock
from custos.storage.account import Account
from tests.azurite_account import account_on

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
async def account(azurite: str) -> AsyncIterator[Account]:
    opened = account_on(azurite)
    yield opened
    await opened.close()


def chain_on(account: Account, name: str = "", clock: Clock | None = None) -> Chain:
    name = name or uuid4().hex
    return Chain(
        table=account.rows(f"audit{name}"),
        container=account.container(f"audit{name}"),
        clock=clock or FixedClock(NOW),
        origin="custos-audit/x",
        salt=lambda: uuid4().hex,
    )


def events(count: int, run: str = "R-1") -> list[Event]:
    return [Event(what=What.ACTION_DONE, at=NOW, run=run, subject=f"file|site|{number}") for number in range(count)]


async def test_what_was_appended_is_read_back_in_order(account: Account) -> None:
    """More events than a transaction takes come back in their order, numbered from one, and hold."""
    chain = chain_on(account)
    wanted = events(250)
    await chain.append(wanted)
    read = [recorded async for recorded in chain.read()]
    assert [recorded.event for recorded in read] == wanted
    assert [recorded.sequence for recorded in read] == list(range(1, 251))
    assert (await chain.verify()).holds


async def test_two_writers_never_fork_the_chain(azurite: str) -> None:
    """Two instances that append at the same time both succeed; every event stands once, and the chain holds."""
    name = uuid4().hex
    accounts = [account_on(azurite), account_on(azurite)]
    chains = [chain_on(account, name) for account in accounts]

    async def write(number: int) -> None:
        for round_ in range(15):
            await chains[number].append(events(3, run=f"R-{number}-{round_}"))

    await asyncio.gather(write(0), write(1))
    verification = await chains[0].verify()
    runs = [recorded.event.run async for recorded in chains[1].read()]
    for account in accounts:
        await account.close()
    assert verification.holds
    assert verification.events == 90
    assert sorted(runs) == sorted(f"R-{number}-{round_}" for number in (0, 1) for round_ in range(15) for _ in range(3))


async def test_an_edited_row_is_named(account: Account) -> None:
    """A row that somebody edits in storage is named by its number."""
    chain = chain_on(account)
    await chain.append(events(5))
    row = await chain.table.get("chain", "000000000003")
    assert row is not None
    values = {**row.values, "event": row.text("event").replace("R-1", "R-9")}
    await chain.table.upsert(type(row)(row.partition, row.key, values))
    broken = (await chain.verify()).broken
    assert broken is not None
    assert (broken.sequence, broken.why) == (3, "the event was changed")


async def test_a_truncated_chain_is_found_by_its_checkpoint(account: Account) -> None:
    """Cutting off the end and setting the head back is found, because the day's checkpoint says how far the chain reached."""
    chain = chain_on(account)
    await chain.append(events(4))
    early = await chain.table.get("chain", "head")
    await chain.append(events(2))
    await chain.checkpoint()
    assert early is not None
    await chain.table.upsert(type(early)("chain", "head", early.values))
    for number in (5, 6, 7):
        await account.rows(chain.table.client.table_name).delete("chain", f"{number:012d}")  # type: ignore[attr-defined]  # the Azure table
    broken = (await chain.verify()).broken
    assert broken is not None
    assert broken.sequence == 5


async def test_one_checkpoint_a_day(account: Account) -> None:
    """Asked again on the same day, and on a day that the clock went back to, the first stands; the next day's names it."""
    name = uuid4().hex
    chain = chain_on(account, name)
    await chain.append(events(3))
    first = await chain.checkpoint()
    await chain.append(events(1))
    assert await chain.checkpoint() == first
    back = chain_on(account, name, FixedClock(NOW - timedelta(days=2)))
    assert await back.checkpoint() == first
    later = await chain_on(account, name, FixedClock(NOW + timedelta(days=1))).checkpoint()
    assert (first.size, later.size, later.previous) == (3, 5, first.hash)
    assert list(await chain.checkpoints()) == ["2026-11-23", "2026-11-24"]
    assert (await chain.verify()).holds


async def test_a_checkpoint_that_is_taken_away_is_missed(account: Account) -> None:
    """Even the newest one, and the event that named it is the place."""
    chain = chain_on(account)
    await chain.append(events(3))
    await chain.checkpoint()
    await chain.container.client.delete_blob("checkpoints/2026-11-23.txt")
    broken = (await chain.verify()).broken
    assert broken is not None
    assert broken.sequence == 4


async def test_a_checkpoint_that_cannot_be_read_is_a_break(account: Account) -> None:
    """Whatever stands in it, and whatever it is called: the chain is told as broken, and no storage is blamed."""
    chain = chain_on(account)
    await chain.append(events(1))
    await chain.checkpoint()
    await chain.container.put("checkpoints/2026-11-23.txt", b"anything")
    assert str((await chain.verify()).broken) == "event 0: the checkpoint of 2026-11-23 cannot be read"
    await chain.container.put("checkpoints/..%2fx.txt", b"anything")
    assert "is no checkpoint" in str((await chain.verify()).broken)


async def test_a_row_after_the_end_is_a_break(account: Account) -> None:
    """Nobody can put an event after the last one without moving the head."""
    chain = chain_on(account)
    await chain.append(events(2))
    row = await chain.table.get("chain", "000000000002")
    assert row is not None
    await chain.table.upsert(type(row)("chain", "000000000003", row.values))
    assert str((await chain.verify()).broken) == "event 3: it stands after the end of the chain"


async def test_an_audit_that_is_written_to_meanwhile_holds(account: Account) -> None:
    """Checking it while events and a checkpoint are added finds nothing broken."""
    chain = chain_on(account)
    await chain.append(events(150))

    async def write() -> None:
        for number in range(10):
            await chain.append(events(20))
            if number == 5:
                await chain.checkpoint()

    writing = asyncio.create_task(write())
    found = []
    while not writing.done():
        found.append((await chain.verify()).broken)
    await writing
    assert found
    assert not any(found)
