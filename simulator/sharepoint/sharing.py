"""Sharing as SharePoint REST tells it: the truth about inheritance, and the users whom a site remembers.

Source: https://learn.microsoft.com/openspecs/sharepoint_protocols/ms-csomspt (SP.Sharing.SharingInformation)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.odata import Complex, Many
from simulator.tenant.clock import instant
from simulator.tenant.model import Item, Permission, Principal, Site
from simulator.tenant.sharing import entries, group_principal, is_dead
from simulator.tenant.state import Tenant

_LINK_KINDS = {
    ("organization", "view"): 2,
    ("organization", "edit"): 3,
    ("anonymous", "view"): 4,
    ("anonymous", "edit"): 5,
    ("users", "view"): 6,
    ("users", "edit"): 6,
}
_SCOPES = {"anonymous": 0, "organization": 1, "users": 2}
_ROLES = {"read": 1, "write": 2, "owner": 3}
_USER, _SECURITY_GROUP, _SHAREPOINT_GROUP = 1, 4, 8


def sharing_information(tenant: Tenant, item: Item) -> dict[str, Any]:
    """`SharingInformation` of an item with `permissionsInformation`, whose `isInherited` is authoritative."""
    links, principals = [], []
    for permission, inherited in entries(item):
        if permission.link is not None:
            links.append(_link(tenant, item, permission, inherited=inherited))
        elif permission.grantee is not None:
            principals.append(_grant(tenant, permission, permission.grantee, inherited=inherited))
    collection = {
        "hasInheritedLinks": any(each.fields["isInherited"] for each in links),
        "links": Many(links, "SP.Sharing.LinkInfo"),
        "principals": Many(principals, "SP.Sharing.PrincipalInfo"),
        "siteAdmins": Many([], "SP.Sharing.PrincipalInfo"),
        "totalNumberOfPrincipals": len(principals),
    }
    return {
        "directUrl": f"{item.drive.url}/{item.path}",
        "itemUniqueId": item.unique_id,
        "permissionsInformation": Complex("SP.Sharing.PermissionCollection", collection),
    }


def _link(tenant: Tenant, item: Item, permission: Permission, *, inherited: bool) -> Complex:
    link = permission.link
    assert link is not None
    details = {
        "AllowsAnonymousAccess": link.scope == "anonymous",
        "BlocksDownload": link.prevents_download,
        "Created": instant(permission.created),
        "Expiration": instant(permission.expires) if permission.expires else "",
        "HasExternalGuestInvitees": any(_is_external(tenant, each) for each in link.people),
        "IsActive": not is_dead(tenant, item, permission),
        "IsEditLink": link.type == "edit",
        "LinkKind": _LINK_KINDS[link.scope, link.type],
        "PasswordProtected": link.has_password,
        "Scope": _SCOPES[link.scope],
        "ShareId": permission.id,
        "Url": link.url,
    }
    members = [_principal(tenant, each) for each in link.people]
    return Complex(
        "SP.Sharing.LinkInfo",
        {
            "isInherited": inherited,
            "linkDetails": Complex("SP.SharingLinkInfo", details),
            "linkMembers": Many(members, "SP.Sharing.Principal"),
            "totalLinkMembersCount": len(members),
        },
    )


def _grant(tenant: Tenant, permission: Permission, principal: Principal, *, inherited: bool) -> Complex:
    fields = {
        "isInherited": inherited,
        "members": Many([], "SP.Sharing.Principal"),
        "principal": _principal(tenant, principal),
        "role": _ROLES[permission.role],
    }
    return Complex("SP.Sharing.PrincipalInfo", fields)


def _principal(tenant: Tenant, principal: Principal) -> Complex:
    return Complex(
        "SP.Sharing.Principal",
        {
            "email": principal.email,
            "id": 0,
            "isActive": True,
            "isExternal": _is_external(tenant, principal),
            "loginName": principal.login,
            "name": principal.name,
            "principalType": _principal_type(principal),
            "userPrincipalName": principal.email if principal.kind == "user" else None,
        },
    )


def _principal_type(principal: Principal) -> int:
    return {"user": _USER, "site_group": _SHAREPOINT_GROUP}.get(principal.kind, _SECURITY_GROUP)


def _is_external(tenant: Tenant, principal: Principal) -> bool:
    user = tenant.users.get(principal.id)
    return "#ext#" in principal.login.lower() or "urn:spo:guest" in principal.login or (user is not None and user.guest)


def site_users(tenant: Tenant, site: Site) -> list[dict[str, Any]]:
    """Everybody whom the site ever heard of; being listed is no access. Source: …/_api/web/siteusers"""
    found: dict[str, dict[str, Any]] = {}
    for number, principal in enumerate(_known(tenant, site), start=10):
        found.setdefault(
            principal.login.lower(),
            {
                "Id": number,
                "LoginName": principal.login,
                "Title": principal.name,
                "Email": principal.email,
                "IsHiddenInUI": False,
                "IsShareByEmailGuestUser": "urn:spo:guest" in principal.login,
                "IsSiteAdmin": principal.id in site.admins,
                "PrincipalType": _principal_type(principal),
                "UserPrincipalName": principal.email if principal.kind == "user" else None,
            },
        )
    return list(found.values())


def _known(tenant: Tenant, site: Site) -> Iterator[Principal]:
    if site.group_id:
        yield group_principal(tenant.group(site.group_id))
    for user_id in (*site.admins, *site.owners, *site.members, *site.visitors):
        if user_id in tenant.users:
            yield tenant.principal(tenant.users[user_id])
    granted = [*site.permissions]
    for drive in site.drives:
        for item in (drive.root, *drive.items.values()):
            granted.extend(item.own or ())
    for permission in granted:
        if permission.grantee is not None and permission.grantee.kind != "site_group":
            yield permission.grantee
        if permission.link is not None:
            yield from permission.link.people
