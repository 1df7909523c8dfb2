"""Who had a hand in what is approved: the one answer for approving a policy and for releasing a run of it. Pure.

Git names who wrote since an approved version (`custos.jobs.policy_authors`); every decision keeps whom it was asked of. What was
taken back is approved no more: who wrote that counts again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from custos.engine.policies_in_force import RANKS
from custos.model.state import State


class ApprovalRecord(Protocol):
    """A decision on a policy (`custos.engine.approvals.Approval`). `authors` are object ids, `commit` is where git stood."""

    @property
    def hash(self) -> str: ...
    @property
    def state(self) -> State: ...
    @property
    def authors(self) -> tuple[str, ...]: ...
    @property
    def commit(self) -> str: ...


def judged_before(decisions: Sequence[ApprovalRecord], meaning: str, to: State) -> int:
    """How many of the decisions (oldest first) are about what was judged already: up to the last that let another meaning go as far, and
    was not taken back. Who wrote until then is no author of what is put forward; 0: everybody who ever wrote it is.
    """
    standing: list[int] = []
    for number, decision in enumerate(decisions):
        if decision.state is State.SIMULATE:
            while standing and decisions[standing[-1]].hash == decision.hash:
                standing.pop()
        else:
            standing.append(number)
    others = (
        number
        for number in standing
        if decisions[number].hash != meaning and RANKS[decisions[number].state] >= RANKS[to]
    )
    return max(others, default=-1) + 1


def commit_judged(decisions: Sequence[ApprovalRecord], meaning: str, to: State) -> str:
    """Where git stood when that was judged; "" when nothing was, or git did not know it: then its whole history counts."""
    judged = judged_before(decisions, meaning, to)
    return decisions[judged - 1].commit if judged else ""


def hands_in(decisions: Sequence[ApprovalRecord], meaning: str, to: State) -> frozenset[str]:
    """Whom the decisions since then name as authors, and every decision on the same meaning, however old."""
    judged = judged_before(decisions, meaning, to)
    return frozenset(
        author
        for number, decision in enumerate(decisions)
        if number >= judged or decision.hash == meaning
        for author in decision.authors
    )


def hands_in_any(decisions: Sequence[ApprovalRecord]) -> frozenset[str]:
    """Whom any decision names as an author of any version: none of them lets a run of the policy go over its ceilings."""
    return frozenset(author for decision in decisions for author in decision.authors)
