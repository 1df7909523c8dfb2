"""Promotion of policies: who let which exact version go how far. Records are only ever added.

A file asks for a state, an approval grants one; the lower counts. An approval is for one version (hash) of the policy's
text: an edit falls back to `simulate` until it is approved again, and so does a policy whose review is overdue.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from custos.audit.events import Event, What
from custos.clock import Clock
from custos.engine.gate import Standing
from custos.engine.model import Plan, State
from custos.engine.ports import Audit
from custos.errors import BadInput, Problem, RowExists
from custos.policy.model import Policy
from custos.table import Row, Table, key_part

_RANKS: Mapping[State, int] = {State.DRAFT: 0, State.SIMULATE: 1, State.PILOT: 2, State.ENFORCE: 3}
_BEFORE: Mapping[State, State] = {State.PILOT: State.SIMULATE, State.ENFORCE: State.PILOT}
_PLAN_MAY_BE_DAYS_OLD = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One decision on one version of a policy: `state` is how far it may go from then on."""

    policy: str
    hash: str
    state: State
    plan: str
    approver: str  # UPN
    reference: str  # of the Corporate Information Group, for enforce
    why: str
    at: datetime


def effective_state(policy: Policy, approvals: Iterable[Approval], now: datetime) -> State:
    """How far a policy may go now: the lower of what its file asks for and what was last approved for this version."""
    asked = policy.effective_state(now.date())
    if _RANKS[asked] <= _RANKS[State.SIMULATE]:
        return asked
    return min(asked, granted(policy, approvals), key=_RANKS.__getitem__)


def granted(policy: Policy, approvals: Iterable[Approval]) -> State:
    """How far exactly this version was last let go; `simulate` when nobody decided on it. `approvals`: oldest first."""
    mine = [approval for approval in approvals if approval.policy == policy.id and approval.hash == policy.hash]
    return mine[-1].state if mine else State.SIMULATE


@dataclass
class Approvals:
    """Table `approvals`: partition = policy, key = number of the decision."""

    table: Table
    clock: Clock
    audit: Audit

    async def all(self) -> tuple[Approval, ...]:
        """Every decision, policy by policy, oldest first."""
        return tuple([_approval(row) async for row in self.table.query()])

    async def of(self, policy_id: str) -> tuple[Approval, ...]:
        """The decisions on one policy, oldest first."""
        return tuple([_approval(row) async for row in self.table.query(key_part(policy_id))])

    async def standing(self, policies: Iterable[Policy]) -> Mapping[str, Standing]:
        """Each policy as it stands now, for the gate."""
        approvals, now = await self.all(), self.clock.now()
        return {
            policy.id: Standing(state=effective_state(policy, approvals, now), hash=policy.hash, pilot=policy.pilot)
            for policy in policies
        }

    async def promote(
        self, policy: Policy, to: State, *, plan: Plan, approver: str, author: str, reference: str = "", why: str = ""
    ) -> Approval:
        """Let exactly this version of a policy go as far as `to` (pilot or enforce), one step at a time.

        `plan` must have been made from this version; `author` is who last edited the file. Raises BadInput with every
        reason against it.
        """
        before = await self.of(policy.id)
        now = self.clock.now()
        against = _against(
            policy, to, plan=plan, approver=approver, author=author, reference=reference, before=before, now=now
        )
        if against:
            raise BadInput([Problem(policy.mark, what, remedy, code="promotion") for what, remedy in against])
        approval = Approval(
            policy=policy.id,
            hash=policy.hash,
            state=to,
            plan=plan.id,
            approver=approver,
            reference=reference,
            why=why,
            at=now,
        )
        await self._record(approval, What.POLICY_PROMOTED, len(before))
        return approval

    async def demote(self, policy: Policy, *, by: str, why: str) -> Approval:
        """Take this version back to `simulate`, at once. Anybody who may run Custos may do so."""
        approval = Approval(
            policy=policy.id,
            hash=policy.hash,
            state=State.SIMULATE,
            plan="",
            approver=by,
            reference="",
            why=why,
            at=self.clock.now(),
        )
        await self._record(approval, What.POLICY_DEMOTED, len(await self.of(policy.id)))
        return approval

    async def _record(self, approval: Approval, what: What, number: int) -> None:
        """Audit first, then the row that counts: a promotion never stands unaudited."""
        await self.audit.append(
            [
                Event(
                    what=what,
                    at=approval.at,
                    by=approval.approver,
                    policy=approval.policy,
                    policy_hash=approval.hash,
                    plan=approval.plan,
                    details={"state": approval.state.value, "reference": approval.reference, "why": approval.why},
                )
            ]
        )
        while True:
            try:
                await self.table.insert(_row(approval, number))
            except RowExists:
                number += 1
            else:
                return


def _against(
    policy: Policy,
    to: State,
    *,
    plan: Plan,
    approver: str,
    author: str,
    reference: str,
    before: Iterable[Approval],
    now: datetime,
) -> list[tuple[str, str]]:
    """Every reason why a promotion cannot be, with its remedy."""
    against: list[tuple[str, str]] = []
    if to not in _BEFORE:
        return [(f"A policy is promoted to pilot or enforce, not to {to}.", "Use demote to go back to simulate.")]
    if not approver:
        against.append(("Nobody is named as approver.", "Say who approves."))
    if approver and _same_person(approver, policy.owner):
        against.append((f"{approver} owns the policy {policy.id}.", "Somebody else must approve it."))
    if approver and author and _same_person(approver, author):
        against.append((f"{approver} wrote this version of {policy.id}.", "Somebody else must approve it."))
    if plan.policies.get(policy.id) != policy.hash:
        against.append(
            (f"The plan {plan.id} was not made from this version of {policy.id}.", "Make a plan of it and read that.")
        )
    elif (now - plan.made_at).days >= _PLAN_MAY_BE_DAYS_OLD:
        against.append((f"The plan {plan.id} is older than {_PLAN_MAY_BE_DAYS_OLD} days.", "Make a new one."))
    if policy.review_due < now.date():
        against.append((f"The review of {policy.id} was due on {_day(policy.review_due)}.", "Review it first."))
    if to is State.PILOT and not policy.pilot:
        against.append((f"The policy {policy.id} names no assets for its pilot.", "Name them under `pilot:`."))
    if to is State.ENFORCE and not reference.strip():
        against.append(("Enforcing needs a reference of the Corporate Information Group.", "Give its minute."))
    needed = _BEFORE[to]
    if _RANKS[granted(policy, before)] < _RANKS[needed]:
        against.append((f"This version of {policy.id} has not been in {needed}.", f"Promote it to {needed} first."))
    return against


def _same_person(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def _day(day: date) -> str:
    return f"{day:%-d %B %Y}"


def _row(approval: Approval, number: int) -> Row:
    return Row(
        key_part(approval.policy),
        f"{number:06d}",
        {
            "policy": approval.policy,
            "hash": approval.hash,
            "state": approval.state.value,
            "plan": approval.plan,
            "approver": approval.approver,
            "reference": approval.reference,
            "why": approval.why,
            "at": approval.at.isoformat(),
        },
    )


def _approval(row: Row) -> Approval:
    return Approval(
        policy=row.text("policy"),
        hash=row.text("hash"),
        state=State(row.text("state")),
        plan=row.text("plan"),
        approver=row.text("approver"),
        reference=row.text("reference"),
        why=row.text("why"),
        at=datetime.fromisoformat(row.text("at")),
    )
