"""Permissions of an item, as Graph tells them, in a shape that can be judged.

Traps that are dealt with here: an expiry of `0001-01-01` means none, one of `9999-12-31` something that nobody
documents; `inheritedFrom` may be an empty object, so its
mere presence counts; roles and scopes may be words that nobody documented; people on a link may be external although
the scope says "users".
Source: https://learn.microsoft.com/graph/api/resources/permission
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from custos.m365.entries import UNREAD, Pages, entry_from, is_quotable_id
from custos.m365.errors import Malformed
from custos.m365.principals import Grantee, classify
from custos.m365.timestamps import expiry

NAMELESS = "#"
"""Begins the id of a permission whose own id cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """One permission of one item. Texts that were not told are "".

    `kind` is link, grant or invitation. `scope` (of a link) is anonymous, organization, users, existingAccess or
    another word. `inherited` is True where Microsoft marked it so and False where it did not: a hint, for an inherited
    permission cannot be removed at the child, and the attempt tells. `has_expiry` is whether it ends by itself, None
    where that cannot be read; `expires` is None unless it is True.

    `is_known` is False where what is told of it cannot be read: then nothing but its id means anything, and that begins
    with `NAMELESS` where even the id cannot be read.
    """

    permission_id: str
    kind: str
    scope: str
    link_type: str
    roles: tuple[str, ...]
    expires: datetime | None
    has_password: bool | None
    inherited: bool
    grantees: tuple[Grantee, ...]
    web_url: str
    share_id: str
    has_expiry: bool | None = False
    is_known: bool = True

    @classmethod
    def unknown(cls, permission_id: str) -> Permission:
        """One of which nothing else can be read."""
        return cls(
            permission_id=permission_id, kind="", scope="", link_type="", roles=(), expires=None, has_password=None,
            inherited=False, grantees=(), web_url="", share_id="", has_expiry=None, is_known=False,
        )  # fmt: skip

    @property
    def external(self) -> bool | None:
        """Whether anybody outside the organisation can come in through it; None where nobody can tell."""
        if self.scope == "anonymous":
            return True
        if self.scope in ("organization", "existingAccess"):
            return False
        told = [grantee.external for grantee in self.grantees]
        if True in told:
            return True
        return None if None in told or not told else False


class _Identity(msgspec.Struct, gc=False):
    id: str | None = None
    name: str | None = msgspec.field(name="displayName", default=None)
    email: str | None = None
    login: str | None = msgspec.field(name="loginName", default=None)


class _IdentitySet(msgspec.Struct, gc=False):
    user: _Identity | None = None
    group: _Identity | None = None
    site_user: _Identity | None = msgspec.field(name="siteUser", default=None)
    site_group: _Identity | None = msgspec.field(name="siteGroup", default=None)
    sharepoint_group: _Identity | None = msgspec.field(name="sharePointGroup", default=None)
    application: _Identity | None = None

    def grantee(self) -> Grantee:
        """One entry: the login name decides where there is one, else the kind of identity."""
        site, user = self.site_user or _Identity(), self.user or _Identity()
        login = site.login or user.login or (self.group and self.group.login) or ""
        principal, external, group_id = classify(login)
        named = (
            self.user or self.group or self.site_user or self.site_group or self.sharepoint_group or self.application
        )
        who = named or _Identity()
        if principal in ("", "user"):
            principal, group_id = self._kind(), (self.group.id or "") if self.group is not None else ""
        if principal == "app":
            external = False
        return Grantee(
            principal=principal,
            name=who.name or site.name or "",
            login=login or ((self.site_group and self.site_group.login) or ""),
            email=user.email or site.email or who.email or "",
            user_id=user.id or "",
            group_id=group_id,
            external=external,
        )

    def _kind(self) -> str:
        if self.user is not None:
            return "user"
        if self.group is not None:
            return "group"
        if self.site_group is not None or self.sharepoint_group is not None:
            return "site_group"
        return "app" if self.application is not None else "user"


class _Link(msgspec.Struct, gc=False):
    scope: str | None = None
    type: str | None = None
    web_url: str | None = msgspec.field(name="webUrl", default=None)


class _Invitation(msgspec.Struct, gc=False):
    email: str | None = None


class _Inherited(msgspec.Struct, gc=False):
    """Present or not: that is all it says."""


class _Permission(msgspec.Struct, gc=False):
    id: str
    roles: list[str] | None = None
    link: _Link | None = None
    granted: _IdentitySet | None = msgspec.field(name="grantedToV2", default=None)
    people: list[_IdentitySet] | None = msgspec.field(name="grantedToIdentitiesV2", default=None)
    invitation: _Invitation | None = None
    inherited: _Inherited | msgspec.UnsetType | None = msgspec.field(name="inheritedFrom", default=msgspec.UNSET)
    expires: str | None = msgspec.field(name="expirationDateTime", default=None)
    has_password: bool | None = msgspec.field(name="hasPassword", default=None)
    share_id: str | None = msgspec.field(name="shareId", default=None)
    unread: tuple[str, ...] = msgspec.field(name=UNREAD, default=())

    def record(self) -> Permission:
        if set(self.unread) - _HARMLESS:
            return Permission.unknown(self.id)
        has_expiry, expires = (None, None) if "expirationDateTime" in self.unread else expiry(self.expires)
        link = self.link or _Link()
        grantees = [one.grantee() for one in self.people or ()]
        if self.granted is not None:
            grantees.append(self.granted.grantee())
        if self.invitation is not None and self.invitation.email and not grantees:
            grantees.append(Grantee(principal="user", email=self.invitation.email))
        kind = "link" if self.link is not None else "invitation" if self.invitation is not None else "grant"
        return Permission(
            permission_id=self.id,
            kind=kind,
            scope=link.scope or "",
            link_type=link.type or "",
            roles=tuple(self.roles or ()),
            has_expiry=has_expiry,
            expires=expires,
            has_password=self.has_password,
            inherited=self.inherited is not msgspec.UNSET and self.inherited is not None,
            grantees=tuple(grantees),
            web_url=link.web_url or "",
            share_id=self.share_id or "",
        )


_HARMLESS = frozenset({"expirationDateTime", "hasPassword", "shareId"})
"""What may be unknown of a permission without making all of it so."""

_pages = Pages(_Permission, fits=is_quotable_id)


def permission_from(raw: bytes) -> Permission:
    """One permission out of its bytes. Raises Malformed when its id cannot be read."""
    found = entry_from(_Permission, raw, fits=is_quotable_id)
    if found is None:
        raise Malformed("permission: the answer has no id.")
    return found.record()


def permissions_from(raw: bytes) -> tuple[list[Permission], str]:
    """One page of permissions, and the link to the next one ("" when it is the last). Raises Malformed for what is no
    page. An entry that is odd is among them as one that is not known.
    """
    page = _pages.read(raw, "permissions")
    nameless = [Permission.unknown(f"{NAMELESS}{number}") for number in range(1, page.unidentified + 1)]
    return [*(one.record() for one in page.value), *nameless], page.next_link or ""
