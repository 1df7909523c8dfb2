"""People who sign in to an app: the device code flow, and the tokens that come of it.

An app shows a code, the person enters it on another screen (`/sim/sign-in`, or the deed `sign-in`) and says who they are; the app,
which has been asking meanwhile, gets tokens in the person's name. No password is asked for: whoever sits at this machine may be
anybody of the council.

Sources: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code,
https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
"""

from __future__ import annotations

import base64
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from aiohttp import web

from simulator.entra.identity import Authority
from simulator.entra.registrations import PUBLIC_CLIENTS
from simulator.refusal import Refused
from simulator.tenant.model import User

CODE_SECONDS = 900
ASK_AGAIN_SECONDS = 1
"""Microsoft says 5; shorter, so that nobody waits in a rehearsal."""
TOKEN_SECONDS = 3_600
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without those that are mistaken for others
_OPENID = ("openid", "profile", "offline_access", "email")


class NotYet(Exception):
    """No tokens; carries the error's code, its AADSTS number and its words."""

    def __init__(self, code: str, number: int, words: str) -> None:
        self.code, self.number, self.words = code, number, words
        super().__init__(words)


@dataclass
class Waiting:
    """A code that was shown. `user` is who entered it."""

    client_id: str
    user_code: str
    scope: str
    ends: float
    user: User | None = None


@dataclass
class SignIns:
    """The codes that wait, by device code, and the refresh tokens that are good, with whose they are."""

    waiting: dict[str, Waiting] = field(default_factory=dict)
    refreshing: dict[str, tuple[str, User]] = field(default_factory=dict)

    def begin(self, client_id: str, scope: str, now: float) -> tuple[str, Waiting]:
        """A new device code with its user code. Raises NotYet for an app by which nobody may sign in so."""
        if client_id not in PUBLIC_CLIENTS:
            raise NotYet("unauthorized_client", 700016, "Application was not found in the directory.")
        self.waiting = {code: each for code, each in self.waiting.items() if each.ends > now}
        device_code = secrets.token_urlsafe(48)
        shown = "".join(secrets.choice(_LETTERS) for _ in range(9))
        self.waiting[device_code] = Waiting(client_id, shown, scope, now + CODE_SECONDS)
        return device_code, self.waiting[device_code]

    def enter(self, user_code: str, user: User, now: float) -> None:
        """Somebody enters a code. Raises Refused when it is none that waits, or the account is no longer good."""
        wanted = "".join(user_code.split()).upper()
        found = next((each for each in self.waiting.values() if each.user_code == wanted and each.ends > now), None)
        if found is None or found.user is not None:
            raise Refused(404, "notFound", f"The code {wanted} is not one that waits. Get a new one.")
        _must_be_enabled(user)
        found.user = user

    def redeem(self, client_id: str, device_code: str, now: float) -> tuple[User, str]:
        """Who entered a device code, and the scope that was asked for. Raises NotYet while nobody has."""
        found = self.waiting.get(device_code)
        if found is None or found.client_id != client_id:
            raise NotYet("bad_verification_code", 70018, "The device code is not one that was given out.")
        if found.ends <= now:
            raise NotYet("expired_token", 70020, "The code has expired.")
        if found.user is None:
            raise NotYet("authorization_pending", 70016, "The user must input their code.")
        del self.waiting[device_code]
        return found.user, found.scope

    def refresh(self, client_id: str, refresh_token: str) -> User:
        """Whose a refresh token is. Raises NotYet when it is not good, or the account is not any more."""
        known = self.refreshing.get(refresh_token)
        if known is None or known[0] != client_id:
            raise NotYet("invalid_grant", 70000, "The provided refresh token is not valid.")
        if not known[1].enabled:
            raise NotYet("invalid_grant", 50057, "The user account is disabled.")
        return known[1]

    def keep(self, client_id: str, user: User) -> str:
        """A new refresh token."""
        made = secrets.token_urlsafe(64)
        self.refreshing[made] = (client_id, user)
        return made


SIGN_INS = web.AppKey("sign_ins", SignIns)


def tokens(
    authority: Authority, user: User, client_id: str, scope: str, *, issuer: str, refresh_token: str
) -> dict[str, Any]:
    """The answer of the token endpoint in a person's name. Raises NotYet for a scope that the tenant has not."""
    resource, granted = _resource(authority, scope)
    life = authority.lifetime(TOKEN_SECONDS)
    now = int(authority.now())
    claims: Mapping[str, Any] = {
        "aud": client_id, "iss": issuer, "iat": now, "nbf": now, "exp": now + life, "tid": authority.tenant_id,
        "oid": user.id, "sub": user.id, "name": user.name, "preferred_username": user.upn, "ver": "2.0",
    }  # fmt: skip
    about = msgspec.json.encode({"uid": user.id, "utid": authority.tenant_id})
    return {
        "token_type": "Bearer",
        "scope": " ".join((*granted, *_OPENID)),
        "expires_in": life,
        "ext_expires_in": life,
        "access_token": authority.issue_for(user, client_id, resource, " ".join(granted), seconds=TOKEN_SECONDS),
        "refresh_token": refresh_token,
        "id_token": authority.key.sign(claims),
        "client_info": base64.urlsafe_b64encode(about).rstrip(b"=").decode(),
    }


def _resource(authority: Authority, scope: str) -> tuple[str, list[str]]:
    """The one resource that a scope names, and what is asked of it."""
    asked = [each for each in scope.split() if each not in _OPENID]
    places = {each.rpartition("/")[0] or "https://graph.microsoft.com" for each in asked}
    names = [each.rpartition("/")[2] for each in asked]
    place = places.pop() if len(places) == 1 else ""
    if authority.resources.find(place) is None:
        raise NotYet("invalid_scope", 70011, f"The provided value for scope {scope} is not valid.")
    return place, ["User.Read" if name == ".default" else name for name in names]


def _must_be_enabled(user: User) -> None:
    if not user.enabled:
        raise Refused(403, "AADSTS50057", "The user account is disabled.")


def device_answer(device_code: str, waiting: Waiting, page: str) -> dict[str, Any]:
    """What the app is told when it asks for a code."""
    return {
        "user_code": waiting.user_code,
        "device_code": device_code,
        "verification_uri": page,
        "expires_in": CODE_SECONDS,
        "interval": ASK_AGAIN_SECONDS,
        "message": f"To sign in, use a web browser to open the page {page} and enter the code {waiting.user_code} to "
        "authenticate.",
        "correlation_id": str(uuid.uuid4()),
    }
