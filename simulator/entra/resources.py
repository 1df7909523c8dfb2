"""The resources for which tokens are issued, under all the names by which a client may ask for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

_DOMAINS = ("sharepoint.com", "sharepoint.example")


@dataclass(frozen=True, slots=True)
class Resources:
    """From the name in a request, or in a token's `aud`, to the resource that the simulated tenant's modules know."""

    names: Mapping[str, str]

    @classmethod
    def of(cls, sharepoint_host: str, sharepoint: Mapping[str, str], fixed: Mapping[str, str]) -> Self:
        """Those of a tenant whose SharePoint is at `NAME.` and a domain; `NAME.sharepoint.com` is known as well.

        `sharepoint` gives the resource for what follows NAME (``, `-admin`, `-my`), `fixed` the other names and theirs.
        """
        name, _, own = sharepoint_host.lower().partition(".")
        domains = {own, *_DOMAINS}
        found = {f"https://{name}{end}.{each}": resource for each in domains for end, resource in sharepoint.items()}
        return cls({**found, **{resource: resource for resource in sharepoint.values()}, **fixed})

    def find(self, name: str) -> str | None:
        """The resource of that name, with or without a slash at its end; None if the tenant has none."""
        return self.names.get(name.rstrip("/").lower())

    def of_scope(self, scope: str) -> str | None:
        """The name in a scope such as `https://graph.microsoft.com/.default`, if the tenant has that resource."""
        name = scope.removesuffix("/.default")
        return name if name != scope and self.find(name) is not None else None
