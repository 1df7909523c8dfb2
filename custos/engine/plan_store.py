"""Plans in storage: container `plans`, one blob a plan, a header and one action a line. And what changed between two.

Ids read aloud and never repeat: `P-2026-1123-04` is the fourth plan made on 23 November 2026.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from custos.audit.events import Event, What
from custos.engine.codec import action_from_line, action_to_line
from custos.engine.ids import is_plan_id
from custos.engine.ports import Audit, Blobs
from custos.errors import BadInput, Mark, Problem, RowExists
from custos.model.action import Action
from custos.model.plan import Plan
from custos.model.state import State
from custos.records.rights import Person
from custos.untrusted import plain

_LINES_TOGETHER = 500


class _Header(msgspec.Struct):
    id: str
    made_at: datetime
    made_by: str
    made_by_id: str
    policies: dict[str, str]
    states: dict[str, State]
    inventory: dict[str, int]
    unknown: dict[str, int]
    coverage: tuple[int, int]
    notes: list[str]
    actions: int
    reaches: dict[str, str] = {}
    reasons: dict[str, str] = {}
    mirror_at: datetime | None = None
    mirror_oldest: datetime | None = None


_encode = msgspec.json.Encoder().encode
_decode_header = msgspec.json.Decoder(_Header).decode


@dataclass
class PlanStore:
    """The plans of one tenant. Every method raises StorageTrouble when storage cannot be reached."""

    blobs: Blobs
    audit: Audit

    async def save(self, plan: Plan, *, by: Person) -> Plan:
        """Write a plan down under the first free id of its day. Returns it with its id."""
        day = f"P-{plan.made_at:%Y-%m%d}-"
        taken = [name async for name in self.blobs.names(day)]
        number = len(taken) + 1
        while True:
            named = replace(plan, id=f"{day}{number:02d}", made_by=by.upn, made_by_id=by.id)
            try:
                await self.blobs.put(_blob(named.id), _Lines(named), overwrite=False)
            except RowExists:
                number += 1
            else:
                break
        details = {"actions": len(plan.actions)}
        made = Event(what=What.PLAN_MADE, at=plan.made_at, by=by.upn, by_id=by.id, plan=named.id, details=details)
        await self.audit.append([made])
        return named

    async def load(self, plan_id: str) -> Plan:
        """A plan. Raises BadInput when there is none of this id, or it is incomplete."""
        _check_id(plan_id)
        header: _Header | None = None
        actions: list[Action] = []
        async for line in self.blobs.lines(_blob(plan_id)):
            if header is None:
                header = _header(plan_id, line)
            else:
                actions.append(action_from_line(line))
        if header is None:
            raise _problem(f"There is no plan {plan_id}.", "Make one with `custos plan`; it prints its id.")
        if len(actions) != header.actions:
            raise _problem(f"The plan {plan_id} is incomplete.", "Make a new one.")
        return _plan(header, actions)

    async def header(self, plan_id: str) -> Plan:
        """A plan without its actions: cheap, for approvals and lists. Raises BadInput when there is none of this id."""
        _check_id(plan_id)
        async for line in self.blobs.lines(_blob(plan_id)):
            return _plan(_header(plan_id, line), [])
        raise _problem(f"There is no plan {plan_id}.", "Make one with `custos plan`; it prints its id.")

    async def ids(self) -> AsyncIterator[str]:
        """The ids of all plans, oldest first."""
        async for name in self.blobs.names("P-"):
            yield name.removesuffix(".jsonl")


class _Lines:
    """A plan's lines, in pieces that can be sent more than once."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def __iter__(self) -> Iterator[bytes]:
        plan = self._plan
        header = _Header(
            id=plan.id,
            made_at=plan.made_at,
            made_by=plan.made_by,
            made_by_id=plan.made_by_id,
            reaches=dict(plan.reaches),
            reasons=dict(plan.reasons),
            mirror_at=plan.mirror_at,
            mirror_oldest=plan.mirror_oldest,
            policies=dict(plan.policies),
            states=dict(plan.states),
            inventory=dict(plan.inventory),
            unknown=dict(plan.unknown),
            coverage=plan.coverage,
            notes=list(plan.notes),
            actions=len(plan.actions),
        )
        yield _encode(header) + b"\n"
        for start in range(0, len(plan.actions), _LINES_TOGETHER):
            lines = (action_to_line(action) for action in plan.actions[start : start + _LINES_TOGETHER])
            yield b"\n".join(lines) + b"\n"


def _check_id(plan_id: str) -> None:
    if not is_plan_id(plan_id):
        what = f'"{plain(plan_id, 40)}" is not the id of a plan.'
        raise _problem(what, "They look like P-2026-1123-04; `custos plan` prints them.")


def _blob(plan_id: str) -> str:
    return f"{plan_id}.jsonl"


def _header(plan_id: str, line: bytes) -> _Header:
    try:
        return _decode_header(line)
    except msgspec.MsgspecError as error:
        raise _problem(f"The plan {plan_id} cannot be read: {error}.", "Make a new one.") from error


def _plan(header: _Header, actions: list[Action]) -> Plan:
    return Plan(
        id=header.id,
        made_at=header.made_at,
        policies=header.policies,
        states=header.states,
        inventory=header.inventory,
        actions=tuple(actions),
        unknown=header.unknown,
        coverage=header.coverage,
        notes=tuple(header.notes),
        made_by=header.made_by,
        made_by_id=header.made_by_id,
        reaches=header.reaches,
        reasons=header.reasons,
        mirror_at=header.mirror_at,
        mirror_oldest=header.mirror_oldest,
    )


def _problem(what: str, remedy: str) -> BadInput:
    return BadInput([Problem(Mark("plan"), what, remedy, code="plan")])
