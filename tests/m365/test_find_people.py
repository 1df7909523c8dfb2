"""Whoever a name means is one object of the directory, however it is written; what cannot be told is nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from custos.m365 import Microsoft365, connect
from custos.m365.directory import find_people
from custos.settings import Settings
from custos.storage.account import Account
from tests.simulated_tenant import SimulatedTenant

SIRO = "siro@wrenbridge.example"


@pytest.fixture
async def m365(settings: Settings, tenant: SimulatedTenant) -> AsyncIterator[Microsoft365]:
    """The tenant as Custos sees it."""
    account = Account(settings)
    seen = connect(settings, account, tenant.opening)
    yield seen
    await seen.close()
    await account.close()


@pytest.mark.parametrize(
    "written",
    [
        SIRO,
        " Siro@Wrenbridge.Example ",
        f"{SIRO}.",
        "siro+approvals@wrenbridge.example",
        "siro@wrenbridge.onmicrosoft.com",
        "siro+x@wrenbridge.onmicrosoft.com",
        "si ro@wrenbridge.example",
    ],
)
async def test_every_spelling_is_the_same_person(m365: Microsoft365, written: str) -> None:
    """Case, spaces, dots, tags and aliases make nobody another person."""
    found = await find_people(m365.observer, [written, SIRO])
    assert found[written] == found[SIRO]
    assert found[SIRO] is not None


@pytest.mark.parametrize(
    "written", ["hacker@nowhere.example", "", "o'neill@wrenbridge.example", "siro@", "+@x", "made up"]
)
async def test_who_is_not_in_the_directory_is_nobody(m365: Microsoft365, written: str) -> None:
    """A name that no account has, or that could break the question, is nobody, and asks for nothing else."""
    assert (await find_people(m365.observer, [written]))[written] is None
