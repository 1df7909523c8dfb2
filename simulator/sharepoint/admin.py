"""SharePoint administration: `/sharepoint-admin/_api/…`, and CSOM at `/sharepoint-admin/_vti_bin/client.svc/ProcessQuery`.

Every call needs SharePoint's own Sites.FullControl.All. A site can never be looser than the tenant. Tightening puts
links to sleep, loosening wakes them. Changes through `Update` take effect a little later, and the operation must be
polled.

Sources: https://learn.microsoft.com/powershell/module/microsoft.online.sharepoint.powershell/set-sposite,
https://learn.microsoft.com/openspecs/sharepoint_protocols/ms-spo (Tenant, SiteProperties, SpoOperation)
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote

from aiohttp import web

from simulator.entra.identity import SHAREPOINT_ADMIN, Caller
from simulator.front.hosts import called
from simulator.refusal import not_found
from simulator.sharepoint import administration, batch, call
from simulator.sharepoint.changes import OPERATION, Changes
from simulator.sharepoint.context import context_information
from simulator.sharepoint.csom import process
from simulator.sharepoint.csom.interpret import Start
from simulator.sharepoint.node import FULL_CONTROL, Node, Resource
from simulator.sharepoint.principal_ids import Numbers
from simulator.sharepoint.scope import RequestScope
from simulator.tenant.state import Tenant

PREFIX = "/sharepoint-admin"
_TENANT = "268004ae-ef6b-4e9b-8425-127220d84719"


def routes(tenant: Tenant) -> Iterable[web.RouteDef]:
    """Everything under the administration host's `_api`, and its CSOM."""
    desk = _Administration(tenant)
    return [
        web.post(f"{PREFIX}/_vti_bin/client.svc/ProcessQuery", desk.process),
        web.post(f"{PREFIX}/_api/{batch.NAME}", desk.batch),
        web.route("*", PREFIX + "/_api/{path:.+}", desk.answer),
    ]


class _Administration:
    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._changes = Changes(tenant)
        self._numbers = Numbers(tenant)

    async def answer(self, request: web.Request) -> web.Response:
        return await call.answered(request, self._service(request))

    async def batch(self, request: web.Request) -> web.Response:
        return await batch.answered(request, self._service(request))

    async def process(self, request: web.Request) -> web.Response:
        return await process.answered(request, SHAREPOINT_ADMIN, self._scope, self._start)

    def _service(self, request: web.Request) -> call.Service:
        return call.Service(SHAREPOINT_ADMIN, called(request, PREFIX), self._scope, self._root)

    def _scope(self, caller: Caller) -> RequestScope:
        return RequestScope(self._tenant, caller, self._numbers, {})

    def _root(self, scope: RequestScope, base: str) -> Resource:
        scope.need(FULL_CONTROL)

        def whole_tenant() -> Node:
            return administration.tenant(scope, self._changes)

        return Resource(
            type="_api",
            path="",
            fields={},
            links={
                "SPO.Tenant": whole_tenant,
                f"{administration.NAMESPACE}.Tenant": whole_tenant,
                OPERATION: self._changes.operations,
            },
            operations={"contextinfo": context_information(scope, base)},
        )

    def _start(self, scope: RequestScope) -> Start:
        scope.need(FULL_CONTROL)
        return Start(
            types={_TENANT: lambda: administration.tenant(scope, self._changes)},
            identified=lambda name: self._identified(scope, name),
        )

    def _identified(self, scope: RequestScope, name: list[str]) -> Resource:
        """What an identity stands for: its parts behind the tenant's own. Raises Refused 404."""
        match name:
            case ["Tenant"]:
                return administration.tenant(scope, self._changes)
            case ["SiteProperties", url]:
                found = administration.site_at(scope, unquote(url))
                return administration.site(scope, self._changes, found, detail=True)
            case ["SpoOperation", _, operation_id, *_]:
                return self._changes.operation(operation_id)
            case _:
                raise not_found("The object")
