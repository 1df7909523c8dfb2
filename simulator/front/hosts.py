"""Microsoft's host names, and which surface of the simulated tenant answers under each.

A request to `Host: graph.microsoft.com` is the same as one to the path prefix `/graph` of the tenant's own address. The
web addresses in an answer begin with the address that the client called.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from aiohttp import web

INSTANCE_METADATA_HOST = "169.254.169.254"
"""Where a virtual machine asks for its identity's tokens, over plain HTTP.
Source: https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
"""
_FIXED = {
    "graph.microsoft.com": "/graph",
    "login.microsoftonline.com": "/login",
    "login.windows.net": "/login",
    "smba.trafficmanager.net": "/bot",
    "login.botframework.com": "/botframework",
    INSTANCE_METADATA_HOST: "/imds",
}
_SHAREPOINT = {"": "/sharepoint", "-admin": "/sharepoint-admin", "-my": "/sharepoint"}
_SHAREPOINT_DOMAIN = "sharepoint.com"


@dataclass(frozen=True, slots=True)
class Hosts:
    """The path prefix that stands for each host name, in lower case."""

    prefixes: Mapping[str, str]

    @classmethod
    def of(cls, sharepoint_host: str) -> Self:
        """For a tenant whose SharePoint is at `NAME.sharepoint.com`, or at `NAME.` and a domain of its own."""
        name, _, domain = sharepoint_host.lower().partition(".")
        own = {
            f"{name}{suffix}.{each}": prefix
            for each in (domain, _SHAREPOINT_DOMAIN)
            for suffix, prefix in _SHAREPOINT.items()
        }
        return cls({**_FIXED, **own})

    def prefix(self, host: str) -> str | None:
        """The prefix for a `Host` header, with or without a port; None for the tenant's own address and strangers."""
        return self.prefixes.get(host.partition(":")[0].lower())

    @property
    def secure(self) -> list[str]:
        """The names that are reached over TLS."""
        return [host for host in self.prefixes if host != INSTANCE_METADATA_HOST]


HOSTS = web.AppKey("hosts", Hosts)


def called(request: web.Request, path: str) -> str:
    """The address of `path` (`/graph/v1.0`) as the client would call it: without the prefix under the real host name, and over TLS
    where something before this server ended it and says so.
    """
    prefix = request.app[HOSTS].prefix(request.host) or ""
    scheme = "https" if request.headers.get("X-Forwarded-Proto") == "https" else request.scheme
    return f"{scheme}://{request.host}{path.removeprefix(prefix)}"


def stranger(host: str) -> str:
    """Why a host is not served."""
    return f"{host} is not part of the simulated tenant, and nothing leaves this machine.\n"
