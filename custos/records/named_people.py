"""Everybody whom the registers name by a sign-in name, and in which row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from custos.errors import Mark
from custos.records.model import Records


@dataclass(frozen=True, slots=True)
class Named:
    """A sign-in name in a row. `role` completes "as …"; `asset_id` is "" for a row that is about none."""

    upn: str
    role: str
    reference: str
    asset_id: str
    mark: Mark


def named_people(records: Records) -> Iterator[Named]:
    """In the order of the registers; nobody twice for one row and role."""
    for asset in records.assets.values():
        for upn, role in (
            (asset.iao, "Information Asset Owner"),
            (asset.deputy, "deputy"),
            (asset.escalation, "who stands in after them"),
            *((steward, "data steward") for steward in asset.stewards),
        ):
            if upn and asset.live:
                yield Named(upn, role, asset.id, asset.id, asset.mark)
    for entry in records.schedule.values():
        if entry.owner and entry.status == "approved":
            yield Named(entry.owner, "owner of the entry", entry.id, "", entry.mark)
    for post in records.posts.values():
        yield Named(post.upn, "holder of the post", post.role, "", post.mark)
        if post.manager:
            yield Named(post.manager, "line manager", post.role, "", post.mark)
    for lent in records.delegations:
        yield Named(lent.steward, "data steward", lent.id, lent.asset_id, lent.mark)
