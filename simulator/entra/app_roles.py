"""Service principals and the app roles that they hold: read by any member, given and taken by a Privileged Role Administrator.

| call | who |
|---|---|
| `GET /servicePrincipals?$filter=appId eq '…'`, `…/{id}` | a member of the directory, or an app, with `Application.Read.All` |
| `GET …/appRoleAssignments`, `…/appRoleAssignedTo` | the same |
| `POST`, `DELETE` there | whoever has `AppRoleAssignment.ReadWrite.All` and, a person, the directory role |

A role that was given or taken is in the tokens that are issued from then on; those issued before keep what they say.
Sources: https://learn.microsoft.com/graph/api/serviceprincipal-post-approleassignments, serviceprincipal-list-approleassignments,
serviceprincipal-delete-approleassignments, https://learn.microsoft.com/graph/permissions-reference and
https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference#privileged-role-administrator
"""

from __future__ import annotations

import base64
import binascii
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from aiohttp import web

from simulator.entra.identity import AUTHORITY, GRAPH, Authority, Caller, require
from simulator.entra.registrations import Registration
from simulator.refusal import Refused
from simulator.tenant.state import Tenant

GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"
SHAREPOINT_APP_ID = "00000003-0000-0ff1-ce00-000000000000"
_ADMINISTRATOR = "Privileged Role Administrator"
_READ = frozenset(
    {"Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All", "Directory.AccessAsUser.All"}
)
_GIVE = frozenset({"AppRoleAssignment.ReadWrite.All", "Directory.AccessAsUser.All"})
_FILTER = re.compile(r"^appId eq '([^']*)'$")
_SELECT = frozenset({"id", "appId", "displayName", "appRoles", "servicePrincipalType", "accountEnabled"})

# https://learn.microsoft.com/graph/permissions-reference; what is not listed here has a made-up id, told by its value.
_IDS: Mapping[str, Mapping[str, str]] = {
    "graph": {
        "Channel.ReadBasic.All": "59a6b24b-4225-4393-8165-ebaec5f55d7a",
        "ChannelMember.Read.All": "3b55498e-47ec-484f-8136-9013221c06a9",
        "Files.Read.All": "01d4889c-1287-42c6-ac1f-5d1e02578ef6",
        "Files.ReadWrite.All": "75359482-378d-4052-8f01-80520e7db3cd",
        "Group.Read.All": "5b567255-7703-4780-807c-7be8301ae99b",
        "GroupMember.Read.All": "98830695-27a2-44f7-8c18-0c3ebc9698f6",
        "MailboxSettings.Read": "40f97065-369a-49f4-947c-6a255697ae91",
        "Mail.Send": "b633e1c5-b582-4048-a93e-9f11b44c7e96",
        "Sites.FullControl.All": "a82116e5-55eb-4c41-a434-62fe8a61c773",
        "Sites.Read.All": "332a536c-c7ef-4017-ab91-336970924f0d",
        "Sites.ReadWrite.All": "9492366f-7969-46a4-8d15-ed1a20078fff",
        "Sites.Selected": "883ea226-0bf2-4a8f-9f9d-92c9162a727d",
        "Team.ReadBasic.All": "2280dda6-0bfd-44ee-a2f4-cb867cfc4c1e",
        "TeamsActivity.Send": "a267235f-af13-44dc-8385-c1dc93023186",
        "TeamsAppInstallation.ReadWriteSelfForUser.All": "908de74d-f8b2-4d6b-a9ed-2a17b3b78179",
        "User.Read.All": "df021288-bdef-4463-88db-98f22de89214",
    },
    "sharepoint": {
        "Sites.FullControl.All": "678536fe-1083-478a-9c59-b99265e6b0d3",
        "Sites.Manage.All": "9bff6588-13f2-4c48-bbf2-ddab62256b36",
        "Sites.Read.All": "d13f72ca-a275-4b96-b789-48ebcc4da984",
        "Sites.ReadWrite.All": "fbcd29d2-fcca-4405-aded-518d457caae4",
        "Sites.Selected": "20d37865-089c-4dee-8c41-6967602d4ac8",
    },
}


