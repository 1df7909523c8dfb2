"""Errors in Graph's shape. Source: https://learn.microsoft.com/graph/errors"""

from __future__ import annotations

import time

import msgspec

from simulator.graph.calls import Answer
from simulator.refusal import Refused


def error_answer(refusal: Refused, *, request_id: str, client_request_id: str, headers: dict[str, str]) -> Answer:
    """A refusal as Graph writes it, with the ids by which support finds a request."""
    inner = {
        "date": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()),
        "request-id": request_id,
        "client-request-id": client_request_id,
    }
    if refusal.inner:
        inner = {"code": refusal.inner, **inner}
    body = {"error": {"code": refusal.code, "message": refusal.message, "innerError": inner}}
    if refusal.status == 401:
        headers = {"WWW-Authenticate": 'Bearer realm=""', **headers}
    return Answer(msgspec.json.encode(body), refusal.status, headers)
