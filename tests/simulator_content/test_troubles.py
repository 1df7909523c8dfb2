"""Trouble on request."""

from __future__ import annotations

import aiohttp
import pytest

from simulator.keys import TROUBLES
from simulator.refusal import Refused
from tests.simulator_content.world import World


async def test_a_status_as_often_as_asked(world: World) -> None:
    """The next matching requests answer the status with its Retry-After, then all is well; others are spared."""
    world.fault(kind="status", path="/delta", times=2, status=429, retry_after=7)
    assert (await world.get(world.root)).status == 200
    replies = [await world.get(f"{world.root}/delta") for _ in range(3)]
    assert [reply.status for reply in replies] == [429, 429, 200]
    assert replies[0].headers["Retry-After"] == "7"
    assert world.app[TROUBLES].happened == {"status": 2}


async def test_a_later_page_fails(world: World) -> None:
    """`after` lets pages pass before the trouble comes."""
    world.fault(kind="status", path="/delta", after=1, status=500)
    first = await world.get(f"{world.root}/delta?$top=2")
    assert (await world.get(first.body["@odata.nextLink"])).status == 500


async def test_a_503_has_no_json(world: World) -> None:
    """503 comes with an empty body, and as HTML when asked."""
    world.fault(kind="status", path="/delta", status=503)
    world.fault(kind="html", path="/delta")
    for _ in range(2):
        reply = await world.get(f"{world.root}/delta")
        assert (reply.status, reply.body) == (503, None)


async def test_a_body_is_cut(world: World) -> None:
    """A truncated answer claims to be whole and is no JSON."""
    world.fault(kind="truncated", path="/delta")
    with pytest.raises(ValueError, match=r"delimiter|Unterminated|Expecting"):
        await world.get(f"{world.root}/delta")


@pytest.mark.parametrize("kind", ["dropped", "midway"])
async def test_a_connection_breaks(world: World, kind: str) -> None:
    """The connection closes before, or in the middle of, the answer."""
    world.fault(kind=kind, path="/delta", times=9)
    with pytest.raises(aiohttp.ClientError):
        await world.get(f"{world.root}/delta")


async def test_the_control_address_is_spared(world: World) -> None:
    """No trouble falls on /sim."""
    world.fault(kind="status", status=500)
    async with world.session.get(f"{world.url}/sim/clock") as answer:
        assert answer.status == 200


async def test_unknown_troubles_are_refused(world: World) -> None:
    """A trouble that cannot be read is 400, naming what is wrong."""
    with pytest.raises(Refused, match="explode"):
        world.fault(kind="explode")
    with pytest.raises(Refused, match="tiems"):
        world.fault(kind="html", tiems=3)


async def test_troubles_can_be_taken_off(world: World) -> None:
    """What has not happened yet can be seen and cleared."""
    world.fault(kind="html", path="/delta")
    (waiting,) = world.app[TROUBLES].waiting()
    assert waiting == {"id": "t1", "kind": "html", "path": "/delta", "happened": 0, "standing": True}
    world.app[TROUBLES].take_off()
    assert (await world.get(f"{world.root}/delta")).status == 200
