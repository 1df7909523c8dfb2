"""Trouble on request."""

from __future__ import annotations

import itertools
import re
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import aiohttp
import jwt
import pytest

from simulator.app_keys import TROUBLES
from simulator.entra.identity import AUTHORITY, GRAPH
from simulator.entra.registrations import OBSERVER_CLIENT_ID
from simulator.refusal import Refused
from simulator.trouble.answers import _WAITS
from simulator.trouble.script import read_script, script_from
from tests.simulator.graph_tenant import CLASS, GraphTenant


async def test_a_status_as_often_as_asked(graph: GraphTenant) -> None:
    """The next matching requests answer the status with its Retry-After, then all is well; others are spared."""
    graph.fault(kind="status", path="/delta", times=2, status=429, retry_after=7)
    assert (await graph.get(graph.root)).status == 200
    replies = [await graph.get(f"{graph.root}/delta") for _ in range(3)]
    assert [reply.status for reply in replies] == [429, 429, 200]
    assert replies[0].headers["Retry-After"] == "7"
    assert graph.app[TROUBLES].happened == {"status": 2}


async def test_a_later_page_fails(graph: GraphTenant) -> None:
    """`after` lets pages pass before the trouble comes."""
    graph.fault(kind="status", path="/delta", after=1, status=500)
    first = await graph.get(f"{graph.root}/delta?$top=2")
    assert (await graph.get(first.body["@odata.nextLink"])).status == 500


async def test_a_503_has_no_json(graph: GraphTenant) -> None:
    """503 comes with an empty body, and as HTML when asked."""
    graph.fault(kind="status", path="/delta", status=503)
    graph.fault(kind="html", path="/delta")
    for _ in range(2):
        reply = await graph.get(f"{graph.root}/delta")
        assert (reply.status, reply.body) == (503, None)


async def test_a_body_is_cut(graph: GraphTenant) -> None:
    """A truncated answer claims to be whole and is no JSON."""
    graph.fault(kind="truncated", path="/delta")
    with pytest.raises(ValueError, match=r"delimiter|Unterminated|Expecting"):
        await graph.get(f"{graph.root}/delta")


@pytest.mark.parametrize("kind", ["dropped", "midway"])
async def test_a_connection_breaks(graph: GraphTenant, kind: str) -> None:
    """The connection closes before, or in the middle of, the answer."""
    graph.fault(kind=kind, path="/delta", times=9)
    with pytest.raises(aiohttp.ClientError):
        await graph.get(f"{graph.root}/delta")


async def test_the_control_address_is_spared(graph: GraphTenant) -> None:
    """No trouble falls on /sim."""
    graph.fault(kind="status", status=500)
    async with graph.session.get(f"{graph.url}/sim/clock") as answer:
        assert answer.status == 200


async def test_unknown_troubles_are_refused(graph: GraphTenant) -> None:
    """A trouble that cannot be read is 400, naming what is wrong."""
    with pytest.raises(Refused, match="explode"):
        graph.fault(kind="explode")
    with pytest.raises(Refused, match="tiems"):
        graph.fault(kind="html", tiems=3)


async def test_troubles_can_be_taken_off(graph: GraphTenant) -> None:
    """What has not happened yet can be seen and cleared."""
    graph.fault(kind="html", path="/delta")
    (waiting,) = graph.app[TROUBLES].waiting()
    assert waiting == {"id": "t1", "kind": "html", "path": "/delta", "happened": 0, "standing": True}
    graph.app[TROUBLES].take_off()
    assert (await graph.get(f"{graph.root}/delta")).status == 200


async def test_the_same_seed_brings_the_same_trouble(graph: GraphTenant) -> None:
    """Chance follows the seed: asked anew with the same seed, the same requests fail in the same way; another seed differs."""

    async def told(seed: int) -> list[int]:
        graph.app[TROUBLES].take_off()
        graph.app[TROUBLES]._numbers = itertools.count(1)
        graph.app[TROUBLES].add(script_from({"seed": seed, "troubles": [{"kind": "errors", "rate": 0.5}]}))
        return [(await graph.get(graph.root)).status for _ in range(12)]

    first = await told(7)
    assert first == await told(7) != await told(8)
    assert {200} < set(first) <= {200, 500, 502, 503, 504}


async def test_who_comes_early_waits_longer(graph: GraphTenant) -> None:
    """A request before the end of the wait is refused again, with twice the wait."""
    graph.fault(kind="throttled", seconds=60)
    waits = [(await graph.get(graph.root)).headers["Retry-After"] for _ in range(3)]
    assert waits == ["60", "120", "240"]
    for each, wait in graph.app[_WAITS].items():
        graph.app[_WAITS][each] = replace(wait, until=time.monotonic())
    assert (await graph.get(graph.root)).status == 200
    assert graph.app[TROUBLES].happened == {"throttled": 3}


