"""Who stands behind an entry of a permission: people, groups, everyone; and whether they are external.

A login name tells a guest (`#ext#`) and the claims for everyone, but never proves that somebody is internal: a guest
account can be a member, and a group can hold guests. What a name does not tell is None, unknown.
Sources: https://learn.microsoft.com/graph/api/resources/sharepointidentityset and
https://learn.microsoft.com/entra/external-id/user-properties
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote


@dataclass(frozen=True, slots=True, kw_only=True)
class Grantee:
    """One entry of a permission. Ids and texts that were not told are "".

    `principal` is user, group, site_group, everyone, everyone_internal or app. `user_id` is the Entra object id of a
    user, `group_id` of a group.
    """

    principal: str
    name: str = ""
    login: str = ""
    email: str = ""
    user_id: str = ""
    group_id: str = ""
    external: bool | None = None

    @property
    def domain(self) -> str:
        """The domain of the person's own address, lower case; for a guest, that of the home organisation where told."""
        address = self.email or guest_home_address(self.login)
        return address.rpartition("@")[2].lower()


def claim(login: str) -> str:
    """What comes after the last `|` of a SharePoint login name: the account, group or claim itself."""
    return unquote(login).rpartition("|")[2]


def classify(login: str) -> tuple[str, bool | None, str]:
    """(principal, external, group id) of a SharePoint login name; ("", None, "") when it says nothing.

    External is True for guests and for the claim Everyone, which holds guests; False for Everyone except external
    users; None for all others.
    """
    plain = unquote(login).lower()
    account = claim(plain)
    if plain.startswith("c:0(.s|true"):
        return "everyone", True, ""
    if "spo-grid-all-users" in plain:
        return "everyone_internal", False, ""
    if "federateddirectoryclaimprovider" in plain or plain.startswith("c:0t.c|tenant|"):
        return "group", None, account.removesuffix("_o")
    if "urn:spo:guest" in plain or "#ext#" in account:
        return "user", True, ""
    if "|membership|" in plain:
        return "user", None, ""
    return "", None, ""


def guest_home_address(login: str) -> str:
    """`bea@fabrikam.com` out of `…|bea_fabrikam.com#ext#@contoso.onmicrosoft.com`; the account itself for all
    others.
    """
    account = claim(login)
    if "urn:spo:guest#" in account.lower():
        return account.partition("#")[2]
    name, marker, _ = account.partition("#ext#")
    if not marker:
        name, marker, _ = account.partition("#EXT#")
    if not marker:
        return account if "@" in account else ""
    user, _, domain = name.rpartition("_")
    return f"{user}@{domain}" if user else ""
