"""Who is let in to the pages: whom Easy Auth vouches for, where it stands before them, and nobody else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from custos.notices.assignment import Person
from custos.pages.http import Request
from tests.notices import small_council
from tests.pages.counter import LOGIN, TENANT, claims, counter, signed_in, words

OBJECT, TENANT_CLAIM = (
    "http://schemas.microsoft.com/identity/claims/objectidentifier",
    "http://schemas.microsoft.com/identity/claims/tenantid",
)
OWNER = small_council.OWNER.user_id
OTHER = small_council.SIRO.user_id
GOOD = claims((OBJECT, OWNER), (TENANT_CLAIM, TENANT))


async def test_whoever_easy_auth_names_sees_their_page() -> None:
    """Somebody who is signed in sees a page with their name; the short names of claims are understood too."""
    desk = counter()
    assert "Priya Nair" in words(await desk.get())
    short = {"x-ms-client-principal": claims(("oid", OWNER.upper()), ("tid", TENANT))}
    assert "Priya Nair" in words(await desk.ask(Request(method="GET", path="", headers=short)))


async def test_without_easy_auth_no_header_counts() -> None:
    """Where Easy Auth is not switched on, the very headers that it writes are refused."""
    desk = replace(counter(), guarded=False)
    reply = await desk.get()
    assert (reply.status, reply.refused) == (403, "unguarded")
    assert "Priya" not in words(reply)


FORGED = {
    "nobody signed in": ({}, "nobody"),
    "an id alone": ({"x-ms-client-principal-id": OWNER}, "nobody"),
    "no base64": ({"x-ms-client-principal": "{}"}, "malformed"),
    "no JSON": ({"x-ms-client-principal": "AAAA"}, "malformed"),
    "claims that are none": ({"x-ms-client-principal": "eyJhdXRoX3R5cCI6ImFhZCIsImNsYWltcyI6MX0="}, "malformed"),
    "deep JSON": ({"x-ms-client-principal": "W1tb" * 9_000}, "malformed"),
    "too large": ({"x-ms-client-principal": "A" * 40_000}, "malformed"),
    "another tenant": ({"x-ms-client-principal": claims((OBJECT, OWNER), (TENANT_CLAIM, OTHER))}, "tenant"),
    "no tenant": ({"x-ms-client-principal": claims((OBJECT, OWNER))}, "tenant"),
    "two tenants": (
        {"x-ms-client-principal": claims((OBJECT, OWNER), (TENANT_CLAIM, TENANT), ("tid", OTHER))},
        "tenant",
    ),
    "two people": (
        {"x-ms-client-principal": claims((OBJECT, OWNER), ("oid", OTHER), (TENANT_CLAIM, TENANT))},
        "malformed",
    ),
    "nobody's id": ({"x-ms-client-principal": claims((OBJECT, "../admin"), (TENANT_CLAIM, TENANT))}, "malformed"),
    "another identity provider": (
        {"x-ms-client-principal": claims((OBJECT, OWNER), (TENANT_CLAIM, TENANT), auth_typ="google")},
        "malformed",
    ),
    "another provider beside": (
        {"x-ms-client-principal": GOOD, "x-ms-client-principal-idp": "facebook"},
        "malformed",
    ),
    "another person beside": ({"x-ms-client-principal": GOOD, "x-ms-client-principal-id": OTHER}, "malformed"),
}


@pytest.mark.parametrize("forgery", FORGED)
async def test_what_easy_auth_would_not_write_is_refused(forgery: str) -> None:
    """Headers that say too little, too much or two things let nobody in, and say why in one word."""
    headers, why = FORGED[forgery]
    reply = await counter().ask(Request(method="GET", path="", headers=headers))
    assert (reply.status, reply.refused) == (403, why)


async def test_an_account_that_is_no_longer_good_is_told_so() -> None:
    """Whose account was switched off, or whom the directory does not have, is told so, and sees nothing else."""
    desk = replace(counter(), blocked=frozenset({OWNER}))
    stranger = Person(user_id="99999999-0000-4000-8000-000000000001", upn="x@y.example", name="X")
    for one in (small_council.OWNER, stranger):
        reply = await desk.get(by=one)
        assert (reply.status, "switched off" in words(reply)) == (403, True)


async def test_files_that_cannot_be_used_are_not_the_visitors_matter() -> None:
    """While the council's files cannot be used, a page says that it is away, and names no file of theirs."""
    reply = await replace(counter(), broken=True).get()
    assert reply.status == 503
    assert "Try again in a few minutes." in words(reply)
    assert "holds.csv" not in words(reply)


async def test_browsers_are_kept_in_bounds() -> None:
    """No page runs a script, takes a style of its own, stands in a frame or stays in a cache; forms end here or at the sign-in."""
    for reply in (await counter().get(), await counter().get("nowhere"), await replace(counter(), guarded=False).get()):
        policy = reply.headers["Content-Security-Policy"]
        assert {"default-src 'none'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"} <= set(
            policy.split("; ")
        )
        assert "unsafe" not in policy
        assert "script-src" not in policy
        assert reply.headers["Cache-Control"] == "no-store"
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        text = reply.body.decode()
        assert [each for each in ("<script", "style=", "onclick", "javascript:") if each in text] == []
    shown = await counter().get()
    assert f"form-action 'self' {LOGIN}" in shown.headers["Content-Security-Policy"]


async def test_pages_that_do_not_exist_and_other_methods() -> None:
    """What is not there is said; looking where something is to be sent changes nothing."""
    desk = counter()
    assert (await desk.get("../health")).status == 404
    assert (await desk.get("answer", c="x", v="keep")).status == 404
    put = Request(method="PUT", path="", headers=signed_in(small_council.OWNER))
    assert (await desk.ask(put)).status == 404
    style = await desk.get("static/page.css")
    assert (style.status, style.mimetype) == (200, "text/css")
    assert (await desk.get("static/../wiring.py")).status == 404
