"""The columns of the inventory: what Custos knows of the tenant, and what null means.

Six Delta Lake tables in the blob container `inventory`, and one for each kind that has a table of its own (`custos.kinds`). Null always
means *unknown*, never "none" or "no": `label` is "" on a file that is known to carry no label and null on one whose label was not read;
`has_expiry` is False on a link that is known never to expire. Times are UTC. Each fact that is read by a call of its own has its
`*_read_at`.

`items` and `permissions` are partitioned by `drive_id`, so that drives merge side by side without conflict.

`SITES` … `MEMBERS` and `DRIVE_STATES` are the frames that evaluation is given (custos.inventory.mirror_reader); `TABLES` is
what lies in storage. They differ in one point: when an item's permissions were read is a fact of the `permissions`
table, so that reading permissions again never rewrites item rows. The reader joins it back as `permissions_read_at`.
"""

from __future__ import annotations

import polars as pl

from custos.kinds import DECLARED
from custos.kinds.declaration import Rows

INSTANT = pl.Datetime("us", "UTC")
DEEPEST = 400
"""Folders inside folders: SharePoint's limit on a path's characters allows no more."""

SITES: dict[str, pl.DataType] = {
    "site_id": pl.String(),  # Graph id: host,collection,web
    "collection_id": pl.String(),  # middle GUID: key of administration calls and usage reports
    "web_url": pl.String(),
    "former_urls": pl.List(pl.String()),  # addresses it had before it was renamed, oldest first
    "title": pl.String(),
    "kind": pl.String(),  # team | communication | group | channel | personal | other
    "group_id": pl.String(),  # Microsoft 365 group; "" when the site is known to have none
    "is_team": pl.Boolean(),  # a Team stands behind the group
    "visibility": pl.String(),  # public | private, of the group
    "created": INSTANT,
    "access": pl.String(),  # readable | locked | forbidden | gone
    "excluded": pl.String(),  # "" | personal | container: such a site's libraries are not even listed
    "sharing_capability": pl.String(),  # disabled | existing_guests | new_guests | anyone
    "owner_count": pl.Int32(),  # enabled owners; 0 is an ownerless site
    "guest_count": pl.Int32(),
    "properties_read_at": INSTANT,
    "owners_read_at": INSTANT,
    "seen_at": INSTANT,
}

DRIVES: dict[str, pl.DataType] = {
    "drive_id": pl.String(),
    "site_id": pl.String(),
    "list_id": pl.String(),
    "name": pl.String(),
    "web_url": pl.String(),
    "governed": pl.Boolean(),  # False: Custos does not mirror it, for the reason in `excluded`
    "excluded": pl.String(),  # "" | hold | system | unlisted | gone
    "seen_at": INSTANT,
}

ITEMS: dict[str, pl.DataType] = {
    "drive_id": pl.String(),
    "item_id": pl.String(),
    "list_item_id": pl.Int32(),
    "parent_id": pl.String(),  # "" for the root folder
    "name": pl.String(),
    "is_folder": pl.Boolean(),
    "size": pl.Int64(),
    "created": INSTANT,
    "modified": INSTANT,  # server side; also moved by system updates
    "client_modified": INSTANT,  # fileSystemInfo: survives uploads and migrations
    "modified_by": pl.String(),  # Entra object id
    "modified_by_kind": pl.String(),  # person | app
    "etag": pl.String(),
    "content_hash": pl.String(),  # quickXorHash
    "label": pl.String(),  # "" known to have none
    "label_explicit": pl.Boolean(),  # set on the item by somebody, not inherited from a default
    "is_record": pl.Boolean(),
    "label_read_at": INSTANT,
    "shared_scope": pl.String(),  # "" no sharing of its own; anonymous | organization | users | unique (see UNIQUE)
    "permissions_read_at": INSTANT,  # null: not read since its sharing last changed, or never
    "unreadable": pl.String(),  # columns that Microsoft told in a way that cannot be understood, by commas; "" none
    "seen_at": INSTANT,
}

