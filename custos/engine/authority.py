"""By what right a run acts: policies, approvals, registers and ceilings as they stand while it acts, not as planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from custos.audit.events import Detail, Event, What
from custos.engine.gate import Purpose, Situation, Standing
from custos.engine.limits import Budget
from custos.engine.model import Action
from custos.engine.ports import Live
from custos.engine.protections import Protections
from custos.engine.runs import Run
from custos.engine.switches import Stop
from custos.masking import hides_names
from custos.policy.model import Bundle, each_test


@dataclass(frozen=True, kw_only=True)
class Authority:
    """Read anew for every batch. `writes_enabled` is False while no identity that may write is set."""

    bundle: Bundle
    standings: Mapping[str, Standing]
    protections: Protections
    budget: Budget
    writes_enabled: bool

    def situation(self, action: Action, run: Run, stop: Stop | None, live: Live | None) -> Situation:
        """What the gate looks at for one action.

        Holds depend on the item's dates, so before the item is read again (`live` None) they are left out.
        """
        finding = action.finding
        return Situation(
            purpose=run.purpose,
            started_at=run.started_at,
            writes_enabled=self.writes_enabled,
            stopped_at=stop.at if stop else None,
            policy=self.standings.get(finding.policy),
            policy_hash=run.hashes.get(finding.policy, ""),
            hold=self.protections.hold(finding, live) if live is not None else "",
            exemption=self.protections.exemption(finding) if run.purpose is Purpose.POLICY else "",
        )

    def facts_named(self, action: Action) -> frozenset[str]:
        """The facts that the action's rule tests; none when the rule is gone."""
        policy = self.bundle.policies.get(action.finding.policy)
        rule = next((rule for rule in policy.rules if rule.id == action.finding.rule), None) if policy else None
        return frozenset(test.fact for test in each_test(rule.when)) if rule else frozenset()

    def event(self, action: Action, run: Run, what: What, at: datetime, *, detail: str = "", code: str = "") -> Event:
        """The audit event of one action. A sensitive or unregistered asset's files are told by their ids alone."""
        finding = action.finding
        asset = self.bundle.records.assets.get(finding.asset_id)
        details: dict[str, Detail] = {"kind": action.kind.value}
        details |= {f"before {name}": value for name, value in action.before.items()}
        details |= {f"after {name}": value for name, value in action.after.items()}
        if detail:
            details["detail"] = detail
        if code:
            details["code"] = code
        if not hides_names(asset):
            details["url"] = finding.subject.url
        return Event(
            what=what,
            at=at,
            by=run.released_by or run.started_by,
            run=run.id,
            plan=run.plan,
            policy=finding.policy,
            policy_hash=run.hashes.get(finding.policy, ""),
            rule=finding.rule,
            asset_id=finding.asset_id,
            subject=finding.subject.key,
            action=action.key,
            details=details,
        )
