"""Graph: bytes, headers, errors, links."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from custos.m365 import errors
from custos.m365.credentials import graph_audience
from custos.m365.graph import Graph
from custos.m365.throttled_services import Service
from custos.settings import REPOSITORY
from tests.m365.scripted_server import Wire, answer, cut_short, error, hang_up, raw

BASE = "/graph/v1.0"


async def test_get_returns_the_bytes_and_sends_token_prefer_and_correlation(wire: Wire, graph: Graph) -> None:
    """A read carries a token, the Prefer values, an id for correlation and our name, and answers the bytes."""
    wire.script("GET", f"{BASE}/drives/b!A/root/delta", raw(b'{"value":[]}'))
    params: dict[str, str | int] = {"$top": 5, "$select": "id,name"}
    body = await graph.get("/drives/b!A/root/delta", units=2, prefer=("a", "b"), params=params)
    seen = wire.seen[0]
    assert body == b'{"value":[]}'
    assert seen.headers["Authorization"] == "Bearer token-1-https://graph.microsoft.com"
    assert seen.headers["Prefer"] == "a, b"
    assert seen.query == {"$top": "5", "$select": "id,name"}
    assert len(seen.headers["client-request-id"]) == 36
    assert seen.headers["User-Agent"].startswith("NONISV|Custos|")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.Refused),
        (402, errors.Refused),
        (403, errors.Forbidden),
        (404, errors.NotFound),
        (405, errors.Refused),
        (409, errors.Conflict),
        (410, errors.Gone),
        (412, errors.Precondition),
        (423, errors.Locked),
        (302, errors.Refused),
        (501, errors.Refused),
        (507, errors.Refused),
    ],
)
async def test_every_error_status_is_raised_as_its_kind(
    wire: Wire, graph: Graph, status: int, kind: type[errors.MicrosoftTrouble]
) -> None:
    """Each status outside 2xx is raised as its own class, with status, code, inner code and request id."""
    wire.script("GET", f"{BASE}/drives/d", error(status, "outer", inner="inner"))
    with pytest.raises(errors.MicrosoftTrouble) as raised:
        await graph.get("/drives/d", units=1)
    assert type(raised.value) is kind
    assert (raised.value.status, raised.value.code, raised.value.inner_code, raised.value.request_id) == (
        status,
        "outer",
        "inner",
        "r-1",
    )
    assert len(wire.seen) == 1


async def test_gone_keeps_the_location(wire: Wire, graph: Graph) -> None:
    """410 tells where to begin anew."""
    place = f"{wire.url}{BASE}/drives/d/root/delta?token=new"
    wire.script(
        "GET", f"{BASE}/drives/d/root/delta", error(410, "resyncChangesApplyDifferences", headers={"Location": place})
    )
    with pytest.raises(errors.Gone) as raised:
        await graph.get("/drives/d/root/delta", units=1)
    assert raised.value.location == place


async def test_html_error_page_is_judged_by_its_status(wire: Wire, graph: Graph) -> None:
    """A gateway's HTML page does not hide the status."""
    wire.script("GET", f"{BASE}/drives/d", raw(b"<html>no</html>", "text/html", 404))
    with pytest.raises(errors.NotFound) as raised:
        await graph.get("/drives/d", units=1)
    assert raised.value.code == ""


@pytest.mark.parametrize("link", ["https://evil.example/graph/v1.0/x", "http://127.0.0.1:1/graph/v1.0/x", "", "/x"])
async def test_a_link_to_another_host_is_not_followed(wire: Wire, graph: Graph, link: str) -> None:
    """A link that leads elsewhere raises Malformed and nothing is sent."""
    with pytest.raises(errors.Malformed):
        await graph.get_link(link, units=1)
    assert wire.seen == []
    assert wire.tokens == 0


async def test_a_link_of_our_own_host_is_followed_verbatim(wire: Wire, graph: Graph) -> None:
    """An opaque token in a link is sent as it came."""
    wire.script("GET", f"{BASE}/drives/d/root/delta", raw(b"{}"))
    await graph.get_link(f"{wire.url}{BASE}/drives/d/root/delta?token=a%2Bb%3D", units=1)
    assert wire.seen[0].query["token"] == "a+b="


async def test_answer_cut_short_is_asked_again_and_then_malformed(wire: Wire, graph: Graph) -> None:
    """An answer that ends early is asked for again; when it never comes whole, it is Malformed."""
    wire.script("GET", f"{BASE}/drives/d", cut_short, raw(b'{"a":1}'))
    assert await graph.get("/drives/d", units=1) == b'{"a":1}'
    wire.script("GET", f"{BASE}/drives/e", cut_short)
    with pytest.raises(errors.Malformed):
        await graph.get("/drives/e", units=1)


