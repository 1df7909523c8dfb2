"""Is it Teams that speaks? The check of every request to the messaging endpoint, before anything in it is believed.

| must hold | or else |
|---|---|
| body and token are not larger than they can be | oversized |
| a bearer token, RS256, under a key that Microsoft publishes for the bot service | no_token, bad_token, unknown_key |
| issuer, audience (our bot) and lifetime, with five minutes of leeway | bad_token |
| the key is endorsed for the activity's channel, and that is Teams | not_endorsed |
| the token's service address is the activity's | service_url |
| every tenant that the activity names is ours | tenant |
| its ids and addresses are such as Teams gives | malformed |

Source: https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
"""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
import jwt
import msgspec

from custos.errors import CustosError
from custos.notices.bot_activity import Activity, decode
from custos.telemetry import logger

ISSUER = "https://api.botframework.com"
CHANNEL = "msteams"
LARGEST_BODY = 256 * 1024  # bytes; Teams' own messages end at 100 KB in UTF-16
LONGEST_TOKEN = 16 * 1024
LEEWAY_SECONDS = 300
KEYS_LAST_SECONDS = 24 * 3600
ASK_AGAIN_SECONDS = 60.0  # how often an unknown key may make us fetch the keys anew
_TIMEOUT = httpx.Timeout(5.0)
_LARGEST_DOCUMENT = 1024 * 1024
_LONGEST_ID = 1_000
_PERSON = re.compile(r"[0-9A-Za-z-]{1,64}")

_log = logger(__name__)


class Forged(CustosError):  # reads like the rest of the tree in custos.errors
    """The request is not one that Teams sends to our bot. `code` is the row of the table above."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


class KeysUnavailable(CustosError):
    """Microsoft's keys cannot be had, so nothing can be believed or refused: the request should come again."""


class _Metadata(msgspec.Struct):
    jwks_uri: str


class _Keys(msgspec.Struct):
    keys: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Key:
    """A published key and the channels for which it is endorsed."""

    key: jwt.PyJWK
    endorsements: frozenset[str]


@dataclass
class KeyRing:
    """The keys with which the bot service signs, fetched from its OpenID metadata and kept for a day.

    An unknown key id makes us look again, at least `ask_again_seconds` apart: forged ids cannot make us a nuisance.
    """

    metadata_url: str
    ask_again_seconds: float = ASK_AGAIN_SECONDS
    _keys: dict[str, Key] = field(default_factory=dict, init=False, repr=False)
    _fetched: float = field(default=-1e12, init=False)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock, init=False, repr=False)

    async def find(self, kid: str) -> Key | None:
        """The key of this id; None when Microsoft does not publish it. Raises KeysUnavailable."""
        if not self._fresh(kid):
            async with self._lock:
                if not self._fresh(kid):
                    await self._fetch()
        return self._keys.get(kid)

    def _fresh(self, kid: str) -> bool:
        age = time.monotonic() - self._fetched
        return age < (KEYS_LAST_SECONDS if kid in self._keys else self.ask_again_seconds)

    async def _fetch(self) -> None:
        try:
            async with httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False) as client:
                metadata = msgspec.json.decode(await _document(client, self.metadata_url), type=_Metadata)
                if _origin(metadata.jwks_uri) != _origin(self.metadata_url):
                    raise KeysUnavailable("The metadata of the bot service names keys at another host.")
                published = msgspec.json.decode(await _document(client, metadata.jwks_uri), type=_Keys).keys
        except (httpx.HTTPError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            if self._keys:
                _log.warning("bot service keys not renewed", extra={"fault": type(error).__name__})
                self._fetched = time.monotonic() - KEYS_LAST_SECONDS + self.ask_again_seconds
                return
            raise KeysUnavailable(f"The keys of the bot service cannot be fetched: {type(error).__name__}.") from error
        self._keys = {kid: key for kid, key in map(_key, published) if key is not None}
        self._fetched = time.monotonic()


@dataclass(frozen=True, slots=True)
class BotAuthentication:
    """Lets in what Teams sends to the bot `app_id` in the tenant `tenant_id`, and nothing else."""

    app_id: str
    tenant_id: str
    keys: KeyRing

    async def admit(self, body: bytes, authorization: str | None) -> Activity:
        """The activity in `body`, if Teams sent it. Raises Forged, or KeysUnavailable."""
        if len(body) > LARGEST_BODY:
            raise Forged("oversized", f"The body has {len(body)} bytes.")
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Forged("no_token", "There is no bearer token.")
        if len(token) > LONGEST_TOKEN:
            raise Forged("oversized", f"The token has {len(token)} characters.")
        claims, key = await self._claims(token.strip())
        try:
            activity = decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise Forged("malformed", f"The body is not an activity: {type(error).__name__}.") from error
        self._agree(activity, claims, key)
        return activity

    async def _claims(self, token: str) -> tuple[dict[str, Any], Key]:
        try:
            header = jwt.get_unverified_header(token)
        except jwt.InvalidTokenError as error:
            raise Forged("bad_token", f"The token cannot be read: {type(error).__name__}.") from error
        if header.get("alg") != "RS256":
            raise Forged("bad_token", "The token is not signed with RS256.")
        key = await self.keys.find(str(header.get("kid", "")))
        if key is None:
            raise Forged("unknown_key", "The token's key is not one that the bot service publishes.")
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key.key,
                algorithms=["RS256"],
                audience=self.app_id,
                issuer=ISSUER,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "nbf", "iss", "aud"]},
            )
        except jwt.InvalidTokenError as error:
            raise Forged("bad_token", f"The token is not valid: {type(error).__name__}.") from error
        return claims, key

    def _agree(self, activity: Activity, claims: dict[str, Any], key: Key) -> None:
        if activity.channel_id != CHANNEL or CHANNEL not in key.endorsements:
            raise Forged("not_endorsed", "The token's key is not endorsed for Teams.")
        claimed = claims.get("serviceurl")
        if not isinstance(claimed, str) or not claimed or claimed.rstrip("/") != activity.service_url.rstrip("/"):
            raise Forged("service_url", "The token is for another service address.")
        if activity.tenants != {self.tenant_id}:
            raise Forged("tenant", "The activity is not from this tenant.")
        if not _is_sane(activity):
            raise Forged("malformed", "An id or address in the activity is not one that Teams gives.")


def _is_sane(activity: Activity) -> bool:
    """Whether ids and addresses are such as Teams gives: they become keys and fields of rows."""
    person = activity.sender.aad_object_id
    texts = (activity.id, activity.conversation.id, activity.service_url, activity.sender.id, activity.recipient.id)
    return (not person or _PERSON.fullmatch(person) is not None) and all(len(text) <= _LONGEST_ID for text in texts)


async def _document(client: httpx.AsyncClient, url: str) -> bytes:
    answer = await client.get(url)
    answer.raise_for_status()
    if len(answer.content) > _LARGEST_DOCUMENT:
        raise httpx.DecodingError(f"{url} is larger than any list of keys")
    return answer.content


def _key(published: dict[str, Any]) -> tuple[str, Key | None]:
    """A key as published; None for one that is not an RSA key for signatures."""
    kid = str(published.get("kid", ""))
    if published.get("kty") != "RSA" or published.get("use", "sig") != "sig" or not kid:
        return kid, None
    try:
        key = jwt.PyJWK.from_dict(published, algorithm="RS256")
    except jwt.PyJWTError:
        _log.warning("a published key cannot be read", extra={"kid": kid})
        return kid, None
    endorsements = published.get("endorsements")
    return kid, Key(key, frozenset(map(str, endorsements)) if isinstance(endorsements, list) else frozenset())


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
