"""Easy Auth on one machine: before every path but those left open it wants somebody to be signed in, and tells the function who it is.

Who one is is a choice of simulated people, so this stands on loopback alone. As in Azure, headers that claim a sign-in are taken off at
guarded paths, and left as they are where nobody signs in.

| | |
|---|---|
| GET /.auth/login/aad | whom to be; `post_login_redirect_uri` is where it goes on |
| POST /.auth/login/aad | signed in, by a cookie |
| GET /.auth/logout | signed out |

Source: https://learn.microsoft.com/azure/app-service/configure-authentication-customize-sign-in-out
"""

from __future__ import annotations

import asyncio
import base64
import html
import json
import secrets
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote

from aiohttp import web

from local_host.errors import HostError

COOKIE = "AppServiceAuthSession"
CLAIMED = "x-ms-client-principal"
LOGIN, LOGOUT = "/.auth/login/aad", "/.auth/logout"
_CLAIMS = "http://schemas.microsoft.com/identity/claims"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who can sign in."""

    id: str
    tenant_id: str
    upn: str
    name: str


@dataclass
class EasyAuth:
    """The guard. `directory` is an address that tells `{"tenantId", "people": [{"id", "upn", "name", "enabled", "guest"}]}`; `open_paths`
    are those that it leaves alone, with all below them."""

    directory: str
    open_paths: tuple[str, ...]
    _sessions: dict[str, Account] = field(default_factory=dict, init=False, repr=False)

    async def stop(self, request: web.Request) -> web.StreamResponse | None:
        """The answer to whoever does not come through, None for whoever does."""
        if request.path == LOGIN:
            return await (self._sign_in(request) if request.method == "POST" else self._choose(request))
        if request.path == LOGOUT:
            self._sessions.pop(request.cookies.get(COOKIE, ""), None)
            return _page("<h1>Signed out</h1><p><a href='/.auth/login/aad'>Sign in again</a></p>")
        if self._is_open(request.path) or self._account(request) is not None:
            return None
        return web.Response(
            status=302, headers={"Location": f"{LOGIN}?post_login_redirect_uri={quote(request.raw_path)}"}
        )

    def headers(self, request: web.Request, told: Mapping[str, str]) -> Mapping[str, str]:
        """The headers as they reach the function."""
        account = self._account(request)
        if self._is_open(request.path) or account is None:
            return told
        kept = {name: value for name, value in told.items() if not name.startswith(CLAIMED)}
        return {**kept, **principal(account)}

    def _is_open(self, path: str) -> bool:
        wanted = path.rstrip("/").lower()
        return any(wanted == each or wanted.startswith(f"{each}/") for each in self.open_paths)

    def _account(self, request: web.Request) -> Account | None:
        return self._sessions.get(request.cookies.get(COOKIE, ""))

    async def _choose(self, request: web.Request) -> web.Response:
        onward = html.escape(request.query.get("post_login_redirect_uri", "/"))
        options = "".join(
            f"<option value='{html.escape(one.upn)}'>{html.escape(f'{one.name}, {one.upn}')}</option>"
            for one in await asyncio.to_thread(self._people)
        )
        return _page(
            "<h1>Whom do you want to be?</h1><p>This stands in for Microsoft Entra on this machine. In Azure people sign in with their own "
            f"account.</p><form method='post'><input type='hidden' name='to' value='{onward}'><p><label>Person <select name='upn'>{options}"
            "</select></label></p><p><button>Sign in</button></p></form>"
        )

    async def _sign_in(self, request: web.Request) -> web.Response:
        told = {name: values[0] for name, values in parse_qs(await request.text()).items()}
        people = {one.upn: one for one in await asyncio.to_thread(self._people)}
        account, onward = people.get(told.get("upn", "")), told.get("to", "/")
        if account is None:
            return _page("<h1>There is nobody of that name</h1>", status=400)
        session = secrets.token_urlsafe()
        self._sessions[session] = account
        local = onward.startswith("/") and not onward.startswith(("//", "/\\"))
        answer = web.Response(status=302, headers={"Location": onward if local else "/"})
        answer.set_cookie(COOKIE, session, httponly=True, samesite="Lax")
        return answer

    def _people(self) -> list[Account]:
        """Raises HostError when the directory does not answer."""
        try:
            with urllib.request.urlopen(self.directory, timeout=30) as answer:
                told = json.load(answer)
        except (OSError, ValueError) as error:
            raise HostError(f"{self.directory} does not say who can sign in: {error}.") from error
        found = [
            Account(id=one["id"], tenant_id=told["tenantId"], upn=one["upn"], name=one["name"])
            for one in told["people"]
            if one["enabled"] and not one["guest"]
        ]
        return sorted(found, key=lambda one: one.name)


def principal(account: Account) -> dict[str, str]:
    """The headers that Easy Auth adds for somebody.

    Source: https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities
    """
    claims = {
        f"{_CLAIMS}/objectidentifier": account.id,
        f"{_CLAIMS}/tenantid": account.tenant_id,
        "name": account.name,
        "preferred_username": account.upn,
    }
    told = {
        "auth_typ": "aad",
        "claims": [{"typ": name, "val": value} for name, value in claims.items()],
        "name_typ": "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
        "role_typ": "http://schemas.microsoft.com/ws/2008/06/identity/claims/role",
    }
    return {
        CLAIMED: base64.b64encode(json.dumps(told).encode()).decode(),
        f"{CLAIMED}-id": account.id,
        f"{CLAIMED}-name": account.upn,
        f"{CLAIMED}-idp": "aad",
    }


def _page(body: str, *, status: int = 200) -> web.Response:
    head = "<meta charset='utf-8'><meta name='viewport' content='width=device-width'><title>Sign in</title>"
    text = f"<!doctype html><html lang='en'><head>{head}</head><body>{body}</body></html>"
    return web.Response(text=text, status=status, content_type="text/html")
