"""SharePoint administration through Microsoft's shapes, called by the real client library and by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from office365.runtime.client_request_exception import ClientRequestException
from office365.sharepoint.client_context import ClientContext
from office365.sharepoint.tenant.administration.sharing_capabilities import SharingCapabilities
from office365.sharepoint.tenant.administration.tenant import Tenant

from simulator.entra.identity import SHAREPOINT, SHAREPOINT_ADMIN
from simulator.entra.registrations import ACTOR_CLIENT_ID, OBSERVER_CLIENT_ID
from simulator.tenant import sharing
from tests.simulator.served_tenant import ServedTenant, until

SITE = "https://wrenbridge.sharepoint.example/sites/planning-casework"


async def with_library[T](served: ServedTenant, work: Callable[[Tenant], T], *, client: str = ACTOR_CLIENT_ID) -> T:
    """Run `work` in a thread with the library's Tenant."""
    token = served.token(client, SHAREPOINT_ADMIN)

    def run() -> T:
        context = ClientContext(f"{served.base}/sharepoint-admin").with_access_token(
            lambda: {"token_type": "Bearer", "access_token": token, "expires_in": 3600}
        )
        return work(Tenant(context))  # type: ignore[no-untyped-call]  # the library's constructor has no types

    return await asyncio.to_thread(run)


def site(served: ServedTenant) -> Any:
    return served.tenant.site("sites/planning-casework")


