"""One request to Microsoft Graph through msgraph-sdk's request adapter: bytes in, bytes out, every error status raised.

The SDK gives authentication (with continuous access evaluation), its middleware and the request's life; its typed
models stay asleep, because waking one costs 1.3 seconds and each entity 3.5 ms. The SDK's own retry and redirect handlers are
off: `custos.m365.throttle` waits and retries, and no answer may send a token to another host.
Source: https://learn.microsoft.com/graph/sdks/sdks-overview
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

import httpx
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation
from kiota_abstractions.response_handler import ResponseHandler
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from kiota_http.middleware.options import RedirectHandlerOption, ResponseHandlerOption, RetryHandlerOption
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_request_adapter import options as graph_options
from msgraph_core import GraphClientFactory

from custos.m365.credentials import Identity, graph_audience
from custos.m365.errors import Late, Malformed, MicrosoftTrouble, Unavailable, trouble_from
from custos.m365.response import Response
from custos.m365.tls import tls

USER_AGENT = "NONISV|Custos|Custos/0.1"
_TIMEOUT = httpx.Timeout(60.0, connect=10.0, write=60.0, pool=120.0)
_LIMITS = httpx.Limits(max_connections=16, max_keepalive_connections=16, keepalive_expiry=60.0)
_LATEST: ContextVar[float | None] = ContextVar("latest", default=None)


@dataclass
class RequestAdapter:
    """Sends to the Graph at `base_url` (with its version, no trailing slash) as one identity."""

    base_url: str
    identity: Identity

    def __post_init__(self) -> None:
        audience = graph_audience(self.base_url)
        self._inner = _Punctual(verify=tls(), http1=True, http2=False, limits=_LIMITS)
        self._client = GraphClientFactory.create_with_default_middleware(
            client=httpx.AsyncClient(
                transport=self._inner, timeout=_TIMEOUT, headers={"User-Agent": USER_AGENT}, follow_redirects=False
            ),
            options={
                **graph_options,
                RetryHandlerOption.get_key(): RetryHandlerOption(max_retries=0, should_retry=False),
                RedirectHandlerOption.get_key(): RedirectHandlerOption(max_redirect=0, should_redirect=False),
            },
        )
        provider = AzureIdentityAuthenticationProvider(
            self.identity, scopes=[f"{audience}/.default"], allowed_hosts=[urlsplit(self.base_url).hostname or ""]
        )
        self._adapter = GraphRequestAdapter(provider, client=self._client)
        self._adapter.base_url = self.base_url

    async def send(
        self, method: str, address: str, body: bytes | None, prefer: Sequence[str], until: float | None
    ) -> Response:
        """One request, sent once. Raises a `MicrosoftTrouble`; Late when it could not leave before `until` (epoch seconds)."""
        is_write = method != Method.GET.value
        what = f"{method} {urlsplit(address).path}"
        request = RequestInformation(Method(method))
        request.url = address
        request.headers.add("client-request-id", str(uuid.uuid4()))
        if prefer:
            request.headers.add("Prefer", ", ".join(prefer))
        if body is not None:
            request.content = body
            request.headers.add("Content-Type", "application/json")
        request.add_request_options([ResponseHandlerOption(_Answer(what, is_write=is_write))])
        latest = _LATEST.set(until)
        try:
            answer = await self._adapter.send_primitive_async(request, "bytes", {})
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise Unavailable(f"{what}: not reached ({type(error).__name__}).") from error
        except (httpx.RemoteProtocolError, httpx.DecodingError) as error:
            cut_short = isinstance(error, httpx.DecodingError) or "complete message body" in str(error)
            if is_write or not cut_short:
                raise Unavailable(f"{what}: the connection was lost ({error}).", maybe_done=is_write) from error
            raise Malformed(f"{what}: the answer was cut short ({error}).") from error
        except httpx.TransportError as error:
            raise Unavailable(f"{what}: no answer ({type(error).__name__}).", maybe_done=is_write) from error
        finally:
            _LATEST.reset(latest)
        return cast("Response", answer)

    async def close(self) -> None:
        """Close the connections. The SDK's transport does not close the one below it, so both are closed here."""
        await self._client.aclose()
        await self._inner.aclose()


class _Punctual(httpx.AsyncHTTPTransport):
    """Lets nothing leave after its time: looked at last of all, when tokens and turns have been waited for."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        latest = _LATEST.get()
        if latest is not None and time.time() >= latest:
            raise Late(f"{request.method} {request.url.path}: it was too late to send it; nothing was sent.")
        return await super().handle_async_request(request)


class _Answer(ResponseHandler):
    """Takes the native response before the SDK does: status and headers are kept, and every error status is raised."""

    def __init__(self, what: str, *, is_write: bool) -> None:
        self.what = what
        self.is_write = is_write

    async def handle_response_async(self, response: Any, error_map: Any) -> Any:  # noqa: ARG002  # kiota's signature
        answer = cast("httpx.Response", response)
        if answer.is_success:
            return Response(answer.status_code, answer.content, answer.headers)
        raise self.trouble(answer)

    def trouble(self, answer: httpx.Response) -> MicrosoftTrouble:
        return trouble_from(answer.status_code, answer.headers, answer.content, what=self.what, is_write=self.is_write)
