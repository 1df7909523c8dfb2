"""Who Custos is to Microsoft: managed identities, each with tokens per audience.

Source: https://learn.microsoft.com/python/api/azure-identity/azure.identity.aio.managedidentitycredential
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from azure.core.credentials import AccessToken
from azure.core.exceptions import AzureError

from custos.m365.errors import Forbidden, Unavailable
from custos.settings import Settings

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

GRAPH_AUDIENCE = "https://graph.microsoft.com"
BOT_AUDIENCE = "https://api.botframework.com"
_MARGIN_SECONDS = 300
_REMEDY = (
    "Check the client id, and that this machine or app carries the identity; a new one may take minutes to appear."
)
_ENTRA_CODE = re.compile(r"AADSTS([0-9]{4,8})")
_LONGEST_ERROR = 4_000
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

type Opening = Callable[[str], AsyncTokenCredential]
"""Makes the credential of an identity, by its client id."""


def graph_audience(graph_url: str) -> str:
    """For whom tokens of the Graph at an address are, without a version: national clouds have a Graph of their own. A rehearsal's, on
    this machine, takes those of the worldwide one.

    Source: https://learn.microsoft.com/graph/deployments
    """
    host = urlsplit(graph_url).hostname or ""
    return GRAPH_AUDIENCE if host in _LOOPBACK else f"https://{host}"


def managed_identity(client_id: str) -> AsyncTokenCredential:
    """Azure's own. It finds its endpoint in the environment of the process, where the platform puts it."""
    from azure.identity.aio import ManagedIdentityCredential

    # azure-identity would try ten times, for minutes: the gate does all waiting, and a worker has not so long
    return ManagedIdentityCredential(client_id=client_id, retry_total=0)


@dataclass
class Identity:
    """One managed identity. Tokens are kept until five minutes before they end; it serves as an SDK's credential too.

    `name` is for people, `client_id` the identity's client id. `opening` is another one where a rehearsal shares its process.
    """

    name: str
    client_id: str
    opening: Opening = managed_identity
    _credential: AsyncTokenCredential | None = field(default=None, init=False, repr=False)
    _tokens: dict[str, AccessToken] = field(default_factory=dict, init=False, repr=False)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock, init=False, repr=False)

    async def token(self, audience: str) -> AccessToken:
        """A token for `audience` (`https://graph.microsoft.com`, a SharePoint host, …), good for five minutes at least.

        Raises Unavailable when the identity cannot be had.
        """
        return await self.get_token(f"{audience.rstrip('/')}/.default")

    async def get_token(
        self,
        *scopes: str,
        claims: str | None = None,
        tenant_id: str | None = None,  # noqa: ARG002  # azure-core's signature; a managed identity has one tenant
        enable_cae: bool = False,  # noqa: ARG002
        **_: object,
    ) -> AccessToken:
        """azure-core's AsyncTokenCredential: the SDKs call this before every request, so a kept token costs a look-up.

        A claims challenge throws the kept tokens away first.
        """
        if claims:
            await self.forget()
        scope = scopes[0]
        kept = self._tokens.get(scope)
        if kept is not None and kept.expires_on - time.time() > _MARGIN_SECONDS:
            return kept
        async with self._lock:
            kept = self._tokens.get(scope)
            if kept is not None and kept.expires_on - time.time() > _MARGIN_SECONDS:
                return kept
            try:
                fresh: AccessToken = await self._open().get_token(scope)
            except AzureError as error:
                said = f"No token for {scope} as {self.name} ({self.client_id}): {type(error).__name__}."
                raise Unavailable(f"{said}{_entra_code(error)} {_REMEDY}", code="noToken") from error
            self._tokens[scope] = fresh
            return fresh

    async def renewing[T](self, send: Callable[[], Awaitable[T]]) -> T:
        """Send; when the answer is 401, once more with a new token, since the kept one may have been revoked.

        What is answered with 401 was not carried out, so this is for writes too. Raises what the last try raised.
        """
        try:
            return await send()
        except Forbidden as trouble:
            if trouble.status != 401:
                raise
        await self.forget()
        return await send()

    async def forget(self) -> None:
        """Throw away every token, also those that azure-identity keeps: the next call asks for new ones."""
        async with self._lock:
            self._tokens.clear()
            await self._close()

    async def close(self) -> None:
        """Close the connection to the token endpoint. The identity can be used again afterwards."""
        async with self._lock:
            await self._close()

    async def __aenter__(self) -> Identity:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def _open(self) -> AsyncTokenCredential:
        if self._credential is None:
            self._credential = self.opening(self.client_id)
        return self._credential

    async def _close(self) -> None:
        if self._credential is not None:
            await self._credential.close()
            self._credential = None


def _entra_code(error: AzureError) -> str:
    """Entra's number for why it gave no token, and where it is explained; "" without one. Nothing is decided by it: numbers change.

    Source: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
    """
    code = _ENTRA_CODE.search(str(error)[:_LONGEST_ERROR])
    return f" Entra says {code[0]}: https://login.microsoftonline.com/error?code={code[1]} explains it." if code else ""


@dataclass(frozen=True, slots=True)
class Identities:
    """The identities of this installation. Everything runs without an actor, but nothing is written then."""

    observer: Identity
    actor: Identity | None
    bot: Identity | None

    async def close(self) -> None:
        """Close all of them."""
        for identity in (self.observer, self.actor, self.bot):
            if identity is not None:
                await identity.close()


def identities_from(settings: Settings, opening: Opening = managed_identity) -> Identities:
    """The identities that the settings name; an empty client id means that there is none."""
    return Identities(
        observer=Identity("observer", settings.observer_client_id, opening),
        actor=Identity("actor", settings.actor_client_id, opening) if settings.actor_client_id else None,
        bot=Identity("bot", settings.bot_app_id, opening) if settings.bot_app_id else None,
    )
