"""Sharing: who has what on an item, and how people and apps change it.

Sources: https://learn.microsoft.com/graph/api/driveitem-list-permissions, driveitem-createlink, driveitem-invite,
permission-delete, permission-update, permission-revokegrants
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from simulator.refusal import Refused, bad_request, not_found
from simulator.tenant.files import check_site, descendants
from simulator.tenant.model import (
    OPENNESS,
    Actor,
    Capability,
    Group,
    Item,
    Link,
    LinkScope,
    Permission,
    Principal,
    Site,
    User,
)
from simulator.tenant.state import Tenant

_TYPE_LETTER = {"docx": "w", "xlsx": "x", "pptx": "p", "pdf": "b", "mp4": "v"}


def entries(item: Item) -> Iterator[tuple[Permission, bool]]:
    """Every entry that applies to an item, with True for those it inherits; nearest first."""
    at: Item | None = item
    while at is not None:
        for permission in at.own or ():
            yield permission, at is not item
        if not at.inherits:
            return
        at = at.parent
    for permission in item.drive.site.permissions:
        yield permission, True


def scope_of(item: Item) -> str:
    """What the `shared` facet says: the widest scope among the item's own entries; "" without any."""
    if not item.own:
        return ""
    scopes = {each.link.scope if each.link is not None else "users" for each in item.own}
    return next(each for each in ("anonymous", "organization", "users") if each in scopes)


def own_entry(item: Item, permission_id: str) -> Permission:
    """An item's own entry by id. Raises Refused 403 for one that is inherited, 404 for one that is not there."""
    for permission, inherited in entries(item):
        if permission.id == permission_id:
            if inherited:
                raise Refused(403, "notAllowed", "Inherited permissions are changed where they were granted.")
            return permission
    raise not_found("The permission")


def everyone(tenant: Tenant, *, external: bool = False) -> Principal:
    """SharePoint's claim for all colleagues, or (`external`) for guests too."""
    if external:
        return Principal("everyone", "", "Everyone", "c:0(.s|true")
    login = f"c:0-.f|rolemanager|spo-grid-all-users/{tenant.id}"
    return Principal("everyone_internal", "", "Everyone except external users", login)


def group_principal(group: Group) -> Principal:
    """A Microsoft 365 or security group as somebody to whom access is given."""
    claim = "c:0o.c|federateddirectoryclaimprovider|" if group.unified else "c:0t.c|tenant|"
    return Principal("group", group.id, group.name, claim + group.id, group.mail)


def grant_id(login: str) -> str:
    """Id of a direct grant: the login name in base64, as SharePoint makes it."""
    return base64.urlsafe_b64encode(login.encode()).decode().rstrip("=")


def share_id(url: str) -> str:
    """Graph's id of a sharing link: `u!` and the address in base64url."""
    return "u!" + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")


def new_link(
    tenant: Tenant,
    item: Item,
    *,
    scope: LinkScope,
    kind: Literal["view", "edit"],
    by: Actor,
    created: int,
    people: Iterable[Principal] = (),
    expires: int = 0,
) -> Permission:
    """A link permission with an address of its own, not yet hung on the item."""
    number = tenant.new_id("link")
    token = base64.urlsafe_b64encode(hashlib.blake2b(number.encode(), digest_size=24).digest()).decode()
    letter = "f" if item.is_folder else _TYPE_LETTER.get(item.name.rpartition(".")[2].lower(), "u")
    site = item.drive.site
    where = site.path.replace("sites/", "s/", 1).replace("teams/", "t/", 1)
    url = f"{site.url.removesuffix(site.path).rstrip('/')}/:{letter}:/{where}/E{token[:27]}"
    link = Link(scope, kind, url, people=list(people))
    role: Literal["read", "write"] = "write" if kind == "edit" else "read"
    return Permission(number, role, created, by, link=link, share_id=share_id(url), expires=expires)


def hang(item: Item, permission: Permission) -> Permission:
    """Give an item an entry of its own."""
    item.own = [*(item.own or ()), permission]
    return permission


def check_capability(tenant: Tenant, site: Site, needed: Capability) -> None:
    """Refuse what site or tenant do not allow. Shared-channel sites never allow Anyone links."""
    allowed = tenant.capability(site)
    if OPENNESS[allowed] < OPENNESS[needed] or (needed == "anyone" and site.channel_type == "shared"):
        raise Refused(403, "accessDenied", "Sharing has been disabled for this site.", inner="sharingDisabled")


