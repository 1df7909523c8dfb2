"""Putting back what Custos did: first as a plan that says what can be put back, at what price, and what cannot and why.

An undo is a plan like any other. It goes through the same gate, budgets and audit, and writes only where the tenant is
still as Custos left it. What was undone is not done again, by whatever policy or version of it (`custos.engine.action_keys.effect_key`).
Sources: https://learn.microsoft.com/graph/api/driveitem-removeretentionlabel and
https://learn.microsoft.com/graph/api/permission-delete
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from custos.actions import DECLARED
from custos.clock import Clock
from custos.engine.action_keys import action_key
from custos.engine.gate import said
from custos.engine.ledger import Entry, Ledger
from custos.engine.ports import Registers
from custos.engine.protection import planned_state, protections, stopping
from custos.engine.register_locations import PlacedRegisters
from custos.engine.run_store import RunStore
from custos.errors import BadInput, Mark, Problem
from custos.model.action import Action, Outcome
from custos.model.action_kind import ActionKind, Reversibility
from custos.model.plan import Plan
from custos.model.policy import Bundle, own_name
from custos.model.refusal import Code, Refused
from custos.model.state import State
from custos.records.address import Address, NotAnAddress, looks_like_address, read_address, told_address


class UndoScope(StrEnum):
    """What is undone as a whole."""

    RUN = "run"
    POLICY = "policy"
    SITE = "site"
    ASSET = "asset"
    ITEM = "item"


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoPlan:
    """What would be put back. `plan` is a plan in the usual form, to be saved and dispatched with purpose UNDO.

    `back` can be put back as it was; `at_a_price` only so that people must be told; `cannot` holds the actions that
    stay done, each with the reason in `Action.refused`. `within` narrows it further: a run to one asset of it.
    """

    scope: UndoScope
    target: str
    plan: Plan
    back: tuple[Action, ...]
    at_a_price: tuple[Action, ...]
    cannot: tuple[Action, ...]
    within: Mapping[UndoScope, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """What is undone, for people and for the run: `run R-2026-1123-01, asset IA-004`."""
        return _words({self.scope: self.target, **self.within})


@dataclass
class Undoing:
    """Looks up what was done, and turns it round."""

    runs: RunStore
    ledger: Ledger
    registers: Registers
    clock: Clock

    async def plan(
        self, scope: UndoScope, target: str, bundle: Bundle, within: Mapping[UndoScope, str] | None = None
    ) -> UndoPlan:
        """How to put back everything Custos did in a run, by a policy, for an asset, on a site or library (address or id) or on an
        item (address, id or key). `within` narrows it to what is all of that as well.

        Raises BadInput when nothing of the sort was done, or nothing stands at an address.
        """
        now, placed = self.clock.now(), await self.registers.placed(bundle)
        asked = {scope: target, **(within or {})}
        meant = _Meant.of(asked, placed)
        entries = [entry async for entry in self._entries(meant) if _stands(entry)]
        if not entries:
            problem = Problem(
                Mark("undo"), f"Custos did nothing for {_words(asked)} that still stands.", "See `custos status`."
            )
            raise BadInput([problem])
        turned = [_turned(entry, now, placed) for entry in sorted(entries, key=_latest_first)]
        actions = tuple(replace(action, id=f"{number:06d}") for number, action in enumerate(turned, start=1))
        able = [action for action in actions if not action.refused]
        return UndoPlan(
            scope=scope,
            target=target,
            plan=_plan(actions, now, _words(asked)),
            within=dict(within or {}),
            back=tuple(action for action in able if action.reversibility is Reversibility.REVERSIBLE),
            at_a_price=tuple(action for action in able if action.reversibility is not Reversibility.REVERSIBLE),
            cannot=tuple(action for action in actions if action.refused),
        )

    async def _entries(self, meant: _Meant) -> AsyncIterator[Entry]:
        """What was written down of the actions in question."""
        if meant.run:
            run = await self.runs.get(meant.run)
            for batch in await self.runs.batches(run.id):
                found = await self.ledger.find(await self.runs.actions(run.id, batch.number))
                for entry in found.values():
                    if entry.run == run.id and meant.concerns(entry):
                        yield entry
            return
        for place in await self._places(meant):
            async for entry in self.ledger.of_place(place):
                if meant.concerns(entry):
                    yield entry

    async def _places(self, meant: _Meant) -> Sequence[str]:
        """The partitions of the ledger that may hold such actions."""
        places: dict[str, None] = {}
        async for run in self.runs.all():
            for batch in await self.runs.batches(run.id):
                if not meant.policy or meant.policy in map(own_name, batch.policies):
                    places[batch.place] = None
        return list(places)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meant:
    """Which actions are to be undone; "" and None leave that open. `place`: id of a site or library."""

    run: str
    policy: str
    place: str
    asset: str
    item: str
    at: Address | None

    @classmethod
    def of(cls, asked: Mapping[UndoScope, str], placed: PlacedRegisters) -> _Meant:
        """Raises BadInput for an address that cannot be one, or at which no site or library is."""
        site, item = asked.get(UndoScope.SITE, ""), asked.get(UndoScope.ITEM, "")
        at = _address(item) if item else None
        return cls(
            run=asked.get(UndoScope.RUN, ""),
            policy=asked.get(UndoScope.POLICY, ""),
            place=_place(site, placed) if site else "",
            asset=asked.get(UndoScope.ASSET, ""),
            item="" if at else item,
            at=placed.today(at) if at else None,
        )

    def concerns(self, entry: Entry) -> bool:
        """Whether an action is one of them."""
        finding = entry.action.finding
        subject = finding.subject
        return (
            (not self.policy or own_name(finding.policy) == self.policy)
            and (not self.place or self.place in (subject.site_id, subject.drive_id))
            and (not self.asset or finding.asset_id == self.asset)
            and (not self.item or self.item in (subject.item_id, subject.key))
            and (self.at is None or told_address(subject.url) == self.at)
        )


def _address(written: str) -> Address | None:
    """The address that somebody wrote; None for what is meant as an id."""
    if not looks_like_address(written):
        return None
    try:
        return read_address(written)
    except NotAnAddress as refused:
        raise BadInput([Problem(Mark("undo"), refused.what, refused.remedy, code="address")]) from refused


def _place(written: str, placed: PlacedRegisters) -> str:
    """The id of a site or library that is named by its address or its id."""
    at = _address(written)
    if at is None:
        return written
    found = next((name for name, home in placed.homes.items() if home == placed.today(at)), "")
    if not found:
        what = f"No site or library is at {at.text}, as far as the mirror knows."
        raise BadInput([Problem(Mark("undo"), what, "Write the address of a site or a library.", code="address")])
    return found


def _words(asked: Mapping[UndoScope, str]) -> str:
    return ", ".join(f"{scope.value} {target}" for scope, target in asked.items())


def _stands(entry: Entry) -> bool:
    """Done, or done perhaps, and not put back yet."""
    return entry.outcome in (Outcome.DONE, Outcome.UNKNOWN, None) and not entry.undone_by


def _latest_first(entry: Entry) -> tuple[float, str]:
    return -entry.intended_at.timestamp(), entry.action.key


def _turned(entry: Entry, now: datetime, placed: PlacedRegisters) -> Action:
    """The action that puts one back. Its finding's id is the key of what it undoes."""
    done = entry.action
    declaration = DECLARED[done.kind]
    kind = declaration.undone_by or done.kind
    before, after = declaration.faces(done)
    refused = declaration.cannot_undo(done, now) or _protected(done, kind, placed, now)
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
        reversibility=Reversibility.IRREVERSIBLE if refused else DECLARED[kind].reversibility,
        units=DECLARED[kind].units,
        state=State.ENFORCE,
        refused=refused.sentence if refused else "",
        refusal=refused.code if refused else "",
    )


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


def _plan(actions: tuple[Action, ...], now: datetime, what: str) -> Plan:
    return Plan(
        id="",
        made_at=now,
        policies={},
        states={},
        inventory={},
        actions=actions,
        unknown={},
        coverage=(0, 0),
        notes=(f"Puts back what Custos did: {what}.",),
    )
