"""Which version of each policy is in force, how far it may go, and why not further. Pure.

The file asks for a state, an approval grants one; the lower counts. An approved policy that is edited goes on as it was approved, and
the edited one simulates beside it under its own name, so that it can be planned and approved.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from custos.engine.approval_coverage import Coverage, Ground
from custos.engine.gate import Standing
from custos.engine.policy_reach import Reach
from custos.model.policy import EDITED, Bundle, Policy
from custos.model.state import State
from custos.wording import day_words

RANKS: Mapping[State, int] = {State.DRAFT: 0, State.SIMULATE: 1, State.PILOT: 2, State.ENFORCE: 3}


@dataclass(frozen=True, slots=True)
class Approved:
    """The version of a policy that was approved, read under today's registers; None and why when it cannot be read."""

    policy: Policy | None
    why_not: str


class ApprovalRecord(Protocol):
    """What of a decision on a policy says how far it may go (`custos.engine.approvals.Approval`)."""

    @property
    def hash(self) -> str: ...
    @property
    def state(self) -> State: ...
    @property
    def approver(self) -> str: ...
    @property
    def at(self) -> datetime: ...


def compose(written: Bundle, approved: Mapping[str, Approved]) -> Bundle:
    """The policies in force: `written` are the files, `approved` the versions that go on instead of an edited file.

    The edited one stands beside it as `NAME (edited)`, and simulates. The state that the file asks for holds for both.
    """
    policies: dict[str, Policy] = {}
    for name, policy in written.policies.items():
        version = approved.get(name)
        if version is None or version.policy is None:
            policies[name] = policy
            continue
        policies[name] = replace(version.policy, state=policy.state)
        edited = min(policy.state, State.SIMULATE, key=RANKS.__getitem__)
        policies[name + EDITED] = replace(policy, id=name + EDITED, state=edited)
    digest = hashlib.sha256(written.version.encode())
    for name, policy in policies.items():
        digest.update(f"\0{name}\0{policy.hash}\0{policy.state}".encode())
    unread = {name: version.why_not for name, version in approved.items() if version.policy is None}
    return replace(written, policies=policies, version=digest.hexdigest(), unread=unread)


def standing_of(
    policy: Policy,
    decision: ApprovalRecord | None,
    before: Reach | None,
    today: Reach | None,
    *,
    now: datetime,
    ground: Ground,
) -> Standing:
    """How far a policy may go now and why not as far as its file asks. `before` is the reach that was approved, `today` the one it has.

    This is the only place where a state is decided.
    """
    state, reason = _state(policy, decision, before, now)
    coverage = Coverage(before, today, ground) if before is not None and today is not None else None
    return Standing(state=state, hash=policy.hash, pilot=policy.pilot, reason=reason, coverage=coverage)


def _state(policy: Policy, decision: ApprovalRecord | None, before: Reach | None, now: datetime) -> tuple[State, str]:
    asked = policy.state
    if policy.id.endswith(EDITED):
        return asked, "it was edited and is not approved yet; what was approved goes on"
    if RANKS[asked] <= RANKS[State.SIMULATE]:
        approved = decision is not None and decision.state is not State.SIMULATE
        return asked, f"its file asks for {asked}" if approved else ""
    if decision is None:
        return State.SIMULATE, "nobody has approved it yet"
    if decision.state is State.SIMULATE:
        return State.SIMULATE, f"{decision.approver} took it back on {day_words(decision.at)}"
    if decision.hash != policy.hash:
        return State.SIMULATE, "it was edited, and this version is not approved yet"
    if before is None:
        return State.SIMULATE, "what its approval covered cannot be read any more; approve it again"
    if policy.review_due < now.date():
        return State.SIMULATE, f"its review was due on {day_words(policy.review_due)}"
    if RANKS[decision.state] < RANKS[asked]:
        return decision.state, f"its file asks for {asked}, and it is approved for {decision.state}"
    return asked, ""
