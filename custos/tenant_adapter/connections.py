"""What the adapter's modules reach the tenant through, and what they have learnt of places on the way."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from custos.m365 import Microsoft365
from custos.m365.errors import Malformed
from custos.m365.graph import Graph
from custos.m365.sharepoint import SharePoint


class _Drive(msgspec.Struct):
    url: str = msgspec.field(name="webUrl")


@dataclass
class Connections:
    """Both identities: the observer reads, the actor writes.

    `actor_id` is the actor's client id: a label that it set is Custos's own, not a person's choice. `site_urls`: item ► its site.
    """

    m365: Microsoft365
    actor_id: str
    site_urls: dict[str, str] = field(default_factory=dict, init=False)
    _libraries: dict[str, str] = field(default_factory=dict, init=False)

    @property
    def observer(self) -> Graph:
        """Graph as the identity that reads."""
        return self.m365.observer

    @property
    def actor(self) -> Graph:
        """Graph as the identity that writes. The gate lets nothing through without one."""
        assert self.m365.actor is not None, "the gate lets nothing through without an actor"
        return self.m365.actor

    @property
    def sharepoint(self) -> SharePoint:
        """SharePoint as the identity that writes. The gate lets nothing through without one."""
        assert self.m365.sharepoint is not None, "the gate lets nothing through without an actor"
        return self.m365.sharepoint

    async def library(self, drive_id: str) -> str:
        """The library's own public address, which SharePoint's bulk call wants. 1 unit, once."""
        if drive_id not in self._libraries:
            answer = await self.observer.get(f"/drives/{drive_id}", units=1, params={"$select": "webUrl"})
            try:
                self._libraries[drive_id] = msgspec.json.decode(answer, type=_Drive).url
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                raise Malformed(f"drive {drive_id}: {error}.") from error
        return self._libraries[drive_id]
