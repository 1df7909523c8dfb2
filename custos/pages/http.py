"""A request for a page, and the answer to it, whoever carries them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

BASE = "/api/page"
"""The address of the pages, below the host's name. Easy Auth guards it; see `infra/app.bicep`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`path` is what follows `BASE`, without slashes around it. Names of headers are in lower case, each query key stands once."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The HTTP answer. `refused` is why whoever asked was not believed, "" otherwise."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    mimetype: str = "text/html"
    refused: str = ""


def address(*path: str) -> str:
    """The address of a page of ours."""
    return "/".join((BASE, *path))
