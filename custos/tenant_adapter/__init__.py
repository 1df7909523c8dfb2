"""The tenant as the engine sees it: live readings, and the only calls in Custos that write to Microsoft 365.

Fulfils `custos.engine.ports.Tenant` over `custos.m365`. How an action is read and written stands in the module of its name. Everything
that is told to be written has passed the gate in `custos.engine.act`; nothing else may hold one of these.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from importlib import import_module

from custos.m365 import Microsoft365
from custos.model.action import Action
from custos.model.action_kind import ActionKind
from custos.model.live import Failure, Live, Reading
from custos.tenant_adapter.connections import Connections
from custos.tenant_adapter.one_by_one import Write

type Read = Callable[[Connections, Sequence[Action]], Awaitable[dict[str, Reading]]]

_MODULES = {kind: import_module(f"{__name__}.{kind.value}") for kind in ActionKind if kind.writes}
READERS: Mapping[ActionKind, Read] = {kind: module.read for kind, module in _MODULES.items()}
WRITERS: Mapping[ActionKind, Write] = {kind: module.write for kind, module in _MODULES.items()}


class LiveTenant:
    """The tenant through both identities: the observer reads, the actor writes.

    `actor_id` is the actor's client id: a label that it set is Custos's own, not a person's choice.
    """

    def __init__(self, m365: Microsoft365, actor_id: str) -> None:
        self._connections = Connections(m365, actor_id)

    async def read(self, actions: Sequence[Action]) -> Mapping[str, Reading]:
        """See `custos.engine.ports.Tenant`. What is read in the same way is read together."""
        alike: dict[Read, list[Action]] = {}
        for action in actions:
            alike.setdefault(READERS[action.kind], []).append(action)
        parts = await asyncio.gather(*(read(self._connections, group) for read, group in alike.items()))
        return {key: reading for part in parts for key, reading in part.items()}

    async def write_actions(
        self, actions: Sequence[Action], looks: Mapping[str, Live], *, until: float
    ) -> Mapping[str, Failure | None]:
        """See `custos.engine.ports.Tenant`."""
        return await WRITERS[actions[0].kind](self._connections, actions, looks, until)
