"""Actions that Microsoft takes one at a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from custos.model.action import Action
from custos.model.live import Failure, Live
from custos.tenant_adapter.connections import Connections
from custos.tenant_adapter.troubles import accepted

type Send = Callable[[Connections, Action, float], Awaitable[object]]
type Write = Callable[
    [Connections, Sequence[Action], Mapping[str, Live], float], Awaitable[Mapping[str, Failure | None]]
]


def one_by_one(send: Send) -> Write:
    """A `write` that sends each action by itself, once, and not after `until`."""

    async def write(
        at: Connections, actions: Sequence[Action], _looks: Mapping[str, Live], until: float
    ) -> Mapping[str, Failure | None]:
        return {action.key: await accepted(send(at, action, until)) for action in actions}

    return write
