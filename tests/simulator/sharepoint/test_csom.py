"""CSOM `ProcessQuery`: what tools for administrators send, and what nobody should.

Source: https://learn.microsoft.com/openspecs/sharepoint_protocols/ms-csom
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from xml.sax.saxutils import escape

import pytest

from simulator.entra.identity import SHAREPOINT_ADMIN
from simulator.entra.registrations import OBSERVER_CLIENT_ID
from simulator.tenant.archiving import archive_status
from tests.simulator.served_tenant import ServedTenant, until
from tests.simulator.sharepoint.clients import SITE, Reply, csom, rest, site

TENANT = '<Constructor Id="1" TypeId="{268004ae-ef6b-4e9b-8425-127220d84719}"/>'
NO_TYPE = '<Constructor Id="1" TypeId="{a}"/>'
CONTEXT = '<StaticProperty Id="1" TypeId="{3747adcd-a3c3-41b9-bfab-4a64dd2f1e0a}" Name="Current"/>'
ADMINISTRATION = "Microsoft.Online.SharePoint.TenantAdministration"
ALL_MEMBERS = '<ChildItemQuery SelectAllProperties="true"><Properties/></ChildItemQuery>'
ALL = '<Query SelectAllProperties="true"><Properties/></Query>'


def one(number: int, path: int, properties: str = "", *, everything: bool = True) -> str:
    """A Query action of one object."""
    inside = f'<Query SelectAllProperties="{str(everything).lower()}"><Properties>{properties}</Properties></Query>'
    return f'<Query Id="{number}" ObjectPathId="{path}">{inside}</Query>'


def chosen(name: str) -> str:
    """A Query of one property."""
    return f'<Query SelectAllProperties="false"><Properties><Property Name="{name}"/></Properties></Query>'


def method(number: int, parent: int, name: str, *texts: str) -> str:
    """A Method path with texts as parameters."""
    inside = "".join(f'<Parameter Type="String">{escape(each)}</Parameter>' for each in texts)
    return f'<Method Id="{number}" ParentId="{parent}" Name="{name}"><Parameters>{inside}</Parameters></Method>'


def of(reply: Reply, number: int) -> Any:
    """The answer of an action."""
    assert reply.status == 200
    assert reply.body[0]["ErrorInfo"] is None, reply.body
    return reply.body[reply.body.index(number) + 1]


async def test_sites_by_filters(served: ServedTenant) -> None:
    """All sites with their properties come as child items; without detail the sharing is a default.

    Source: https://learn.microsoft.com/openspecs/sharepoint_protocols/ms-spo
    """
    filters = (
        ("Filter", "String", "Url -like 'planning'"), ("IncludeDetail", "Boolean", "false"), ("StartIndex", "String", "0"),
        ("IncludePersonalSite", "Enum", "0"), ("Template", "String", ""),
    )  # fmt: skip
    inside = "".join(f'<Property Name="{name}" Type="{kind}">{value}</Property>' for name, kind, value in filters)
    given = (
        f'<Parameters><Parameter TypeId="{{b92aeee2-c92c-4b67-abcc-024e471bc140}}">{inside}</Parameter></Parameters>'
    )
    path = f'<Method Id="3" ParentId="1" Name="GetSitePropertiesFromSharePointByFilters">{given}</Method>'
    query = f'<ObjectPath Id="4" ObjectPathId="3"/><Query Id="5" ObjectPathId="3">{ALL}{ALL_MEMBERS}</Query>'
    reply = await csom(served, query, TENANT + path)
    assert of(reply, 4) == {"IsNull": False}
    told = of(reply, 5)
    assert told["_ObjectType_"] == f"{ADMINISTRATION}.SPOSitePropertiesEnumerable"
    assert told["NextStartIndexFromSharePoint"] is None
    (found,) = told["_Child_Items_"]
    assert (found["Url"], found["SharingCapability"], found["Template"]) == (SITE, 0, "GROUP#0")
    assert found["GroupId"] == f"/Guid({site(served).group_id})/"
    address = SITE.replace(":", "%3a").replace("/", "%2f")
    assert found["_ObjectIdentity_"].split("\n")[1:] == ["SiteProperties", address]


async def test_moments_count_months_from_nought(served: ServedTenant) -> None:
    """CSOM writes January as month 0."""
    site(served).modified = 1_768_473_000  # 15 January 2026, 10:30
    reply = await csom(served, one(5, 3), TENANT + method(3, 1, "GetSitePropertiesByUrl", SITE))
    assert of(reply, 5)["LastContentModifiedDate"] == "/Date(2026,0,15,10,30,0,0)/"


async def test_tenant_settings(served: ServedTenant) -> None:
    """The tenant tells its settings and the identity by which its sites are addressed.

    Source: https://learn.microsoft.com/powershell/module/microsoft.online.sharepoint.powershell/get-spotenant
    """
    served.tenant.sharing.capability = "existing_guests"
    served.tenant.sharing.blocked_domains = ["example.net"]
    reply = await csom(
        served, '<ObjectPath Id="2" ObjectPathId="1"/>' + one(3, 1, '<Property Name="HideDefaultThemes"/>'), TENANT
    )
    told = of(reply, 3)
    assert (told["SharingCapability"], told["SharingDomainRestrictionMode"], told["SharingBlockedDomainList"]) == (
        3,
        2,
        "example.net",
    )
    assert told["_ObjectIdentity_"].endswith(f":{served.tenant.id}\nTenant")


async def test_a_change_is_an_operation_that_takes_a_while(served: ServedTenant) -> None:
    """SetProperty and Update by an identity answer an operation that is not complete, and is so later.

    Source: https://learn.microsoft.com/openspecs/sharepoint_protocols/ms-spo
    """
    of_tenant = of(await csom(served, one(2, 1), TENANT), 2)["_ObjectIdentity_"].rpartition("\n")[0]
    address = SITE.replace(":", "%3A").replace("/", "%2F")
    path = f'<Identity Id="5" Name="{of_tenant}&#xA;SiteProperties&#xA;{address}"/>'
    change = '<SetProperty Id="1" ObjectPathId="5" Name="SharingCapability"><Parameter Type="Enum">3</Parameter></SetProperty>'
    wanted = '<Property Name="IsComplete"/><Property Name="PollingInterval"/>'
    actions = f'{change}<ObjectIdentityQuery Id="6" ObjectPathId="5"/>{one(7, 13, wanted, everything=False)}'
    reply = await csom(served, actions, path + method(13, 5, "Update"))
    told = of(reply, 7)
    assert (told["IsComplete"], told["PollingInterval"], site(served).capability) == (False, 15_000, "anyone")
    await until(lambda: site(served).capability == "existing_guests")
    identity = told["_ObjectIdentity_"].replace("\n", "&#xA;")
    later = await csom(served, one(8, 1, wanted, everything=False), f'<Identity Id="1" Name="{identity}"/>')
    assert (of(later, 8)["IsComplete"], site(served).capability) == (True, "existing_guests")


async def test_a_failure_is_http_200(served: ServedTenant) -> None:
    """What goes wrong is told by ErrorInfo in an answer that says 200, and nothing else is in it."""
    reply = await csom(served, one(5, 3), TENANT + method(3, 1, "GetSitePropertiesByUrl", f"{SITE}/none"))
    assert (reply.status, len(reply.body)) == (200, 1)
    told = reply.body[0]["ErrorInfo"]
    assert (told["ErrorCode"], told["ErrorTypeName"]) == (-1, "Microsoft.Online.SharePoint.Common.SpoNoSiteException")
    assert told["TraceCorrelationId"] == reply.body[0]["TraceCorrelationId"] == reply.headers["SPRequestGuid"]


async def test_a_site_looser_than_the_tenant_is_told_by_error_info(served: ServedTenant) -> None:
    """A lock that does not exist and the like are refused in the same way, and nothing changes."""
    change = (
        '<SetProperty Id="1" ObjectPathId="3" Name="LockState"><Parameter Type="String">Ajar</Parameter></SetProperty>'
    )
    reply = await csom(
        served, change + one(5, 8), TENANT + method(3, 1, "GetSitePropertiesByUrl", SITE) + method(8, 3, "Update")
    )
    assert "LockState" in reply.body[0]["ErrorInfo"]["ErrorMessage"]
    assert site(served).lock == "Unlock"


async def test_a_sites_own_web_and_lists(served: ServedTenant) -> None:
    """On a site, the request's context leads to web and lists; chosen properties come, nested ones too."""
    lists = '<Property Id="3" ParentId="2" Name="Lists"/>'
    paths = f'{CONTEXT}<Property Id="2" ParentId="1" Name="Web"/>{lists}'
    folder = f'<Property Name="RootFolder">{chosen("ServerRelativeUrl")}</Property>'
    members = f'<Properties><Property Name="Title"/>{folder}</Properties>'
    child = f'<ChildItemQuery SelectAllProperties="false">{members}</ChildItemQuery>'
    query = f'<Query Id="5" ObjectPathId="3">{ALL}{child}</Query>'
    reply = await csom(served, one(4, 2, '<Property Name="Title"/>', everything=False) + query, paths, admin=False)
    assert of(reply, 4)["Title"] == "Planning casework"
    (found,) = of(reply, 5)["_Child_Items_"]
    assert (found["Title"], found["RootFolder"]["ServerRelativeUrl"]) == (
        "Documents",
        "/sites/planning-casework/Shared Documents",
    )


