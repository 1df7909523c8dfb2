"""SharePoint REST through the library: what goes over the wire, and trouble."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from custos.m365 import errors, labels, site_admin
from custos.m365.credentials import Identity
from custos.m365.sharepoint import SharePoint
from custos.m365.throttle import Throttle
from custos.m365.throttled_services import Service
from tests.m365.scripted_server import Wire, answer, hang_up, raw

ROOT = "https://contoso.sharepoint.example"
SITE = f"{ROOT}/sites/x"
PROPERTIES = "/admin/_api/Microsoft.Online.SharePoint.TenantAdministration.Tenant/getSitePropertiesByUrl"
BULK = "/sp/sites/x/_api/SP_CompliancePolicy_SPPolicyStoreProxy_SetComplianceTagOnBulkItems"
DIGEST = {
    "d": {
        "GetContextWebInformation": {
            "FormDigestTimeoutSeconds": 1800,
            "FormDigestValue": "digest",
            "LibraryVersion": "16.0.0.0",
            "SiteFullUrl": SITE,
            "WebFullUrl": SITE,
        }
    }
}


def refused(status: int, code: str = "-1, Microsoft.SharePoint.SPException", **headers: str) -> Any:
    body = {"error": {"code": code, "message": {"lang": "en-US", "value": "no"}}}
    return answer(body, status, {"SPRequestGuid": "sp-1", **headers})


def properties(capability: int) -> Any:
    told = {"SiteId": "1111", "Url": SITE, "SharingCapability": capability, "LockState": "Unlock", "GroupId": ""}
    return answer({"d": told})


@pytest.fixture
async def sharepoint(wire: Wire, identity: Identity, throttle: Throttle) -> AsyncIterator[SharePoint]:
    """SharePoint on the wire: public addresses on the outside, the wire's on the inside."""
    for base in ("/sp/sites/x", "/admin"):
        wire.script("POST", f"{base}/_api/contextInfo", answer(DIGEST))
    one = SharePoint(
        identity=identity,
        throttle=throttle,
        root_url=ROOT,
        admin_url="https://contoso-admin.sharepoint.example",
        endpoint=f"{wire.url}/sp",
        admin_endpoint=f"{wire.url}/admin",
        first_delay=0,
    )
    yield one
    await one.close()


async def test_each_host_has_a_token_of_its_own(wire: Wire, sharepoint: SharePoint) -> None:
    """Administration and sites are two audiences, named by their public hosts."""
    wire.script("POST", PROPERTIES, properties(1))
    wire.script("POST", BULK, answer({}))
    await site_admin.read_sharing(sharepoint, SITE)
    await labels.set_labels_in_bulk(sharepoint, SITE, f"{SITE}/Shared Documents", "Finance 7y", [17, 18])
    tokens = {seen.path.split("/_api")[0]: seen.headers["Authorization"] for seen in wire.seen}
    assert tokens["/admin"].endswith("https://contoso-admin.sharepoint.example")
    assert tokens["/sp/sites/x"].endswith(ROOT)


async def test_labels_in_bulk_are_one_post_with_public_addresses(wire: Wire, sharepoint: SharePoint) -> None:
    """The absolute public address of the library, the label's name and the items' numbers, with a digest."""
    wire.script("POST", BULK, answer({"odata.null": True}))
    await labels.set_labels_in_bulk(sharepoint, SITE, f"{SITE}/Shared Documents", "Finance 7y", [17, 18])
    [seen] = wire.calls(BULK)
    assert seen.json == {
        "listUrl": f"{SITE}/Shared Documents",
        "complianceTagValue": "Finance 7y",
        "itemIds": [17, 18],
    }
    assert seen.headers["X-RequestDigest"] == "digest"


@pytest.mark.parametrize("count", [0, 101])
async def test_bulk_is_one_to_a_hundred(wire: Wire, sharepoint: SharePoint, count: int) -> None:
    """More than Microsoft takes in one call is our own mistake, and nothing is sent."""
    with pytest.raises(ValueError, match="1 to 100"):
        await labels.set_labels_in_bulk(sharepoint, SITE, SITE, "x", list(range(count)))
    assert wire.seen == []


@pytest.mark.parametrize(
    ("number", "name"), [(0, "disabled"), (1, "new_guests"), (2, "anyone"), (3, "existing_guests")]
)
async def test_capabilities_have_names(wire: Wire, sharepoint: SharePoint, number: int, name: str) -> None:
    """Microsoft's numbers, which are in no order, become names."""
    wire.script("POST", PROPERTIES, properties(number))
    assert (await site_admin.read_sharing(sharepoint, SITE)).capability == name