@dataclass(frozen=True, slots=True)
class Resource:
    """A service principal of Microsoft's, whose app roles others hold. `kind` is how registrations name it."""

    kind: str
    app_id: str
    name: str
    id: str

    def roles(self, authority: Authority) -> dict[str, str]:
        """Value ► id, of every role that this resource has."""
        held = {role for each in authority.registrations.values() for role in each.roles.get(self.kind, ())}
        known = _IDS[self.kind]
        made_up = {role: str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.app_id}/{role}")) for role in held - known.keys()}
        return {**known, **made_up}


RESOURCES = (
    Resource("graph", GRAPH_APP_ID, "Microsoft Graph", "9e50c4a1-0001-4f00-8a00-93a900000001"),
    Resource("sharepoint", SHAREPOINT_APP_ID, "Office 365 SharePoint Online", "9e50c4a1-0002-4f00-8a00-5ab700000002"),
)


def routes(tenant: Tenant) -> Iterable[web.RouteDef]:
    """Service principals, and both lists of what is given to whom."""
    desk = _Desk(tenant)
    one = "/graph/v1.0/servicePrincipals/{principal}"
    return [
        web.get("/graph/v1.0/servicePrincipals", desk.list),
        web.get(one, desk.get),
        web.get(f"{one}/appRoleAssignments", desk.held),
        web.post(f"{one}/appRoleAssignments", desk.give),
        web.delete(f"{one}/appRoleAssignments/{{assignment}}", desk.take),
        web.get(f"{one}/appRoleAssignedTo", desk.holders),
        web.post(f"{one}/appRoleAssignedTo", desk.give),
    ]


class _Desk:
    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    async def list(self, request: web.Request) -> web.Response:
        authority = self._reader(request)
        wanted = _FILTER.match(request.query.get("$filter", ""))
        if wanted is None:
            raise Refused(400, "Request_BadRequest", "This tenant finds service principals by appId alone.")
        found = [each for each in _principals(authority) if each["appId"] == wanted[1].lower()]
        return web.json_response({"value": [_chosen(each, request) for each in found]})

    async def get(self, request: web.Request) -> web.Response:
        return web.json_response(_chosen(_principal(self._reader(request), request.match_info["principal"]), request))

    async def held(self, request: web.Request) -> web.Response:
        authority = self._reader(request)
        holder = _principal(authority, request.match_info["principal"])["id"]
        return web.json_response({"value": [each for each in _assignments(authority) if each["principalId"] == holder]})

    async def holders(self, request: web.Request) -> web.Response:
        authority = self._reader(request)
        resource = _principal(authority, request.match_info["principal"])["id"]
        return web.json_response(
            {"value": [each for each in _assignments(authority) if each["resourceId"] == resource]}
        )

    async def give(self, request: web.Request) -> web.Response:
        authority = self._giver(request)
        _principal(authority, request.match_info["principal"])
        asked: dict[str, Any] = msgspec.json.decode(await request.read())
        registration, resource = _both(authority, str(asked.get("principalId")), str(asked.get("resourceId")))
        role = next((value for value, id_ in resource.roles(authority).items() if id_ == asked.get("appRoleId")), None)
        if role is None:
            raise Refused(
                400,
                "Request_BadRequest",
                f"Permission being assigned was not found on application '{resource.app_id}'.",
            )
        if role in registration.roles.get(resource.kind, ()):
            raise Refused(400, "Request_BadRequest", "Permission being assigned already exists on the object")
        _change(authority, registration, resource, registration.roles.get(resource.kind, frozenset()) | {role})
        given = next(
            each for each in _assignments(authority) if each["id"] == _assignment_id(registration, resource, role)
        )
        return web.json_response(given, status=201)

    async def take(self, request: web.Request) -> web.Response:
        authority = self._giver(request)
        holder, resource_id, role = _named(request.match_info["assignment"])
        registration, resource = _both(authority, holder, resource_id)
        if role not in registration.roles.get(resource.kind, ()):
            raise _absent(request.match_info["assignment"])
        _change(authority, registration, resource, registration.roles[resource.kind] - {role})
        return web.Response(status=204)

    def _reader(self, request: web.Request) -> Authority:
        caller = require(request, GRAPH)
        if not caller.user_id or self._tenant.users[caller.user_id].guest:
            _must(bool(caller.roles & _READ))
        else:
            _must(bool(caller.scopes & (_READ | _GIVE)))
        return request.app[AUTHORITY]

    def _giver(self, request: web.Request) -> Authority:
        caller = require(request, GRAPH)
        _must(bool((caller.scopes if caller.user_id else caller.roles) & _GIVE))
        _must(not caller.user_id or self._is_administrator(caller))
        return request.app[AUTHORITY]

    def _is_administrator(self, caller: Caller) -> bool:
        return _ADMINISTRATOR in self._tenant.directory_roles.get(caller.user_id, ())


