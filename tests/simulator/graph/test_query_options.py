"""Query options: taken where documented, refused everywhere else."""

from __future__ import annotations

import pytest

from tests.simulator.graph.wider_tenant import WiderTenant

ADVANCED = {"ConsistencyLevel": "eventual"}


@pytest.mark.parametrize(
    "path",
    [
        "/users?$nonsense=1",
        "/users?$skip=5",
        "/users?$select=shoeSize",
        "/users?$expand=shoes",
        "/users?$top=1000",
        "/users?$orderby=department",
        "/users?$filter=department startswith 'x'",
        "/users?$filter=officeLocation eq 'x'",
        "/groups?$filter=visibility eq 'Private'",
        "/sites/getAllSites?$filter=displayName eq 'x'",
        "/sites?$filter=displayName eq 'Plans'",
        "{drive}/root/children?$filter=name eq 'd.pdf'",
        "{drive}/root/children?$orderby=eTag",
        "{drive}/root/children?$select=nonsense",
        "{drive}/root/delta?$filter=name eq 'd.pdf'",
        "{drive}/root/permissions?$filter=roles eq 'read'",
        "/teams/{group}/channels?$filter=startswith(displayName,'S')",
        "/teams/{group}/channels/19:own@thread.tacv2/filesFolder?$select=id",
    ],
)
async def test_option_that_is_not_offered_is_400(wider_unrecorded: WiderTenant, path: str) -> None:
    """An option, property or operator that Graph does not take is 400, never passed over.

    Source: https://learn.microsoft.com/graph/query-parameters
    """
    reply = await wider_unrecorded.call(
        "GET", path.format(drive=f"/drives/{wider_unrecorded.drive.id}", group=wider_unrecorded.group.id)
    )
    assert reply.status == 400, reply.body


async def test_options_may_lack_their_dollar_and_case(wider: WiderTenant) -> None:
    """`select=Id` is `$select=id`.

    Source: https://learn.microsoft.com/graph/query-parameters
    """
    (first, *_) = (await wider.read("/users?select=Id"))["value"]
    assert first.keys() == {"id"}


async def test_count_needs_the_header(wider: WiderTenant) -> None:
    """`/$count` without ConsistencyLevel is refused; as an option it is passed over, as documented.

    Source: https://learn.microsoft.com/graph/aad-advanced-queries
    """
    refused = await wider.call("GET", "/users/$count")
    assert (refused.status, refused.code) == (400, "Request_BadRequest")
    assert await wider.read("/users/$count", **ADVANCED) == "2"
    assert "@odata.count" not in await wider.read("/users?$count=true")
    assert (await wider.read("/users?$count=true", **ADVANCED))["@odata.count"] == 2


async def test_search_needs_the_header(wider: WiderTenant) -> None:
    """`$search` looks for beginnings of words, in an advanced query only.

    Source: https://learn.microsoft.com/graph/search-query-parameter
    """
    refused = await wider.call("GET", '/users?$search="displayName:bir"')
    assert (refused.status, refused.code) == (400, "Request_UnsupportedQuery")
    assert await wider.names('/users?$search="displayName:bir"', **ADVANCED) == ["Bob Birch"]


@pytest.mark.parametrize(
    "wanted", ["accountEnabled ne true", "not startswith(displayName,'Ann')", "endswith(mail,'example')"]
)
async def test_negations_need_an_advanced_query(wider: WiderTenant, wanted: str) -> None:
    """`ne`, `not` and `endsWith` are refused without header and count, and work with both.

    Source: https://learn.microsoft.com/graph/aad-advanced-queries
    """
    assert (await wider.call("GET", f"/users?$filter={wanted}")).status == 400
    assert (await wider.call("GET", f"/users?$filter={wanted}", **ADVANCED)).status == 400
    assert (await wider.call("GET", f"/users?$filter={wanted}&$count=true", **ADVANCED)).status == 200


async def test_filters_are_combined(wider: WiderTenant) -> None:
    """`and`, `or`, brackets, `in` and comparisons are held against each user.

    Source: https://learn.microsoft.com/graph/filter-query-parameter
    """
    wanted = "accountEnabled eq true and (startswith(displayName,'ann') or userPrincipalName in ('nobody@x'))"
    assert await wider.names(f"/users?$filter={wanted}") == ["Ann Ash"]
    assert await wider.names("/users?$filter=createdDateTime ge 2030-01-01T00:00:00Z") == []


async def test_order_and_filter_together_need_an_advanced_query(wider: WiderTenant) -> None:
    """`$orderby` works alone; with `$filter` only in an advanced query.

    Source: https://learn.microsoft.com/graph/aad-advanced-queries
    """
    assert await wider.names("/users?$orderby=displayName desc") == ["Bob Birch", "Ann Ash"]
    both = "/users?$orderby=displayName desc&$filter=startswith(displayName,'a')"
    assert (await wider.call("GET", both)).status == 400
    assert await wider.names(f"{both}&$count=true", **ADVANCED) == ["Ann Ash"]


async def test_skip_tokens_are_opaque(wider: WiderTenant) -> None:
    """A nextLink leads to the next page with all options kept; a token of one's own making is 400.

    Source: https://learn.microsoft.com/graph/paging
    """
    page = await wider.read("/users?$top=1&$select=displayName")
    (second,) = (await wider.read(page["@odata.nextLink"]))["value"]
    assert second["displayName"] == "Bob Birch"
    assert second.keys() == {"id", "displayName"}
    assert (await wider.call("GET", "/users?$top=1&$skiptoken=2")).status == 400


async def test_least_role_decides(wider: WiderTenant) -> None:
    """A call without the least role of its operation is 403, whatever else the app may do.

    Source: https://learn.microsoft.com/graph/permissions-overview
    """
    for method, path, least in (
        ("GET", "/sites/delta", "Sites.Read.All"),
        ("GET", f"{wider.site_path}/permissions", "Sites.FullControl.All"),
        ("GET", f"/groups/{wider.group.id}/settings", "GroupSettings.Read.All"),
        ("GET", "/admin/reportSettings", "ReportSettings.Read.All"),
        ("GET", "/reports/getSharePointSiteUsageDetail(period='D7')", "Reports.Read.All"),
        ("GET", "/security/auditLog/queries", "AuditLogsQuery-SharePoint.Read.All"),
        ("GET", f"/teams/{wider.group.id}/members", "TeamMember.Read.All"),
    ):
        refused = await wider.call(method, path, roles=("User.ReadBasic.All",))
        assert (refused.status, refused.code) == (403, "accessDenied"), path
        assert (await wider.call(method, path, roles=(least,))).status in (200, 302), path
