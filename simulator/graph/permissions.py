"""Sharing of items: list, change, remove, share.

Sources: https://learn.microsoft.com/graph/api/driveitem-list-permissions, permission-update, permission-delete,
permission-revokegrants, driveitem-createlink, driveitem-invite
"""

from __future__ import annotations

import re
from typing import Any, Literal

from simulator.graph import vocabulary
from simulator.graph.calls import READ_FILES, WRITE_FILES, Answer, Call, Operation, answer, chosen
from simulator.graph.items import etag
from simulator.graph.options import PAGED, SELECT
from simulator.graph.skip import skip_token, skipped
from simulator.refusal import Refused, bad_request
from simulator.tenant import sharing
from simulator.tenant.clock import instant, moment
from simulator.tenant.files import check_site
from simulator.tenant.model import Item, Permission, Principal
from simulator.tenant.state import Tenant

NO_EXPIRY = "0001-01-01T00:00:00Z"
_PAGE = 30
_FILTER = re.compile(
    r"^link ne null(?: and link/scope eq '(anonymous|organization|users)')?(?: and link/type eq '(view|edit)')?$",
    re.IGNORECASE,
)


def identity_set(who: Principal) -> dict[str, Any]:
    """A sharePointIdentitySet."""
    site_user = {"id": str(sum(who.login.encode()) % 900 + 10), "displayName": who.name, "loginName": who.login}
    if who.kind == "site_group":
        return {"siteGroup": {"id": who.id, "displayName": who.name, "loginName": who.login}}
    if who.kind == "user":
        user = {"id": who.id, "displayName": who.name, "email": who.email}
        # Examples on the page of driveItem permissions give siteUser an email; its type in the service description
        # (sharePointIdentity) has none, so only `user` carries one here.
        return {"user": user, "siteUser": site_user}
    if who.kind == "group":
        return {"group": {"id": who.id, "displayName": who.name, "email": who.email}, "siteUser": site_user}
    return {"siteUser": site_user}


def permission_body(permission: Permission, *, inherited: bool, mark_inherited: bool) -> dict[str, Any]:
    """A permission. Inherited entries carry an empty `inheritedFrom`, as it is seen in the field."""
    body: dict[str, Any] = {"id": permission.id, "roles": [permission.role]}
    link = permission.link
    if link is not None:
        body["shareId"] = permission.share_id
        body["hasPassword"] = link.has_password
        body["link"] = {
            "scope": link.scope,
            "type": link.type,
            "webUrl": link.url,
            "preventsDownload": link.prevents_download,
        }
        if link.scope == "anonymous":
            body["expirationDateTime"] = instant(permission.expires) if permission.expires else NO_EXPIRY
        if link.scope == "users":
            body["grantedToIdentitiesV2"] = [identity_set(each) for each in link.people]
    if permission.grantee is not None:
        body["grantedToV2"] = identity_set(permission.grantee)
    if permission.invited:
        body["invitation"] = {"email": permission.invited, "signInRequired": True}
    if inherited and mark_inherited:
        body["inheritedFrom"] = {}
    return body


def _body(call: Call, permission: Permission, *, inherited: bool = False) -> dict[str, Any]:
    return permission_body(permission, inherited=inherited, mark_inherited=not call.tenant.quirks.hide_inherited_from)


def _addressed(call: Call, *, writing: bool) -> Item:
    item = call.tenant.item(call["drive"], call["item"])
    check_site(item.drive, writing=writing)
    if writing and call.header("if-match") not in ("", "*", etag(item)):
        raise Refused(412, "resourceModified", "The item has changed since it was read.")
    return item


def _list(call: Call) -> Answer:
    item = _addressed(call, writing=False)
    entries = list(sharing.entries(item))
    wanted = call.query.get("$filter")
    if wanted:
        matched = _FILTER.match(wanted.strip())
        if matched is None:
            raise bad_request(f"The filter is not supported: {wanted}")
        scope, kind = (matched[1] or "").lower(), (matched[2] or "").lower()
        entries = [each for each in entries if _is_link(each[0], scope, kind)]
    start, size = skipped(call), call.top(_PAGE, 200)
    select = call.select()
    body: dict[str, Any] = {}
    if start + size < len(entries):
        body["@odata.nextLink"] = call.link(_skiptoken=skip_token(start + size))
    body["value"] = [
        chosen(_body(call, permission, inherited=inherited), select)
        for permission, inherited in entries[start : start + size]
    ]
    return answer(body)


def _is_link(permission: Permission, scope: str, kind: str) -> bool:
    link = permission.link
    return link is not None and scope in ("", link.scope) and kind in ("", link.type)


def entries_body(tenant: Tenant, item: Item) -> list[dict[str, Any]]:
    """All entries of an item, inherited ones too."""
    mark = not tenant.quirks.hide_inherited_from
    return [
        permission_body(each, inherited=inherited, mark_inherited=mark) for each, inherited in sharing.entries(item)
    ]


