"""What `Sites.Selected` opens: rights of an app on single sites, read, given and taken away in the name of the person who asks.

Whoever does it is SharePoint Administrator, and their sign-in allows `Sites.FullControl.All`. The list says to whom a site was granted and
leaves out which right that is; asking for one grant is for applications alone. So a grant that is there is taken for enough.
Sources: https://learn.microsoft.com/graph/api/site-post-permissions, site-list-permissions, site-get-permission, site-delete-permission,
https://learn.microsoft.com/graph/permissions-selected-overview
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import msgspec

from custos.m365.in_person import InPerson, decoded

SCOPES = ("Sites.FullControl.All",)
ADMINISTRATOR = "SharePoint Administrator"
_MOST_PAGES = 50


class _Application(msgspec.Struct):
    id: str = ""


class _Identity(msgspec.Struct):
    application: _Application | None = None


class _Grant(msgspec.Struct):
    id: str
    roles: tuple[str, ...] = ()
    to: tuple[_Identity, ...] = msgspec.field(name="grantedToIdentitiesV2", default=())
    to_formerly: tuple[_Identity, ...] = msgspec.field(name="grantedToIdentities", default=())


class _Grants(msgspec.Struct):
    value: tuple[_Grant, ...]
    next: str = msgspec.field(name="@odata.nextLink", default="")


class _Site(msgspec.Struct):
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteGrant:
    """A right of an app on a site. `roles` are empty where Microsoft does not tell them."""

    id: str
    app_id: str
    roles: Sequence[str]


class SiteGrants(InPerson):
    """Rights on sites. Methods raise Unavailable, Malformed, NotFound for no such site, and BadInput when the person may not."""

    administrator = ADMINISTRATOR
    scope = SCOPES[0]

    async def site(self, url: str) -> str:
        """The id of the site at a web address. Raises NotFound."""
        at = urlsplit(url)
        place = quote(at.path.strip("/"))
        address = f"{self.graph_url}/sites/{at.netloc}:/{place}" if place else f"{self.graph_url}/sites/{at.netloc}"
        return decoded(_Site, await self._sent("GET", address, params={"$select": "id"})).id

    async def held(self, site_id: str) -> list[SiteGrant]:
        """Every right of an app on a site."""
        found: list[SiteGrant] = []
        address = f"{self.graph_url}/sites/{site_id}/permissions"
        for _ in range(_MOST_PAGES):
            page = decoded(_Grants, await self._sent("GET", address))
            found += [
                SiteGrant(id=each.id, app_id=to.application.id, roles=each.roles)
                for each in page.value
                for to in each.to or each.to_formerly
                if to.application is not None
            ]
            if not page.next.startswith(f"{self.graph_url}/"):  # a token goes to no other host
                break
            address = page.next
        return found

    async def give(self, site_id: str, app_id: str, name: str, role: str) -> None:
        """Give an app a right: `read` or `write`."""
        address, body = request_of(self.graph_url, site_id, app_id, name, role)
        await self._sent("POST", address, body=body)

    async def take(self, site_id: str, grant_id: str) -> None:
        """Take a right away. Harmless when it is gone already."""
        await self._sent("DELETE", f"{self.graph_url}/sites/{site_id}/permissions/{grant_id}", gone_is_fine=True)


def request_of(graph_url: str, site_id: str, app_id: str, name: str, role: str) -> tuple[str, Mapping[str, object]]:
    """The address and the body of the request that gives a right, for whoever sends it by hand, too."""
    application = {"application": {"id": app_id, "displayName": name}}
    return f"{graph_url}/sites/{site_id}/permissions", {"roles": [role], "grantedToIdentities": [application]}
