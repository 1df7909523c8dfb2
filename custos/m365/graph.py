"""Microsoft Graph: bytes in, bytes out, through msgraph-sdk's request adapter and the tenant's gate.

The SDK gives authentication (with continuous access evaluation), its middleware and the request's life; its typed
models stay asleep, because waking one costs 1.3 seconds and each entity 3.5 ms. Callers decode the few fields they need
with msgspec. The SDK's own retry and redirect handlers are off: `custos.m365.throttle` waits and retries, and no answer may
send a token to another host.
Source: https://learn.microsoft.com/graph/sdks/sdks-overview
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote, urlencode, urlsplit

import httpx
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation
from kiota_abstractions.response_handler import ResponseHandler
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from kiota_http.middleware.options import RedirectHandlerOption, ResponseHandlerOption, RetryHandlerOption
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_request_adapter import options as graph_options
from msgraph_core import GraphClientFactory

from custos.m365.batch import LARGEST_BATCH, BatchAnswer, BatchRequest, answers
from custos.m365.credentials import Identity, graph_audience
from custos.m365.errors import Late, Malformed, MicrosoftTrouble, Unavailable, trouble_from
from custos.m365.throttle import Throttle
from custos.m365.throttled_services import Service, service_of
from custos.m365.tls import tls

USER_AGENT = "NONISV|Custos|Custos/0.1"
_TIMEOUT = httpx.Timeout(60.0, connect=10.0, write=60.0, pool=120.0)
_LIMITS = httpx.Limits(max_connections=16, max_keepalive_connections=16, keepalive_expiry=60.0)
_LATEST: ContextVar[float | None] = ContextVar("latest", default=None)


@dataclass(frozen=True, slots=True)
class Response:
    """An answer within 2xx. `headers` has lower-case names."""

    status: int
    body: bytes
    headers: Mapping[str, str]


def segment(text: str) -> str:
    """`text` (an id, a user principal name) as one segment of a path."""
    return quote(text, safe="!,@$'()*+;:=-._~")


@dataclass
class Graph:
    """Microsoft Graph as one identity. `base_url` ends in the version: `https://graph.microsoft.com/v1.0`.

    Every method raises a `MicrosoftTrouble` (custos.m365.errors), never answers with one; StorageTrouble when the gate's rows
    cannot be reached. Every method's `units` are SharePoint resource units, 0 for what SharePoint does not serve.

    A write that is given `until` (epoch seconds) is sent once, whatever comes of it, and not after that moment: Late is
    raised then. Whether to send it again is for whoever looks first at what stands. So are all writes on people's content.
    """

    base_url: str
    identity: Identity
    throttle: Throttle

    def __post_init__(self) -> None:
        self.base_url = self.base_url.rstrip("/")
        self._root = self.base_url.rpartition("/")[0] + "/"  # before the version
        parts = urlsplit(self.base_url)
        self._origin = (parts.scheme, parts.netloc)
        host = parts.hostname or ""
        audience = graph_audience(self.base_url)
        self._public = f"{audience}/{self.base_url.rpartition('/')[2]}"
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
            self.identity, scopes=[f"{audience}/.default"], allowed_hosts=[host]
        )
        self._adapter = GraphRequestAdapter(provider, client=self._client)
        self._adapter.base_url = self.base_url

    def public(self, path: str) -> str:
        """What the body of a request calls the object at `path`, which begins with `/`: its address in this Graph's own cloud."""
        return self._public + path

    async def get(
        self, path: str, *, units: int, prefer: Sequence[str] = (), params: Mapping[str, str | int] | None = None
    ) -> bytes:
        """The body of `GET path`. `path` begins with `/`, without the version; `prefer` are values of the header
        Prefer.
        """
        return (await self._call(Method.GET, self._address(path, params), units, prefer=prefer)).body

    async def get_link(self, link: str, *, units: int, prefer: Sequence[str] = ()) -> bytes:
        """The body of `GET link`, an address that an answer gave (nextLink, deltaLink, Location).

        Raises Malformed, and sends nothing, when the link leads to another host than this Graph's.
        """
        self.check_link(link)
        return (await self._call(Method.GET, link, units, prefer=prefer)).body

    async def post(
        self,
        path: str,
        body: bytes = b"",
        *,
        units: int,
        prefer: Sequence[str] = (),
        idempotent: bool = False,
        sharing_write: bool = False,
        until: float | None = None,
        beta: bool = False,
    ) -> Response:
        """`POST path` with a JSON body. Unless `idempotent`, it is never sent twice when it may have arrived once: then
        Unavailable is raised with `maybe_done`. `sharing_write` counts it against Microsoft's 300 in five minutes. `beta`: asked in beta,
        where v1.0 has no such call.
        """
        return await self._call(
            Method.POST,
            self._address(path, beta=beta),
            units,
            body=body,
            prefer=prefer,
            idempotent=idempotent,
            sharing_writes=int(sharing_write),
            until=until,
        )

    async def patch(
        self, path: str, body: bytes, *, units: int, sharing_write: bool = False, until: float | None = None
    ) -> Response:
        """`PATCH path` with a JSON body. Without `until` it is sent again after trouble: for what nobody else changes."""
        return await self._call(
            Method.PATCH, self._address(path), units, body=body, sharing_writes=int(sharing_write), until=until
        )

    async def delete(
        self, path: str, *, units: int, sharing_write: bool = False, until: float | None = None
    ) -> Response:
        """`DELETE path`. NotFound is raised when there is nothing (any more), also after a retry that had succeeded."""
        return await self._call(
            Method.DELETE, self._address(path), units, sharing_writes=int(sharing_write), until=until
        )

    async def batch(self, requests: Sequence[BatchRequest], *, size: int = LARGEST_BATCH) -> dict[str, BatchAnswer]:
        """Many requests in few posts, at most `size` (20) parts each. Answers every id: see
        `custos.m365.batch.answers`.
        """
        return await answers(self, requests, size=size)

    async def post_batch(self, body: bytes, *, units: int, requests: int, idempotent: bool, service: Service) -> bytes:
        """`POST /$batch` as it is; `batch` handles the parts."""
        answer = await self._call(
            Method.POST,
            self._address("/$batch"),
            units,
            body=body,
            idempotent=idempotent,
            service=service,
            requests=requests,
        )
        return answer.body

    def check_link(self, link: str) -> None:
        """Raises Malformed when `link` does not lead to this Graph (scheme, host and port)."""
        parts = urlsplit(link)
        if (parts.scheme, parts.netloc) != self._origin:
            raise Malformed(f"An answer's link leads to {parts.netloc or 'nowhere'}, not to {self._origin[1]}.")

    async def close(self) -> None:
        """Close the connections. The SDK's transport does not close the one below it, so both are closed here."""
        await self._client.aclose()
        await self._inner.aclose()

    def _address(self, path: str, params: Mapping[str, str | int] | None = None, *, beta: bool = False) -> str:
        query = "?" + urlencode(params, quote_via=quote, safe="$,()'=;:/*") if params else ""
        base = f"{self._root}beta" if beta else self.base_url
        return f"{base}{path}{query}"

    async def _call(
        self,
        method: Method,
        address: str,
        units: int,
        *,
        body: bytes | None = None,
        prefer: Sequence[str] = (),
        idempotent: bool = True,
        sharing_writes: int = 0,
        service: Service | None = None,
        requests: int = 1,
        until: float | None = None,
    ) -> Response:
        service = service or service_of(address.removeprefix(self._root).partition("/")[2], units)
        latest = _LATEST.set(until)
        try:
            answer = await self.throttle.run(
                lambda: self.identity.renewing(lambda: self._send(method, address, body, prefer)),
                service=service,
                units=units,
                requests=requests,
                sharing_writes=sharing_writes,
                idempotent=idempotent,
                once=until is not None,
            )
        finally:
            _LATEST.reset(latest)
        if "ratelimit-remaining" in answer.headers:
            await self._observe(service, answer.headers)
        return answer

    async def _send(self, method: Method, address: str, body: bytes | None, prefer: Sequence[str]) -> Response:
        is_write = method is not Method.GET
        what = f"{method.value} {urlsplit(address).path}"
        request = RequestInformation(method)
        request.url = address
        request.headers.add("client-request-id", str(uuid.uuid4()))
        if prefer:
            request.headers.add("Prefer", ", ".join(prefer))
        if body is not None:
            request.content = body
            request.headers.add("Content-Type", "application/json")
        request.add_request_options([ResponseHandlerOption(_Answer(what, is_write=is_write))])
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
        return cast("Response", answer)

    async def _observe(self, service: Service, headers: Mapping[str, str]) -> None:
        try:
            limit, remaining, reset = (float(headers[f"ratelimit-{name}"]) for name in ("limit", "remaining", "reset"))
        except (KeyError, ValueError):
            return
        await self.throttle.observe(service, limit, remaining, reset)


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
