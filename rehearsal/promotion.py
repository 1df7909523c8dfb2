"""The approvals of a rehearsal: every policy from simulate over pilot to enforce, as `custos promote` does it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from custos.bootstrap import Custos
from custos.jobs import approvals
from custos.jobs.approvals import Request
from custos.jobs.policies import in_force
from custos.model.state import State
from rehearsal.operators import APPROVER, OPERATOR

REFERENCE = "CIG-2026-014"


def everything(_: str) -> Iterable[State]:
    """How far every policy goes, one step at a time."""
    return State.PILOT, State.ENFORCE


async def promote_all(app: Custos, plan: str, *, far: Callable[[str], Iterable[State]] = everything) -> list[str]:
    """Approve each policy for its pilot, then for everything, on a plan of exactly its version. Returns their ids.

    `far`: the states that a policy is promoted to, one after the other. Both people have to be signed in.
    """
    names = sorted((await in_force(app)).bundle.policies)
    for name in names:
        for state in far(name):
            wanted = Request(
                policy=name,
                to=state,
                plan=plan,
                reference=REFERENCE if state is State.ENFORCE else "",
                author=OPERATOR,
                why="rehearsal",
                person=APPROVER,
            )
            await approvals.promote(app, wanted)
    return names
