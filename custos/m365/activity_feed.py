"""Teams activity feed: a nudge with a link, where no card can be sent.

Source: https://learn.microsoft.com/graph/teams-send-activityfeednotifications
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from custos.m365.graph import segment

if TYPE_CHECKING:
    from custos.m365.graph import Graph

PREVIEW_CHARACTERS = 150
LINK_CHARACTERS = 1_024


async def notify(
    graph: Graph, *, user_id: str, topic: str, link: str, text: str, teams_app_id: str = "", chain_id: int | None = None
) -> None:
    """Put `text` (the first 150 characters are shown) with `link` into a person's activity feed. One request, no units.

    `topic` is the headline; `link` a Teams deep link of at most 1,024 characters; `chain_id` replaces an earlier entry.
    Uses the reserved type `systemDefault`, which needs no manifest entry. Never sent twice by us: Unavailable with
    `maybe_done`.
    Raises Forbidden when the app is not installed for the person, NotFound for an unknown person, Refused.
    Permission: TeamsActivity.Send. Source: https://learn.microsoft.com/graph/api/userteamwork-sendactivitynotification
    """
    if len(link) > LINK_CHARACTERS:
        raise ValueError(f"a link has at most {LINK_CHARACTERS} characters")
    body: dict[str, object] = {
        "topic": {"source": "text", "value": topic, "webUrl": link},
        "activityType": "systemDefault",
        "previewText": {"content": text[:PREVIEW_CHARACTERS]},
        "templateParameters": [{"name": "systemDefaultText", "value": text[:PREVIEW_CHARACTERS]}],
    }
    if teams_app_id:
        body["teamsAppId"] = teams_app_id
    if chain_id is not None:
        body["chainId"] = chain_id
    path = f"/users/{segment(user_id)}/teamwork/sendActivityNotification"
    await graph.post(path, msgspec.json.encode(body), units=0)
