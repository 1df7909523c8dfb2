"""A channel of a team. Private and shared ones keep their files in a site of their own, and a shared one lets in people of other teams and
organisations who are guests nowhere.

Sources: https://learn.microsoft.com/graph/api/resources/channel and
https://learn.microsoft.com/microsoftteams/shared-channels
"""

from __future__ import annotations

import polars as pl

from custos.kinds.common_facts import GIVEN, PLACE
from custos.kinds.declaration import Declaration, Lies, Rows
from custos.kinds.fact import FactType, Origin, fact
from custos.model.subject import Kind

_CHANNELS = Origin("channels of the team", "daily", 0, "Channel.ReadBasic.All", "channels", "read_at")
_OWN = (
    fact("channel_name", FactType.TEXT, _CHANNELS, "the channel's name", "Commercial"),
    fact(
        "channel_membership", FactType.CHOICE, _CHANNELS, "who is in the channel: the team, some of it, or other teams too", "shared",
        choices={
            "standard": "everybody in the team",
            "private": "some people of the team",
            "shared": "other teams and organisations too",
        },
    ),
    fact("channel_created", FactType.MOMENT, _CHANNELS, "the day the channel was made", "2022-03-01"),
)  # fmt: skip

DECLARATION = Declaration(
    kind=Kind.CHANNEL,
    meaning="one channel of a team",
    things=("channel", "channels"),
    lies=Lies.OF_SITE,
    facts=(*PLACE, *_OWN),
    given=(*GIVEN, *(one.name for one in _OWN)),
    rows=Rows(
        table="channels",
        on="group_id",
        needs=pl.col("is_team").fill_null(value=True),
        own={
            "channel_id": pl.String(),
            "name": pl.String(),
            "membership": pl.String(),  # standard | private | shared; null: told in a way that cannot be understood
            "created": pl.Datetime("us", "UTC"),
        },
        facts={"channel_name": "name", "channel_membership": "membership", "channel_created": "created"},
        item_id="channel_id",
        name="name",
        known="membership",
    ),
    always=("channel_name", "channel_membership"),
    of_teams=True,
    named=True,
    per_finding=True,
    ranks={"sharing": 35},
)
