"""Who calls the simulated tenant, and what they may do: access tokens, and the check on every call.

Which apps there are is in `simulator.entra.registrations`. A token is good for one audience. SharePoint's `_api`
refuses app-only tokens that were bought with a client secret.

Source: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference and
https://learn.microsoft.com/sharepoint/dev/solution-guidance/security-apponly-azuread
"""

from __future__ import annotations

import base64
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import jwt
import msgspec
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from simulator.councils import HOST
from simulator.entra.registrations import REGISTRATIONS, Registration
from simulator.entra.resources import Resources
from simulator.entra.signing import SigningKey, signing_key
from simulator.refusal import Refused
from simulator.tenant.model import User

TENANT_ID = "3f6d1c52-8a4e-4b17-9c30-5d2e7b90a611"

SHAREPOINT_HOST = HOST
SHAREPOINT_ADMIN_HOST, SHAREPOINT_MY_HOST = (HOST.replace(".", f"{suffix}.", 1) for suffix in ("-admin", "-my"))

GRAPH = "https://graph.microsoft.com"
SHAREPOINT = f"https://{SHAREPOINT_HOST}"
SHAREPOINT_ADMIN = f"https://{SHAREPOINT_ADMIN_HOST}"
SHAREPOINT_MY = f"https://{SHAREPOINT_MY_HOST}"
BOT_CONNECTOR = "https://api.botframework.com"
_SHAREPOINT_SUFFIXES = {"": SHAREPOINT, "-admin": SHAREPOINT_ADMIN, "-my": SHAREPOINT_MY}
_SHAREPOINT_AUDIENCES = frozenset(_SHAREPOINT_SUFFIXES.values())
_GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"
_MONITOR = "https://monitor.azure.com"  # takes telemetry; the tenant has nothing to do with it but the token

TOKEN_SECONDS = 86_400
_CLOCK_SKEW_SECONDS = 300
_REMEMBERED_TOKENS = 512

Proof = Literal["secret", "certificate"]
"""How an app proved itself: claim `appidacr` 1 or 2. A managed identity counts as a certificate."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request, out of its access token. `roles` are those on the token's audience; `user_id` is that of the person in
    whose name it was sent, "" for an app by itself; `scopes` are what the app may do in that person's name.
    """

    client_id: str
    roles: frozenset[str]
    name: str = ""
    user_id: str = ""
    scopes: frozenset[str] = frozenset()


