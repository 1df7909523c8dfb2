"""Microsoft Entra ID's addresses: OpenID metadata, signing keys, the token endpoint, and App Service's managed
identity endpoint.

Sources: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow and
https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
"""

from __future__ import annotations

import hmac
import secrets
import time
import uuid
from collections.abc import Iterable
from typing import Any

import jwt
from aiohttp import web

from simulator.entra.identity import AUDIENCES, AUTHORITY, TOKEN_SECONDS, Authority, Proof, Registration

_MSI_API_VERSION = "2019-08-01"
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
IDENTITY_HEADER = secrets.token_hex(16)
"""The secret that the platform hands to the app as IDENTITY_HEADER; made anew for each process."""


def routes(tenant: object) -> Iterable[web.RouteDef]:  # noqa: ARG001 - every module of the simulator has this face
    """Entra's and the managed identity's routes."""
    return [
        web.get("/login/{tenant}/v2.0/.well-known/openid-configuration", _metadata),
        web.get("/login/{tenant}/.well-known/openid-configuration", _metadata),
        web.get("/login/{tenant}/discovery/v2.0/keys", _keys),
        web.post("/login/{tenant}/oauth2/v2.0/token", _token),
        web.get("/msi/token", _managed_identity),
    ]


def _base(request: web.Request) -> str:
    return f"{request.scheme}://{request.host}/login/{request.match_info['tenant']}"


async def _metadata(request: web.Request) -> web.Response:
    base = _base(request)
    return web.json_response(
        {
            "issuer": f"{base}/v2.0",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "tenant_region_scope": "EU",
        }
    )


async def _keys(request: web.Request) -> web.Response:
    return web.json_response({"keys": [request.app[AUTHORITY].key.jwk()]})


def _oauth_error(status: int, code: str, number: int, description: str) -> web.Response:
    trace = str(uuid.uuid4())
    moment = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime())
    return web.json_response(
        {
            "error": code,
            "error_description": f"AADSTS{number}: {description} Trace ID: {trace} Timestamp: {moment}",
            "error_codes": [number],
            "timestamp": moment,
            "trace_id": trace,
            "correlation_id": trace,
        },
        status=status,
    )


async def _token(request: web.Request) -> web.Response:
    """Client credentials: a secret, or an assertion. Any certificate is taken as one that was uploaded to the
    registration.
    """
    form = await request.post()
    authority = request.app[AUTHORITY]
    if request.match_info["tenant"].lower() != authority.tenant_id:
        return _oauth_error(400, "invalid_request", 90002, "Tenant not found.")
    if form.get("grant_type") != "client_credentials":
        return _oauth_error(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
    registration = authority.registrations.get(str(form.get("client_id", "")))
    if registration is None:
        return _oauth_error(400, "unauthorized_client", 700016, "Application was not found in the directory.")
    proof = _proof(registration, {name: str(value) for name, value in form.items()})
    if proof is None:
        return _oauth_error(401, "invalid_client", 7000215, "Invalid client secret or assertion provided.")
    scope = str(form.get("scope", ""))
    if not scope.endswith("/.default") or scope.removesuffix("/.default").rstrip("/") not in AUDIENCES:
        return _oauth_error(400, "invalid_scope", 70011, f"The provided value for scope {scope} is not valid.")
    token = authority.issue(registration.client_id, scope.removesuffix("/.default"), proof=proof, seconds=3599)
    life = authority.lifetime(3599)
    return web.json_response(
        {"token_type": "Bearer", "expires_in": life, "ext_expires_in": life, "access_token": token},
        headers={"Cache-Control": "no-store"},
    )


def _proof(registration: Registration, form: dict[str, str]) -> Proof | None:
    if form.get("client_assertion_type") == _ASSERTION_TYPE:
        try:
            claims: dict[str, Any] = jwt.decode(
                form.get("client_assertion", ""), options={"verify_signature": False, "verify_exp": True}
            )
        except jwt.InvalidTokenError:
            return None
        return "certificate" if claims.get("sub") == registration.client_id == claims.get("iss") else None
    given = form.get("client_secret", "")
    return "secret" if hmac.compare_digest(given.encode(), registration.secret.encode()) else None


async def _managed_identity(request: web.Request) -> web.Response:
    """App Service's endpoint for managed identities: the secret header proves that the caller runs on the platform."""
    query = request.query
    if not hmac.compare_digest(request.headers.get("X-IDENTITY-HEADER", "").encode(), IDENTITY_HEADER.encode()):
        return _platform_error(401, "Invalid or missing X-IDENTITY-HEADER.")
    if query.get("api-version") != _MSI_API_VERSION:
        return _platform_error(400, f"Unsupported api-version; use {_MSI_API_VERSION}.")
    authority: Authority = request.app[AUTHORITY]
    client_id = query.get("client_id", "")
    if client_id not in authority.registrations:
        return _platform_error(
            400, "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId."
        )
    resource = query.get("resource", "").rstrip("/")
    if resource not in AUDIENCES:
        return _platform_error(400, f"The resource principal named {resource} was not found in the tenant.")
    return web.json_response(
        {
            "access_token": authority.issue(client_id, resource),
            "expires_on": str(int(authority.now()) + authority.lifetime(TOKEN_SECONDS)),
            "resource": resource,
            "token_type": "Bearer",
            "client_id": client_id.upper(),
        }
    )


def _platform_error(status: int, message: str) -> web.Response:
    return web.json_response(
        {"statusCode": status, "message": message, "correlationId": str(uuid.uuid4())}, status=status
    )