PERMISSIONS: dict[str, pl.DataType] = {
    "drive_id": pl.String(),
    "item_id": pl.String(),
    "permission_id": pl.String(),  # "" on the one row of an item that was read and has no permission at all
    "grantee": pl.Int32(),  # -1: nobody is named; else 0-based, a link to named people has a row for each
    "kind": pl.String(),  # link | grant | invitation
    "scope": pl.String(),  # anonymous | organization | users | existingAccess, of a link; "" otherwise
    "link_type": pl.String(),  # view | edit | …, of a link; "" otherwise
    "roles": pl.String(),  # comma-separated, as Graph says them
    "has_expiry": pl.Boolean(),
    "expires": INSTANT,
    "has_password": pl.Boolean(),
    "inherited": pl.Boolean(),
    "principal": pl.String(),  # user | group | site_group | everyone | everyone_internal | app; "" without people
    "login": pl.String(),
    "email": pl.String(),
    "domain": pl.String(),
    "user_id": pl.String(),
    "external": pl.Boolean(),
    "read_at": INSTANT,
}

MEMBERS: dict[str, pl.DataType] = {
    "group_id": pl.String(),
    "user_id": pl.String(),
    "upn": pl.String(),
    "mail": pl.String(),
    "domain": pl.String(),
    "role": pl.String(),  # owner | member
    "is_guest": pl.Boolean(),
    "enabled": pl.Boolean(),
    "read_at": INSTANT,
}

DEPARTURES: dict[str, pl.DataType] = {
    "drive_id": pl.String(),
    "item_id": pl.String(),
    "path": pl.List(pl.String()),  # names from the library down to the item, before it left; null: not known
    "is_folder": pl.Boolean(),
    "name": pl.String(),
    "created": INSTANT,
    "unique_id": pl.String(),  # of its list item, lower case; null: not known
    "content_hash": pl.String(),
    "size": pl.Int64(),
    "left_at": INSTANT,  # when a sync saw that it was no longer there
}

DRIVE_STATES: dict[str, pl.DataType] = {
    "drive_id": pl.String(),
    "state": pl.String(),  # pending | incomplete | complete
    "why": pl.String(),  # why it is incomplete; "" otherwise
    "synced_at": INSTANT,
    "reconciled_at": INSTANT,  # end of the last full round
    "labels_complete": pl.Boolean(),
    "labels_read_at": INSTANT,  # start of the last bulk reading of labels
    "permissions_pending": pl.Int64(),
}

UNIQUE = "unique"
"""`shared_scope` of an item with permissions of its own that are neither a link nor a direct grant (an empty `shared`
facet).

Source: https://learn.microsoft.com/graph/api/driveitem-delta
"""

UNIQUE_ID = pl.col("etag").str.extract(r"([0-9A-Fa-f]{8}-[0-9A-Fa-f-]{27})").str.to_lowercase().alias("unique_id")
"""The unique id of an item's list item, null when its eTag is of another form."""

STORED_ITEMS: dict[str, pl.DataType] = {
    **{name: kind for name, kind in ITEMS.items() if name != "permissions_read_at"},
    "sharing_changed_at": INSTANT,  # when a sync last saw a sign that its sharing changed; null: never
}

OWN: dict[str, Rows] = {declared.rows.table: declared.rows for declared in DECLARED.values() if declared.rows}
"""The tables of kinds that have one of their own, by name."""

TABLES: dict[str, dict[str, pl.DataType]] = {
    "sites": SITES,
    "drives": DRIVES,
    "items": STORED_ITEMS,
    "permissions": PERMISSIONS,
    "members": MEMBERS,
    "moved_items": DEPARTURES,
    **{name: own.columns for name, own in OWN.items()},
    "ended_items": DEPARTURES,  # of those that are gone for good: what is remembered of them
}
PARTITIONS = {"items": ["drive_id"], "permissions": ["drive_id"]}
KEYS: dict[str, list[str]] = {
    "sites": ["site_id"],
    "drives": ["drive_id"],
    "items": ["drive_id", "item_id"],
    "permissions": ["drive_id", "item_id", "permission_id", "grantee"],
    "members": ["group_id", "user_id", "role"],
    "moved_items": ["drive_id", "item_id", "left_at"],
    "states": ["drive_id"],  # of the frame that evaluation is given
    **{name: [own.on, own.item_id] for name, own in OWN.items()},
    "ended_items": ["drive_id", "item_id", "left_at"],
}


def empty(columns: dict[str, pl.DataType]) -> pl.DataFrame:
    """A frame without rows."""
    return pl.DataFrame(schema=columns)