@pytest.mark.parametrize(
    ("actions", "paths", "what"),
    [
        ('<ObjectPath Id="2" ObjectPathId="1"/>', NO_TYPE, "CSOM Constructor a"),
        (one(4, 3), TENANT + method(3, 1, "CreateSite"), f"CSOM {ADMINISTRATION}.Tenant.CreateSite"),
        ('<ExceptionHandlingScope Id="2"/>', TENANT, "CSOM ExceptionHandlingScope"),
        (one(2, 1, '<Property Name="Wombat"/>'), TENANT, f"{ADMINISTRATION}.Tenant.Wombat"),
        (one(2, 3), '<StaticMethod Id="3" TypeId="{a}" Name="B"/>', "CSOM StaticMethod a B"),
    ],
)  # fmt: skip
async def test_what_is_missing_is_501_and_counted(served: ServedTenant, actions: str, paths: str, what: str) -> None:
    """A type, method, action or property that the simulated tenant lacks answers 501 with its name."""
    reply = await csom(served, actions, paths)
    assert (reply.status, served.tenant.unanswered) == (501, {what: 1})
    assert what in reply.error[1]


HEAD = b'<Request xmlns="http://schemas.microsoft.com/sharepoint/clientquery/2009">'
BOMB = b'<!DOCTYPE Request [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>' + HEAD + b"&b;</Request>"
IN_A_CIRCLE = b'<Property Id="2" ParentId="3" Name="A"/><Property Id="3" ParentId="2" Name="B"/>'
CYCLE = (
    HEAD
    + b'<Actions><ObjectPath Id="1" ObjectPathId="2"/></Actions><ObjectPaths>'
    + IN_A_CIRCLE
    + b"</ObjectPaths></Request>"
)
NONSENSE = (BOMB, BOMB.decode().encode("utf-16"), CYCLE, HEAD + b"<Actions>" * 100, b"<Request", b"nothing", b"<a/>")


