"""What is so in the tenant, as no API tells it: the right answers to three questions that administrators ask.

| question | the truth |
|---|---|
| `unlabelled` | files without a retention label |
| `open` | files that anyone can open now: a link on the file or on a folder above has not ended, and the site lets it work |
| `untouched` | libraries with files in which no person has worked for two years |

Asked is about the libraries that people share. `left_out` are the paths of the others: personal sites, Loop containers, locked sites,
system libraries, Site Assets and the Preservation Hold Library. Files and libraries are told by their path from the server's root.
A file that an application or the migration account changed last counts with its own date (`fileSystemInfo`), which both leave alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from aiohttp import web

from simulator.control.loopback import loopback_only
from simulator.tenant.model import Drive, Item
from simulator.tenant.sharing import entries
from simulator.tenant.state import Tenant

_TWO_YEARS = timedelta(days=731)
_ASSETS = "SiteAssets"  # SharePoint's own, also where it is listed


def routes(tenant: Tenant) -> Iterable[web.RouteDef]:
    """The one address."""

    async def truth(request: web.Request) -> web.Response:
        loopback_only(request)
        return web.json_response(_truth(tenant))

    return [web.get("/sim/truth", truth)]


def _truth(tenant: Tenant) -> dict[str, object]:
    unlabelled, opened, untouched, files = list[str](), list[str](), list[str](), 0
    shared = list(_libraries(tenant))
    since = int((tenant.clock.now() - _TWO_YEARS).timestamp())
    for drive in shared:
        held = [item for item in drive.order if item is not None and not item.is_folder]
        files += len(held)
        unlabelled += [_path(item) for item in held if item.stamp is None]
        if tenant.capability(drive.site) == "anyone":
            opened += [_path(item) for item in held if _open(tenant, item)]
        if held and max(_last_work(tenant, item) for item in held) < since:
            untouched.append(_place(drive))
    return {
        "sites": len({drive.site.id for drive in shared}),
        "libraries": len(shared),
        "files": files,
        "unlabelled": sorted(unlabelled),
        "open": sorted(opened),
        "untouched": sorted(untouched),
        "left_out": sorted(_place(drive) for drive in tenant.drives.values() if drive not in shared),
    }


def _libraries(tenant: Tenant) -> Iterator[Drive]:
    for site in tenant.sites.values():
        if not site.personal and site.lock != "NoAccess" and not site.path.startswith("contentstorage/"):
            yield from (drive for drive in site.drives if not (drive.system or drive.hold or drive.path == _ASSETS))


def _open(tenant: Tenant, item: Item) -> bool:
    now = tenant.now()
    links = (each for each, _ in entries(item) if each.link is not None and each.link.scope == "anonymous")
    return any(not each.expires or each.expires > now for each in links)


def _last_work(tenant: Tenant, item: Item) -> int:
    by = item.modified_by
    person = tenant.users.get(by.id)
    if by.application or (person is not None and person.upn in tenant.service_accounts):
        return min(item.client_modified, item.modified)
    return item.modified


def _path(item: Item) -> str:
    return f"{_place(item.drive)}/{item.path}"


def _place(drive: Drive) -> str:
    return f"/{drive.site.path}/{drive.path}".replace("//", "/")
