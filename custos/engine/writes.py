"""Writes to the tenant: each sent once, and looked at before it is sent again. The only place that writes.

    is the claim ours, the look fresh, the switch on? ► sent once ► looked at ─┬─► it shows: done
                                                                             ├─► refused for certain
                  still as planned, cut off, busy or too late: sent again ◄──┤
                                                                             └─► changed meanwhile: left alone

A write is never repeated blindly: the first may have arrived, and what a person set in between is theirs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from custos.actions import DECLARED
from custos.engine.batch_claims import Claim
from custos.engine.gate import instead, reached, settled
from custos.engine.ports import Tenant
from custos.model.action import Action
from custos.model.live import Failure, Live, Reading
from custos.model.refusal import Refused

FRESH_SECONDS = 60.0
"""A write leaves at most so long after the item was looked at."""

LATE = "late"
_TRIES = 4
_LATE_TRIES = 12  # nothing was sent then; the wait was for Microsoft's own limits

type Judge = Callable[[Action, Live], Awaitable[Refused | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What came of one write. `trouble` is what Microsoft, or the gate, last said; None for accepted.

    `reading` is how it stands, None where nothing was sent. `perhaps` tells that a try before may have arrived.
    """

    trouble: Failure | Refused | None
    reading: Reading | None
    perhaps: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """How something stood, and when it was looked at, in epoch seconds of the machine."""

    live: Live
    at: float


@dataclass
class Writing:
    """The writes of one batch. `judge` says before each what stands against it, as it was last found; `pauses` are seconds
    before each reading back, for labels take effect late.
    """

    tenant: Tenant
    claim: Claim
    judge: Judge
    pauses: Sequence[float]
    sent: set[str] = field(default_factory=set, init=False)  # keys of what has left, or may have
    _looks: dict[str, Look] = field(default_factory=dict, init=False)
    _perhaps: set[str] = field(default_factory=set, init=False)
    _ends: dict[str, Written] = field(default_factory=dict, init=False)

    async def through(self, actions: Sequence[Action], looks: Mapping[str, Look]) -> Mapping[str, Written]:
        """Write all of them; how each ended, by `Action.key`. `looks` says how each stood before.

        Raises ClaimLost when the batch is another worker's by now.
        """
        self._looks = dict(looks)
        left, tries, late = list(actions), 0, 0
        while left:
            troubles = await self._send(left)
            tries += any(not _is_late(trouble) for trouble in troubles.values())
            late += any(_is_late(trouble) for trouble in troubles.values())
            left = await self._look(left, troubles, last=tries >= _TRIES or late >= _LATE_TRIES)
        return self._ends

    # once

    async def _send(self, actions: Sequence[Action]) -> dict[str, Failure | Refused | None]:
        """Send each of them once; together what Microsoft takes in one call."""
        troubles: dict[str, Failure | Refused | None] = {}
        calls: dict[str, list[Action]] = {}
        for action in actions:
            refused = await self.judge(action, self._looks[action.key].live)
            together = DECLARED[action.kind].together(action)
            if refused is not None:
                troubles[action.key] = refused
            elif together:
                calls.setdefault(together, []).append(action)
            else:
                troubles |= await self._call([action])
        for call in calls.values():
            troubles |= await self._call(call)
        return troubles

    async def _call(self, actions: Sequence[Action]) -> Mapping[str, Failure | None]:
        until = await self._until(actions)
        self.sent |= {action.key for action in actions}
        looks = {action.key: self._looks[action.key].live for action in actions}
        return await self.tenant.write_actions(actions, looks, until=until)

    async def _until(self, actions: Sequence[Action]) -> float:
        looked = min(self._looks[action.key].at for action in actions)
        return min(await self.claim.until(), looked + FRESH_SECONDS)

    # and looked at

    async def _look(
        self, actions: Sequence[Action], troubles: Mapping[str, Failure | Refused | None], *, last: bool
    ) -> list[Action]:
        """See what stands; returns what is to be sent again. The others have their end."""
        sent: list[tuple[Action, Failure | None]] = []
        for action in actions:
            trouble = troubles[action.key]
            if isinstance(trouble, Refused):
                self._end(action, trouble, None)
                continue
            sent.append((action, trouble))
            if trouble is None or trouble.maybe_done:
                self._perhaps.add(action.key)
        readings = await self._readings([action for action, _ in sent])
        again = []
        for action, trouble in sent:
            reading, at = readings[action.key]
            if trouble is None or not (trouble.passing or trouble.maybe_done) or shows(action, reading):
                self._end(action, trouble, reading)
            elif isinstance(reading, Failure):
                wait = max(trouble.retry_after, reading.retry_after)
                self._end(action, replace(trouble, retry_after=wait), reading)
            elif isinstance(against := settled(action, reading) or await self.judge(action, reading), Refused):
                self._end(action, against, reading)
            elif last:
                self._end(action, trouble, reading)
            else:
                self._looks[action.key] = Look(reading, at)
                again.append(action)
        return again

    async def _readings(self, actions: Sequence[Action]) -> dict[str, tuple[Reading, float]]:
        """How each stands; looked at again after a pause where a write may be on its way and does not show yet."""
        found: dict[str, tuple[Reading, float]] = {}
        left = list(actions)
        for pause in self.pauses:
            if not left:
                break
            await asyncio.sleep(pause)
            at = self.claim.runs.machine()
            readings = await self.tenant.read(left)
            found |= {action.key: (readings[action.key], at) for action in left}
            left = [
                action for action in left if action.key in self._perhaps and not _stands(action, readings[action.key])
            ]
        return found

    def _end(self, action: Action, trouble: Failure | Refused | None, reading: Reading | None) -> None:
        self._ends[action.key] = Written(trouble=trouble, reading=reading, perhaps=action.key in self._perhaps)


def shows(action: Action, reading: Reading | None) -> bool:
    """Whether what the action was to leave is seen to stand."""
    return isinstance(reading, Live) and reached(action, reading) is True


def _stands(action: Action, reading: Reading) -> bool:
    """Whether there is nothing to wait for: what was written stands, or what the tenant made of it."""
    return shows(action, reading) or (isinstance(reading, Live) and instead(action, reading) is not None)


def _is_late(trouble: Failure | Refused | None) -> bool:
    return isinstance(trouble, Failure) and trouble.code == LATE
