"""Putting back what Custos did: first as a plan that says what can be put back, at what price, and what cannot and why.

An undo is a plan like any other. It goes through the same gate, budgets and audit, and writes only where the tenant is
still as Custos left it. What was undone is not done again, by whatever policy or version of it (`custos.engine.keys.effect_key`).
Sources: https://learn.microsoft.com/graph/api/driveitem-removeretentionlabel and
https://learn.microsoft.com/graph/api/permission-delete
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from custos.clock import Clock
from custos.engine.gate import Code, Refused, said
from custos.engine.keys import action_key
from custos.engine.ledger import Entry, Ledger
from custos.engine.model import REVERSIBILITY, Action, ActionKind, Fact, Outcome, Plan, Reversibility, State
from custos.engine.placed_registers import PlacedRegisters
from custos.engine.ports import Registers
from custos.engine.protection import planned_state, protections, stopping
from custos.engine.runs import Runs
from custos.engine.steps import UNITS
from custos.errors import BadInput, Mark, Problem
from custos.policy.model import Bundle, own_name


class Scope(StrEnum):
    """What is undone as a whole."""

    RUN = "run"
    POLICY = "policy"
    SITE = "site"
    ITEM = "item"


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoPlan:
    """What would be put back. `plan` is a plan in the usual form, to be saved and dispatched with purpose UNDO.

    `back` can be put back as it was; `at_a_price` only so that people must be told; `cannot` holds the actions that
    stay done, each with the reason in `Action.refused`.
    """

    scope: Scope
    target: str
    plan: Plan
    back: tuple[Action, ...]
    at_a_price: tuple[Action, ...]
    cannot: tuple[Action, ...]


@dataclass
class Undoing:
    """Looks up what was done, and turns it round."""

    runs: Runs
    ledger: Ledger
    registers: Registers
    clock: Clock

    async def plan(self, scope: Scope, target: str, bundle: Bundle) -> UndoPlan:
        """How to put back everything Custos did in a run, by a policy, on a site (id) or on an item (id or key).

        Raises BadInput when nothing of the sort was done.
        """
        entries = [entry async for entry in self._entries(scope, target) if _stands(entry)]
        if not entries:
            problem = Problem(
                Mark("undo"), f"Custos did nothing for {scope} {target} that still stands.", "See `custos status`."
            )
            raise BadInput([problem])
        now, placed = self.clock.now(), await self.registers.placed(bundle)
        turned = [_turned(entry, now, placed) for entry in sorted(entries, key=_latest_first)]
        actions = tuple(replace(action, id=f"{number:06d}") for number, action in enumerate(turned, start=1))
        able = [action for action in actions if not action.refused]
        return UndoPlan(
            scope=scope,
            target=target,
            plan=_plan(actions, now, scope, target),
            back=tuple(action for action in able if action.reversibility is Reversibility.REVERSIBLE),
            at_a_price=tuple(action for action in able if action.reversibility is not Reversibility.REVERSIBLE),
            cannot=tuple(action for action in actions if action.refused),
        )

    async def _entries(self, scope: Scope, target: str) -> AsyncIterator[Entry]:
        """What was written down of the actions in question."""
        if scope is Scope.RUN:
            run = await self.runs.get(target)
            for batch in await self.runs.batches(run.id):
                found = await self.ledger.find(await self.runs.actions(run.id, batch.number))
                for entry in found.values():
                    if entry.run == run.id:
                        yield entry
            return
        for place in await self._places(scope, target):
            async for entry in self.ledger.of_place(place):
                if _concerns(entry, scope, target):
                    yield entry

    async def _places(self, scope: Scope, target: str) -> Sequence[str]:
        """The partitions of the ledger that may hold such actions."""
        places: dict[str, None] = {}
        async for run in self.runs.all():
            for batch in await self.runs.batches(run.id):
                if (scope is Scope.SITE and batch.site_id != target) or (
                    scope is Scope.POLICY and target not in map(own_name, batch.policies)
                ):
                    continue
                places[batch.place] = None
        return list(places)


def _concerns(entry: Entry, scope: Scope, target: str) -> bool:
    finding = entry.action.finding
    match scope:
        case Scope.POLICY:
            return own_name(finding.policy) == target
        case Scope.SITE:
            return finding.subject.site_id == target
        case _:
            return target in (finding.subject.item_id, finding.subject.key, finding.subject.url)


def _stands(entry: Entry) -> bool:
    """Done, or done perhaps, and not put back yet."""
    return entry.outcome in (Outcome.DONE, Outcome.UNKNOWN, None) and not entry.undone_by


def _latest_first(entry: Entry) -> tuple[float, str]:
    return -entry.intended_at.timestamp(), entry.action.key


def _turned(entry: Entry, now: datetime, placed: PlacedRegisters) -> Action:
    """The action that puts one back. Its finding's id is the key of what it undoes."""
    done = entry.action
    kind = ActionKind.RESTORE_GRANT if done.kind is ActionKind.REMOVE_GRANT else done.kind
    before, after = _faces(done, kind)
    refused = _cannot(done, after, now) or _protected(done, kind, placed, now)
    finding = replace(
        done.finding, id=done.key, because=f"{entry.run} did it on {said(entry.intended_at)}.", protections=()
    )
    return Action(
        id="",
        key=action_key(f"undo {done.key} {entry.run}", finding.subject, kind, before),
        finding=finding,
        kind=kind,
        before=before,
        after=after,
        reversibility=Reversibility.IRREVERSIBLE if refused else REVERSIBILITY[kind][0],
        units=UNITS[kind],
        state=State.ENFORCE,
        refused=refused.sentence if refused else "",
        refusal=refused.code if refused else "",
    )


