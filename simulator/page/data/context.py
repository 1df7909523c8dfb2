"""What a page is made from: the tenant, the web application that serves it, and what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import web

from simulator.tenant.state import Tenant


@dataclass(frozen=True, slots=True)
class Context:
    """`places` are the parts of the address that name a site, drive or item; `query` is what stands behind `?`."""

    tenant: Tenant
    app: web.Application
    places: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)

    def number(self, name: str, default: int) -> int:
        """A whole number from the query that is not below zero; `default` where there is none."""
        text = self.query.get(name, "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else default
