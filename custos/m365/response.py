"""What Microsoft answers: status, body and headers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Response:
    """An answer within 2xx. `headers` has lower-case names."""

    status: int
    body: bytes
    headers: Mapping[str, str]
