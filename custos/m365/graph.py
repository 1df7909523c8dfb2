"""Microsoft Graph: bytes in, bytes out, through msgraph-sdk's request adapter and the tenant's gate.

`custos.m365.throttle` waits and retries, `custos.m365.request_adapter` sends. Callers decode the few fields they need with msgspec.
Source: https://learn.microsoft.com/graph/sdks/sdks-overview
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

from custos.m365.batch import LARGEST_BATCH, BatchAnswer, BatchRequest, answers
from custos.m365.credentials import Identity, graph_audience
from custos.m365.errors import Malformed
from custos.m365.response import Response
from custos.m365.throttle import Throttle
from custos.m365.throttled_services import Service, service_of

if TYPE_CHECKING:
    from custos.m365.request_adapter import RequestAdapter


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
        self._public = f"{graph_audience(self.base_url)}/{self.base_url.rpartition('/')[2]}"

    @cached_property
    def _adapter(self) -> RequestAdapter:
        from custos.m365.request_adapter import RequestAdapter  # Microsoft's SDK takes most of a second to import

        return RequestAdapter(self.base_url, self.identity)

    def public(self, path: str) -> str:
        """What the body of a request calls the object at `path`, which begins with `/`: its address in this Graph's own cloud."""
        return self._public + path

    async def get(
        self, path: str, *, units: int, prefer: Sequence[str] = (), params: Mapping[str, str | int] | None = None
    ) -> bytes:
        """The body of `GET path`. `path` begins with `/`, without the version; `prefer` are values of the header
        Prefer.
        """
        return (await self._call("GET", self._address(path, params), units, prefer=prefer)).body

    async def get_link(self, link: str, *, units: int, prefer: Sequence[str] = ()) -> bytes:
        """The body of `GET link`, an address that an answer gave (nextLink, deltaLink, Location).

        Raises Malformed, and sends nothing, when the link leads to another host than this Graph's.
        """
        self.check_link(link)
        return (await self._call("GET", link, units, prefer=prefer)).body

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
            "POST",
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
            "PATCH", self._address(path), units, body=body, sharing_writes=int(sharing_write), until=until
        )

    async def delete(
        self, path: str, *, units: int, sharing_write: bool = False, until: float | None = None
    ) -> Response:
        """`DELETE path`. NotFound is raised when there is nothing (any more), also after a retry that had succeeded."""
        return await self._call("DELETE", self._address(path), units, sharing_writes=int(sharing_write), until=until)

    async def batch(self, requests: Sequence[BatchRequest], *, size: int = LARGEST_BATCH) -> dict[str, BatchAnswer]:
        """Many requests in few posts, at most `size` (20) parts each. Answers every id: see
        `custos.m365.batch.answers`.
        """
        return await answers(self, requests, size=size)

    async def post_batch(self, body: bytes, *, units: int, requests: int, idempotent: bool, service: Service) -> bytes:
        """`POST /$batch` as it is; `batch` handles the parts."""
        answer = await self._call(
            "POST",
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
        """Close the connections, if any were opened."""
        if "_adapter" in vars(self):
            await self._adapter.close()

    def _address(self, path: str, params: Mapping[str, str | int] | None = None, *, beta: bool = False) -> str:
        query = "?" + urlencode(params, quote_via=quote, safe="$,()'=;:/*") if params else ""
        base = f"{self._root}beta" if beta else self.base_url
        return f"{base}{path}{query}"

    async def _call(
        self,
        method: str,
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
        answer = await self.throttle.run(
            lambda: self.identity.renewing(lambda: self._adapter.send(method, address, body, prefer, until)),
            service=service,
            units=units,
            requests=requests,
            sharing_writes=sharing_writes,
            idempotent=idempotent,
            once=until is not None,
        )
        if "ratelimit-remaining" in answer.headers:
            await self._observe(service, answer.headers)
        return answer

    async def _observe(self, service: Service, headers: Mapping[str, str]) -> None:
        try:
            limit, remaining, reset = (float(headers[f"ratelimit-{name}"]) for name in ("limit", "remaining", "reset"))
        except (KeyError, ValueError):
            return
        await self.throttle.observe(service, limit, remaining, reset)