def create_link(
    tenant: Tenant,
    item: Item,
    *,
    scope: LinkScope,
    kind: Literal["view", "edit"],
    by: Actor,
    expires: int = 0,
) -> tuple[Permission, bool]:
    """A sharing link: (permission, True) when it is new, (the existing one, False) when scope and type have one."""
    check_site(item.drive, writing=True)
    if scope == "anonymous":
        check_capability(tenant, item.drive.site, "anyone")
    if scope == "organization" and not item.drive.site.company_links:
        raise Refused(403, "accessDenied", "Links for the whole organisation are disabled.", inner="sharingDisabled")
    if expires and expires <= tenant.now():
        raise bad_request("The expiration date must lie in the future.")
    for permission in item.own or ():
        if permission.link is not None and (permission.link.scope, permission.link.type) == (scope, kind):
            return permission, False
    if scope == "anonymous" and not expires and tenant.sharing.anyone_link_days:
        expires = tenant.now() + tenant.sharing.anyone_link_days * 86400
    made = new_link(tenant, item, scope=scope, kind=kind, by=by, created=tenant.now(), expires=expires)
    hang(item, made)
    tenant.changed(item, sharing=True)
    return made, True


def invite(
    tenant: Tenant,
    item: Item,
    *,
    mails: Sequence[str],
    role: Literal["read", "write"],
    by: Actor,
    as_link: bool = False,
) -> list[Permission]:
    """Give named people access, directly or (`as_link`) by a link for specific people.

    An outside address without an account becomes a guest of the directory, where the site allows new guests.
    """
    check_site(item.drive, writing=True)
    people = [_recipient(tenant, item.drive.site, mail) for mail in mails]
    if as_link:
        kind: Literal["view", "edit"] = "edit" if role == "write" else "view"
        made = [new_link(tenant, item, scope="users", kind=kind, by=by, created=tenant.now(), people=people)]
    else:
        made = [Permission(grant_id(each.login), role, tenant.now(), by, grantee=each) for each in people]
    replaced = {each.id for each in made}
    item.own = [each for each in item.own or () if each.id not in replaced] + made
    tenant.changed(item, sharing=True)
    return made


def _recipient(tenant: Tenant, site: Site, mail: str) -> Principal:
    user = tenant.guest_by_mail(mail)
    domain = mail.rpartition("@")[2].lower()
    if not domain or domain == mail:
        raise bad_request(f"'{mail}' is no mail address.")
    if user is None and domain == tenant.domain:
        raise bad_request(f"'{mail}' is nobody in this organisation.")
    if user is None or user.guest:
        check_capability(tenant, site, "existing_guests" if user else "new_guests")
        allowed = tenant.sharing.allowed_domains
        if domain in tenant.sharing.blocked_domains or (allowed and domain not in allowed):
            raise Refused(403, "accessDenied", "Sharing with this domain is blocked.", inner="sharingDisabled")
    return tenant.principal(user or add_guest(tenant, mail))


def add_guest(tenant: Tenant, mail: str, name: str = "", *, created: int = 0) -> User:
    """A new B2B guest account for an outside mail address."""
    upn = f"{mail.replace('@', '_')}#EXT#@{tenant.domain}"
    shown = name or mail.partition("@")[0].replace(".", " ").title()
    return tenant.add_user(User(tenant.new_id("guest"), upn, shown, mail, guest=True, created=created or tenant.now()))


def unshare(tenant: Tenant, item: Item, permission_id: str) -> None:
    """Remove an entry of the item's own. Refused 403 `notAllowed` for inherited ones, 404 for unknown ones."""
    check_site(item.drive, writing=True)
    doomed = own_entry(item, permission_id)
    item.own = [each for each in item.own or () if each is not doomed]
    _remember(item.drive.site, doomed)
    tenant.changed(item, sharing=True)


def _remember(site: Site, entry: Permission) -> None:
    """A site goes on listing the people who once had access."""
    gone = [entry.grantee] if entry.grantee is not None else entry.link.people if entry.link is not None else []
    site.remembered.extend(each for each in gone if each.kind != "site_group" and each not in site.remembered)