@dataclass
class Authority:
    """Entra ID of the simulated tenant: issues access tokens and checks them.

    One authority serves one tenant. On request (`simulator.trouble`) tokens live `longest` seconds at most, and Entra's
    clock, or that by which the services judge, is so many seconds ahead of the machine's.
    """

    tenant_id: str = TENANT_ID
    sharepoint_host: str = SHAREPOINT_HOST
    registrations: dict[str, Registration] = field(
        default_factory=lambda: {registration.client_id: registration for registration in REGISTRATIONS}
    )
    key: SigningKey = field(default_factory=lambda: signing_key("entra"))
    certificates: dict[str, list[x509.Certificate]] = field(default_factory=dict)
    longest: float | None = None
    entra_ahead: float = 0.0
    services_ahead: float = 0.0
    _generation: int = field(default=0, repr=False)
    _challenge: bool = field(default=False, repr=False)
    resources: Resources = field(init=False)
    _checked: dict[str, tuple[Mapping[str, Any], Caller]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        fixed = {GRAPH: GRAPH, _GRAPH_APP_ID: GRAPH, BOT_CONNECTOR: BOT_CONNECTOR, _MONITOR: _MONITOR}
        self.resources = Resources.of(self.sharepoint_host, _SHAREPOINT_SUFFIXES, fixed)

    def upload(self, client_id: str, certificate: x509.Certificate) -> None:
        """Let an app prove itself by a certificate. Raises KeyError and, unless its key is RSA, ValueError."""
        if not isinstance(certificate.public_key(), rsa.RSAPublicKey):
            raise ValueError("The certificate's key must be an RSA key.")  # noqa: TRY004  # no caller's mistake of type
        self.certificates.setdefault(self.registrations[client_id].client_id, []).append(certificate)

    def issue(
        self,
        client_id: str,
        resource: str,
        *,
        proof: Proof = "certificate",
        seconds: int = TOKEN_SECONDS,
        **claims: Any,
    ) -> str:
        """An access token of `client_id` for the audience `resource`; `claims` replaces any claim.

        Raises KeyError for an app that is not registered and ValueError for a resource that does not exist.
        """
        registration = self.registrations[client_id]
        audience = self.resources.find(resource)
        if audience is None:
            raise ValueError(f"The resource principal named {resource} was not found in the tenant.")
        now = int(self.now())
        return self.key.sign(
            {
                "aud": resource.rstrip("/"),
                "iss": f"https://sts.windows.net/{self.tenant_id}/",
                "iat": now,
                "nbf": now,
                "exp": now + self.lifetime(seconds),
                "appid": client_id,
                "app_displayname": registration.name,
                "appidacr": "1" if proof == "secret" else "2",
                "idtyp": "app",
                "oid": registration.object_id,
                "sub": registration.object_id,
                "tid": self.tenant_id,
                "roles": sorted(registration.roles.get(_resource_of(audience), ())),
                "uti": uuid.uuid4().hex[:22],
                "rh": f"0.{self._generation}",
                "ver": "1.0",
            }
            | claims
        )

    def issue_for(self, user: User, client_id: str, resource: str, scope: str, *, seconds: int) -> str:
        """An access token of `client_id` in a person's name for the audience `resource`. Raises KeyError for an unknown app."""
        registration, now = self.registrations[client_id], int(self.now())
        return self.key.sign(
            {
                "aud": resource.rstrip("/"),
                "iss": f"https://sts.windows.net/{self.tenant_id}/",
                "iat": now,
                "nbf": now,
                "exp": now + self.lifetime(seconds),
                "appid": client_id,
                "app_displayname": registration.name,
                "appidacr": "0",
                "idtyp": "user",
                "oid": user.id,
                "sub": user.id,
                "upn": user.upn,
                "unique_name": user.upn,
                "name": user.name,
                "scp": scope,
                "tid": self.tenant_id,
                "uti": uuid.uuid4().hex[:22],
                "rh": f"0.{self._generation}",
                "ver": "1.0",
            }
        )

    def check(self, authorization: str | None, audience: str, *any_of_roles: str) -> Caller:
        """The caller behind an `Authorization` header, when its token is for `audience` and holds one of
        `any_of_roles`.

        No roles given: any valid token of the audience will do. Raises Refused in the words of the resource called.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise _unauthenticated(audience, "Access token is empty.")
        claims, caller = self._checked.get(token) or self._verify(token, audience)
        judged = time.time() + self.services_ahead
        if claims["exp"] + _CLOCK_SKEW_SECONDS < judged:
            raise _unauthenticated(audience, "Lifetime validation failed, the token is expired.")
        if claims.get("nbf", 0) - _CLOCK_SKEW_SECONDS > judged:
            raise _unauthenticated(audience, "Lifetime validation failed, the token is not yet valid.")
        if claims.get("rh", f"0.{self._generation}") != f"0.{self._generation}":
            raise self._revoked(audience)
        if self.resources.find(claims["aud"]) != audience:
            raise _unauthenticated(audience, "Access token validation failure. Invalid audience.")
        if audience in _SHAREPOINT_AUDIENCES and claims.get("appidacr") == "1":
            raise Refused(401, "-2147024891, System.UnauthorizedAccessException", "Unsupported app only token.")
        if any_of_roles and caller.roles.isdisjoint(any_of_roles):
            raise _forbidden(audience)
        return caller

    def now(self) -> float:
        """Entra's time, in seconds since 1970."""
        return time.time() + self.entra_ahead

    def lifetime(self, seconds: int) -> int:
        """How many seconds a token lives that should live `seconds`."""
        return seconds if self.longest is None else min(seconds, int(self.longest))

    def revoke_tokens(self, *, challenge: bool) -> None:
        """Refuse every token issued so far. `challenge` says so as continuous access evaluation does.

        Source: https://learn.microsoft.com/entra/identity-platform/claims-challenge
        """
        self._generation += 1
        self._challenge = challenge

    def _revoked(self, audience: str) -> Refused:
        refusal = _unauthenticated(audience, "Continuous access evaluation resulted in challenge.")
        if self._challenge:
            claims = base64.b64encode(msgspec.json.encode({"access_token": {"nbf": {"essential": True}}})).decode()
            refusal.headers["WWW-Authenticate"] = (
                f'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", '
                f'error="insufficient_claims", claims="{claims}"'
            )
        return refusal

    def revoke(self, client_id: str, resource: str, role: str) -> None:
        """Take an app role away. Tokens issued before keep it until they end, as they do in Entra."""
        registration = self.registrations[client_id]
        kind = _resource_of(self.resources.find(resource) or "")
        left = {**registration.roles, kind: registration.roles.get(kind, frozenset()) - {role}}
        self.registrations[client_id] = replace(registration, roles=left)

    def _verify(self, token: str, audience: str) -> tuple[Mapping[str, Any], Caller]:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self.key.private.public_key(),
                algorithms=["RS256"],
                options={
                    "verify_aud": False,
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                    "require": ["aud", "exp", "appid", "tid"],
                },
            )
        except jwt.InvalidTokenError as error:
            raise _unauthenticated(audience, "Access token validation failure.") from error
        if claims["tid"] != self.tenant_id:
            raise _unauthenticated(audience, "Access token validation failure. Invalid tenant.")
        person = claims["oid"] if claims.get("idtyp") == "user" else ""
        roles = frozenset(claims.get("roles", ()))
        scopes = frozenset(str(claims.get("scp", "")).split())
        caller = Caller(claims["appid"], roles, claims.get("app_displayname", ""), person, scopes)
        if len(self._checked) >= _REMEMBERED_TOKENS:
            self._checked.clear()
        self._checked[token] = (claims, caller)
        return claims, caller


