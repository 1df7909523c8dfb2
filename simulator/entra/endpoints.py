"""Microsoft Entra ID's addresses: instance discovery, OpenID metadata, signing keys, device codes and the token endpoint.

Sources: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow,
https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code and
https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
"""

from __future__ import annotations

import hmac
import time
import uuid
from collections.abc import Iterable, Mapping

from aiohttp import web

from simulator.app_keys import TENANT
from simulator.entra.assertions import BadAssertion, check_assertion
from simulator.entra.identity import AUTHORITY, Proof
from simulator.entra.people import SIGN_INS, NotYet, device_answer, tokens
from simulator.entra.registrations import Registration
from simulator.front.hosts import called

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
_PUBLIC_HOSTS = ("login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net")


def routes(tenant: object) -> Iterable[web.RouteDef]:  # noqa: ARG001 - every module of the simulator has this face
    """Entra's routes."""
    return [
        web.get("/login/{tenant}/discovery/instance", _discovery),
        web.get("/login/{tenant}/v2.0/.well-known/openid-configuration", _metadata),
        web.get("/login/{tenant}/.well-known/openid-configuration", _metadata),
        web.get("/login/{tenant}/discovery/v2.0/keys", _keys),
        web.post("/login/{tenant}/oauth2/v2.0/devicecode", _device_code),
        web.post("/login/{tenant}/oauth2/v2.0/token", _token),
    ]


def _base(request: web.Request) -> str:
    """The authority as the client called it, with the tenant's id in the place of its domain."""
    name = request.app[AUTHORITY].tenant_id if _is_tenant(request) else request.match_info["tenant"]
    return f"{called(request, '/login')}/{name}"


async def _metadata(request: web.Request) -> web.Response:
    base = _base(request)
    return web.json_response(
        {
            "issuer": f"{base}/v2.0",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
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


async def _discovery(request: web.Request) -> web.Response:
    """That the authority is one of Microsoft's, which a client library asks before it trusts one."""
    base = called(request, "/login")
    host = base.partition("://")[2]
    aliases = [*_PUBLIC_HOSTS, *([host] if host not in _PUBLIC_HOSTS else [])]
    return web.json_response(
        {
            "tenant_discovery_endpoint": f"{base}/{request.match_info['tenant']}/v2.0/.well-known/openid-configuration",
            "api-version": request.query.get("api-version", "1.1"),
            "metadata": [
                {"preferred_network": _PUBLIC_HOSTS[0], "preferred_cache": _PUBLIC_HOSTS[1], "aliases": aliases}
            ],
        }
    )


async def _device_code(request: web.Request) -> web.Response:
    """The beginning of a sign-in: a code for the person, and one for the app to ask with."""
    form = {name: str(value) for name, value in (await request.post()).items()}
    authority = request.app[AUTHORITY]
    if not _is_tenant(request):
        return _oauth_error(400, "invalid_request", 90002, "Tenant not found.")
    try:
        begun = request.app[SIGN_INS].begin(form.get("client_id", ""), form.get("scope", ""), authority.now())
    except NotYet as refused:
        return _oauth_error(400, refused.code, refused.number, refused.words)
    host, port = request.get_extra_info("sockname")[:2]
    return web.json_response(device_answer(*begun, f"http://{host}:{port}/sim/sign-in"))


async def _token_of_a_person(request: web.Request, form: Mapping[str, str]) -> web.Response:
    """For whoever entered the code, or once more for whoever has a refresh token."""
    authority, sign_ins, client_id = request.app[AUTHORITY], request.app[SIGN_INS], form.get("client_id", "")
    try:
        if form["grant_type"] == _DEVICE_CODE:
            user, scope = sign_ins.redeem(client_id, form.get("device_code", ""), authority.now())
        else:
            user, scope = sign_ins.refresh(client_id, form.get("refresh_token", "")), form.get("scope", "")
        kept = sign_ins.keep(client_id, user)
        told = tokens(authority, user, client_id, scope, issuer=f"{_base(request)}/v2.0", refresh_token=kept)
    except NotYet as refused:
        return _oauth_error(400, refused.code, refused.number, refused.words)
    return web.json_response(told, headers={"Cache-Control": "no-store"})


async def _token(request: web.Request) -> web.Response:
    """Client credentials: a secret, or an assertion signed with a key whose certificate the app has; or a person's sign-in."""
    form = {name: str(value) for name, value in (await request.post()).items()}
    authority = request.app[AUTHORITY]
    if not _is_tenant(request):
        return _oauth_error(400, "invalid_request", 90002, "Tenant not found.")
    if form.get("grant_type") in (_DEVICE_CODE, "refresh_token"):
        return await _token_of_a_person(request, form)
    if form.get("grant_type") != "client_credentials":
        return _oauth_error(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
    registration = authority.registrations.get(form.get("client_id", ""))
    if registration is None:
        return _oauth_error(400, "unauthorized_client", 700016, "Application was not found in the directory.")
    try:
        proof = _proof(request, registration, form)
    except BadAssertion as refused:
        return _oauth_error(401, "invalid_client", refused.number, str(refused))
    resource = authority.resources.of_scope(form.get("scope", ""))
    if resource is None:
        words = f"The provided value for scope {form.get('scope', '')} is not valid."
        return _oauth_error(400, "invalid_scope", 70011, words)
    token = authority.issue(registration.client_id, resource, proof=proof, seconds=3599)
    life = authority.lifetime(3599)
    return web.json_response(
        {"token_type": "Bearer", "expires_in": life, "ext_expires_in": life, "access_token": token},
        headers={"Cache-Control": "no-store"},
    )


def _proof(request: web.Request, registration: Registration, form: Mapping[str, str]) -> Proof:
    """How the app proved itself. Raises BadAssertion, for a wrong secret too."""
    if form.get("client_assertion_type") == _ASSERTION_TYPE:
        certificates = request.app[AUTHORITY].certificates.get(registration.client_id, [])
        check_assertion(form.get("client_assertion", ""), registration.client_id, certificates, _audiences(request))
        return "certificate"
    given = form.get("client_secret", "")
    if not hmac.compare_digest(given.encode(), registration.secret.encode()):
        raise BadAssertion(7000215, "Invalid client secret provided.")
    return "secret"


def _audiences(request: web.Request) -> set[str]:
    """The token endpoint under the names that an assertion may be made out to."""
    places = {called(request, "/login"), *(f"https://{host}" for host in _PUBLIC_HOSTS)}
    names = {request.match_info["tenant"], request.app[AUTHORITY].tenant_id}
    ends = ("oauth2/v2.0/token", "v2.0")
    return {f"{place}/{name}/{end}" for place in places for name in names for end in ends}


def _is_tenant(request: web.Request) -> bool:
    """Whether the address names the tenant: by its id, or by one of its domains."""
    tenant = request.app[TENANT]
    initial = f"{tenant.host.partition('.')[0]}.onmicrosoft.com"
    return request.match_info["tenant"].lower() in (tenant.id, tenant.domain, initial)
