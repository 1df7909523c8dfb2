"""The channels of teams. A request a team, which costs no units.

Source: https://learn.microsoft.com/graph/api/channel-list
"""

from __future__ import annotations

from collections.abc import Mapping

from custos.m365.graph import Graph
from custos.m365.paging import Listing
from custos.m365.sites import channels_of

_MEMBERSHIPS = ("standard", "private", "shared")


async def read(graph: Graph, group_id: str) -> Listing[Mapping[str, object]]:
    """Those of one team. A membership that is none of the known ones is unknown."""
    found = await channels_of(graph, group_id)
    rows: list[Mapping[str, object]] = [
        {
            "channel_id": channel.channel_id,
            "name": channel.name,
            "membership": channel.membership if channel.membership in _MEMBERSHIPS else None,
            "created": channel.created,
        }
        for channel in found.values
    ]
    return Listing(rows, found.unidentified)
