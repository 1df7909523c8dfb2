"""The tenant's gate: several instances on one table."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from custos.m365 import errors
from custos.m365.credentials import Identity
from custos.m365.graph import Graph
from custos.m365.throttle import SHARING_WRITES, Spent, Throttle
from custos.m365.throttled_services import Service
from custos.storage.rows import Rows
from tests.m365.scripted_server import Wire, answer, error, raw

BASE = "/graph/v1.0"
Open = Callable[[], Rows]


def gate_on(rows: Rows, units: int = 1_000, *, patience: float = 5.0, share: float = 1.0) -> Throttle:
    return Throttle(rows, units_per_minute=units, share=share, patience=patience, first_delay=0.01)


async def test_instances_share_one_budget(open_rows: Open) -> None:
    """Three instances together reserve no more than the share of the tenant's units."""
    gates = [gate_on(open_rows(), 100, patience=0.0, share=0.5) for _ in range(3)]

    async def spend(throttle: Throttle) -> int:
        taken = 0
        while True:
            try:
                await throttle.enter(Service.CONTENT, 1)
            except errors.Throttled:
                return taken
            taken += 1

    assert sum(await asyncio.gather(*(spend(throttle) for throttle in gates))) == 50


async def test_the_path_of_a_request_needs_no_storage(open_rows: Open) -> None:
    """Ten thousand entries cost some tens of reservations, not ten thousand."""
    asked = 0

    async def counted() -> None:
        nonlocal asked
        asked += 1

    throttle = gate_on(replace(open_rows(), check=counted), 1_000_000)
    for _ in range(10_000):
        await throttle.enter(Service.CONTENT, 1)
    assert 0 < asked < 100


async def test_a_throttled_answer_silences_every_instance(wire: Wire, identity: Identity, open_rows: Open) -> None:
    """After a 429 no instance sends before the time that Microsoft named, though it has units in hand."""
    one, two = (Graph(f"{wire.url}{BASE}", identity, gate_on(open_rows())) for _ in range(2))
    wire.script("GET", f"{BASE}/drives/a", error(429, "TooManyRequests", headers={"Retry-After": "1"}), raw(b"{}"))
    wire.script("GET", f"{BASE}/drives/b", raw(b"{}"))
    await two.get("/drives/b", units=1)
    first = asyncio.create_task(one.get("/drives/a", units=1))
    while not (await one.throttle.standing(Service.CONTENT)).paused_until:
        assert not first.done()
    two.throttle._lanes[
        Service.CONTENT
    ]._looked -= 2  # seconds, after which each instance looks what the others were told
    await two.get("/drives/b", units=1)
    await first
    throttled_at = wire.calls(f"{BASE}/drives/a")[0].at
    assert all(seen.at - throttled_at >= 0.95 for seen in wire.seen if seen.at > throttled_at)
    await one.close()
    await two.close()


async def test_other_services_go_on_during_a_pause(wire: Wire, graph: Graph) -> None:
    """A pause of SharePoint does not stop a look into the directory."""
    await graph.throttle.throttled(Service.CONTENT, 60)
    wire.script("GET", f"{BASE}/users/u", raw(b"{}"))
    assert await graph.get("/users/u", units=0) == b"{}"


