"""Users, groups and role assignments of a site.

Sources: https://learn.microsoft.com/sharepoint/dev/sp-add-ins/users-groups-and-roles-rest-operations,
https://learn.microsoft.com/openspecs/sharepoint_protocols/ms-csomspt (SP.User, SP.Group, SP.RoleAssignment)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.odata import Complex, Returned
from simulator.refusal import Refused, not_found
from simulator.sharepoint.node import FULL_CONTROL, Collection, Given, Operation, Outcome, Resource, number, text
from simulator.sharepoint.principal_ids import MEMBERS, OWNERS, SYSTEM_ACCOUNT, VISITORS
from simulator.sharepoint.scope import RequestScope
from simulator.tenant import sharing
from simulator.tenant.model import Actor, Item, Permission, Principal, Site

USER, SECURITY_GROUP, SHAREPOINT_GROUP = 1, 4, 8
_APP_LOGIN = "i:0i.t|00000003-0000-0ff1-ce00-000000000000|app@sharepoint"
_GROUPS = {OWNERS: "Owners", VISITORS: "Visitors", MEMBERS: "Members"}
_ROLES = {"owner": (1073741829, "Full Control", 5), "write": (1073741830, "Edit", 6), "read": (1073741826, "Read", 2)}
_LINK_NAMES = {"anonymous": "Anonymous", "organization": "Organization"}


def principal_type(principal: Principal) -> int:
    """SharePoint's number for the kind of a principal."""
    return {"user": USER, "site_group": SHAREPOINT_GROUP}.get(principal.kind, SECURITY_GROUP)


def is_external(scope: RequestScope, principal: Principal) -> bool:
    """Whether somebody is a guest, by claim or by account."""
    user = scope.tenant.users.get(principal.id)
    return "#ext#" in principal.login.lower() or "urn:spo:guest" in principal.login or (user is not None and user.guest)


def known(scope: RequestScope, site: Site) -> list[Principal]:
    """Everybody whom the site ever heard of; being listed is no access."""
    found: dict[str, Principal] = {}
    for each in _known(scope, site):
        found.setdefault(each.login.lower(), each)
    return list(found.values())


def _known(scope: RequestScope, site: Site) -> Iterator[Principal]:
    tenant = scope.tenant
    if site.group_id:
        yield sharing.group_principal(tenant.group(site.group_id))
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
    yield from site.remembered


def user(scope: RequestScope, site: Site, principal: Principal) -> Resource:
    """SP.User."""
    numbered = scope.numbers.principal(principal)
    is_person = principal.kind == "user"
    account = {"NameId": principal.id, "NameIdIssuer": "urn:federation:microsoftonline"}
    return Resource(
        type="SP.User",
        path=f"Web/GetUserById({numbered})",
        fields={
            "Id": numbered,
            "IsHiddenInUI": False,
            "LoginName": principal.login,
            "Title": principal.name,
            "PrincipalType": principal_type(principal),
            "Email": principal.email,
            "Expiration": "",
            "IsEmailAuthenticationGuestUser": False,
            "IsShareByEmailGuestUser": "urn:spo:guest" in principal.login,
            "IsSiteAdmin": principal.id in site.admins,
            "UserId": Complex("SP.UserIdInfo", account) if is_person else None,
            "UserPrincipalName": principal.email if is_person else None,
        },
        more={"Name": lambda: principal.login, "EMail": lambda: principal.email},
    )


def author(scope: RequestScope, site: Site, actor: Actor) -> Resource:
    """SP.User of who did something; apps act as SharePoint's own account."""
    found = scope.tenant.users.get(actor.id)
    if found is not None:
        return user(scope, site, scope.tenant.principal(found))
    fields = {"Id": SYSTEM_ACCOUNT, "Title": actor.name, "LoginName": _APP_LOGIN, "Email": actor.email}
    more = {"Name": lambda: _APP_LOGIN, "EMail": lambda: actor.email}
    return Resource(type="SP.User", path=f"Web/GetUserById({SYSTEM_ACCOUNT})", fields=fields, more=more)


def current_user(scope: RequestScope, site: Site) -> Resource:
    """SP.User of the calling app."""
    return author(scope, site, Actor("", "SharePoint App", application=True))


def users(scope: RequestScope, site: Site) -> Collection:
    """`siteusers`."""

    def members() -> list[Resource]:
        return [user(scope, site, each) for each in known(scope, site)]

    def by_number(key: str) -> Resource:
        return _the(members(), "Id", key)

    return Collection(
        type="SP.User",
        path="Web/SiteUsers",
        members=members,
        find=lambda key: _the(members(), "LoginName", key),
        operations={
            "getbyid": Operation(lambda given: by_number(text(given, "id")), ("id",)),
            "getbyloginname": Operation(lambda given: _the(members(), "LoginName", text(given, "loginname")), ("loginname",)),
            "getbyemail": Operation(lambda given: _the(members(), "Email", text(given, "email")), ("email",)),
        },
    )  # fmt: skip


def groups(scope: RequestScope, site: Site) -> Collection:
    """`sitegroups`."""

    def members() -> list[Resource]:
        return [group(scope, site, numbered) for numbered in _GROUPS]

    return Collection(
        type="SP.Group",
        path="Web/SiteGroups",
        members=members,
        find=lambda key: _the(members(), "Id", key),
        operations={
            "getbyid": Operation(lambda given: _the(members(), "Id", text(given, "id")), ("id",)),
            "getbyname": Operation(lambda given: _the(members(), "Title", text(given, "name")), ("name",)),
        },
    )