AUTHORITY = web.AppKey("authority", Authority)
"""Where the web application keeps its authority: `app[AUTHORITY] = Authority()`."""


def require(request: web.Request, audience: str, *any_of_roles: str) -> Caller:
    """The caller of `request`, when its token is for `audience` and holds one of `any_of_roles`.

    Raises Refused: 401 `InvalidAuthenticationToken` or 403 `accessDenied`; SharePoint says 401 where Graph says 403.
    Source: https://learn.microsoft.com/graph/errors
    """
    return request.app[AUTHORITY].check(request.headers.get("Authorization"), audience, *any_of_roles)


def http_refusal(refusal: Refused, audience: str) -> web.HTTPException:
    """`refusal` as the HTTP error that the resource `audience` would send."""
    if audience in _SHAREPOINT_AUDIENCES:
        body: dict[str, Any] = {
            "odata.error": {"code": refusal.code, "message": {"lang": "en-US", "value": refusal.message}}
        }
    elif audience == BOT_CONNECTOR:
        body = {"error": {"code": refusal.code, "message": refusal.message}}
    else:
        body = graph_error_body(refusal.code, refusal.message)
    kind = web.HTTPUnauthorized if refusal.status == 401 else web.HTTPForbidden
    headers = {"WWW-Authenticate": f'Bearer realm="{TENANT_ID}"'} if refusal.status == 401 else {}
    return kind(text=msgspec.json.encode(body).decode(), content_type="application/json", headers=headers)


def graph_error_body(code: str, message: str) -> dict[str, Any]:
    """The body of a Microsoft Graph error. Source: https://learn.microsoft.com/graph/errors"""
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
    request_id = str(uuid.uuid4())
    inner = {"date": moment, "request-id": request_id, "client-request-id": request_id}
    return {"error": {"code": code, "message": message, "innerError": inner}}


def _resource_of(audience: str) -> str:
    if audience in _SHAREPOINT_AUDIENCES:
        return "sharepoint"
    return "graph" if audience == GRAPH else "bot"


def _unauthenticated(audience: str, message: str) -> Refused:
    if audience in _SHAREPOINT_AUDIENCES:
        return Refused(401, "-2147024891, System.UnauthorizedAccessException", message)
    if audience == BOT_CONNECTOR:
        return Refused(401, "Unauthorized", message)
    return Refused(401, "InvalidAuthenticationToken", message)


def _forbidden(audience: str) -> Refused:
    if audience in _SHAREPOINT_AUDIENCES:
        return Refused(
            401,
            "-2147024891, System.UnauthorizedAccessException",
            "Access is denied. (Exception from HRESULT: 0x80070005 (E_ACCESSDENIED))",
        )
    return Refused(403, "accessDenied", "Insufficient privileges to complete the operation.")
