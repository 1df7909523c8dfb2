"""Sharing of an item as SharePoint REST tells it: the truth about inheritance, and links taken away.

Source: https://learn.microsoft.com/openspecs/sharepoint_protocols/ms-csomspt (SP.Sharing.SharingInformation,
SP.ObjectSharingInformation)
"""

from __future__ import annotations

from typing import Any

from simulator.odata import Complex, Many
from simulator.refusal import not_found
from simulator.sharepoint.node import Given, Resource, number, text
from simulator.sharepoint.people import is_external, principal_type
from simulator.sharepoint.scope import RequestScope
from simulator.tenant import sharing
from simulator.tenant.clock import instant
from simulator.tenant.model import Actor, Item, Link, Permission, Principal

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


def sharing_information(scope: RequestScope, item: Item, path: str) -> Resource:
    """`SharingInformation` of an item with `permissionsInformation`, whose `isInherited` is authoritative."""
    return Resource(
        type="SP.Sharing.SharingInformation",
        path=f"{path}/GetSharingInformation",
        fields={
            "directUrl": f"{item.drive.url}/{item.path}",
            "itemUniqueId": item.unique_id,
            "permissionsInformation": _permissions(scope, item),
        },
        links={"pickerSettings": lambda: None},
    )


def _permissions(scope: RequestScope, item: Item) -> Complex:
    links, principals = [], []
    for permission, inherited in sharing.entries(item):
        if permission.link is not None:
            links.append(_link(scope, item, permission, permission.link, inherited=inherited))
        elif permission.grantee is not None:
            principals.append(_grant(scope, permission, permission.grantee, inherited=inherited))
    admins = [scope.tenant.users[each] for each in item.drive.site.admins if each in scope.tenant.users]
    owner: list[Complex] = [_admin(scope, scope.tenant.principal(each)) for each in admins]
    collection = {
        "hasInheritedLinks": any(each.fields["isInherited"] for each in links),
        "links": Many(links, "SP.Sharing.LinkInfo"),
        "principals": Many(principals, "SP.Sharing.PrincipalInfo"),
        "siteAdmins": Many(owner, "SP.Sharing.PrincipalInfo"),
        "totalNumberOfPrincipals": len(principals),
    }
    return Complex("SP.Sharing.PermissionCollection", collection)


def _link(scope: RequestScope, item: Item, permission: Permission, link: Link, *, inherited: bool) -> Complex:
    people = [_principal(scope, each) for each in link.people]
    made, maker = instant(permission.created), _by(scope, permission.by)
    invited = [_invitation(each, made, maker) for each in people]
    details = {
        "AllowsAnonymousAccess": link.scope == "anonymous",
        "ApplicationId": None,
        "BlocksDownload": link.prevents_download,
        "Created": made,
        "CreatedBy": maker,
        "Description": None,
        "Embeddable": False,
        "Expiration": instant(permission.expires) if permission.expires else "",
        "HasExternalGuestInvitees": any(is_external(scope, each) for each in link.people),
        "Invitations": Many(invited, "SP.Sharing.LinkInvitation"),
        "IsActive": not sharing.is_dead(scope.tenant, item, permission),
        "IsAddressBarLink": False,
        "IsCreateOnlyLink": False,
        "IsDefault": False,
        "IsEditLink": link.type == "edit",
        "IsFormsLink": False,
        "IsReviewLink": False,
        "IsUnhealthy": False,
        "LastModified": made,
        "LastModifiedBy": maker,
        "LimitUseToApplication": False,
        "LinkKind": _LINK_KINDS[link.scope, link.type],
        "PasswordLastModified": "",
        "PasswordLastModifiedBy": None,
        "RedeemedUsers": Many([], "SP.Sharing.LinkInvitation"),
        "RequiresPassword": link.has_password,
        "RestrictedShareMembership": link.scope == "users",
        "Scope": _SCOPES[link.scope],
        "ShareId": permission.id,
        "ShareTokenString": f"share={link.url.rpartition('/')[2]}",
        "SharingLinkStatus": 0,
        "TrackLinkUsers": False,
        "Url": link.url,
    }
    return Complex(
        "SP.Sharing.LinkInfo",
        {
            "isInherited": inherited,
            "linkDetails": Complex("SP.SharingLinkInfo", details),
            "linkMembers": Many(people, "SP.Sharing.Principal"),
            "totalLinkMembersCount": len(people),
        },
    )


