"""`Sites.Selected`: the app may do on a site what was granted to it there, and nothing anywhere else; it lists and searches nothing.

A role for all sites that is held beside it counts as well. In a person's name, full control takes the directory role too.
Sources: https://learn.microsoft.com/graph/permissions-selected-overview, https://learn.microsoft.com/graph/api/site-post-permissions
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from simulator.entra.identity import Caller
from simulator.tenant.model import Site
from simulator.tenant.state import Tenant

SHAREPOINT_ADMINISTRATOR = "SharePoint Administrator"
_SELECTED, _FULL = "Sites.Selected", "Sites.FullControl.All"
_READ = frozenset({"Sites.Read.All"})
_WRITE = _READ | {"Sites.ReadWrite.All"}
_GIVES: Mapping[str, frozenset[str]] = {
    "read": _READ,
    "write": _WRITE,
    "owner": _WRITE | {"Sites.Manage.All"},
    "fullcontrol": _WRITE | {"Sites.Manage.All", _FULL},
}


def on_site(caller: Caller, site: Site) -> Caller:
    """The caller with the roles that it has on this site."""
    if _SELECTED not in caller.roles:
        return caller
    given = (role for grant in site.app_grants if grant.app_id == caller.client_id for role in grant.roles)
    return replace(caller, roles=caller.roles.union(*(_GIVES[role] for role in given)))


def in_person(tenant: Tenant, caller: Caller) -> Caller:
    """The caller with what the person may do by a directory role, where the app may do it in their name."""
    is_administrator = SHAREPOINT_ADMINISTRATOR in tenant.directory_roles.get(caller.user_id, ())
    return (
        replace(caller, roles=caller.roles | _GIVES["fullcontrol"])
        if is_administrator and _FULL in caller.scopes
        else caller
    )