async def test_a_wait_need_not_be_told(graph: GraphTenant) -> None:
    """Throttled without a header, as a 503 with an empty body."""
    graph.fault(kind="throttled", seconds=0.1, status=503, told=False)
    reply = await graph.get(graph.root)
    assert (reply.status, reply.body) == (503, None)
    assert "Retry-After" not in reply.headers


async def test_latency_makes_answers_late(graph: GraphTenant) -> None:
    """Each answer comes later by what was asked, until the trouble is taken off."""
    graph.fault(kind="latency", seconds=0.1)
    began = time.monotonic()
    await graph.get(graph.root)
    assert time.monotonic() - began >= 0.1
    graph.app[TROUBLES].take_off("latency")
    await graph.get(graph.root)
    assert graph.app[TROUBLES].happened == {"latency": 1}


async def test_only_later_pages_fail(graph: GraphTenant) -> None:
    """The first page of a listing comes, the next does not; afterwards the listing goes on from there."""
    graph.fault(kind="page")
    first = await graph.get(f"{graph.root}/delta?$top=2")
    link = first.body["@odata.nextLink"]
    assert [(await graph.get(link)).status for _ in range(2)] == [500, 200]


@pytest.mark.parametrize("code", ["resyncChangesApplyDifferences", "resyncChangesUploadDifferences"])
async def test_delta_tokens_lapse_in_both_ways(graph: GraphTenant, code: str) -> None:
    """410 names how to begin anew, and where."""
    link = await graph.delta_link()
    graph.fault(kind="expired", path=graph.drive.id, code=code)
    reply = await graph.get(link)
    assert (reply.status, reply.code) == (410, code)
    assert (await graph.get(reply.headers["Location"])).status == 200


async def test_a_part_of_a_batch_fails_alone(graph: GraphTenant) -> None:
    """The batch answers 200, one part 429 with its own pause; requests outside batches are spared."""
    graph.fault(kind="part", retry_after=1.5)
    assert (await graph.get(graph.root)).status == 200
    parts = [{"id": str(n), "method": "GET", "url": graph.root} for n in range(2)]
    reply = await graph.ask("POST", "/$batch", {"requests": parts})
    told = {part["id"]: part for part in reply.body["responses"]}
    assert [told[n]["status"] for n in "01"] == [429, 200]
    assert told["0"]["headers"]["Retry-After"] == "1.5"


async def test_what_was_dropped_may_have_been_done(graph: GraphTenant) -> None:
    """With `done` the request is carried out, and nobody hears of it."""
    graph.fault(kind="dropped", done=True, times=0)
    with pytest.raises(aiohttp.ClientError):
        await graph.ask("PATCH", f"{graph.at('a.docx')}/retentionLabel", {"name": CLASS}, actor=True)
    assert graph.items["a.docx"].stamp is not None


async def test_tokens_are_revoked_in_the_middle(graph: GraphTenant) -> None:
    """After so many requests the token is refused with a claims challenge; a new one is taken."""
    graph.fault(kind="revoked", after=1, challenge=True)
    old = {"Authorization": f"Bearer {graph.app[AUTHORITY].issue(OBSERVER_CLIENT_ID, GRAPH)}"}
    assert (await graph.get(graph.root, **old)).status == 200
    refused = await graph.get(graph.root, **old)
    assert refused.status == 401
    assert 'error="insufficient_claims"' in refused.headers["WWW-Authenticate"]
    assert (await graph.get(graph.root)).status == 200


async def test_services_date_and_judge_by_a_clock_that_is_wrong(graph: GraphTenant) -> None:
    """An hour ahead the services say so in `Date` and refuse tokens that end within it."""
    short = {"Authorization": f"Bearer {graph.app[AUTHORITY].issue(OBSERVER_CLIENT_ID, GRAPH, seconds=600)}"}
    graph.fault(kind="skew", seconds=3600)
    reply = await graph.get(graph.root)
    assert (parsedate_to_datetime(reply.headers["Date"]) - datetime.now(UTC)).total_seconds() > 3000
    assert (await graph.get(graph.root, **short)).status == 401
    graph.app[TROUBLES].take_off()
    assert (await graph.get(graph.root, **short)).status == 200


