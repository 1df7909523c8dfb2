"""Ways to reach SharePoint: by HTTP, by CSOM, and by office365-rest-python-client."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import msgspec
from office365.sharepoint.client_context import ClientContext

from simulator.entra.identity import AUTHORITY, SHAREPOINT, SHAREPOINT_ADMIN
from simulator.entra.registrations import ACTOR_CLIENT_ID
from simulator.tenant import sharing
from simulator.tenant.model import Item, Permission, Site
from tests.simulator.served_tenant import SAM, ServedTenant

SITE = "https://wrenbridge.sharepoint.example/sites/planning-casework"
LIBRARY = f"{SITE}/Shared Documents"
STORE = "SP_CompliancePolicy_SPPolicyStoreProxy_"
FORMS = {
    "verbose": "odata=verbose",
    "minimal": "odata=minimalmetadata",
    "none": "odata=nometadata",
    "v4": "odata.metadata=none",
}


@dataclass(frozen=True)
class Reply:
    """What came back; `body` is JSON where it was JSON, else text."""

    status: int
    body: Any
    headers: dict[str, str]

    @property
    def error(self) -> tuple[str, str]:
        """Code and message of a refusal in version 3."""
        told = self.body["odata.error"]
        return told["code"], told["message"]["value"]


async def rest(
    served: ServedTenant,
    method: str,
    path: str,
    body: Any = None,
    *,
    form: str = "none",
    roles: list[str] | None = None,
) -> Reply:
    """Call `_api` of the site as the actor, or as an app with other roles; `path` may be an address that was given."""
    url = path if path.startswith("http") else f"{served.base}/sharepoint/sites/planning-casework/_api/{path}"
    claims: dict[str, Any] = {} if roles is None else {"roles": roles}
    token = served.app[AUTHORITY].issue(ACTOR_CLIENT_ID, SHAREPOINT, **claims)
    return await _ask(
        served, method, url, body, {"Authorization": f"Bearer {token}", "Accept": f"application/json;{FORMS[form]}"}
    )


async def admin(served: ServedTenant, method: str, path: str, body: Any = None) -> Reply:
    """Call administration's `_api`."""
    url = f"{served.base}/sharepoint-admin/_api/{path}"
    token = served.token(ACTOR_CLIENT_ID, SHAREPOINT_ADMIN)
    accept = {"Authorization": f"Bearer {token}", "Accept": "application/json;odata=nometadata"}
    return await _ask(served, method, url, body, accept)


async def _ask(served: ServedTenant, method: str, url: str, body: Any, headers: dict[str, str]) -> Reply:
    async with served.http.request(method, url, json=body, headers=headers) as answer:
        raw = await answer.read()
        told = msgspec.json.decode(raw) if answer.content_type == "application/json" and raw else raw.decode()
        return Reply(answer.status, told, dict(answer.headers))


async def csom(
    served: ServedTenant, actions: str, paths: str, *, admin: bool = True, raw: bytes | None = None
) -> Reply:
    """Send a CSOM request to administration, or to the site."""
    head = '<Request xmlns="http://schemas.microsoft.com/sharepoint/clientquery/2009" SchemaVersion="15.0.0.0">'
    whole = raw or f"{head}<Actions>{actions}</Actions><ObjectPaths>{paths}</ObjectPaths></Request>".encode()
    audience = SHAREPOINT_ADMIN if admin else SHAREPOINT
    host = "/sharepoint-admin" if admin else "/sharepoint/sites/planning-casework"
    token = served.token(ACTOR_CLIENT_ID, audience)
    url = f"{served.base}{host}/_vti_bin/client.svc/ProcessQuery"
    async with served.http.post(url, data=BytesIO(whole), headers={"Authorization": f"Bearer {token}"}) as answer:
        return Reply(answer.status, msgspec.json.decode(await answer.read()), dict(answer.headers))


async def with_library[T](served: ServedTenant, work: Callable[[ClientContext], T]) -> T:
    """Run `work` in a thread with the library's context of the site."""
    token = served.token(ACTOR_CLIENT_ID, SHAREPOINT)

    def run() -> T:
        context = ClientContext(f"{served.base}/sharepoint/sites/planning-casework")
        return work(
            context.with_access_token(lambda: {"token_type": "Bearer", "access_token": token, "expires_in": 3600})
        )

    return await asyncio.to_thread(run)


def site(served: ServedTenant) -> Site:
    """The site with the library."""
    return served.tenant.site("sites/planning-casework")


def item(served: ServedTenant, path: str = "notes.docx") -> Item:
    """A file or folder of the library."""
    return served.tenant.item_at(f"{LIBRARY}/{path}")


def row(served: ServedTenant, path: str = "notes.docx") -> str:
    """The address of an item's row below `_api`."""
    return f"web/lists(guid'{served.drive.list_id}')/items({item(served, path).list_item_id})"


def anyone_link(served: ServedTenant, path: str = "notes.docx") -> Permission:
    """Share a file or folder with anyone, for viewing."""
    by = served.tenant.actor(served.person(SAM))
    return sharing.create_link(served.tenant, item(served, path), scope="anonymous", kind="view", by=by)[0]
