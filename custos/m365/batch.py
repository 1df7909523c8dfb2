"""JSON batching: up to 20 requests in one post, each with its own status, cost and fate.

Batching saves round trips, not quota: every part is charged and throttled by itself. The outer status is 200 even when
all parts fail, parts come back in any order, and one may be missing.
Source: https://learn.microsoft.com/graph/json-batching
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from custos.m365.errors import Malformed, MicrosoftTrouble, Throttled, Unavailable, trouble_from
from custos.m365.throttle import Throttle
from custos.m365.throttled_services import Service, service_of

LARGEST_BATCH = 20
_ROUNDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRequest:
    """One part. `path` begins with `/`, without the version; `body` is JSON; `units` are SharePoint resource units."""

    id: str
    path: str
    units: int
    method: str = "GET"
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def idempotent(self) -> bool:
        """Whether sending it twice is the same as once."""
        return self.method != "POST"


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """What came of one part. `trouble` is None when it went well, and then `body` is its JSON ("" bytes for none)."""

    id: str
    status: int
    body: bytes
    headers: Mapping[str, str]
    trouble: MicrosoftTrouble | None = None

    def read(self) -> bytes:
        """The body. Raises the trouble when there is one."""
        if self.trouble is not None:
            raise self.trouble
        return self.body


class _Poster(Protocol):
    @property
    def throttle(self) -> Throttle: ...

    async def post_batch(
        self, body: bytes, *, units: int, requests: int, idempotent: bool, service: Service
    ) -> bytes: ...


class _Part(msgspec.Struct):
    id: str
    status: int
    body: msgspec.Raw = msgspec.Raw(b"")
    headers: dict[str, str] | None = None


class _Parts(msgspec.Struct):
    responses: list[msgspec.Raw]


_decode = msgspec.json.Decoder(_Parts).decode
_decode_part = msgspec.json.Decoder(_Part).decode


async def answers(graph: _Poster, requests: Sequence[BatchRequest], *, size: int) -> dict[str, BatchAnswer]:
    """Send `requests` and answer each id.

    A throttled part silences its whole lane for as long as it says and is sent again; a part with 5xx, or one that the
    answer leaves out, is sent again unless it is a POST. After six rounds its last trouble stands: Throttled, or
    Unavailable for a part that never came. Costs the sum of the parts' units, in each round that they take part in.
    When a whole post stays throttled, its parts are Throttled and the answers of other posts stand; any other trouble
    of a post as a whole is raised.
    """
    found: dict[str, BatchAnswer] = {}
    size = min(size, LARGEST_BATCH)
    for service in Service:
        own = [request for request in requests if service_of(request.path, request.units) is service]
        for start in range(0, len(own), size):
            found.update(await _chunk(graph, own[start : start + size], service))
    return found


async def _chunk(graph: _Poster, chunk: Sequence[BatchRequest], service: Service) -> dict[str, BatchAnswer]:
    found: dict[str, BatchAnswer] = {}
    waiting = {request.id: request for request in chunk}
    for number in range(_ROUNDS):
        if number and not any(isinstance(found[one].trouble, Throttled) for one in waiting):
            await asyncio.sleep(min(20.0, graph.throttle.first_delay * 2**number))
        try:
            heard = await _round(graph, list(waiting.values()), service)
        except Throttled as trouble:  # the post as a whole: what other posts answered is paid for and stays
            return found | {one: BatchAnswer(one, trouble.status, b"", {}, trouble) for one in waiting}
        found.update(heard)
        throttles = [one.trouble for one in heard.values() if isinstance(one.trouble, Throttled)]
        if throttles:
            told = [trouble.retry_after for trouble in throttles if trouble.retry_after is not None]
            await graph.throttle.throttled(service, max(told) if told else 2.0**number)
        waiting = {one: request for one, request in waiting.items() if _again(request, found[one].trouble)}
        if not waiting:
            break
    return found


async def _round(graph: _Poster, parts: Sequence[BatchRequest], service: Service) -> dict[str, BatchAnswer]:
    raw = await graph.post_batch(
        msgspec.json.encode({"requests": [_written(part) for part in parts]}),
        units=sum(part.units for part in parts),
        requests=len(parts),
        idempotent=all(part.idempotent for part in parts),
        service=service,
    )
    heard = {part.id: part for part in _heard(raw)}
    return {part.id: _answer(part, heard.get(part.id)) for part in parts}


def _heard(raw: bytes) -> list[_Part]:
    """The parts that can be read: one that cannot is as one that the answer leaves out. Raises Malformed."""
    try:
        responses = _decode(raw).responses
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"POST /$batch: the answer cannot be read ({error}).") from error
    parts = []
    for response in responses:
        try:
            parts.append(_decode_part(response))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            continue
    return parts


def _written(part: BatchRequest) -> dict[str, object]:
    written: dict[str, object] = {"id": part.id, "method": part.method, "url": part.path}
    headers = dict(part.headers)
    if part.body:
        written["body"] = msgspec.Raw(part.body)
        headers["Content-Type"] = "application/json"
    if headers:
        written["headers"] = headers
    return written


def _answer(part: BatchRequest, heard: _Part | None) -> BatchAnswer:
    what = f"{part.method} {part.path.partition('?')[0]} in a batch"
    is_write = part.method != "GET"
    if heard is None:
        missing = Unavailable(f"{what}: the answer leaves it out.", maybe_done=is_write, code="missing")
        return BatchAnswer(part.id, 0, b"", {}, missing)
    headers = {name.lower(): value for name, value in (heard.headers or {}).items()}
    body = bytes(heard.body)
    if 200 <= heard.status < 300:
        return BatchAnswer(part.id, heard.status, body, headers)
    return BatchAnswer(
        part.id, heard.status, body, headers, trouble_from(heard.status, headers, body, what=what, is_write=is_write)
    )


def _again(request: BatchRequest, trouble: MicrosoftTrouble | None) -> bool:
    return isinstance(trouble, Throttled) or (isinstance(trouble, Unavailable) and request.idempotent)