async def test_server_errors_are_retried_for_reads(wire: Wire, graph: Graph) -> None:
    """A read survives 500, 502 and a lost connection."""
    wire.script("GET", f"{BASE}/drives/d", error(500), raw(b"", status=502), hang_up, raw(b"{}"))
    assert await graph.get("/drives/d", units=1) == b"{}"
    assert len(wire.seen) == 4


async def test_server_errors_that_stay_are_unavailable(wire: Wire, graph: Graph) -> None:
    """After five tries a read is Unavailable, and nothing may have been done."""
    wire.script("GET", f"{BASE}/drives/d", error(500, "generalException"))
    with pytest.raises(errors.Unavailable) as raised:
        await graph.get("/drives/d", units=1)
    assert len(wire.seen) == 5
    assert not raised.value.maybe_done


@pytest.mark.parametrize("fault", [error(504, "timeout"), hang_up])
async def test_a_post_that_may_have_arrived_is_never_sent_twice(wire: Wire, graph: Graph, fault: object) -> None:
    """A POST that is not idempotent is sent once, and says that it may have happened."""
    wire.script("POST", f"{BASE}/users/u/sendMail", fault)
    with pytest.raises(errors.Unavailable) as raised:
        await graph.post("/users/u/sendMail", b"{}", units=0)
    assert raised.value.maybe_done
    assert len(wire.seen) == 1


async def test_a_throttled_post_is_sent_again(wire: Wire, graph: Graph) -> None:
    """A throttled POST was not carried out, so it is sent again after the wait."""
    throttled = error(429, "TooManyRequests", headers={"Retry-After": "0.2"})
    wire.script("POST", f"{BASE}/users/u/sendMail", throttled, answer({}, 202))
    assert (await graph.post("/users/u/sendMail", b"{}", units=0)).status == 202
    assert wire.seen[1].at - wire.seen[0].at >= 0.2


async def test_a_write_keeps_status_headers_and_body(wire: Wire, graph: Graph) -> None:
    """201 can be told from 200, and headers are there."""
    wire.script("PATCH", f"{BASE}/drives/d/items/i", answer({"a": 1}, 201, {"Location": "x"}))
    response = await graph.patch("/drives/d/items/i", b'{"b":2}', units=2)
    assert (response.status, response.body, response.headers["location"]) == (201, b'{"a": 1}', "x")
    assert wire.seen[0].headers["Content-Type"] == "application/json"
    assert wire.seen[0].json == {"b": 2}


async def test_a_revoked_token_is_renewed_once(wire: Wire, graph: Graph) -> None:
    """401 asks for a new token and tries once more; a second 401 is Forbidden."""
    wire.script("GET", f"{BASE}/drives/d", error(401, "InvalidAuthenticationToken"), raw(b"{}"))
    assert await graph.get("/drives/d", units=1) == b"{}"
    assert wire.seen[0].headers["Authorization"] != wire.seen[1].headers["Authorization"]
    wire.script("GET", f"{BASE}/drives/e", error(401, "InvalidAuthenticationToken"))
    with pytest.raises(errors.Forbidden):
        await graph.get("/drives/e", units=1)
    assert len(wire.calls(f"{BASE}/drives/e")) == 2


async def test_tokens_are_kept(wire: Wire, graph: Graph) -> None:
    """Many requests ask for one token."""
    wire.script("GET", f"{BASE}/drives/d", raw(b"{}"))
    for _ in range(5):
        await graph.get("/drives/d", units=1)
    assert wire.tokens == 1