@pytest.mark.parametrize("capability", [9, None])
async def test_an_unknown_capability_is_malformed(wire: Wire, sharepoint: SharePoint, capability: Any) -> None:
    """What cannot be judged is not guessed."""
    wire.script("POST", PROPERTIES, properties(capability))
    with pytest.raises(errors.Malformed):
        await site_admin.read_sharing(sharepoint, SITE)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.Refused),
        (401, errors.Forbidden),
        (403, errors.Forbidden),
        (404, errors.NotFound),
        (423, errors.Locked),
    ],
)
async def test_refusals_have_their_kinds(
    wire: Wire, sharepoint: SharePoint, status: int, kind: type[errors.MicrosoftTrouble]
) -> None:
    """SharePoint's statuses, codes and correlation id end in the same tree as Graph's."""
    wire.script("POST", BULK, refused(status))
    with pytest.raises(errors.MicrosoftTrouble) as raised:
        await labels.set_labels_in_bulk(sharepoint, SITE, SITE, "x", [1])
    assert type(raised.value) is kind
    assert raised.value.status == status
    assert raised.value.code.startswith("-1")
    assert raised.value.request_id == "sp-1"


async def test_a_revoked_token_is_renewed_once(wire: Wire, sharepoint: SharePoint) -> None:
    """401 asks for a new token and tries once more, for reads and writes alike; a second 401 is Forbidden."""
    wire.script("POST", BULK, refused(401), answer({}))
    await labels.set_labels_in_bulk(sharepoint, SITE, SITE, "x", [1])
    first, second = wire.calls(BULK)
    assert first.headers["Authorization"] != second.headers["Authorization"]
    wire.script("POST", PROPERTIES, refused(401))
    with pytest.raises(errors.Forbidden):
        await site_admin.read_sharing(sharepoint, SITE)
    assert len(wire.calls(PROPERTIES)) == 2


@pytest.mark.parametrize("status", [429, 503])
async def test_throttling_of_sharepoint_silences_the_whole_lane(
    wire: Wire, sharepoint: SharePoint, status: int
) -> None:
    """A throttled SharePoint call is sent again after Microsoft's time, and Graph's content waits with it."""
    wire.script("POST", PROPERTIES, refused(status, **{"Retry-After": "1"}), properties(1))
    call = asyncio.create_task(site_admin.read_sharing(sharepoint, SITE))
    while not (await sharepoint.throttle.standing(Service.CONTENT)).paused_until:
        assert not call.done()
    await call
    first, second = wire.calls(PROPERTIES)
    assert second.at - first.at >= 0.95


async def test_no_answer_from_sharepoint_may_have_been_done(wire: Wire, sharepoint: SharePoint) -> None:
    """A write that gets no answer to the end is Unavailable with `maybe_done`."""
    wire.script("POST", f"{BULK}", hang_up)
    with pytest.raises(errors.Unavailable) as raised:
        await labels.set_labels_in_bulk(sharepoint, SITE, SITE, "x", [1])
    assert raised.value.maybe_done


@pytest.mark.parametrize("body", [b"<html>busy</html>", b"", b'{"d":{"Sharing'])
async def test_an_answer_that_is_no_json_is_malformed(wire: Wire, sharepoint: SharePoint, body: bytes) -> None:
    """HTML, nothing, or half an answer: the site's sharing is unknown."""
    wire.script("POST", PROPERTIES, raw(body))
    with pytest.raises(errors.Malformed):
        await site_admin.read_sharing(sharepoint, SITE)


async def test_a_capability_that_got_no_answer_may_have_been_set(wire: Wire, sharepoint: SharePoint) -> None:
    """The site is read, then the write gets no answer."""
    wire.script("POST", PROPERTIES, properties(2))
    wire.script("POST", f"{PROPERTIES.rpartition('/')[0]}/sites('1111')", hang_up)
    with pytest.raises(errors.Unavailable) as raised:
        await site_admin.set_sharing_capability(sharepoint, SITE, "disabled")
    assert raised.value.maybe_done


@pytest.mark.parametrize("url", ["https://evil.example/sites/x", "http://contoso.sharepoint.example/sites/x", "", "x"])
async def test_addresses_outside_the_tenant_are_refused(wire: Wire, sharepoint: SharePoint, url: str) -> None:
    """No token goes to an address that is not the tenant's."""
    with pytest.raises(errors.Refused):
        await labels.published_labels(sharepoint, url)
    assert wire.seen == []
    assert wire.tokens == 0


async def test_personal_sites_are_a_host_of_their_own(sharepoint: SharePoint) -> None:
    """OneDrive sites are reached on their own host."""
    mine = "https://contoso-my.sharepoint.example/personal/ann"
    assert sharepoint.reach(mine) == mine
    assert sharepoint.reach(SITE).endswith("/sp/sites/x")