@pytest.mark.parametrize("raw", NONSENSE)
async def test_hostile_requests_are_refused(served: ServedTenant, raw: bytes) -> None:
    """Document types, entities, cycles, deep nesting and what is no XML are refused as an invalid query."""
    reply = await csom(served, "", "", raw=raw)
    assert reply.body[0]["ErrorInfo"]["ErrorTypeName"] == "Microsoft.SharePoint.Client.InvalidClientQueryException"


async def test_a_request_has_a_size(served: ServedTenant) -> None:
    """More than two megabytes are not read as XML."""
    assert (await csom(served, "", "", raw=b" " * (2 * 1024 * 1024 + 1))).status == 413


async def test_administration_needs_full_control(served: ServedTenant) -> None:
    """An app without SharePoint's Sites.FullControl.All is refused with 401 and changes nothing.

    Source: https://learn.microsoft.com/sharepoint/dev/solution-guidance/security-apponly-azuread
    """
    token = served.token(OBSERVER_CLIENT_ID, SHAREPOINT_ADMIN)
    url = f"{served.base}/sharepoint-admin/_vti_bin/client.svc/ProcessQuery"
    async with served.http.post(url, data=b"<Request/>", headers={"Authorization": f"Bearer {token}"}) as answer:
        assert answer.status == 401


async def test_an_archived_site_is_closed_and_comes_back(served: ServedTenant) -> None:
    """For seven days an archived site comes back at once; afterwards that takes a day. Meanwhile it answers 423.

    Source: https://learn.microsoft.com/microsoft-365/archive/archive-manage
    """
    put_away, back = (TENANT + method(3, 1, f"{verb}SiteByUrl", SITE) for verb in ("Archive", "Unarchive"))
    assert of(await csom(served, one(5, 3), put_away), 5)["IsComplete"] is True
    assert (await rest(served, "GET", "web")).status == 423
    assert (await served.graph("GET", f"/drives/{served.drive.id}/root/delta"))[0] == 423
    shown = of(await csom(served, one(5, 3), TENANT + method(3, 1, "GetSitePropertiesByUrl", SITE)), 5)["ArchiveStatus"]
    assert shown == "RecentlyArchived"
    of(await csom(served, one(5, 3), back), 5)
    assert (await rest(served, "GET", "web")).status == 200
    of(await csom(served, one(5, 3), put_away), 5)
    served.tenant.clock.advance(timedelta(days=8))
    of(await csom(served, one(5, 3), back), 5)
    assert (archive_status(served.tenant, site(served)), (await rest(served, "GET", "web")).status) == (
        "reactivating",
        423,
    )
    served.tenant.clock.advance(timedelta(days=1))
    assert ((await rest(served, "GET", "web")).status, archive_status(served.tenant, site(served))) == (200, "")


async def test_what_cannot_be_archived(served: ServedTenant) -> None:
    """The root site, and a site that is not active, are refused."""
    root = TENANT + method(3, 1, "ArchiveSiteByUrl", "https://wrenbridge.sharepoint.example")
    assert "root site" in (await csom(served, one(5, 3), root)).body[0]["ErrorInfo"]["ErrorMessage"]
    back = TENANT + method(3, 1, "UnarchiveSiteByUrl", SITE)
    assert "not archived" in (await csom(served, one(5, 3), back)).body[0]["ErrorInfo"]["ErrorMessage"]
