"""The approvals of a rehearsal: every policy from simulate over pilot to enforce, as `custos promote` does it."""

from __future__ import annotations

from custos.bootstrap import Custos
from custos.cli.promote import write_state
from custos.engine.model import Plan, State
from custos.jobs.policies import in_force

_MINUTE = "CIG 2026-11/3"


async def promote_all(app: Custos, plan: Plan, *, approver: str) -> list[str]:
    """Approve each policy for its pilot, then for everything, on a plan of exactly its version. Returns their ids."""
    bundle = (await in_force(app)).bundle
    for policy in bundle.policies.values():
        for state, minute in ((State.PILOT, ""), (State.ENFORCE, _MINUTE)):
            await app.approvals.promote(
                policy, state, plan=plan, approver=approver, author=policy.owner, reference=minute, why="rehearsal"
            )
        write_state(app.settings.policies / policy.mark.file, State.ENFORCE)
    return sorted(bundle.policies)
