"""SharePoint of the sites: `/sharepoint/sites/x/_api/…`, and CSOM at `/sharepoint/sites/x/_vti_bin/client.svc/ProcessQuery`.

Sources: https://learn.microsoft.com/sharepoint/dev/sp-add-ins/get-to-know-the-sharepoint-rest-service,
https://learn.microsoft.com/openspecs/sharepoint_protocols/ms-csom
"""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web

from simulator.entra.identity import SHAREPOINT, SHAREPOINT_MY, Caller
from simulator.entra.selected import on_site
from simulator.front.hosts import called
from simulator.refusal import Refused
from simulator.sharepoint import batch, call, compliance_tags, sharing, webs
from simulator.sharepoint.context import context_information
from simulator.sharepoint.csom import process
from simulator.sharepoint.csom.interpret import Start
from simulator.sharepoint.node import WRITE, Operation, Resource, number, text
from simulator.sharepoint.principal_ids import Numbers
from simulator.sharepoint.scope import RequestScope
from simulator.tenant.model import Site
from simulator.tenant.state import Tenant

PREFIX = "/sharepoint"
_REQUEST_CONTEXT = "3747adcd-a3c3-41b9-bfab-4a64dd2f1e0a"


def routes(tenant: Tenant) -> Iterable[web.RouteDef]:
    """Every `_api` and CSOM address of every site, the root site's too."""
    sites = _Sites(tenant)
    return [
        web.post(f"{PREFIX}/_vti_bin/client.svc/ProcessQuery", sites.process),
        web.post(PREFIX + "/{site:.+?}/_vti_bin/client.svc/ProcessQuery", sites.process),
        web.post(f"{PREFIX}/_api/{batch.NAME}", sites.batch),
        web.post(PREFIX + "/{site:.+?}/_api/" + batch.NAME, sites.batch),
        web.route("*", PREFIX + "/_api/{path:.+}", sites.answer),
        web.route("*", PREFIX + "/{site:.+?}/_api/{path:.+}", sites.answer),
    ]


class _Sites:
    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._numbers = Numbers(tenant)
        self._asset_ids: dict[str, str] = {}

    async def answer(self, request: web.Request) -> web.Response:
        site = self._site(request)
        if site is None:
            return web.Response(status=404, text="404 FILE NOT FOUND")
        return await call.answered(request, self._service(request, site))

    async def batch(self, request: web.Request) -> web.Response:
        site = self._site(request)
        if site is None:
            return web.Response(status=404, text="404 FILE NOT FOUND")
        return await batch.answered(request, self._service(request, site))

    async def process(self, request: web.Request) -> web.Response:
        site = self._site(request)
        if site is None:
            return web.Response(status=404, text="404 FILE NOT FOUND")

        def start(scope: RequestScope) -> Start:
            _check_open(site)
            context = Resource(
                type="SP.RequestContext",
                path="RequestContext.Current",
                fields={},
                links={
                    "Site": lambda: webs.site_collection(scope, site),
                    "Web": lambda: webs.web(scope, site),
                },
            )
            return Start(statics={(_REQUEST_CONTEXT, "current"): context})

        return await process.answered(
            request, _audience(site), lambda caller: self._scope(on_site(caller, site)), start
        )

    def _service(self, request: web.Request, site: Site) -> call.Service:
        def root(scope: RequestScope, base: str) -> Resource:
            _check_open(site)
            return _root(scope, site, base)

        return call.Service(_audience(site), _base(request), lambda caller: self._scope(on_site(caller, site)), root)

    def _site(self, request: web.Request) -> Site | None:
        site = self._tenant.sites_by_path.get(request.match_info.get("site", "").strip("/").lower())
        if site is not None:
            self._tenant.reopen(site)
        return site

    def _scope(self, caller: Caller) -> RequestScope:
        return RequestScope(self._tenant, caller, self._numbers, self._asset_ids)


def _check_open(site: Site) -> None:
    if site.lock == "NoAccess" or site.archived:
        why = "Access to this Web site has been blocked." if not site.archived else "The site is archived."
        raise Refused(423, "notAllowed", why, inner="resourceLocked")


def _audience(site: Site) -> str:
    return SHAREPOINT_MY if site.personal else SHAREPOINT


def _base(request: web.Request) -> str:
    return called(request, f"{PREFIX}/{request.match_info.get('site', '')}".rstrip("/")).rstrip("/")


def _root(scope: RequestScope, site: Site, base: str) -> Resource:
    """What `_api` of a site leads to."""

    def object_sharing() -> Operation:
        parameters = ("listID", "itemID")
        return Operation(
            lambda given: sharing.object_sharing(
                scope, scope.tenant.item_in_list(text(given, "listid"), number(given, "itemid"))
            ),
            parameters,
        )

    operations = {
        "contextinfo": context_information(scope, base),
        "sp.web.deleteallanonymouslinksforobject": Operation(
            lambda given: webs.delete_anonymous_links(scope, site, given), ("url",), WRITE
        ),
        "sp.objectsharinginformation.getlistitemsharinginformation": object_sharing(),
        **compliance_tags.store_operations(scope, site),
    }
    # Both ways to write a static operation: SP.X.Y and SP_X_Y.
    operations |= {name.replace(".", "_"): operation for name, operation in operations.items()}
    return Resource(
        type="_api",
        path="",
        fields={},
        links={"Site": lambda: webs.site_collection(scope, site), "Web": lambda: webs.web(scope, site)},
        operations=operations,
    )
