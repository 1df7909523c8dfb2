"""One address for each thing: the many ways by which Graph lets a client reach a site, a library or an item.

A site may be named by id, by host name and path, or by `getByPath`; a library through its site, its list, its group or
its owner; an item by id, by its path below a folder, or through its row in the list. Each is brought to
`sites/{id}/…` or `drives/{id}/…`.

Source: https://learn.microsoft.com/graph/api/resources/driveitem and /api/site-getbypath
"""

from __future__ import annotations

import re
from collections.abc import Callable

from simulator.refusal import Refused, bad_request, not_found
from simulator.tenant.model import Drive, Site
from simulator.tenant.state import Tenant, child_named

_KEY = re.compile(r"(?<=[A-Za-z])\('([^']*)'\)")
_SITE_BY_PATH = re.compile(r"^sites/([^/:]+):/?([^:]*?)(?::(?:/(.*))?)?$", re.IGNORECASE)
_GET_BY_PATH = re.compile(r"^sites/([^/]+)/(?:microsoft\.graph\.)?getByPath\(path='([^']*)'\)(.*)$", re.IGNORECASE)
_ITEM_BY_PATH = re.compile(r"^drives/([^/]+)/(?:(root)|items/([^/:]+)):/([^:]*?)(?::(?:/(.*))?)?$", re.IGNORECASE)

_MAKES = frozenset({"content", "createuploadsession"})
"""What may be asked of a path at which nothing stands yet: it is made there."""


def canonical(tenant: Tenant, path: str) -> str:
    """A decoded path without leading slash, in its one form. Raises Refused 404 for what is not there."""
    path = _KEY.sub(r"/\1", path)
    path = _site_by_path(tenant, path)
    for _ in range(8):
        parts = path.split("/")
        shorter = _rewritten(tenant, path, parts)
        if shorter is None:
            return path
        path = shorter
    raise bad_request("The address is not valid.")


def _site_by_path(tenant: Tenant, path: str) -> str:
    through = _GET_BY_PATH.match(path)
    if through is not None:
        return f"sites/{_below(tenant, through[1], through[2]).id}{through[3]}"
    named = _SITE_BY_PATH.match(path)
    if named is None:
        return path
    _check_host(tenant, named[1])
    site = _below(tenant, "root", named[2])
    return f"sites/{site.id}" + (f"/{named[3]}" if named[3] else "")


def _below(tenant: Tenant, start: str, path: str) -> Site:
    """The site at a server-relative path. A path into a library of it is no site's."""
    tenant.site(start)
    return tenant.site(path.strip("/") or "root")


def _check_host(tenant: Tenant, host: str) -> None:
    name = tenant.host.partition(".")[0]
    if host.partition(".")[0].lower() not in (name, f"{name}-my"):  # under Microsoft's domain or the tenant's own
        raise bad_request("Invalid hostname for this tenancy")


def _rewritten(tenant: Tenant, path: str, parts: list[str]) -> str | None:
    by_name = _ITEM_BY_PATH.match(path)
    if by_name is not None:
        start = tenant.item(by_name[1], by_name[3] or "root")
        if (by_name[5] or "").lower() in _MAKES:
            above, _, name = by_name[4].rstrip("/").rpartition("/")
            folder = tenant.item_below(start, above)
            if name and child_named(folder, name) is None:
                return _joined("drives", folder.drive.id, "items", folder.id, "children", name, by_name[5])
        found = tenant.item_below(start, by_name[4])
        return _joined("drives", found.drive.id, "items", found.id, by_name[5] or "")
    rewrite = _REWRITES.get(parts[0].lower())
    return rewrite(tenant, parts) if rewrite is not None and len(parts) > 1 else None


def _joined(*parts: str) -> str:
    return "/".join(filter(None, parts))


def _words(parts: list[str], *at: int) -> tuple[str, ...]:
    """The parts at some places in lower case and without a colon that follows; "" where there is none."""
    return tuple(parts[each].lower() if each < len(parts) else "" for each in at)


def _of_site(tenant: Tenant, parts: list[str]) -> str | None:
    word, below, last = _words(parts, 2, 4, 6)
    if parts[1].lower().partition(".")[2] in (tenant.host.partition(".")[2], "sharepoint.com") and "," not in parts[1]:
        return _joined("sites", tenant.site("root").id, *parts[2:])
    if word.rstrip(":") == "drive":
        return _joined("drives", _default(tenant.site(parts[1])).id + word[len("drive") :], *parts[3:])
    if word == "drives" and len(parts) > 3:
        drive = tenant.drive(parts[3].rstrip(":"))
        if drive.site is not tenant.site(parts[1]):
            raise not_found("The drive")
        return _joined("drives", *parts[3:])
    if word == "lists" and below == "drive":
        return _joined("drives", tenant.list_of(tenant.site(parts[1]), parts[3]).id, *parts[5:])
    if word == "lists" and below == "items" and last == "driveitem":
        drive = tenant.list_of(tenant.site(parts[1]), parts[3])
        number = int(parts[5]) if parts[5].isdecimal() else 0
        return _joined("drives", drive.id, "items", tenant.item_in_list(drive.list_id, number).id, *parts[7:])
    return None


def _of_drive(tenant: Tenant, parts: list[str]) -> str | None:
    word, below = _words(parts, 2, 4)
    if word == "root":
        return _joined("drives", parts[1], "items", "root", *parts[3:])
    if word == "list" and len(parts) > 3:
        drive = tenant.drive(parts[1])
        return _joined("sites", drive.site.id, "lists", drive.list_id, *parts[3:])
    if word == "items" and below == "listitem":
        item = tenant.item(parts[1], parts[3])
        where = ("sites", item.drive.site.id, "lists", item.drive.list_id, "items", str(item.list_item_id))
        return _joined(*where, *parts[5:])
    return None


def _of_group(tenant: Tenant, parts: list[str]) -> str | None:
    word, below = _words(parts, 2, 3)
    if word == "sites" and below == "root":
        return _joined("sites", _group_site(tenant, parts[1]).id, *parts[4:])
    if word == "drives":
        return _joined("sites", _group_site(tenant, parts[1]).id, *parts[2:])
    if word.rstrip(":") == "drive":
        return _joined("sites", _group_site(tenant, parts[1]).id, *parts[2:])
    return None


def _group_site(tenant: Tenant, group_id: str) -> Site:
    site_id = tenant.group(group_id).site_id
    if not site_id:
        raise Refused(404, "itemNotFound", "The group's site is not provisioned.")
    return tenant.site(site_id)


def _of_user(tenant: Tenant, parts: list[str]) -> str | None:
    word = _words(parts, 2)[0].rstrip(":")
    if word not in ("drive", "drives"):
        return None
    user = tenant.user(parts[1])
    site = next((each for each in tenant.sites.values() if each.personal and user.id in each.owners), None)
    if site is None:
        raise Refused(404, "ResourceNotFound", "User's mysite not found.")
    return _joined("sites", site.id, *parts[2:])


def _default(site: Site) -> Drive:
    """The site's default library: "Documents" where the site has one, else its first."""
    listed = [drive for drive in site.drives if not drive.system and not drive.hold]
    if not listed:
        raise not_found("The site's default library")
    return next((drive for drive in listed if drive.path == "Shared Documents"), listed[0])


_REWRITES: dict[str, Callable[[Tenant, list[str]], str | None]] = {
    "sites": _of_site,
    "drives": _of_drive,
    "groups": _of_group,
    "users": _of_user,
}