async def admin(served: ServedTenant, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    more: dict[str, Any] = {"client": ACTOR_CLIENT_ID, "audience": SHAREPOINT_ADMIN}
    return await served.call(method, f"/sharepoint-admin/_api/{path}", body, **more, **headers)


async def test_properties_by_address(served: ServedTenant) -> None:
    """The library reads a site's sharing capability, lock and group by its address.

    Source: https://learn.microsoft.com/openspecs/sharepoint_protocols/ms-spo
    """
    found = await with_library(served, lambda it: it.get_site_properties_by_url(SITE, True).execute_query().properties)
    assert found["SharingCapability"] is SharingCapabilities.ExternalUserAndGuestSharing
    assert (found["LockState"], found["Template"], found["IsTeamsConnected"]) == ("Unlock", "GROUP#0", True)
    assert found["GroupId"] == site(served).group_id


async def test_properties_by_id(served: ServedTenant) -> None:
    """The library reads a site by the id of its collection."""
    wanted = site(served).collection_id
    found = await with_library(
        served, lambda it: it.get_site_properties_by_site_id(wanted, True).execute_query().properties
    )
    assert found["Url"] == SITE


async def test_capability_is_changed_at_once_by_update(served: ServedTenant) -> None:
    """`update()` sends a MERGE that takes effect.

    Source: https://learn.microsoft.com/openspecs/sharepoint_protocols/ms-spo
    """

    def work(it: Tenant) -> None:
        properties = it.get_site_properties_by_url(SITE, True).execute_query()
        properties.sharing_capability = SharingCapabilities.ExistingExternalUserSharingOnly
        properties.update().execute_query()

    await with_library(served, work)
    assert site(served).capability == "existing_guests"


async def test_update_ex_is_an_operation_to_poll(served: ServedTenant) -> None:
    """`update_ex()` answers an operation that is complete a little later, and only then has the change taken effect.

    Source: https://learn.microsoft.com/openspecs/sharepoint_protocols/ms-spo
    """

    def work(it: Tenant) -> Any:
        properties = it.get_site_properties_by_url(SITE, True).execute_query()
        properties.sharing_capability = SharingCapabilities.Disabled
        return properties.update_ex().execute_query()

    operation = await with_library(served, work)
    assert (operation.is_complete, operation.polling_interval_secs) == (False, 15)
    assert site(served).capability == "anyone"
    _, told = await admin(served, "POST", f"SPO.Tenant/sites('{site(served).collection_id}')/Update", {})
    await until(lambda: site(served).capability == "disabled")
    assert not told["IsComplete"]


async def test_operation_can_be_polled_at_its_address(served: ServedTenant) -> None:
    """The operation's own address says when it is complete."""
    path = f"SPO.Tenant/sites('{site(served).collection_id}')/Update"
    verbose = {"Accept": "application/json;odata=verbose"}
    _, told = await admin(served, "POST", path, {"SharingCapability": 0}, **verbose)
    address = told["d"]["__metadata"]["uri"].partition("/_api/")[2]
    await until(lambda: site(served).capability == "disabled")
    _, later = await admin(served, "GET", address)
    assert (told["d"]["IsComplete"], later["IsComplete"]) == (False, True)


async def test_site_is_never_looser_than_the_tenant(served: ServedTenant) -> None:
    """A capability beyond the tenant's is refused, and what a site has is shown no looser than the tenant.

    Source: https://learn.microsoft.com/powershell/module/microsoft.online.sharepoint.powershell/set-sposite
    """
    served.tenant.sharing.capability = "new_guests"

    def work(it: Tenant) -> Any:
        properties = it.get_site_properties_by_url(SITE, True).execute_query()
        shown = properties.sharing_capability
        properties.sharing_capability = SharingCapabilities.ExternalUserAndGuestSharing
        with pytest.raises(ClientRequestException):
            properties.set_property("LockState", "Unlock").update().execute_query()
        return shown

    site(served).capability = "anyone"
    assert await with_library(served, work) is SharingCapabilities.ExternalUserSharingOnly
    site(served).capability = "disabled"
    status, _ = await admin(
        served, "PATCH", f"SPO.Tenant/sites('{site(served).collection_id}')", {"SharingCapability": 2}
    )
    assert status == 400


async def test_tightening_puts_links_to_sleep_and_loosening_wakes_them(served: ServedTenant) -> None:
    """An Anyone link is dead while its site is tighter, and opens again after.

    Source: https://learn.microsoft.com/sharepoint/turn-external-sharing-on-or-off
    """
    item = served.tenant.item_at(f"{SITE}/Shared Documents/notes.docx")
    link, _ = sharing.create_link(
        served.tenant, item, scope="anonymous", kind="view", by=served.tenant.actor(served.person("Sam Okafor"))
    )
    path = f"SPO.Tenant/sites('{site(served).collection_id}')"
    await admin(served, "PATCH", path, {"SharingCapability": 1})
    assert sharing.is_dead(served.tenant, item, link)
    await admin(served, "PATCH", path, {"SharingCapability": 2})
    assert not sharing.is_dead(served.tenant, item, link)


async def test_lock_is_set_by_name_and_by_number(served: ServedTenant) -> None:
    """LockState is a text for the library and a number for REST; the root site cannot be locked.

    Source: https://learn.microsoft.com/sharepoint/manage-lock-status
    """

    def work(it: Tenant) -> Any:
        properties = it.get_site_properties_by_url(SITE, True).execute_query()
        properties.set_property("LockState", "ReadOnly").update().execute_query()
        return it.get_lock_state_by_id(properties.properties["SiteId"]).execute_query().value

    assert await with_library(served, work) == 2
    assert site(served).lock == "ReadOnly"
    path = f"SPO.Tenant/sites('{site(served).collection_id}')"
    assert (await admin(served, "PATCH", path, {"LockState": 1}))[0] == 204
    assert site(served).lock == "NoAccess"
    root = served.tenant.site("root").collection_id
    assert (await admin(served, "PATCH", f"SPO.Tenant/sites('{root}')", {"LockState": 2}))[0] == 400


async def test_all_sites_by_filter(served: ServedTenant) -> None:
    """The library lists every site's properties; without detail the sharing is a default, whatever it is.

    Source: https://learn.microsoft.com/powershell/module/microsoft.online.sharepoint.powershell/get-sposite
    """

    def work(detail: bool) -> Callable[[Tenant], dict[str, Any]]:
        return lambda it: {
            each.properties["Url"]: each.properties["SharingCapability"]
            for each in it.get_site_properties_from_sharepoint_by_filters("", "0", detail).execute_query()
        }

    full, thin = await with_library(served, work(True)), await with_library(served, work(False))
    assert len(full) == len(thin) == 3
    assert full[SITE] is SharingCapabilities.ExternalUserAndGuestSharing
    assert set(thin.values()) == {SharingCapabilities.Disabled}


async def test_group_sites_take_few_settings(served: ServedTenant) -> None:
    """The title of a group's site cannot be set here.

    Source: https://learn.microsoft.com/powershell/module/microsoft.online.sharepoint.powershell/set-sposite
    """
    path = f"SPO.Tenant/sites('{site(served).collection_id}')"
    assert (await admin(served, "PATCH", path, {"Title": "Renamed"}))[0] == 400


async def test_plain_answer_without_metadata(served: ServedTenant) -> None:
    """`odata=nometadata` answers the bare properties."""
    body = {"url": SITE, "includeDetail": True}
    accept = {"Accept": "application/json;odata=nometadata"}
    status, told = await admin(served, "POST", "SPO.Tenant/GetSitePropertiesByUrl", body, **accept)
    assert (status, told["SharingCapability"], told["SiteId"]) == (200, 2, site(served).collection_id)
    assert "__metadata" not in told


async def test_unknown_site_is_404(served: ServedTenant) -> None:
    """An address that is no site's own answers 404."""
    body = {"url": f"{SITE}/Shared Documents", "includeDetail": True}
    assert (await admin(served, "POST", "SPO.Tenant/GetSitePropertiesByUrl", body))[0] == 404


async def test_observer_and_site_tokens_are_refused(served: ServedTenant) -> None:
    """Administration needs SharePoint's Sites.FullControl.All and a token for its own host.

    Source: https://learn.microsoft.com/sharepoint/dev/solution-guidance/security-apponly-azuread
    """
    body = {"url": SITE, "includeDetail": True}
    path = "/sharepoint-admin/_api/SPO.Tenant/GetSitePropertiesByUrl"
    assert (await served.call("POST", path, body, client=OBSERVER_CLIENT_ID, audience=SHAREPOINT_ADMIN))[0] == 401
    assert (await served.call("POST", path, body, client=ACTOR_CLIENT_ID, audience=SHAREPOINT))[0] == 401
