"""Managed identities: App Service's endpoint, under its present and its former variables, and a virtual machine's.

| asked by | address | secret | `api-version` |
|---|---|---|---|
| IDENTITY_ENDPOINT | `/msi/token` | `X-IDENTITY-HEADER` | 2019-08-01 |
| MSI_ENDPOINT | `/msi/token` | `secret`, or `X-IDENTITY-HEADER` | 2017-09-01, or 2019-08-01 |
| a virtual machine | `http://169.254.169.254/metadata/identity/oauth2/token` | none, but `Metadata: true` | 2018-02-01 |

Without a name the system-assigned identity is meant; `client_id`, `principal_id` (and `object_id` on a virtual machine) name
another.
Sources: https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference,
https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
"""

from __future__ import annotations

import hmac
import secrets
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime

from aiohttp import web

from simulator.entra.identity import AUTHORITY, TOKEN_SECONDS, Authority
from simulator.entra.registrations import SYSTEM_ASSIGNED

_VERSION, _FORMER_VERSION, _MACHINE_VERSION = "2019-08-01", "2017-09-01", "2018-02-01"
IDENTITY_HEADER = secrets.token_hex(16)
"""The secret that the platform hands to the app as IDENTITY_HEADER; made anew for each process."""


def routes(tenant: object) -> Iterable[web.RouteDef]:  # noqa: ARG001 - every module of the simulator has this face
    """Both endpoints."""
    return [
        web.get("/msi/token", _app_service),
        web.get("/imds/metadata/identity/oauth2/token", _virtual_machine),
    ]


async def _app_service(request: web.Request) -> web.Response:
    """The secret proves that the caller runs on the platform."""
    query, version = request.query, request.query.get("api-version")
    if version not in (_VERSION, _FORMER_VERSION):
        return _platform_error(400, f"Unsupported api-version; use {_VERSION}.")
    header = "secret" if version == _FORMER_VERSION else "X-IDENTITY-HEADER"
    if not hmac.compare_digest(request.headers.get(header, "").encode(), IDENTITY_HEADER.encode()):
        return _platform_error(401, f"Invalid or missing {header}.")
    authority = request.app[AUTHORITY]
    client_id = _named(authority, query.get("client_id") or query.get("clientid"), query.get("principal_id"))
    if client_id is None:
        return _platform_error(
            400, "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId."
        )
    resource = query.get("resource", "").rstrip("/")
    if authority.resources.find(resource) is None:
        return _platform_error(400, f"The resource principal named {resource} was not found in the tenant.")
    ends = int(authority.now()) + authority.lifetime(TOKEN_SECONDS)
    return web.json_response(
        {
            "access_token": authority.issue(client_id, resource),
            "expires_on": _former_time(ends) if version == _FORMER_VERSION else str(ends),
            "resource": resource,
            "token_type": "Bearer",
            "client_id": client_id.upper(),
        }
    )


async def _virtual_machine(request: web.Request) -> web.Response:
    query, authority = request.query, request.app[AUTHORITY]
    if request.headers.get("Metadata", "").lower() != "true":
        return _machine_error("invalid_request", "Required metadata header not specified")
    if query.get("api-version", "") < _MACHINE_VERSION:
        return _machine_error("invalid_request", "Required audience parameter or API version not specified")
    client_id = _named(authority, query.get("client_id"), query.get("principal_id") or query.get("object_id"))
    if client_id is None:
        return _machine_error("invalid_request", "Identity not found")
    resource = query.get("resource", "")
    if authority.resources.find(resource) is None:
        words = f"AADSTS500011: The resource principal named {resource} was not found in the tenant."
        return _machine_error("invalid_resource", words)
    now, life = int(authority.now()), authority.lifetime(TOKEN_SECONDS)
    return web.json_response(
        {
            "access_token": authority.issue(client_id, resource),
            "client_id": client_id,
            "expires_in": str(life),
            "expires_on": str(now + life),
            "ext_expires_in": str(life),
            "not_before": str(now),
            "resource": resource,
            "token_type": "Bearer",
        }
    )


def _named(authority: Authority, client_id: str | None, object_id: str | None) -> str | None:
    """The client id of the identity that is meant; None if there is none."""
    if not client_id and not object_id:
        return SYSTEM_ASSIGNED.client_id
    for each in authority.registrations.values():
        if each.client_id == client_id or each.object_id == object_id:
            return each.client_id
    return None


def _former_time(seconds: int) -> str:
    """As the former version writes a moment: `09/14/2027 00:00:00 +00:00`."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%m/%d/%Y %H:%M:%S +00:00")


def _platform_error(status: int, message: str) -> web.Response:
    return web.json_response(
        {"statusCode": status, "message": message, "correlationId": str(uuid.uuid4())}, status=status
    )


def _machine_error(code: str, description: str) -> web.Response:
    return web.json_response({"error": code, "error_description": description}, status=400)
