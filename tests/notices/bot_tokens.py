"""The bot service's authority for tests: keys, tokens, and activities as Teams sends them."""

from __future__ import annotations

import base64
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import jwt
import msgspec
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa

APP = "a1b6c0de-0003-4f00-8a00-b07000000003"
OTHER = "11111111-2222-4333-8444-555555555555"
TENANT = "3f6d1c52-8a4e-4b17-9c30-5d2e7b90a611"
SERVICE = "https://smba.trafficmanager.net/teams/"
PRIVATE = rsa.generate_private_key(65537, 2048)
STRANGER = rsa.generate_private_key(65537, 2048)


def jwk(kid: str, key: rsa.RSAPrivateKey = PRIVATE, **more: Any) -> dict[str, Any]:
    numbers = key.public_key().public_numbers()
    return {"kty": "RSA", "use": "sig", "kid": kid, "n": _text(numbers.n), "e": _text(numbers.e)} | more


def _text(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()


@dataclass
class Authority:
    """Serves OpenID metadata and keys as the bot service does, and counts who asks."""

    keys: list[dict[str, Any]] = field(
        default_factory=lambda: [
            jwk("good", endorsements=["msteams", "skype"]),
            jwk("other-channel", endorsements=["webchat"]),
            jwk("no-endorsement"),
            {"kty": "EC", "kid": "curve"},
        ]
    )
    url: str = ""
    jwks: str = ""
    asked: int = 0
    broken: bool = False

    async def metadata(self, _request: web.Request) -> web.Response:
        self.asked += 1
        if self.broken:
            return web.Response(status=503)
        return web.json_response({"issuer": "https://api.botframework.com", "jwks_uri": self.jwks})

    async def published(self, _request: web.Request) -> web.Response:
        return web.json_response({"keys": self.keys})


@asynccontextmanager
async def serving() -> AsyncIterator[Authority]:
    """An authority on a port of its own."""
    made = Authority()
    app = web.Application()
    app.router.add_get("/v1/.well-known/openidconfiguration", made.metadata)
    app.router.add_get("/v1/.well-known/keys", made.published)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert runner.addresses
    base = f"http://127.0.0.1:{runner.addresses[0][1]}/v1/.well-known"
    made.url, made.jwks = f"{base}/openidconfiguration", f"{base}/keys"
    yield made
    await runner.cleanup()


def body(**changes: Any) -> bytes:
    activity = {
        "type": "message",
        "id": "1",
        "channelId": "msteams",
        "serviceUrl": SERVICE,
        "from": {"id": "29:x", "name": "Priya Nair", "aadObjectId": "0000"},
        "conversation": {"id": "19:x", "tenantId": TENANT, "conversationType": "personal"},
        "channelData": {"tenant": {"id": TENANT}},
        "text": "my assets",
    }
    return msgspec.json.encode(activity | changes)


def token(
    *,
    key: rsa.RSAPrivateKey = PRIVATE,
    header: Mapping[str, Any] | None = None,
    without: str = "",
    **changes: Any,
) -> str:
    now = int(time.time())
    claims = {
        "iss": "https://api.botframework.com",
        "aud": APP,
        "nbf": now,
        "exp": now + 3600,
        "serviceurl": SERVICE,
    } | changes
    claims.pop(without, None)
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": "good", **(header or {})})


def bearer(text: str) -> str:
    return f"Bearer {text}"