def _get(call: Call) -> Answer:
    item = _addressed(call, writing=False)
    for permission, inherited in sharing.entries(item):
        if permission.id == call["permission"]:
            return answer(chosen(_body(call, permission, inherited=inherited), call.select()))
    raise Refused(404, "itemNotFound", "The permission could not be found.")


def _update(call: Call) -> Answer:
    item, body = _addressed(call, writing=True), call.json()
    if "expirationDateTime" in body:
        changed = sharing.set_expiry(call.tenant, item, call["permission"], _expiry(body["expirationDateTime"]))
    elif "roles" in body:
        changed = sharing.set_role(call.tenant, item, call["permission"], _role(body["roles"]))
    else:
        raise bad_request("Only 'roles' and 'expirationDateTime' can be updated.")
    return answer(_body(call, changed))


def _expiry(value: object) -> int:
    if value is None or value == NO_EXPIRY:
        return 0
    try:
        return moment(str(value))
    except ValueError as error:
        raise bad_request("expirationDateTime is no date and time.") from error


def _role(value: object) -> Literal["read", "write"]:
    if value == ["read"]:
        return "read"
    if value == ["write"]:
        return "write"
    raise bad_request("'roles' must be one of read and write.")


def _remove(call: Call) -> Answer:
    sharing.unshare(call.tenant, _addressed(call, writing=True), call["permission"])
    return Answer(None, 204)


def _revoke(call: Call) -> Answer:
    item = _addressed(call, writing=True)
    grantees = call.json().get("grantees")
    if not isinstance(grantees, list) or not grantees:
        raise bad_request("'grantees' is missing.")
    who = [str(each.get("email") or each.get("objectId") or "") for each in grantees if isinstance(each, dict)]
    return answer(_body(call, sharing.revoke_grants(call.tenant, item, call["permission"], who)))


def _create_link(call: Call) -> Answer:
    item, body = _addressed(call, writing=True), call.json()
    kind, scope = body.get("type", "view"), body.get("scope", "organization")
    if kind not in ("view", "edit") or scope not in ("anonymous", "organization", "users"):
        raise bad_request("'type' must be view or edit, 'scope' anonymous, organization or users.")
    if body.get("password"):
        raise bad_request("Passwords are for personal OneDrive only.")
    expires = _expiry(body.get("expirationDateTime"))
    made, new = sharing.create_link(call.tenant, item, scope=scope, kind=kind, by=call.actor, expires=expires)
    return answer(_body(call, made), 201 if new else 200)


def _invite(call: Call) -> Answer:
    item, body = _addressed(call, writing=True), call.json()
    retain = body.get("retainInheritedPermissions", True)
    if not isinstance(retain, bool):
        raise bad_request("retainInheritedPermissions must be true or false.")
    if len(body.get("message") or "") > 2000:
        raise bad_request("The message is longer than 2000 characters.")
    recipients = body.get("recipients")
    if not isinstance(recipients, list) or not recipients:
        raise bad_request("'recipients' is missing.")
    mails = [_mail(call, each) for each in recipients]
    if not retain and not item.own:  # only when it is shared for the first time
        sharing.break_inheritance(call.tenant, item, by=call.actor, copy=False)
    made = sharing.invite(call.tenant, item, mails=mails, role=_role(body.get("roles")), by=call.actor)
    return answer({"value": [_body(call, each) for each in made]})


def _mail(call: Call, recipient: object) -> str:
    if isinstance(recipient, dict) and isinstance(recipient.get("email"), str):
        return str(recipient["email"])
    if isinstance(recipient, dict) and isinstance(recipient.get("objectId"), str):
        return call.tenant.user(recipient["objectId"]).mail
    raise bad_request("A recipient needs 'email' or 'objectId'.")


_ITEM = "drives/{drive}/items/{item}"
_ONE, _NAMES = _ITEM + "/permissions/{permission}", vocabulary.PERMISSION
OPERATIONS = (
    Operation("GET", _ITEM + "/permissions", _list, READ_FILES, 5, options=PAGED | {"$filter"}, names=_NAMES),
    Operation("GET", _ONE, _get, READ_FILES, 5, options=SELECT, names=_NAMES),
    Operation("PATCH", _ONE, _update, WRITE_FILES, 5, sharing=True),
    Operation("DELETE", _ONE, _remove, WRITE_FILES, 5, sharing=True),
    Operation("POST", _ONE + "/revokeGrants", _revoke, WRITE_FILES, 5, sharing=True),
    Operation("POST", _ITEM + "/createLink", _create_link, WRITE_FILES, 5, sharing=True),
    Operation("POST", _ITEM + "/invite", _invite, WRITE_FILES, 5, sharing=True),
)
