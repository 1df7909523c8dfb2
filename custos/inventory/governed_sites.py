"""What kind of place a site is, and which places Custos governs. Pure functions over what Microsoft told.

Never governed: personal sites (OneDrive), containers of Loop and SharePoint Embedded, the Preservation Hold Library and
system libraries. Each exclusion has its reason in the tables, so that nobody need wonder why a library is missing.
Sources: https://learn.microsoft.com/graph/api/site-getallsites and https://learn.microsoft.com/graph/api/drive-list
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from custos.m365.directory import Group
from custos.m365.site_admin import SiteSharing
from custos.m365.sites import UNREADABLE, Drive, Site

_SYSTEM = frozenset(
    {
        "/style library",
        "/form templates",
        "/formservertemplates",
        "/siteassets",
        "/sitepages",
        "/_catalogs",
        "/appcatalog",
    }
)
_COMMUNICATION = "SITEPAGEPUBLISHING"


def excluded_site(site: Site) -> str | None:
    """Why a site is not governed; "" when it is, None where nobody can tell."""
    if site.error == UNREADABLE:
        return None
    if site.is_personal or "/personal/" in urlsplit(site.web_url).path.lower():
        return "personal"
    return "container" if site.is_container else ""


def excluded_drive(drive: Drive) -> str:
    """Why a library of a governed site is not governed; "" when it is."""
    if drive.is_hold_library:
        return "hold"
    path = unquote(urlsplit(drive.web_url).path).lower().rstrip("/")
    if drive.drive_type not in ("documentLibrary", "") or any(path.endswith(name) for name in _SYSTEM):
        return "system"
    return ""


def kind_of(
    site: Site, properties: SiteSharing | None, group_id: str | None, group: Group | None, *, is_channel: bool | None
) -> str | None:
    """team, communication, group, channel, personal or other; None while nobody told enough."""
    if site.error == UNREADABLE:
        return None
    if excluded_site(site) == "personal":
        return "personal"
    if is_channel or (properties is not None and properties.is_channel):
        return "channel"
    if group is not None and group.is_team is not None:
        return "team" if group.is_team else "group"
    if properties is None:
        return "other" if group_id == "" and is_channel is False else None
    if properties.group_id:
        return "team" if properties.is_teams_connected else "group"
    return "communication" if properties.template.upper().startswith(_COMMUNICATION) else "other"


def group_of(site: Site, properties: SiteSharing | None, by_site: Mapping[str, str], *, is_whole: bool) -> str | None:
    """The id of the site's own group, "" when it is known to have none, None when nobody told.

    `by_site` maps site ids to groups; not `is_whole`, there may be others. A channel's site has no group of its own.
    """
    if properties is not None:
        return "" if properties.is_channel else properties.group_id
    return by_site.get(site.site_id, "" if is_whole else None)
