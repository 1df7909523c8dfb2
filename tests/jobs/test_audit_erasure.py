"""Taking somebody's names and words out of the audit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from custos.audit.chain import Chain
from custos.audit.events import ERASED, Event, What
from custos.clock import FixedClock
from custos.jobs import audit_erasure
from custos.records.rights import Person
from tests.azurite_account import account_on

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
CLOCK = FixedClock(NOW)
OFFICER = Person(id="0000-9", upn="dpo@council.example")
SIAN, HUW = "sian@council.example", "huw@council.example"


@pytest.fixture
async def chain(azurite: str) -> AsyncIterator[Chain]:
    """One event of two people, and one that only looks like it."""
    account, mark = account_on(azurite), uuid4().hex
    opened = Chain(
        account.rows(f"a{mark}"), account.container(f"a{mark}"), CLOCK, "custos-audit/x", lambda: uuid4().hex
    )
    about = Event(
        what=What.CASE_DECIDED, at=NOW, by=SIAN, subject="file|site|drive|item", details={"why": f"{HUW} asked"}
    )
    await opened.append([about, Event(what=What.CASE_DECIDED, at=NOW, by=f"x{SIAN}", subject="file|s|d|i")])
    yield opened
    await account.close()


async def erase(chain: Chain, text: str, why: str) -> None:
    await audit_erasure.erase(CLOCK, chain, await audit_erasure.find(chain, text), by=OFFICER, why=why)


async def events(chain: Chain) -> list[Event]:
    return [recorded.event async for recorded in chain.read()]


async def test_each_erasure_of_an_event_says_by_whom_and_why(chain: Chain) -> None:
    """Two people asked for it, one after the other: both reasons stand, and everything holds."""
    await erase(chain, SIAN, "request 31")
    await erase(chain, HUW, "request 32")
    about, other, *said = await events(chain)
    assert (about.by, about.details["why"], other.by) == (ERASED, ERASED, f"x{SIAN}")
    assert [(one.what, one.by, one.details["why"]) for one in said] == [
        (What.AUDIT_ERASED, OFFICER.upn, "request 31"),
        (What.AUDIT_ERASED, OFFICER.upn, "request 32"),
    ]
    assert (await chain.verify()).holds


async def test_an_erasure_that_was_killed_is_finished_and_told_once(chain: Chain) -> None:
    """Between the event that says so and the value that goes nothing is lost, and the same command ends it."""
    told = Event(
        what=What.AUDIT_ERASED, at=NOW, by=OFFICER.upn, details={"erased": 1, "names": "by", "why": "request 31"}
    )
    await chain.append([told])  # as far as it came
    assert (await events(chain))[0].by == SIAN
    await erase(chain, SIAN, "request 31")
    about, _, *said = await events(chain)
    assert about.by == ERASED
    assert len(said) == 1


async def test_a_word_for_a_kind_erases_nothing(chain: Chain) -> None:
    """Of a subject's key an id is a match, and neither its kind nor a part of an id."""
    assert await audit_erasure.find(chain, "file") == []
    assert await audit_erasure.find(chain, "ite") == []
    assert [one.sequence for one in await audit_erasure.find(chain, "ITEM")] == [1]
