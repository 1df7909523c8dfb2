"""What only SharePoint administration knows and sets: a site's sharing capability and lock. Graph has neither.

Source: https://learn.microsoft.com/powershell/module/microsoft.online.sharepoint.powershell/set-sposite
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from custos.m365.errors import Malformed

if TYPE_CHECKING:
    from office365.sharepoint.client_context import ClientContext

    from custos.m365.sharepoint import SharePoint

DISABLED, EXISTING_GUESTS, NEW_GUESTS, ANYONE = "disabled", "existing_guests", "new_guests", "anyone"
CAPABILITIES: Mapping[int, str] = {0: DISABLED, 1: NEW_GUESTS, 2: ANYONE, 3: EXISTING_GUESTS}
"""Microsoft's numbers, which are not in order of openness."""
_NUMBERS = {name: number for number, name in CAPABILITIES.items()}
_NO_HUB = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSharing:
    """One site's administration properties, as far as Custos judges them. Texts that were not told are "".

    `capability` is disabled, existing_guests, new_guests or anyone; `lock_state` Unlock, NoAdditions, ReadOnly or
    NoAccess. `is_channel` marks the site of a private or shared channel, whose parent team is `related_group_id`.
    """

    site_url: str
    collection_id: str
    capability: str
    lock_state: str
    template: str
    group_id: str
    related_group_id: str
    hub_site_id: str
    sensitivity_label: str
    is_teams_connected: bool
    is_channel: bool


async def read_sharing(sharepoint: SharePoint, site_url: str) -> SiteSharing:
    """The sharing capability, the lock and the like of the site at `site_url`. Costs 2 units by our count.

    Raises NotFound, Forbidden without the role, Malformed for a capability that Custos does not know.
    Permission: SharePoint's own Sites.FullControl.All, on the administration's audience.
    Source: https://learn.microsoft.com/powershell/module/microsoft.online.sharepoint.powershell/get-sposite
    """
    site_url = site_url.rstrip("/")
    sharepoint.reach(site_url)

    def work(context: ClientContext) -> dict[str, Any]:
        return dict(_properties(context, site_url).properties)

    return _sharing(await sharepoint.on_administration(work, what=f"read the sharing of {site_url}"), site_url)


async def set_sharing_capability(
    sharepoint: SharePoint, site_url: str, capability: str, *, until: float = math.inf
) -> None:
    """Set the site's sharing capability to one of disabled, existing_guests, new_guests, anyone. Costs 2 units by our
    count. Sent once, and not after `until` (epoch seconds).

    Microsoft applies it later and may refuse or revert it where a sensitivity label owns the setting: read back. Links
    are not removed by it; they stop working and wake up when it is loosened. A site cannot be looser than its tenant.
    Raises Refused, Forbidden, NotFound, Late. Permission: SharePoint's own Sites.FullControl.All.
    Source: https://learn.microsoft.com/powershell/module/microsoft.online.sharepoint.powershell/set-sposite
    """
    site_url = site_url.rstrip("/")
    sharepoint.reach(site_url)
    number = _NUMBERS[capability]

    def work(context: ClientContext) -> None:
        from office365.sharepoint.tenant.administration.sharing_capabilities import SharingCapabilities

        site = _properties(context, site_url)
        site.sharing_capability = SharingCapabilities(number)
        site.update().execute_query()

    await sharepoint.on_administration(work, what=f"set the sharing of {site_url} to {capability}", until=until)


def _properties(context: ClientContext, site_url: str) -> Any:  # SiteProperties; the library is read untyped
    from office365.sharepoint.tenant.administration.tenant import Tenant

    tenant = Tenant(context)  # type: ignore[no-untyped-call]  # the library's constructor has no types
    return tenant.get_site_properties_by_url(site_url, True).execute_query()


def _sharing(told: Mapping[str, Any], site_url: str) -> SiteSharing:
    number = told.get("SharingCapability")
    number = getattr(number, "value", number)  # the library makes an enumeration of it
    capability = CAPABILITIES.get(number) if isinstance(number, int) else None
    if capability is None:
        raise Malformed(f"the sharing of {site_url}: unknown SharingCapability {number!r}.")

    def text(name: str) -> str:
        value = str(told.get(name) or "")
        return "" if value == _NO_HUB else value

    return SiteSharing(
        site_url=site_url,
        collection_id=text("SiteId"),
        capability=capability,
        lock_state=text("LockState"),
        template=text("Template"),
        group_id=text("GroupId"),
        related_group_id=text("RelatedGroupId"),
        hub_site_id=text("HubSiteId"),
        sensitivity_label=text("SensitivityLabel"),
        is_teams_connected=bool(told.get("IsTeamsConnected")),
        is_channel=bool(told.get("IsTeamsChannelConnected")),
    )
