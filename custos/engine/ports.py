"""What the engine needs from the world, as it would like to have it. Adapters are wired in the composition root.

| port | fulfilled by |
|---|---|
| `custos.table.Table` | `custos.storage.rows.Rows` |
| `Blobs` | `custos.storage.blobs.Container` |
| `Messages` | `custos.storage.queues.Queue` |
| `Audit` | `custos.audit.chain.Chain` |
| `Tenant` | `custos.tenant_adapter.LiveTenant`, over `custos.m365` |
| `Registers` | `custos.jobs.registers.MirroredRegisters` |
| `Decisions` | `custos.notices.case_lookup.DecidedCases` |

`Tenant`'s `read` may be called by anybody; its writing methods are called in `custos.engine.writes` and nowhere else
(tests/engine/test_architecture.py sees to that).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from custos.audit.events import Event
from custos.engine.model import Action, Fact, Finding, Subject

if TYPE_CHECKING:
    from custos.engine.case_facts import Cases
    from custos.engine.register_locations import PlacedRegisters
    from custos.policy.model import Bundle
    from custos.records.model import Records


class Blobs(Protocol):
    """Blobs by name. Every method raises StorageTrouble when storage cannot be reached."""

    async def put(self, name: str, content: bytes | Iterable[bytes], *, overwrite: bool = True) -> None:
        """Write a blob. Raises RowExists when it is there and `overwrite` is False."""
        ...

    async def get(self, name: str) -> bytes | None:
        """The blob's content, or None when there is no such blob."""
        ...

    def lines(self, name: str) -> AsyncIterator[bytes]:
        """The blob's lines as they arrive; none when there is no such blob."""
        ...

    def names(self, prefix: str = "") -> AsyncIterator[str]:
        """The blobs whose names begin with `prefix`, in order of name."""
        ...


class Messages(Protocol):
    """A queue of work."""

    async def send(self, message: Mapping[str, object], *, delay_seconds: int = 0) -> None:
        """Queue `message`, to be seen after `delay_seconds`."""
        ...


class Audit(Protocol):
    """The chain of what was done."""

    async def append(self, events: Sequence[Event]) -> object:
        """Record events in their order. When this returns they stand."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Microsoft did not do as asked, seen from here.

    `maybe_done` is True when a write may have happened although no answer says so; `passing` when the same request may
    succeed later without anybody changing anything, then after `retry_after` seconds.
    """

    # gone | locked | site locked | forbidden | refused | label refused | conflict | changed | throttled | unavailable | malformed
    # | late
    code: str
    detail: str
    maybe_done: bool = False
    passing: bool = False
    retry_after: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """One subject as it stands in the tenant at this moment.

    `values` has the names of `Action.before`: `label` of a file; `link` (its scope) and `expires` of a link; `access`
    (roles, comma-separated), `person` and `through` of a grant; `sharing` of a site. A name that is absent was not
    read. `found` False: the file, link, grant or site is not there. Where a grant would be restored, `found` speaks of
    the file, and `access` is "" while the person has none.
    """

    found: bool
    values: Mapping[str, Fact] = field(default_factory=dict)
    path: tuple[str, ...] | None = (
        None  # names from the library down to the item; () is the library itself, None not known
    )
    created: datetime | None = None
    modified: datetime | None = None
    is_folder: bool | None = None
    is_record: bool | None = None
    is_regulatory: bool | None = None
    label_explicit: bool | None = None  # a person or an application set the label on the item itself
    label_locked: bool | None = None  # Microsoft says that the label may not be changed
    inherited: bool | None = None  # the permission belongs to an ancestor
    list_item_id: int = 0  # 0 when unknown: then the label is written through Graph


type Reading = Live | Failure


class Decisions(Protocol):
    """What people were told and decided, as it stands now."""

    async def about(self, findings: Sequence[Finding], records: Records) -> Cases:
        """What the cases know of some findings. Raises StorageTrouble."""
        ...


class Registers(Protocol):
    """The registers, found in the mirror as it is now."""

    async def placed(self, bundle: Bundle) -> PlacedRegisters:
        """A bundle's registers with their addresses looked for. Raises StorageTrouble."""
        ...


class Tenant(Protocol):
    """Microsoft 365, as far as the engine reads and writes it. A failure is an answer here, never an exception.

    A write is sent once, whatever comes of it, and not after `until` (epoch seconds of the machine): then its trouble is
    `late`, and nothing was done. To send it again is for whoever looked first at what stands.
    """

    async def read(self, actions: Sequence[Action]) -> Mapping[str, Reading]:
        """What stands now where each action would act, by `Action.key`; every action has an answer."""
        ...

    async def apply_labels(
        self, label: str, files: Sequence[tuple[Subject, Live]], *, until: float
    ) -> Mapping[str, Failure | None]:
        """Put `label` ("" clears) on up to 100 files of one library, in one call where SharePoint allows it.

        By `Subject.key`. None means: accepted; whether it took effect is for `read` to say.
        """
        ...

    async def set_expiry(self, link: Subject, expires: datetime | None, *, until: float) -> Failure | None:
        """Let an Anyone link end at a moment; None takes its end away."""
        ...

    async def remove_link(self, link: Subject, *, until: float) -> Failure | None:
        """Remove a link for everybody who used it. One that is gone already is no trouble."""
        ...

    async def remove_grant(self, grant: Subject, *, person: str, through: str, until: float) -> Failure | None:
        """Remove a direct grant; or, `through` a link, take the person off it. Gone already is no trouble."""
        ...

    async def restore_grant(self, grant: Subject, *, person: str, roles: str, until: float) -> Failure | None:
        """Give a person (mail address) direct access again; `roles` comma-separated as Graph says them."""
        ...

    async def restrict_site(self, site: Subject, sharing: str, *, until: float) -> Failure | None:
        """Set a site's sharing capability: disabled | existing_guests | new_guests | anyone."""
        ...
