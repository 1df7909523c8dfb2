"""Who owns and belongs to the groups behind the sites: the rows of the table `members`.

Sources: https://learn.microsoft.com/graph/api/group-list-owners and
https://learn.microsoft.com/graph/api/group-list-members
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from custos.inventory.concurrency import all_of
from custos.inventory.schema import INSTANT, MEMBERS, SITES, empty
from custos.m365 import directory
from custos.m365.directory import User
from custos.m365.errors import MicrosoftTrouble, Throttled
from custos.m365.graph import Graph


@dataclass(frozen=True, slots=True)
class Membership:
    """The people of one group, as of `read_at`. Disabled accounts and guests are among them.

    `unidentified_owners` and `unidentified_members` had no id that can be read.
    """

    group_id: str
    owners: Sequence[User]
    members: Sequence[User]
    read_at: datetime
    unidentified_owners: int = 0
    unidentified_members: int = 0

    @property
    def unidentified(self) -> int:
        """People without an id that can be read."""
        return self.unidentified_owners + self.unidentified_members

    @property
    def owner_count(self) -> int | None:
        """Enabled owners; None while it is not known of one whether it is."""
        doubtful = self.unidentified_owners or any(owner.enabled is None for owner in self.owners)
        return None if doubtful else sum(owner.enabled is True for owner in self.owners)

    @property
    def guest_count(self) -> int | None:
        """Distinct guests; None while it is not known of one whether it is."""
        people = (*self.owners, *self.members)
        if self.unidentified or any(person.is_guest is None for person in people):
            return None
        return len({person.user_id for person in people if person.is_guest})

    def rows(self) -> pl.DataFrame:
        """The rows of `schema.MEMBERS`."""
        people = [("owner", person) for person in self.owners] + [("member", person) for person in self.members]
        rows = [
            (
                self.group_id,
                person.user_id,
                person.upn,
                person.mail,
                person.domain,
                role,
                person.is_guest,
                person.enabled,
                self.read_at,
            )
            for role, person in people
        ]
        return pl.DataFrame(rows, schema=MEMBERS, orient="row")


async def read_people(graph: Graph, groups: Collection[str], read_at: datetime) -> dict[str, Membership | None]:
    """The people of each group, None for a group that could not be read now. Raises Throttled."""
    wanted = sorted(groups)
    found = await all_of([_membership(graph, group_id, read_at) for group_id in wanted])
    return dict(zip(wanted, found, strict=True))


def member_rows(
    people: Mapping[str, Membership | None], before: pl.DataFrame, existing: frozenset[str]
) -> pl.DataFrame:
    """The rows of `schema.MEMBERS`: read now, or kept from `before` where an existing group could not be read."""
    unread = [group for group, one in people.items() if one is None and group in existing]
    frames = [one.rows() for one in people.values() if one is not None]
    return pl.concat([empty(MEMBERS), *frames, before.filter(pl.col("group_id").is_in(unread))])


def counted(sites: pl.DataFrame, people: Mapping[str, Membership | None]) -> pl.DataFrame:
    """The sites with the counts of their groups' people, where those were read now."""
    read = [one for one in people.values() if one is not None]
    counts = pl.DataFrame(
        {
            "group_id": [one.group_id for one in read],
            "owners": [one.owner_count for one in read],
            "guests": [one.guest_count for one in read],
            "read": [one.read_at for one in read],
        },
        schema={"group_id": pl.String(), "owners": pl.Int32(), "guests": pl.Int32(), "read": INSTANT},
    )
    was_read = pl.col("read").is_not_null()
    return (
        sites.join(counts, on="group_id", how="left", maintain_order="left")
        .with_columns(
            owner_count=pl.when(was_read).then("owners").otherwise("owner_count"),
            guest_count=pl.when(was_read).then("guests").otherwise("guest_count"),
            owners_read_at=pl.when(was_read).then("read").otherwise("owners_read_at"),
        )
        .select(*SITES)
    )


async def _membership(graph: Graph, group_id: str, read_at: datetime) -> Membership | None:
    try:
        owners = await directory.owners(graph, group_id)
        members = await directory.members(graph, group_id)
        return Membership(group_id, owners.values, members.values, read_at, owners.unidentified, members.unidentified)
    except Throttled:
        raise
    except MicrosoftTrouble:
        return None
