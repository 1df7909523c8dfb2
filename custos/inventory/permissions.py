"""Reading permissions: 5 units an item, so only where a sign asks for it.

Read are: items with sharing of their own (`shared` facet) that were never read or whose sharing may have changed since;
items with permissions in the mirror whose facet vanished; the root of the library; shared folders once a night, because
delta does not tell when a folder's sharing changes; and everything shared once a week, because some changes of links
raise no sign at all. The rows of an item are replaced together, in one commit with those of the others that were
read.
Sources: https://learn.microsoft.com/graph/api/driveitem-list-permissions and
https://learn.microsoft.com/graph/api/driveitem-delta
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import polars as pl

from custos.inventory.drive_source import Guests
from custos.inventory.pending_changes import ChangedItems
from custos.inventory.schema import INSTANT, PERMISSIONS
from custos.inventory.sync_turn import SyncTurn
from custos.m365.permissions import Permission

FOLDERS_EVERY = timedelta(hours=20)
ALL_EVERY = timedelta(days=7)
LOOK_EVERY = timedelta(hours=4)
"""How often a drive in which nothing happened is looked through for what is due."""

_AT_ONCE = 200  # items between two looks at the clock
_COMMIT_AFTER = 5_000  # items between two commits

_SIGNS = ("item_id", "parent_id", "is_folder", "shared_scope", "sharing_changed_at")


@dataclass(frozen=True, slots=True)
class _Signs:
    """What is known of the items that are due: which were not read since a sign, and which are folders."""

    unread: frozenset[str]
    folders: frozenset[str]


async def read_due(work: SyncTurn) -> bool:
    """Read what is due and count what stays unknown. False when the time ran out before everything was tried."""
    now = work.clock.now()
    looked = work.state.permissions_read_at
    if looked is not None and now - looked < LOOK_EVERY and not work.state.permissions_pending:
        return True
    stored = await work.select("permissions")
    due, orphans = await _due(work, stored, now)
    unknown = due.filter("unread")["item_id"].to_list()
    signs = _Signs(frozenset(unknown), frozenset(due.filter(pl.col("is_folder").fill_null(value=True))["item_id"]))
    tried = 0
    rows: list[pl.DataFrame] = []
    read: list[str] = []
    while tried < due.height and (tried == 0 or not work.is_over):
        chunk = due["item_id"].slice(tried, _AT_ONCE).to_list()
        moment = work.clock.now()
        answers = await work.source.read_permissions(work.drive_id, chunk)
        rows.append(permission_rows(work.drive_id, answers, await work.source.guests(), moment))
        read += answers
        tried += len(chunk)
        if len(read) >= _COMMIT_AFTER:
            stored = await _commit(work, stored, [*read, *orphans], rows, signs)
            unknown = sorted(set(unknown) - set(read))
            rows, read, orphans = [], [], []
    if read or orphans:
        await _commit(work, stored, [*read, *orphans], rows, signs)
    done = tried >= due.height
    pending = len(set(unknown) - set(read))
    await work.save(permissions_pending=pending, permissions_read_at=now if done else None)
    return done


async def _commit(
    work: SyncTurn, stored: pl.DataFrame, read: Sequence[str], rows: Sequence[pl.DataFrame], signs: _Signs
) -> pl.DataFrame:
    """Put the rows of the items that were read in the place of their old ones."""
    writer = await work.writer("permissions")
    together = pl.concat([stored.filter(~pl.col("item_id").is_in(read)), *rows])
    if not together.equals(stored):
        replace = partial(work.lakehouse.replace, "permissions", together, drive=work.drive_id, writer=writer)
        # Most are read to make sure, and are as they were: only what differs, or was not known, is new to the policies.
        differing = _differing(stored, together)
        touched = ChangedItems.of(
            differing, signs.unread.intersection(read), below=signs.folders.intersection(differing)
        )
        await work.commit(replace, touched)
        work.changed += len(read)
    return together


def _differing(before: pl.DataFrame, after: pl.DataFrame) -> pl.Series:
    """The items with other permissions than before, whenever those were read."""
    facts = [name for name in PERMISSIONS if name != "read_at"]
    return pl.concat(
        [
            one.join(other, on=facts, how="anti", nulls_equal=True).select("item_id")
            for one, other in ((before, after), (after, before))
        ]
    )["item_id"].unique()


def permission_rows(
    drive_id: str, answers: Mapping[str, Sequence[Permission]], guests: Guests, read_at: datetime
) -> pl.DataFrame:
    """The rows of `schema.PERMISSIONS`: one a permission and named person; one without an id for an item that has none; one
    of nothing but unknowns for a permission that cannot be read.

    A login name never proves that somebody is internal; a person with an Entra id who is not among the `guests` is.
    """
    rows: list[tuple[object, ...]] = []
    for item_id, permissions in answers.items():
        if not permissions:
            rows.append((drive_id, item_id, "", -1, *[None] * (len(PERMISSIONS) - 5), read_at))
        for permission in permissions:
            head = (drive_id, item_id, permission.permission_id)
            if not permission.is_known:
                rows.append((*head, -1, *[None] * (len(PERMISSIONS) - 5), read_at))
                continue
            shared = (
                permission.kind,
                permission.scope,
                permission.link_type,
                ",".join(permission.roles),
                permission.has_expiry,
                permission.expires,
                permission.has_password,
                permission.inherited,
            )
            if not permission.grantees:
                people: tuple[object, ...] = ("", "", "", "", "", permission.external)
                rows.append((*head, -1, *shared, *people, read_at))
            for number, person in enumerate(permission.grantees):
                external = person.external
                if external is None and person.principal == "user" and person.user_id:
                    external = guests.includes(person.user_id)
                people = (person.principal, person.login, person.email, person.domain, person.user_id, external)
                rows.append((*head, number, *shared, *people, read_at))
    return pl.DataFrame(rows, schema=PERMISSIONS, orient="row")


def reads(permissions: pl.LazyFrame) -> pl.LazyFrame:
    """When each item's permissions were read: `drive_id`, `item_id`, `read_at`."""
    return permissions.group_by("drive_id", "item_id").agg(pl.col("read_at").max())


async def _due(work: SyncTurn, stored: pl.DataFrame, now: datetime) -> tuple[pl.DataFrame, list[str]]:
    """The items whose permissions are due (`item_id`, `unread`, `is_folder`), the unknown ones first; and items that are gone."""
    looked = reads(stored.lazy()).select("item_id", "read_at")
    unread = pl.col("read_at").is_null() | (pl.col("sharing_changed_at") > pl.col("read_at")).fill_null(value=False)
    matters = (
        pl.col("shared_scope").ne_missing("")
        | pl.col("parent_id").eq_missing(pl.lit(""))
        | pl.col("read_at").is_not_null()
    )
    relevant = await work.select(
        "items",
        lambda items: items.join(looked, on="item_id", how="left").filter(matters).with_columns(unread=unread),
        columns=_SIGNS,
    )
    old_folder = pl.col("is_folder").fill_null(value=True) & (pl.col("read_at") <= pl.lit(now - FOLDERS_EVERY, INSTANT))
    old = pl.col("read_at") <= pl.lit(now - ALL_EVERY, INSTANT)
    due = relevant.filter(pl.col("unread") | old_folder | old).sort("unread", descending=True)
    gone = looked.join(relevant.lazy(), on="item_id", how="anti").select("item_id").collect()
    return due.select("item_id", "unread", "is_folder"), gone["item_id"].to_list()
