"""App roles of Custos' identities in Entra: read, given, and taken away, in the name of the person who asks.

Not through the tenant's gate and none of the identities: whoever gives rights may have none of them, and no storage. Roles are found
by their names when they are asked for, never by ids that somebody wrote down.
Sources: https://learn.microsoft.com/graph/api/serviceprincipal-list, serviceprincipal-list-approleassignments,
serviceprincipal-post-approleassignments, serviceprincipal-delete-approleassignments and https://learn.microsoft.com/graph/permissions-reference
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from custos.m365.errors import Malformed
from custos.m365.in_person import InPerson, decoded

GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"
SHAREPOINT_APP_ID = "00000003-0000-0ff1-ce00-000000000000"
SCOPES = ("AppRoleAssignment.ReadWrite.All", "Application.Read.All")
"""What the person's sign-in must allow; that of the Azure CLI does."""
ADMINISTRATOR = "Privileged Role Administrator"
"""The least role of the directory that may give app roles of Microsoft Graph.
Source: https://learn.microsoft.com/entra/identity/role-based-access-control/delegate-by-task#enterprise-applications
"""
_MOST_PAGES = 50


class _Role(msgspec.Struct, rename="camel"):
    id: str
    value: str | None = None
    is_enabled: bool = True
    allowed_member_types: tuple[str, ...] = ()


class _Principal(msgspec.Struct, rename="camel"):
    id: str
    app_id: str
    display_name: str | None = None
    app_roles: tuple[_Role, ...] = ()


class _Assignment(msgspec.Struct, rename="camel"):
    id: str
    app_role_id: str
    resource_id: str


class _Principals(msgspec.Struct):
    value: tuple[_Principal, ...]


class _Assignments(msgspec.Struct):
    value: tuple[_Assignment, ...]
    next: str = msgspec.field(name="@odata.nextLink", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A service principal. `roles` are those that an app can hold on it, value ► id."""

    id: str
    app_id: str
    name: str
    roles: Mapping[str, str]


class AppRoles(InPerson):
    """App roles. Methods raise Unavailable, Malformed, and BadInput when the person may not do it."""

    administrator = ADMINISTRATOR
    scope = SCOPES[1]

    async def principal(self, app_id: str) -> Principal | None:
        """The service principal of an app or a managed identity, by its client id; None when the directory has none (yet)."""
        query = {"$filter": f"appId eq '{app_id}'", "$select": "id,appId,displayName,appRoles"}
        told = decoded(_Principals, await self._sent("GET", f"{self.graph_url}/servicePrincipals", params=query))
        if not told.value:
            return None
        found = told.value[0]
        roles = {
            each.value: each.id
            for each in found.app_roles
            if each.value and each.is_enabled and "Application" in each.allowed_member_types
        }
        return Principal(id=found.id, app_id=found.app_id, name=found.display_name or app_id, roles=roles)

    async def held(self, principal: Principal) -> Mapping[tuple[str, str], str]:
        """What a principal holds: (id of the resource's principal, id of the role) ► id of the assignment."""
        held: dict[tuple[str, str], str] = {}
        address = f"{self.graph_url}/servicePrincipals/{principal.id}/appRoleAssignments"
        for _ in range(_MOST_PAGES):
            page = decoded(_Assignments, await self._sent("GET", address))
            held |= {(each.resource_id, each.app_role_id): each.id for each in page.value}
            if not page.next.startswith(f"{self.graph_url}/"):  # a token goes to no other host
                return held
            address = page.next
        raise Malformed(f"{principal.name} holds more app roles than there can be.")

    async def give(self, principal: Principal, resource: Principal, role_id: str) -> None:
        """Give a role. Harmless when it is held already."""
        address, body = assignment(self.graph_url, principal, resource, role_id)
        await self._sent("POST", address, body=body)

    async def take(self, principal: Principal, assignment_id: str) -> None:
        """Take a role away. Harmless when it is gone already."""
        address = f"{self.graph_url}/servicePrincipals/{principal.id}/appRoleAssignments/{assignment_id}"
        await self._sent("DELETE", address, gone_is_fine=True)


def assignment(graph_url: str, principal: Principal, resource: Principal, role_id: str) -> tuple[str, dict[str, str]]:
    """The address and the body of the request that gives a role, for whoever sends it by hand, too."""
    body = {"principalId": principal.id, "resourceId": resource.id, "appRoleId": role_id}
    return f"{graph_url}/servicePrincipals/{principal.id}/appRoleAssignments", body
