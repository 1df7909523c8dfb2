"""Who sits at the terminal: people sign in to Microsoft Entra with a code, and are who Microsoft Graph says they are.

The tokens are kept in the person's own folder, as the Azure CLI keeps its own; several people may be signed in from one folder
(in a rehearsal they are), and one of them is chosen. MSAL does the talking, azure-identity being made of it, because it says where
tokens are kept. On a real tenant whoever is signed in with `az login` counts as well.

Sources: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code,
https://learn.microsoft.com/entra/msal/python/getting-started/acquiring-tokens and
https://learn.microsoft.com/python/api/azure-identity/azure.identity.azureclicredential
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from custos.errors import BadInput, Mark, Problem
from custos.m365.credentials import graph_audience
from custos.m365.errors import Malformed, Unavailable
from custos.m365.tls import tls
from custos.settings import Settings

_SCOPES = ("User.Read",)
_MICROSOFT = "https://login.microsoftonline.com"
_TIMEOUT_SECONDS = 30.0
_REFUSED = (401, 403)
HOW = "Sign in with `custos sign-in`."


class NotSignedIn(BadInput):
    """Nobody is signed in here."""

    def __init__(self, remedy: str = HOW) -> None:
        super().__init__([Problem(Mark("sign-in"), "Nobody is signed in.", remedy, code="sign-in")])


@dataclass(frozen=True, slots=True)
class Code:
    """What the person has to enter, at which address, and until when."""

    page: str
    code: str
    ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A signed-in account as Graph tells of it. `id` is that of the directory object, the same whatever the spelling of the name."""

    id: str
    upn: str
    name: str


class _Me(msgspec.Struct):
    id: str
    upn: str = msgspec.field(name="userPrincipalName", default="")
    name: str | None = msgspec.field(name="displayName", default=None)


_me = msgspec.json.Decoder(_Me).decode


@dataclass
class SignIn:
    """The people signed in on this machine, in the folder of the settings. Methods that talk to Entra raise Unavailable when it
    does not answer, and BadInput when nobody can be told.
    """

    settings: Settings
    _app: Any = field(default=None, init=False, repr=False)

    async def sign_in(self, show: Callable[[Code], None]) -> Account:
        """Show a code, wait until somebody entered it, and be them from then on."""
        if not self.settings.sign_in_client_id:
            raise _problem(
                "No app registration is set with which people could sign in.",
                "Set CUSTOS_SIGN_IN_CLIENT_ID (docs/operator.md), or use `az login`.",
            )
        username = await asyncio.to_thread(self._enter, show)
        return await self.account(username)

    def signed_in(self) -> list[str]:
        """The sign-in names of those who are signed in, the last one first."""
        return [str(account["username"]) for account in self._accounts()]

    def sign_out(self) -> list[str]:
        """Forget everybody's tokens. Who was signed in."""
        gone = self.signed_in()
        for account in self._accounts():
            self._client().remove_account(account)
        self._current.unlink(missing_ok=True)
        return gone

    async def account(self, wanted: str = "") -> Account:
        """The account that is signed in, as Microsoft Graph tells of it now; of several the one named `wanted`, or the last.

        Raises BadInput when nobody is signed in, `wanted` is not, or Entra no longer honours the sign-in.
        """
        token = await asyncio.to_thread(self._token, wanted)
        address = f"{self.settings.graph_url}/me?$select=id,displayName,userPrincipalName"
        try:
            async with httpx.AsyncClient(verify=tls(), timeout=_TIMEOUT_SECONDS) as client:
                answer = await client.get(address, headers={"Authorization": f"Bearer {token}"})
        except httpx.HTTPError as error:
            raise Unavailable(f"Microsoft Graph did not say who is signed in: {type(error).__name__}.") from error
        if answer.status_code in _REFUSED:
            raise _problem("Microsoft no longer accepts this sign-in.", HOW)
        if answer.status_code == 400:  # an app by itself has no /me
            raise _problem("An app is signed in, not a person.", HOW)
        if answer.status_code != 200:
            raise Unavailable(f"Microsoft Graph did not say who is signed in: {answer.status_code}.")
        try:
            told = _me(answer.content)
        except msgspec.MsgspecError as error:
            raise Malformed("Microsoft Graph's answer about who is signed in cannot be read.") from error
        return Account(id=told.id, upn=told.upn, name=told.name or told.upn)

    async def token(self, scopes: Sequence[str], wanted: str = "") -> str:
        """A token for Microsoft Graph in the name of who is signed in, that allows at least `scopes` (`Application.Read.All`, …).

        Raises BadInput when nobody is signed in, or the app by which they signed in may not have these.
        """
        return await asyncio.to_thread(self._token, wanted, scopes)

    def _enter(self, show: Callable[[Code], None]) -> str:
        client = self._client()
        flow = _asked(client.initiate_device_flow, self._full(_SCOPES))
        if "user_code" not in flow:
            raise _problem(f"Entra gives no code: {_words(flow)}", "See docs/operator.md for the app's registration.")
        show(Code(flow["verification_uri"], flow["user_code"], datetime.fromtimestamp(flow["expires_at"], UTC)))
        told = _asked(client.acquire_token_by_device_flow, flow)
        if "access_token" not in told:
            raise _problem(f"Nobody signed in: {_words(told)}", HOW)
        claims = told["id_token_claims"]
        self._current.write_text(str(claims["oid"]), encoding="utf-8")
        return str(claims["preferred_username"])

    def _token(self, wanted: str, scopes: Sequence[str] = _SCOPES) -> str:
        accounts = self._accounts()
        named = wanted.strip().casefold()
        chosen = next((each for each in accounts if named in ("", str(each["username"]).casefold())), None)
        if chosen is not None:
            told = _asked(self._client().acquire_token_silent_with_error, self._full(scopes), account=chosen)
            if told and "access_token" in told:
                return str(told["access_token"])
            said = f"The sign-in of {chosen['username']} has ended: {_words(told or {})}"
            raise _problem(said, HOW if scopes == _SCOPES else f"{HOW} Or `custos sign-out`, then `az login`.")
        if wanted:
            known = f"Signed in: {', '.join(self.signed_in())}. " if accounts else ""
            raise _problem(f"{wanted} is not signed in here.", f"{known}{HOW}")
        return self._token_of_azure_cli()

    def _full(self, scopes: Sequence[str]) -> list[str]:
        return [f"{graph_audience(self.settings.graph_url)}/{scope}" for scope in scopes]

    def _token_of_azure_cli(self) -> str:
        how = HOW if self.settings.sign_in_client_id else "Sign in with `az login`."
        if self.settings.is_rehearsal:
            raise NotSignedIn(how)
        from azure.core.exceptions import ClientAuthenticationError
        from azure.identity import AzureCliCredential, CredentialUnavailableError

        try:
            credential = AzureCliCredential(tenant_id=self.settings.tenant_id)
            return str(credential.get_token(*self._full([".default"])).token)
        except (ClientAuthenticationError, CredentialUnavailableError) as error:
            raise NotSignedIn(how) from error

    @property
    def _folder(self) -> Path:
        return self.settings.sign_in_folder.expanduser()

    @property
    def _current(self) -> Path:
        return self._folder / "current"

    def _accounts(self) -> list[Mapping[str, Any]]:
        """Those who are signed in, the last one first."""
        if not self.settings.sign_in_client_id or not self._folder.is_dir():
            return []
        last = self._current.read_text(encoding="utf-8") if self._current.is_file() else ""
        found: list[Mapping[str, Any]] = _asked(self._client().get_accounts)
        return sorted(found, key=lambda account: account["local_account_id"] != last)

    def _client(self) -> Any:
        """MSAL's client, made on first use: importing it takes a tenth of a second."""
        if self._app is None:
            import msal
            import msal_extensions

            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            place = str(self._folder / "tokens")
            plain = self.settings.is_rehearsal or sys.platform.startswith("linux")
            kept = (
                msal_extensions.FilePersistence(place) if plain else msal_extensions.build_encrypted_persistence(place)
            )
            authority = self.settings.login_url if not self.settings.is_rehearsal else _MICROSOFT
            self._app = _asked(
                msal.PublicClientApplication,
                self.settings.sign_in_client_id,
                authority=f"{authority}/{self.settings.tenant_id}",
                token_cache=msal_extensions.PersistedTokenCache(kept),
                http_client=_Http(self.settings.login_url if self.settings.is_rehearsal else ""),
            )
        return self._app