def _faces(done: Action, kind: ActionKind) -> tuple[Mapping[str, Fact], Mapping[str, Fact]]:
    """What the undo expects to find, and what it leaves."""
    if kind is ActionKind.RESTORE_GRANT:
        return {"access": ""}, {"access": done.before.get("access"), "person": done.before.get("person")}
    return done.after, done.before


def _cannot(done: Action, after: Mapping[str, Fact], now: datetime) -> Refused | None:
    """Why an action stays done."""
    if done.kind is ActionKind.REMOVE_LINK:
        return Refused(
            Code.IRREVERSIBLE, "The address is lost: a new link has another one, and people must be told of it."
        )
    if done.kind is ActionKind.RESTORE_GRANT:
        return Refused(Code.UNSUPPORTED, "What an undo gave back is taken away again by the policy, not by an undo.")
    if done.kind is ActionKind.REMOVE_GRANT and "@" not in str(done.before.get("person") or ""):
        return Refused(Code.IRREVERSIBLE, "It was not given to a person with a mail address; only they can be invited.")
    expires = after.get("expires")
    if isinstance(expires, datetime) and expires <= now:
        return Refused(Code.IRREVERSIBLE, f"Its end before, {said(expires)}, has passed meanwhile.")
    return None


def _protected(done: Action, kind: ActionKind, placed: PlacedRegisters, now: datetime) -> Refused | None:
    """What stands in the way of putting an action back, as far as the mirror and the registers tell: the subject is as Custos left it."""
    left = replace(
        planned_state(done.finding, None),
        label=done.after.get("label"),
        is_record=False,
        labels_wanted=(str(done.before.get("label") or ""),),
    )
    protection = stopping(protections(left, placed, now), kind, undo=True)
    return Refused(Code(protection.code), protection.sentence) if protection is not None else None


def _plan(actions: tuple[Action, ...], now: datetime, scope: Scope, target: str) -> Plan:
    return Plan(
        id="",
        made_at=now,
        policies={},
        states={},
        inventory={},
        actions=actions,
        unknown={},
        coverage=(0, 0),
        notes=(f"Puts back what Custos did: {scope} {target}.",),
    )