@pytest.mark.parametrize(("ahead", "status"), [(240, 200), (900, 401), (-240, 200)])
async def test_tokens_of_another_clock(graph: GraphTenant, ahead: float, status: int) -> None:
    """Five minutes are let pass: a token that is valid a little later counts, one of in a quarter of an hour does not."""
    graph.fault(kind="skew", seconds=ahead, of="entra")
    assert (await graph.get(graph.root)).status == status


async def test_short_tokens_say_how_long_they_live(graph: GraphTenant) -> None:
    """The managed identity's answer and the token agree on the end."""
    graph.fault(kind="short_tokens", seconds=60)
    token = graph.app[AUTHORITY].issue(OBSERVER_CLIENT_ID, GRAPH)
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 60


async def test_entra_can_be_away(graph: GraphTenant) -> None:
    """Token endpoints answer 503 and nothing else does."""
    graph.fault(kind="entra_away")
    async with graph.session.get(f"{graph.url}/msi/token") as answer:
        assert answer.status == 503
    assert (await graph.get(graph.root)).status == 200


async def test_a_trouble_comes_and_goes_by_the_tenant_s_clock(graph: GraphTenant) -> None:
    """It begins at its time and ends after its span."""
    graph.fault(kind="status", path="/drives/", status=423, times=0, at="PT2H", lasts="PT30M")
    statuses = []
    for step in (0, 130, 30):
        graph.tenant.clock.advance(timedelta(minutes=step))
        statuses.append((await graph.get(graph.root)).status)
    assert statuses == [200, 423, 200]
    assert graph.app[TROUBLES].waiting() == []


def test_a_script_says_what_is_wrong_with_it(tmp_path: Path) -> None:
    """File, number of the trouble, what is wrong and what there is, in one sentence."""
    script = tmp_path / "storm.yaml"
    for text, words in (
        ("troubles: [{kind: html}, {kind: hail}]", "Trouble 2: there is no kind 'hail'; there are latency"),
        ("- {kind: html, rate: 2}", "Trouble 1, html: Expected `float` <= 1.0"),
        ("- {kind: html, at: soon}", "Trouble 1, html: 'soon' is no moment; write PT2H"),
        ("troubles: {", "line 1"),
        ("seeds: 1\ntroubles: []", "A script has no 'seeds'; it has seed and troubles."),
    ):
        script.write_text(text)
        with pytest.raises(Refused, match=re.escape(words)) as refused:
            read_script(script)
        assert str(script) in refused.value.message


async def test_a_wait_can_be_told_as_a_moment(graph: GraphTenant) -> None:
    """`Retry-After` is an HTTP date: a whole second, never before the wait is over, counted from the answer's own `Date`."""
    graph.fault(kind="throttled", seconds=1.5, as_date=True)
    reply = await graph.get(graph.root)
    told = [parsedate_to_datetime(reply.headers[name]) for name in ("Date", "Retry-After")]
    assert reply.status == 429
    assert 1.5 <= (told[1] - told[0]).total_seconds() <= 3.5


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [("name", "", {}), ("name", "7", {"name": 7}), ("name", "text", {"name": "text"}), ("file.hashes", "null", None)],
)
async def test_one_entry_of_a_page_comes_odd(
    graph: GraphTenant, field: str, value: str, told: dict[str, object] | None
) -> None:
    """The entry that was asked for lacks a field, or has another value in it; its neighbours and the next answer are whole."""
    graph.fault(kind="odd", path="/delta", entry="b.docx", field=field, value=value)
    whole = {entry["id"]: entry for entry in (await graph.get(f"{graph.root}/delta?$top=100")).body["value"]}
    odd = whole.pop(graph.items["b.docx"].id)
    again = {entry["id"]: entry for entry in (await graph.get(f"{graph.root}/delta?$top=100")).body["value"]}
    true = again.pop(graph.items["b.docx"].id)
    assert whole == again
    assert {name: odd[name] for name in odd if odd[name] != true.get(name)} == (
        {"file": {**true["file"], "hashes": None}} if told is None else told
    )
    assert graph.app[TROUBLES].happened == {"odd": 1}


async def test_an_entry_inside_a_batch_comes_odd(graph: GraphTenant) -> None:
    """What stands in a part of a batch is a page as well; with no field, the whole entry is left out or replaced."""
    item = graph.items["a.docx"].id
    path = f"/drives/{graph.drive.id}/items/{item}/permissions"
    before = (await graph.get(path)).body["value"]
    graph.fault(kind="odd", path=path, value="7")
    parts = {"requests": [{"id": "1", "method": "GET", "url": path}]}
    [part] = (await graph.ask("POST", "/$batch", parts)).body["responses"]
    assert part["body"]["value"] == [7, *before[1:]]
