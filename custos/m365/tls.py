"""One TLS context for all clients: loading the trusted roots takes some tenths of a second each time."""

from __future__ import annotations

import ssl
from functools import cache

import httpx


@cache
def tls() -> ssl.SSLContext:
    """The process's context, made on first use."""
    return httpx.create_ssl_context()
