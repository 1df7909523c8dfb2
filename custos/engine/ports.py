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

`Tenant`'s `read` may be called by anybody; `write_actions` is called in `custos.engine.writes` and nowhere else
(tests/engine/test_architecture.py sees to that).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from custos.audit.events import Event
from custos.model.action import Action
from custos.model.finding import Finding
from custos.model.live import Failure, Live, Reading

if TYPE_CHECKING:
    from custos.engine.case_facts import Cases
    from custos.engine.register_locations import PlacedRegisters
    from custos.model.policy import Bundle
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

    async def write_actions(
        self, actions: Sequence[Action], looks: Mapping[str, Live], *, until: float
    ) -> Mapping[str, Failure | None]:
        """Carry out actions that go into one call (`custos.actions.declaration.Declaration.together`), or one alone; by `Action.key`.

        `looks` say how each stood a moment ago. None means: accepted; whether it took effect is for `read` to say. What is gone already
        is no trouble.
        """
        ...