@pytest.mark.parametrize(
    ("headers", "least"),
    [
        ({"Retry-After": "0.4"}, 0.4),
        ({"Retry-After": "0.1", "RateLimit-Reset": "0.5"}, 0.5),
        ({"Retry-After": "0.5", "RateLimit-Reset": "0.1"}, 0.5),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
async def test_the_longer_of_both_headers_is_waited(
    wire: Wire, graph: Graph, status: int, headers: dict[str, str], least: float
) -> None:
    """Retry-After and RateLimit-Reset: the larger counts, decimals too, on 429 and on 503."""
    wire.script("GET", f"{BASE}/drives/a", error(status, "throttled", headers=headers), raw(b"{}"))
    await graph.get("/drives/a", units=1)
    assert wire.seen[1].at - wire.seen[0].at >= least


async def test_without_a_header_the_back_off_grows(wire: Wire, graph: Graph) -> None:
    """A throttled answer without Retry-After is waited for by our own back-off, two seconds at least."""
    wire.script("GET", f"{BASE}/drives/a", raw(b"", "text/html", 503), raw(b"{}"))
    await graph.get("/drives/a", units=1)
    assert wire.seen[1].at - wire.seen[0].at >= 2.0


async def test_a_wait_beyond_patience_is_given_back(wire: Wire, identity: Identity, open_rows: Open) -> None:
    """A caller that cannot sit a pause out gets Throttled with the seconds, and later callers send nothing."""
    graph = Graph(f"{wire.url}{BASE}", identity, gate_on(open_rows(), patience=1.0))
    wire.script("GET", f"{BASE}/drives/a", error(429, "TooManyRequests", headers={"Retry-After": "3600"}))
    for _ in range(2):
        with pytest.raises(errors.Throttled) as raised:
            await graph.get("/drives/a", units=1)
        assert raised.value.from_gate
        assert 3_500 < (raised.value.retry_after or 0) <= 3_600
    assert len(wire.seen) == 1
    await graph.close()


async def test_sharing_writes_have_a_budget_of_their_own(wire: Wire, identity: Identity, open_rows: Open) -> None:
    """The 76th sharing write within a hundred seconds is not sent, while reads still are."""
    throttle = gate_on(open_rows(), 100_000, patience=0.5)
    graph = Graph(f"{wire.url}{BASE}", identity, throttle)
    wire.script("DELETE", f"{BASE}/drives/a", answer({}))
    wire.script("GET", f"{BASE}/drives/a", raw(b"{}"))
    await throttle.enter(Service.CONTENT, 1, sharing_writes=72)
    for _ in range(3):
        await graph.delete("/drives/a", units=5, sharing_write=True)
    with pytest.raises(errors.Throttled):
        await graph.delete("/drives/a", units=5, sharing_write=True)
    await graph.get("/drives/a", units=1)
    assert len(wire.calls(f"{BASE}/drives/a", "DELETE")) == 3
    assert SHARING_WRITES.units * (300 / SHARING_WRITES.seconds + 1) <= 300
    await graph.close()


async def test_hardly_anything_remaining_makes_us_silent_until_the_reset(wire: Wire, graph: Graph) -> None:
    """When an answer says that the minute is nearly spent, the next request waits for the reset."""
    low = {"RateLimit-Limit": "1250", "RateLimit-Remaining": "20", "RateLimit-Reset": "1"}
    wire.script("GET", f"{BASE}/drives/a", answer({}, headers=low), answer({}))
    await graph.get("/drives/a", units=1)
    await graph.get("/drives/a", units=1)
    assert wire.seen[1].at - wire.seen[0].at >= 0.95


async def test_what_is_spent_is_counted_and_kept_for_all(wire: Wire, identity: Identity, open_rows: Open) -> None:
    """Units, requests and throttles of all instances add up in the day's row; throttled tries count too."""
    gates = [gate_on(open_rows()) for _ in range(2)]
    wire.script("GET", f"{BASE}/drives/a", error(429, headers={"Retry-After": "0.1"}), raw(b"{}"))
    for throttle in gates:
        graph = Graph(f"{wire.url}{BASE}", identity, throttle)
        await graph.get("/drives/a", units=2)
        await graph.close()
        await asyncio.gather(throttle.flush(), throttle.flush())  # the ends of two jobs
        await throttle.flush()
    assert (gates[0].spent().units, gates[0].spent().requests, gates[0].spent().throttles) == (4, 2, 1)
    total = await gates[0].spent_on(time.strftime("%Y-%m-%d", time.gmtime()))
    assert (total.units, total.requests, total.throttles) == (6, 3, 1)
    assert await gates[0].spent_on("2001-01-01") == Spent()
