"""JSON batching: parse the parts, put the answers together. Source: https://learn.microsoft.com/graph/json-batching"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from simulator.entra.identity import Caller
from simulator.graph.calls import Answer, Call
from simulator.refusal import bad_request
from simulator.tenant.state import Tenant

MOST_PARTS = 20


@dataclass(frozen=True, slots=True)
class Part:
    """One request of a batch; `url` is relative, without a leading slash."""

    id: str
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    depends_on: tuple[str, ...]

    def call(self, tenant: Tenant, caller: Caller, base: str, preferences: Callable[[str], frozenset[str]]) -> Call:
        """The part as a call of its own."""
        split = urlsplit(self.url)
        prefer = next((value for name, value in self.headers.items() if name.lower() == "prefer"), "")
        query = dict(parse_qsl(split.query, keep_blank_values=True))
        return Call(
            tenant, caller, self.method, unquote(split.path), base, query, preferences(prefer), self.headers, self.body
        )


@dataclass(frozen=True, slots=True)
class PartAnswer:
    """The answer to one part."""

    id: str
    status: int
    headers: Mapping[str, str]
    body: bytes | None


def parse(body: bytes) -> list[Part]:
    """The parts of a batch. Raises Refused 400 for more than 20, ids not unique, or an unknown dependency."""
    try:
        requests = msgspec.json.decode(body)["requests"]
        parts = [_part(each) for each in requests]
    except (msgspec.DecodeError, KeyError, TypeError, AttributeError) as error:
        raise bad_request("The batch is not valid: it needs 'requests', each with id, method and url.") from error
    if not 0 < len(parts) <= MOST_PARTS:
        raise bad_request(f"A batch holds 1 to {MOST_PARTS} requests, not {len(parts)}.")
    seen: set[str] = set()
    for part in parts:
        if part.id in seen:
            raise bad_request(f"The batch has the id '{part.id}' twice.")
        if not set(part.depends_on) <= seen:
            raise bad_request(f"The request '{part.id}' depends on one that does not come before it.")
        if part.body and not any(name.lower() == "content-type" for name in part.headers):
            raise bad_request(f"The request '{part.id}' has a body but no Content-Type.")
        seen.add(part.id)
    return parts


def _part(raw: dict[str, Any]) -> Part:
    body = msgspec.json.encode(raw["body"]) if raw.get("body") is not None else b""
    url = str(raw["url"]).lstrip("/")
    depends_on = tuple(map(str, raw.get("dependsOn") or ()))
    return Part(str(raw["id"]), str(raw["method"]).upper(), url, raw.get("headers") or {}, body, depends_on)


def part_answer(part: Part, answered: Answer) -> PartAnswer:
    """An answer as part of a batch."""
    headers = dict(answered.headers)
    if answered.body is not None:
        headers["Content-Type"] = "application/json"
    return PartAnswer(part.id, answered.status, headers, answered.body)


def failed_dependency(part: Part) -> PartAnswer:
    """424: what this part depends on failed."""
    error = {"code": "FailedDependency", "message": "A request that this one depends on failed."}
    return PartAnswer(part.id, 424, {"Content-Type": "application/json"}, msgspec.json.encode({"error": error}))


def encode(answers: list[PartAnswer]) -> Answer:
    """The batch's answer: always 200, last part first now and then, for order means nothing."""
    parts = [
        {"id": each.id, "status": each.status, "headers": dict(each.headers)}
        | ({"body": msgspec.Raw(each.body)} if each.body is not None else {})
        for each in (reversed(answers) if len(answers) % 2 else answers)
    ]
    return Answer(msgspec.json.encode({"responses": parts}))
