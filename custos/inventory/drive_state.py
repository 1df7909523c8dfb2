"""What Custos knows about the sync of each drive: one row a drive in the table `drivestate`, guarded by its ETag.

| state | meaning |
|---|---|
| pending | never read completely: its items are not known |
| incomplete | it was read, or begun, and then something could not be read: `why` says what; nothing may act on it |
| complete | every item is in the mirror as of `synced_at` |

A *round* is one reading: `full` enumerates the drive, `changes` follows the stored delta link. What a round needs to
go on after its worker died lies in the row: its id, the next link, the number of the last committed batch.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from enum import StrEnum

from custos.errors import RowChanged, RowExists
from custos.storage.account import Account
from custos.storage.rows import Row, Rows, Value, key_part

TABLE = "drivestate"
_PARTITION = "drive"


class SyncState(StrEnum):
    """How much of a drive is known."""

    PENDING = "pending"
    INCOMPLETE = "incomplete"
    COMPLETE = "complete"


class Round(StrEnum):
    """The kind of reading under way."""

    NONE = ""
    FULL = "full"
    CHANGES = "changes"
    LABELS = "labels"  # a bulk reading of labels alone, for items whose label is unknown


class Stage(StrEnum):
    """How far a round has come. Each stage can be begun again without harm."""

    NONE = ""
    LABELS = "labels"  # full, labels: pages of labels are put by
    ITEMS = "items"  # full, changes: pages of items are committed in batches


class Why(StrEnum):
    """Why a drive is incomplete."""

    NONE = ""
    LOCKED = "locked"  # the site is locked or archived; not a deletion
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"  # what it held stays in the mirror until discovery confirms that its site is gone
    MALFORMED = "malformed"  # an answer was cut short or could not be understood
    UNAVAILABLE = "unavailable"
    REFUSED = "refused"
    RESYNC = "resync"  # Microsoft forgot our place (410): a full round is under way


@dataclass(frozen=True, slots=True, kw_only=True)
class DriveState:
    """One drive's row. Links are opaque and are followed as they stand. Times are the tenant's."""

    drive_id: str
    site_id: str = ""
    list_id: str = ""
    name: str = ""
    state: SyncState = SyncState.PENDING
    why: Why = Why.NONE
    detail: str = ""  # a sentence for the operator
    attempts: int = 0  # failures in a row
    round: Round = Round.NONE
    stage: Stage = Stage.NONE
    round_id: str = ""
    round_started_at: datetime | None = None
    anchor_link: str = ""  # full: the delta link that is stored as `delta_link` when the round ends
    label_link: str = ""  # where the bulk reading of labels goes on
    label_parts: int = 0  # parts of labels put by so far
    next_link: str = ""  # where the reading of items goes on; "" is the beginning
    batch: int = 0  # last committed batch of the round
    held_parts: int = 0  # full: parts with rows that differ from the mirror and are merged later, all at once
    round_items: int = 0  # items read in the round
    round_changed: int = 0  # rows written in the round
    round_drift: int = 0  # of those, what delta should have told before
    round_unreadable: int = (
        0  # rows of the round that Microsoft told in a way that cannot be understood, repeats included
    )
    round_unidentified: int = 0  # entries of the round without an id that can be read
    delta_link: str = ""
    items: int = 0  # in the mirror after the last round
    synced_at: datetime | None = None
    reconciled_at: datetime | None = None
    labels_read_at: datetime | None = None
    labels_complete: bool = False
    permissions_pending: int = 0  # items whose permissions are unknown
    permissions_read_at: datetime | None = None  # when all that was due had been tried; null when something may be due
    drift: int = 0  # what the last full round found that delta had not told
    unreadable: int = 0  # items in the mirror of which something cannot be read
    unidentified: int = 0  # entries without an id that can be read, in the last full round and since
    units: int = 0  # resource units spent on this drive, ever
    etag: str = ""

    @property
    def odd(self) -> int:
        """Entries that Microsoft told in a way that cannot be understood. They alone are unknown; the drive is complete."""
        return self.unreadable + self.unidentified

    @property
    def begun(self) -> bool:
        """A round is under way."""
        return self.round is not Round.NONE


_TIMES = frozenset(("round_started_at", "synced_at", "reconciled_at", "labels_read_at", "permissions_read_at"))
_KINDS: Mapping[str, type[StrEnum]] = {"state": SyncState, "why": Why, "round": Round, "stage": Stage}
_NUMBERS = frozenset(spec.name for spec in fields(DriveState) if spec.type == "int")
_SWITCHES = frozenset(spec.name for spec in fields(DriveState) if spec.type == "bool")


@dataclass
class DriveStates:
    """The table. Raises StorageTrouble when it cannot be reached, RowChanged when another worker was first."""

    rows: Rows

    @classmethod
    def of(cls, account: Account) -> DriveStates:
        return cls(account.rows(TABLE))

    async def get(self, drive_id: str) -> DriveState | None:
        """The drive's row, None when discovery never met the drive."""
        row = await self.rows.get(_PARTITION, key_part(drive_id))
        return None if row is None else _state(row)

    async def all(self) -> AsyncIterator[DriveState]:
        """Every drive's row, in order of key."""
        async for row in self.rows.query(_PARTITION):
            yield _state(row)

    async def register(
        self, drive_id: str, *, site_id: str, list_id: str, name: str, known: DriveState | None = None
    ) -> DriveState:
        """The drive's row, made when it is missing, with its place in the tenant brought up to date. `known`: as it was just read."""
        place = DriveState(drive_id=drive_id, site_id=site_id, list_id=list_id, name=name)
        found = known or await self._made(place)
        if (found.site_id, found.list_id, found.name) == (site_id, list_id, name):
            return found
        try:
            return await self.save(found, site_id=site_id, list_id=list_id, name=name)
        except RowChanged:  # a sync wrote since
            return await self.save(await self._made(place), site_id=site_id, list_id=list_id, name=name)

    async def _made(self, fresh: DriveState) -> DriveState:
        """The row as it stands, or as it is made."""
        try:
            return replace(fresh, etag=await self.rows.insert(_row(fresh)))
        except RowExists:  # discovery runs on another instance too
            found = await self.get(fresh.drive_id)
            assert found is not None, "a row that was there a moment ago"
            return found

    async def save(self, state: DriveState, /, **changes: object) -> DriveState:
        """Write the row with `changes`, provided that it is still as it was read. Returns it as it is now."""
        changed = replace(state, **changes)  # type: ignore[arg-type]  # checked by replace itself
        return replace(changed, etag=await self.rows.replace(_row(changed)))

    async def forget(self, drive_id: str) -> None:
        """Remove the row of a drive that is gone for good."""
        await self.rows.delete(_PARTITION, key_part(drive_id))


def _row(state: DriveState) -> Row:
    values: dict[str, Value] = {}
    for spec in fields(state):
        value = getattr(state, spec.name)
        if spec.name == "etag":
            continue
        values[spec.name] = "" if value is None else value.isoformat() if isinstance(value, datetime) else value
    return Row(_PARTITION, key_part(state.drive_id), values, state.etag)


def _state(row: Row) -> DriveState:
    values: dict[str, object] = {"etag": row.etag}
    for spec in fields(DriveState):
        name = spec.name
        if name in _TIMES:
            text = row.text(name)
            values[name] = datetime.fromisoformat(text).astimezone(UTC) if text else None
        elif name in _KINDS:
            values[name] = _KINDS[name](row.text(name))
        elif name in _NUMBERS:
            values[name] = row.number(name)
        elif name in _SWITCHES:
            values[name] = bool(row.values.get(name, False))
        elif name != "etag":
            values[name] = row.text(name)
    return DriveState(**values)  # type: ignore[arg-type]  # built from the dataclass's own fields