def break_inheritance(tenant: Tenant, item: Item, *, by: Actor, copy: bool) -> None:
    """Give an item permissions of its own: those it inherits now (`copy`), or none.

    Refused with 429 for a folder with more than 100,000 items, which no waiting cures.
    Source: https://learn.microsoft.com/sharepoint/dev/sp-add-ins/set-custom-permissions-on-a-list-by-using-the-rest-interface
    """
    check_site(item.drive, writing=True)
    if not item.inherits:
        return
    if sum(1 for _ in descendants(item)) > tenant.limits.inheritance_items:
        raise Refused(429, "tooManyRequests", "You cannot break inheritance for so many items.")
    if copy:
        taken = [each for each, inherited in entries(item) if inherited and each.grantee is not None]
        given = {each.id for each in item.own or ()}
        copies = [Permission(each.id, each.role, tenant.now(), by, grantee=each.grantee) for each in taken]
        item.own = [*(item.own or ()), *(each for each in copies if each.id not in given)]
    item.inherits = False
    tenant.changed(item, sharing=True)


def reset_inheritance(tenant: Tenant, item: Item) -> None:
    """Let an item inherit again; what it had of its own goes, links too."""
    check_site(item.drive, writing=True)
    for each in item.own or ():
        _remember(item.drive.site, each)
    item.own, item.inherits = None, True
    tenant.changed(item, sharing=True)


def set_expiry(tenant: Tenant, item: Item, permission_id: str, expires: int) -> Permission:
    """An expiry (0: none) for an Anyone link; other kinds of entry refuse with 400."""
    check_site(item.drive, writing=True)
    permission = own_entry(item, permission_id)
    if permission.link is None or permission.link.scope != "anonymous":
        raise bad_request("Only links for anyone can be given an expiration date.")
    if expires and expires <= tenant.now():
        raise bad_request("The expiration date must lie in the future.")
    permission.expires = expires
    tenant.changed(item, sharing=True)
    return permission


def set_role(tenant: Tenant, item: Item, permission_id: str, role: Literal["read", "write"]) -> Permission:
    """Another role for a direct grant; links refuse with 400."""
    check_site(item.drive, writing=True)
    permission = own_entry(item, permission_id)
    if permission.grantee is None:
        raise bad_request("Only direct grants can be given another role.")
    permission.role = role
    tenant.changed(item, sharing=True)
    return permission


def revoke_grants(tenant: Tenant, item: Item, permission_id: str, grantees: Iterable[str]) -> Permission:
    """Take people (mail addresses or user ids) off a link for specific people."""
    check_site(item.drive, writing=True)
    permission = own_entry(item, permission_id)
    if permission.link is None or permission.link.scope != "users":
        raise bad_request("Only links for specific people have grantees.")
    wanted = {each.lower() for each in grantees}
    _remember(item.drive.site, permission)
    permission.link.people = [
        each for each in permission.link.people if not {each.id.lower(), each.email.lower()} & wanted
    ]
    tenant.changed(item, sharing=True)
    return permission


def add_to_link(tenant: Tenant, item: Item, permission_id: str, *, mail: str) -> Permission:
    """One more person on a link for specific people. As it is reported of the real service, delta never shows it.

    Source: https://github.com/microsoftgraph/microsoft-graph-docs/issues/7254
    """
    check_site(item.drive, writing=True)
    permission = own_entry(item, permission_id)
    if permission.link is None or permission.link.scope != "users":
        raise bad_request("Only links for specific people can be given to more people.")
    permission.link.people.append(_recipient(tenant, item.drive.site, mail))
    return permission


def grant(tenant: Tenant, item: Item, principal: Principal, role: Literal["read", "write"], *, by: Actor) -> Permission:
    """A direct grant to any principal (a person, a group, everyone), as the site's owner makes it in SharePoint."""
    check_site(item.drive, writing=True)
    made = hang(item, Permission(grant_id(principal.login), role, tenant.now(), by, grantee=principal))
    tenant.changed(item, sharing=True)
    return made


def set_site_capability(tenant: Tenant, site: Site, capability: Capability) -> None:
    """What the site itself allows. Links and guests stay and wake again when it is loosened.

    Refused with 400 for more than the tenant allows.
    """
    if OPENNESS[capability] > OPENNESS[tenant.sharing.capability]:
        raise bad_request("A site cannot be shared more widely than the organisation allows.")
    site.capability = capability
    site.modified = tenant.now()


def is_dead(tenant: Tenant, item: Item, permission: Permission) -> bool:
    """Whether an Anyone link opens nothing: expired, or asleep because the site no longer allows such links."""
    if permission.link is None or permission.link.scope != "anonymous":
        return False
    asleep = OPENNESS[tenant.capability(item.drive.site)] < OPENNESS["anyone"]
    return asleep or (0 < permission.expires <= tenant.now())
