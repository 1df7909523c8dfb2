"""Permissions: what they say, who is external, how they are changed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from custos.m365 import errors, sharing
from custos.m365.graph import Graph
from custos.m365.permissions import Permission, permission_from
from custos.m365.principals import classify, guest_home_address
from tests.m365.scripted_server import Wire, answer, error, raw

PATH = "/graph/v1.0/drives/d/items/i/permissions"
GUEST = "i:0#.f|membership|bea_fabrikam.com#ext#@contoso.onmicrosoft.com"
ANYONE: dict[str, Any] = {
    "id": "aaaa",
    "roles": ["read"],
    "hasPassword": False,
    "shareId": "u!a",
    "expirationDateTime": "0001-01-01T00:00:00Z",
    "link": {"scope": "anonymous", "type": "view", "webUrl": "https://x/y"},
}


def read(body: dict[str, Any]) -> Permission:
    return permission_from(json.dumps({"id": "p", **body}).encode())


def test_the_year_one_means_no_expiry() -> None:
    """`0001-01-01` is "never", not "long ago"."""
    link = read(ANYONE)
    assert (link.kind, link.scope, link.link_type, link.has_expiry, link.external) == (
        "link",
        "anonymous",
        "view",
        False,
        True,
    )
    assert read({**ANYONE, "expirationDateTime": "2026-12-31T00:00:00Z"}).expires == datetime(2026, 12, 31, tzinfo=UTC)


def test_an_empty_inherited_from_still_says_inherited() -> None:
    """The mere presence of `inheritedFrom` counts, though an empty object is falsy."""
    assert read({"inheritedFrom": {}}).inherited
    assert read({"inheritedFrom": {"driveId": "d"}}).inherited
    assert not read({}).inherited


def test_named_people_on_a_link_are_its_grantees() -> None:
    """A link for named people holds each of them, external where the login says so."""
    people = [
        {"user": {"id": "c", "email": "bea@fabrikam.com"}, "siteUser": {"loginName": GUEST}},
        {
            "user": {"id": "e", "email": "ann@contoso.com"},
            "siteUser": {"loginName": "i:0#.f|membership|ann@contoso.com"},
        },
    ]
    link = read({"link": {"scope": "users", "type": "edit"}, "grantedToIdentitiesV2": people})
    assert [(one.user_id, one.domain, one.external) for one in link.grantees] == [
        ("c", "fabrikam.com", True),
        ("e", "contoso.com", None),
    ]
    assert link.external is True


@pytest.mark.parametrize(
    ("granted", "principal", "external"),
    [
        ({"siteGroup": {"id": "3", "displayName": "Owners", "loginName": "Owners"}}, "site_group", None),
        ({"sharePointGroup": {"id": "3", "displayName": "Owners"}}, "site_group", None),
        ({"group": {"id": "g", "displayName": "Team"}}, "group", None),
        ({"user": {"id": "u", "email": "a@b.c"}}, "user", None),
        ({"application": {"id": "x"}}, "app", False),
        ({"siteUser": {"loginName": "c:0(.s|true"}}, "everyone", True),
        ({"siteUser": {"loginName": "c:0-.f|rolemanager|spo-grid-all-users/9"}}, "everyone_internal", False),
        ({"user": {"displayName": "Everyone"}, "siteUser": {"loginName": "c:0(.s|true"}}, "everyone", True),
    ],
)
def test_kinds_of_principals(granted: dict[str, Any], principal: str, external: bool | None) -> None:
    """Every kind of identity finds its word; what cannot be told is None."""
    grant = read({"grantedToV2": granted, "roles": ["write"]})
    assert (grant.kind, grant.grantees[0].principal, grant.external) == ("grant", principal, external)


@pytest.mark.parametrize(
    ("login", "told"),
    [
        (GUEST, ("user", True, "")),
        ("i:0#.f|membership|urn%3aspo%3aguest#bea@fabrikam.com", ("user", True, "")),
        ("i:0#.f|membership|ann@contoso.com", ("user", None, "")),
        ("c:0o.c|federateddirectoryclaimprovider|abc_o", ("group", None, "abc")),
        ("c:0t.c|tenant|abc", ("group", None, "abc")),
        ("Project K Owners", ("", None, "")),
        ("", ("", None, "")),
    ],
)
def test_login_names_are_told_apart(login: str, told: tuple[str, bool | None, str]) -> None:
    """Guests, leftovers, members, groups and site groups by their login names."""
    assert classify(login) == told


def test_a_guests_home_address_is_in_the_login() -> None:
    """The home organisation can be read from the login when no address is told."""
    assert guest_home_address(GUEST) == "bea@fabrikam.com"
    assert guest_home_address("i:0#.f|membership|urn%3aspo%3aguest#bea@fabrikam.com") == "bea@fabrikam.com"
    assert guest_home_address("Owners") == ""


def test_an_invitation_not_yet_taken_up() -> None:
    """Its address is the grantee; whether it is external, the address alone does not tell."""
    waiting = read({"invitation": {"email": "new@fabrikam.com", "signInRequired": True}, "roles": ["read"]})
    assert (waiting.kind, waiting.grantees[0].domain, waiting.external) == ("invitation", "fabrikam.com", None)


def test_words_that_nobody_documented_do_no_harm() -> None:
    """Unknown roles, scopes and link types are kept as they are."""
    odd = read({"roles": ["sp.full control"], "link": {"scope": "galaxy", "type": "review"}, "new": 1})
    assert (odd.roles, odd.scope, odd.link_type, odd.external) == (("sp.full control",), "galaxy", "review", None)


async def test_permissions_of_many_items(wire: Wire, graph: Graph) -> None:
    """Ten parts a post, five units each, further pages followed; an empty list is a known none."""
    more = {"value": [{"id": "bbbb"}]}
    first = {"value": [ANYONE], "@odata.nextLink": f"{wire.url}{PATH}?$skiptoken=2"}
    told = [
        {"id": "0", "status": 200, "body": first},
        {"id": "1", "status": 200, "body": {"value": []}},
        {"id": "2", "status": 403, "body": {"error": {"code": "accessDenied"}}},
        {"id": "3", "status": 200, "body": {"strange": 1}},
    ]
    wire.script("POST", "/graph/v1.0/$batch", answer({"responses": told}))
    wire.script("GET", PATH, answer(more))
    found = await sharing.read_permissions(graph, [("d", one) for one in ("i", "j", "k", "l")])
    two = found["d", "i"]
    assert isinstance(two, list)
    assert [one.permission_id for one in two] == ["aaaa", "bbbb"]
    assert found["d", "j"] == []
    assert isinstance(found["d", "k"], errors.Forbidden)
    assert isinstance(found["d", "l"], errors.Malformed)
    assert graph.throttle.spent().units == 25


async def test_an_expiry_is_set_and_taken_off(wire: Wire, graph: Graph) -> None:
    """UTC to the second, and null for never."""
    wire.script("PATCH", f"{PATH}/aaaa", answer({**ANYONE, "expirationDateTime": "2026-12-31T00:00:00Z"}))
    when = datetime(2026, 12, 31, tzinfo=UTC)
    assert (await sharing.set_link_expiry(graph, "d", "i", "aaaa", when)).expires == when
    await sharing.set_link_expiry(graph, "d", "i", "aaaa", None)
    assert [seen.json["expirationDateTime"] for seen in wire.seen] == ["2026-12-31T00:00:00Z", None]


async def test_removing_what_is_gone_is_not_an_error(wire: Wire, graph: Graph) -> None:
    """204 is True, 404 is False; an inherited one is Forbidden."""
    wire.script("DELETE", f"{PATH}/p", raw(b"", status=204), error(404, "itemNotFound"), error(403, "notAllowed"))
    assert await sharing.remove_permission(graph, "d", "i", "p") is True
    assert await sharing.remove_permission(graph, "d", "i", "p") is False
    with pytest.raises(errors.Forbidden):
        await sharing.remove_permission(graph, "d", "i", "p")


async def test_people_are_taken_off_a_link(wire: Wire, graph: Graph) -> None:
    """revokeGrants by address and by object id."""
    wire.script("POST", f"{PATH}/p/revokeGrants", answer(ANYONE))
    await sharing.remove_people(graph, "d", "i", "p", emails=["a@b.c"], user_ids=["u"])
    assert wire.seen[0].json == {"grantees": [{"email": "a@b.c"}, {"objectId": "u"}]}


async def test_people_are_invited_without_mail(wire: Wire, graph: Graph) -> None:
    """Access is given back quietly."""
    grant = {"id": "p", "roles": ["read"]}
    wire.script("POST", "/graph/v1.0/drives/d/items/i/invite", answer({"value": [grant]}))
    [given] = await sharing.invite(graph, "d", "i", emails=["a@b.c"], roles=["read"])
    assert given.permission_id == "p"
    assert wire.seen[0].json["sendInvitation"] is False