def _invitation(invitee: Complex, at: str, by: Complex) -> Complex:
    return Complex("SP.Sharing.LinkInvitation", {"invitedBy": by, "invitedOn": at, "invitee": invitee})


def _grant(scope: RequestScope, permission: Permission, principal: Principal, *, inherited: bool) -> Complex:
    fields = {
        "isInherited": inherited,
        "members": Many([], "SP.Sharing.Principal"),
        "principal": _principal(scope, principal),
        "role": _ROLES[permission.role],
    }
    return Complex("SP.Sharing.PrincipalInfo", fields)


def _admin(scope: RequestScope, principal: Principal) -> Complex:
    fields = {"isInherited": True, "principal": _principal(scope, principal), "role": _ROLES["owner"]}
    return Complex("SP.Sharing.PrincipalInfo", fields)


def _by(scope: RequestScope, actor: Actor) -> Complex:
    user = scope.tenant.users.get(actor.id)
    if user is not None:
        return _principal(scope, scope.tenant.principal(user))
    return _principal(
        scope, Principal("site_group", str(scope.numbers.author(actor)), actor.name, actor.name, actor.email)
    )


def _principal(scope: RequestScope, principal: Principal) -> Complex:
    user = scope.tenant.users.get(principal.id)
    is_person = principal.kind == "user"
    return Complex(
        "SP.Sharing.Principal",
        {
            "directoryObjectId": principal.id if is_person else None,
            "email": principal.email,
            "expiration": "" if is_person else None,
            "id": scope.numbers.principal(principal),
            "isActive": True,
            "isExternal": is_external(scope, principal),
            "jobTitle": user.job_title or None if user is not None else None,
            "loginName": principal.login,
            "name": principal.name,
            "principalType": principal_type(principal),
            "userId": None,
            "userPrincipalName": user.upn if user is not None else None,
        },
    )


def object_sharing(scope: RequestScope, item: Item) -> Resource:
    """`SP.ObjectSharingInformation` of an item: links for anyone, and whether guests, groups or many have access."""
    links = {(link.scope, link.type): link.url for link in _awake(scope, item)}
    people = [each.grantee for each, _ in sharing.entries(item) if each.grantee is not None]
    people += [each for link in _awake(scope, item) for each in link.people]
    persons = [each for each in people if each.kind == "user"]
    fields: dict[str, Any] = {
        "AnonymousEditLink": links.get(("anonymous", "edit")),
        "AnonymousViewLink": links.get(("anonymous", "view")),
        "CanBeShared": True,
        "CanBeUnshared": bool(item.own),
        "CanManagePermissions": scope.full_control,
        "HasPendingAccessRequests": False,
        "HasPermissionLevels": True,
        "IsFolder": item.is_folder,
        "IsSharedWithCurrentUser": False,
        "IsSharedWithGuest": any(is_external(scope, each) for each in people) or any(key[0] == "anonymous" for key in links),
        "IsSharedWithMany": len(people) > 1,
        "IsSharedWithSecurityGroup": any(each.kind not in ("user", "site_group") for each in people),
        "PendingAccessRequestsLink": None,
        "TotalFileCount": 1,
    }  # fmt: skip
    shared = [_shared_with(scope, each) for each in persons]
    fields["SharedWithUsersCollection"] = Many(shared, "SP.ObjectSharingInformationUser")
    return Resource(type="SP.ObjectSharingInformation", path="SP.ObjectSharingInformation", fields=fields)


def _shared_with(scope: RequestScope, principal: Principal) -> Complex:
    fields = {
        "Email": principal.email,
        "Id": scope.numbers.principal(principal),
        "LoginName": principal.login,
        "Name": principal.name,
        "IsExternalUser": is_external(scope, principal),
    }
    return Complex("SP.ObjectSharingInformationUser", fields)


def _awake(scope: RequestScope, item: Item) -> list[Link]:
    found = sharing.entries(item)
    return [each.link for each, _ in found if each.link is not None and not sharing.is_dead(scope.tenant, item, each)]


def unshare_link(scope: RequestScope, item: Item, given: Given) -> None:
    """`UnshareLink`: remove the item's own link of a kind, or by its share id."""
    wanted, share_id = number(given, "linkkind"), text(given, "shareid").lower()
    for permission, _ in sharing.entries(item):
        link = permission.link
        if link is None or _LINK_KINDS[link.scope, link.type] != wanted:
            continue
        if not share_id or permission.id.lower() == share_id:
            sharing.unshare(scope.tenant, item, permission.id)
            return
    raise not_found("The sharing link")