def _principals(authority: Authority) -> Iterator[dict[str, Any]]:
    for resource in RESOURCES:
        roles = [
            {
                "id": id_,
                "value": value,
                "displayName": value,
                "description": value,
                "allowedMemberTypes": ["Application"],
                "isEnabled": True,
                "origin": "Application",
            }
            for value, id_ in sorted(resource.roles(authority).items())
        ]
        yield _body(resource.id, resource.app_id, resource.name, "Application", roles)
    for each in authority.registrations.values():
        yield _body(each.object_id, each.client_id, each.name, "ManagedIdentity", [])


def _body(id_: str, app_id: str, name: str, kind: str, roles: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": id_,
        "appId": app_id,
        "displayName": name,
        "servicePrincipalType": kind,
        "accountEnabled": True,
        "appRoles": roles,
    }


def _assignments(authority: Authority) -> Iterator[dict[str, Any]]:
    for each in authority.registrations.values():
        for resource in RESOURCES:
            ids = resource.roles(authority)
            for role in sorted(each.roles.get(resource.kind, ())):
                yield {
                    "id": _assignment_id(each, resource, role),
                    "appRoleId": ids[role],
                    "createdDateTime": "2026-01-05T09:00:00Z",
                    "deletedDateTime": None,
                    "principalDisplayName": each.name,
                    "principalId": each.object_id,
                    "principalType": "ServicePrincipal",
                    "resourceDisplayName": resource.name,
                    "resourceId": resource.id,
                }


def _principal(authority: Authority, id_: str) -> dict[str, Any]:
    found = next((each for each in _principals(authority) if each["id"] == id_), None)
    if found is None:
        raise _absent(id_)
    return found


def _both(authority: Authority, principal_id: str, resource_id: str) -> tuple[Registration, Resource]:
    registration = next((each for each in authority.registrations.values() if each.object_id == principal_id), None)
    resource = next((each for each in RESOURCES if each.id == resource_id), None)
    if registration is None or resource is None:
        raise _absent(principal_id if registration is None else resource_id)
    return registration, resource


def _change(authority: Authority, registration: Registration, resource: Resource, roles: frozenset[str]) -> None:
    changed = replace(registration, roles={**registration.roles, resource.kind: roles})
    authority.registrations[registration.client_id] = changed


def _assignment_id(registration: Registration, resource: Resource, role: str) -> str:
    return base64.urlsafe_b64encode(f"{registration.object_id}/{resource.id}/{role}".encode()).decode().rstrip("=")


def _named(assignment: str) -> tuple[str, str, str]:
    try:
        holder, resource, role = base64.urlsafe_b64decode(assignment + "=" * (-len(assignment) % 4)).decode().split("/")
    except (binascii.Error, ValueError) as error:
        raise _absent(assignment) from error
    return holder, resource, role


def _chosen(body: Mapping[str, Any], request: web.Request) -> dict[str, Any]:
    asked = {each.strip() for each in request.query.get("$select", "").split(",") if each.strip()}
    if unknown := asked - _SELECT:
        raise Refused(400, "Request_BadRequest", f"Could not find a property named '{min(unknown)}'.")
    return {name: value for name, value in body.items() if not asked or name in asked}


def _must(allowed: bool) -> None:  # reads like the sentence
    if not allowed:
        raise Refused(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


def _absent(id_: str) -> Refused:
    words = f"Resource '{id_}' does not exist or one of its queried reference-property objects are not present."
    return Refused(404, "Request_ResourceNotFound", words)