class _Http:
    """The HTTP client that MSAL sends through. A simulated tenant stands for Microsoft at `instead`, behind a TLS that ends here.

    Source: https://learn.microsoft.com/python/api/msal/msal.application.publicclientapplication (`http_client`)
    """

    def __init__(self, instead: str) -> None:
        self._instead = instead

    def get(self, url: str, params: Any = None, headers: Any = None, **_: object) -> httpx.Response:
        return self._send("GET", url, params, headers)

    def post(self, url: str, params: Any = None, data: Any = None, headers: Any = None, **_: object) -> httpx.Response:
        return self._send("POST", url, params, headers, data)

    def _send(self, method: str, url: str, params: Any, headers: Any, data: Any = None) -> httpx.Response:
        sent = {name: value for name, value in (headers or {}).items() if value is not None}
        if self._instead:
            parts = urlsplit(url)
            place = urlsplit(self._instead)
            url = parts._replace(scheme=place.scheme, netloc=place.netloc).geturl()
            sent |= {"Host": parts.netloc, "X-Forwarded-Proto": "https"}
        with httpx.Client(verify=tls(), timeout=_TIMEOUT_SECONDS) as client:
            return client.request(method, url, params=params, data=data, headers=sent)


def _asked(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """What MSAL answers. Raises Unavailable when Entra cannot be reached."""
    try:
        return function(*arguments, **named)
    except httpx.HTTPError as error:
        raise Unavailable(f"Microsoft Entra cannot be reached: {type(error).__name__}.") from error
    except (
        ValueError,
        RuntimeError,
    ) as error:  # MSAL's words for a tenant that is not there, or an answer that it cannot read
        raise _problem(
            f"Entra does not know this tenant or app: {str(error).splitlines()[0]}", "Check the settings."
        ) from error


def _words(told: Mapping[str, Any]) -> str:
    """The first line of an error of Entra's."""
    words = str(told.get("error_description") or told.get("error") or "no answer")
    return words.splitlines()[0].partition(" Trace ID:")[0]


def _problem(what: str, remedy: str) -> BadInput:
    return BadInput([Problem(Mark("sign-in"), what, remedy, code="sign-in")])