async def test_no_identity_is_unavailable_at_once(wire: Wire) -> None:
    """A managed identity without a token is Unavailable, the trouble says so with Entra's number, and its endpoint is asked once."""
    wire.script(
        "GET", "/msi/refused", error(400, "AADSTS53003: Access has been blocked by Conditional Access policies.")
    )
    asking = (
        "import asyncio\nfrom custos.m365.credentials import Identity\nfrom custos.m365.errors import Unavailable\n"
        "try: asyncio.run(Identity('observer', 'x').token('https://graph.microsoft.com'))\n"
        "except Unavailable as error: print(error)"
    )
    own = {**os.environ, "IDENTITY_ENDPOINT": f"{wire.url}/msi/refused", "IDENTITY_HEADER": "secret"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", asking, env=own, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert said.decode().startswith("No token for https://graph.microsoft.com/.default as observer (x)")
    assert "Entra says AADSTS53003: https://login.microsoftonline.com/error?code=53003 explains it." in said.decode()
    assert len(wire.calls("/msi/refused")) == 1


def test_the_scan_wakes_no_typed_model() -> None:
    """Importing every adapter, and decoding a page, loads none of the SDK's entities."""
    code = (
        "import sys, custos.m365, custos.m365.graph, custos.m365.delta as d, custos.m365.labels, custos.m365.sharing\n"
        "import custos.m365.directory, custos.m365.subscriptions, custos.m365.sites, custos.m365.bot\n"
        'd.page_from(b\'{"value":[{"id":"1","name":"a"}],"@odata.deltaLink":"x"}\')\n'
        "print([m for m in sys.modules if m.startswith('msgraph.generated.models') or m.startswith('office365')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


ANSWERED = "Sat, 28 Nov 2026 15:29:20 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "40"}, 40.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "Sat, 28 Nov 2026 15:30:00 GMT", "date": ANSWERED}, 40.0),
        ({"retry-after": "Saturday, 28-Nov-26 15:30:00 GMT", "date": ANSWERED}, 40.0),
        ({"retry-after": "Sat Nov 28 15:30:00 2026", "date": ANSWERED}, 40.0),
        ({"retry-after": "Sat, 28 Nov 2026 15:30:00 GMT"}, 60.0),
        ({"retry-after": "Sat, 28 Nov 2026 15:30:00 GMT", "date": "never"}, 60.0),
        ({"retry-after": "Sat, 28 Nov 2099 15:30:00 GMT", "date": ANSWERED}, errors.LONGEST_WAIT),
        ({"retry-after": "864000"}, errors.LONGEST_WAIT),
        ({"retry-after": "1e400"}, errors.LONGEST_WAIT),
        ({"ratelimit-reset": "99999999999"}, errors.LONGEST_WAIT),
        ({"retry-after": "7", "ratelimit-reset": "31"}, 31.0),
        ({"retry-after": "Sat, 28 Nov 2026 15:29:00 GMT", "date": ANSWERED}, None),
        ({"retry-after": "Sat, 28 Nov 99999 15:30:00 GMT"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_a_wait_is_read_in_both_forms_and_has_an_end(headers: dict[str, str], seconds: float | None) -> None:
    """`Retry-After` is seconds or a moment by Microsoft's own clock; nothing keeps Custos silent for more than an hour."""
    now = datetime(2026, 11, 28, 15, 29, tzinfo=UTC).timestamp()
    assert errors.seconds_to_wait(headers, now) == seconds


async def test_a_wait_that_is_told_as_a_moment_is_kept(wire: Wire, graph: Graph) -> None:
    """After a 429 with an HTTP date, the next try comes when that moment has come, and not after two seconds."""
    date, until = "Sat, 28 Nov 2026 15:29:20 GMT", "Sat, 28 Nov 2026 15:29:24 GMT"
    wire.script("GET", f"{BASE}/x", error(429, headers={"Retry-After": until, "Date": date}), raw(b"{}"))
    await graph.get("/x", units=1)
    first, second = wire.seen
    assert second.at - first.at >= 3.95


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ({"code": "ExtensionError", "message": "Resource 'SubscriptionCountReached' has reached limit of '1000'."}, {}),
        ({"code": "TooManyRequests"}, {"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}),
    ],
)
async def test_a_429_for_ever_is_a_refusal(
    wire: Wire, graph: Graph, body: dict[str, str], headers: dict[str, str]
) -> None:
    """A ceiling that no wait mends is refused at once, and keeps nobody else waiting."""
    wire.script("POST", f"{BASE}/subscriptions", answer({"error": body}, 429, headers))
    wire.script("GET", f"{BASE}/users", raw(b"{}"))
    with pytest.raises(errors.Refused):
        await graph.post("/subscriptions", b"{}", units=0)
    await graph.get("/users", units=0)
    assert not (await graph.throttle.standing(Service.DIRECTORY)).paused_until


@pytest.mark.parametrize(
    ("url", "audience"),
    [
        ("https://graph.microsoft.com/v1.0", "https://graph.microsoft.com"),
        ("https://graph.microsoft.us/v1.0", "https://graph.microsoft.us"),
        ("http://127.0.0.1:8080/graph/v1.0", "https://graph.microsoft.com"),
    ],
)
async def test_objects_are_named_in_the_cloud_that_is_configured(graph: Graph, url: str, audience: str) -> None:
    """What a body calls a guest or a Teams app lies in the same cloud as the Graph that is asked; so do tokens."""
    configured = Graph(url, graph.identity, graph.throttle)
    assert configured.public("/directoryObjects/1") == f"{audience}/v1.0/directoryObjects/1"
    assert graph_audience(url) == audience
    await configured.close()


def test_no_other_place_says_which_cloud() -> None:
    """The worldwide Graph's address stands where the settings have their default and where a cloud is chosen, and else in words only."""
    code = re.compile(r"""^(?!\s*[|#]).*["']https://graph\.microsoft\.com""")
    said = {
        path.relative_to(REPOSITORY).as_posix()
        for path in (REPOSITORY / "custos").rglob("*.py")
        if any(code.match(line) for line in path.read_text(encoding="utf-8").splitlines())
    }
    assert said == {"custos/settings.py", "custos/m365/credentials.py"}