def group(scope: RequestScope, site: Site, numbered: int) -> Resource:
    """SP.Group: one of a site's three. Members of a Teams channel's site are Teams' to change."""
    name = f"{site.title} {_GROUPS[numbered]}"

    def change(given: Given) -> None:
        if site.channel_type:
            raise Refused(403, "accessDenied", "The membership of a channel's site is managed in Teams.")
        if numbered != MEMBERS or given.keys() != {"AllowMembersEditMembership"}:
            raise Refused(400, "invalidRequest", f"This simulated tenant cannot set {', '.join(sorted(given))}.")
        site.members_edit_membership = given["AllowMembersEditMembership"] is True

    def members() -> list[Resource]:
        return [user(scope, site, each) for each in group_members(scope, site, numbered)]

    found = Collection(type="SP.User", path=f"Web/SiteGroups/GetById({numbered})/Users", members=members)
    return Resource(
        type="SP.Group",
        path=f"Web/SiteGroups/GetById({numbered})",
        fields={
            "Id": numbered,
            "IsHiddenInUI": False,
            "LoginName": name,
            "Title": name,
            "PrincipalType": SHAREPOINT_GROUP,
            "AllowMembersEditMembership": numbered == MEMBERS and site.members_edit_membership,
            "AllowRequestToJoinLeave": False,
            "AutoAcceptRequestToJoinLeave": False,
            "Description": None,
            "OnlyAllowMembersViewMembership": False,
            "OwnerTitle": f"{site.title} Owners",
            "RequestToJoinLeaveEmailSetting": "",
        },
        links={"Users": lambda: found},
        update=change,
        update_roles=FULL_CONTROL,
    )


def group_members(scope: RequestScope, site: Site, numbered: int) -> list[Principal]:
    """Who is in one of the site's groups; a Microsoft 365 group stands there as one claim, its owners as another."""
    tenant = scope.tenant
    ids = {OWNERS: site.owners, MEMBERS: site.members, VISITORS: site.visitors}[numbered]
    people = [tenant.principal(tenant.users[each]) for each in ids if each in tenant.users]
    if not site.group_id or numbered == VISITORS:
        return people
    whole = sharing.group_principal(tenant.group(site.group_id))
    if numbered == MEMBERS:
        return [whole]
    return [Principal("group", whole.id, f"{whole.name} Owners", f"{whole.login}_o", whole.email)]


def role_assignments(scope: RequestScope, item: Item, path: str) -> Collection:
    """`roleassignments` of an item: its own where it has any, else those that it inherits."""

    def members() -> list[Resource]:
        found = sharing.entries(item)
        return [_assignment(scope, item, each, path) for each, _ in found if each.link is not None or each.grantee]

    def remove(given: Given) -> Outcome:
        wanted = number(given, "principalid")
        if not is_unique(item):
            text = "This operation is not allowed on an object that inherits permissions."
            raise Refused(400, "-2146232832, Microsoft.SharePoint.SPException", text)
        for each in item.own or ():
            if each.grantee is not None and scope.numbers.principal(each.grantee) == wanted:
                sharing.unshare(scope.tenant, item, each.id)
                return Returned("RemoveRoleAssignment", None)
        raise not_found("The principal")

    return Collection(
        type="SP.RoleAssignment",
        path=path,
        members=members,
        operations={
            "removeroleassignment": Operation(remove, ("principalid", "roledefid"), FULL_CONTROL),
            "getbyprincipalid": Operation(lambda given: _the(members(), "PrincipalId", text(given, "id")), ("id",)),
        },
    )


def is_unique(item: Item) -> bool:
    """Whether an item has permissions of its own."""
    return bool(item.own) or not item.inherits


def _assignment(scope: RequestScope, item: Item, permission: Permission, path: str) -> Resource:
    site = item.drive.site
    if permission.grantee is None:
        member = _link_group(item, permission)
    elif permission.grantee.kind == "site_group":
        member = group(scope, site, int(permission.grantee.id))
    else:
        member = user(scope, site, permission.grantee)
    bound = Collection(
        type="SP.RoleDefinition", path=f"{path}/RoleDefinitionBindings", members=lambda: [_role(permission)]
    )
    numbered = member.fields["Id"]
    return Resource(
        type="SP.RoleAssignment",
        path=f"{path}/GetByPrincipalId({numbered})",
        fields={"PrincipalId": numbered},
        links={"Member": lambda: member, "RoleDefinitionBindings": lambda: bound},
    )


def _link_group(item: Item, permission: Permission) -> Resource:
    """The hidden group that stands for a sharing link."""
    assert permission.link is not None
    kind = "Edit" if permission.link.type == "edit" else "View"
    scope = _LINK_NAMES.get(permission.link.scope)
    name = f"SharingLinks.{item.unique_id}.{f'{scope}{kind}' if scope else 'Flexible'}.{permission.id}"
    numbered = int(permission.id.replace("-", "")[:7], 16)
    fields = {"Id": numbered, "IsHiddenInUI": True, "LoginName": name, "Title": name, "PrincipalType": SHAREPOINT_GROUP}
    return Resource(type="SP.Group", path=f"Web/SiteGroups/GetById({numbered})", fields=fields)


def _role(permission: Permission) -> Resource:
    numbered, name, kind = _ROLES[permission.role]
    fields: dict[str, Any] = {"Id": numbered, "Name": name, "Hidden": False, "Order": 1, "RoleTypeKind": kind}
    return Resource(type="SP.RoleDefinition", path=f"Web/RoleDefinitions({numbered})", fields=fields)


def _the(members: list[Resource], name: str, key: str) -> Resource:
    for each in members:
        if str(each.fields[name]).lower() == key.lower():
            return each
    raise not_found("The user or group")
