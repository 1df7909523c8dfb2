"""By what right a run acts: policies, approvals, registers and ceilings as they stand while it acts, not as planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from custos.audit.events import Detail, Event, What
from custos.engine.case_facts import Cases, Decision, waits
from custos.engine.ceilings import Ceilings
from custos.engine.gate import Purpose, Situation, Standing
from custos.engine.protection import current_state, planned_state, protections, stopping
from custos.engine.register_locations import PlacedRegisters
from custos.engine.run_store import Run
from custos.engine.stop_switch import Stop
from custos.model.action import Action
from custos.model.live import Live
from custos.model.policy import FROM_SCHEDULE, TO_CLASS, Rule, Step, each_test
from custos.model.subject import Fact
from custos.records.sensitivity import hides_names


@dataclass(frozen=True, kw_only=True)
class RunContext:
    """Read anew for every batch. `writes_enabled` is False while no identity that may write is set."""

    placed: PlacedRegisters
    now: datetime
    standings: Mapping[str, Standing]
    cases: Cases
    budget: Ceilings
    writes_enabled: bool

    def situation(self, action: Action, run: Run, stop: Stop | None, live: Live | None) -> Situation:
        """What the gate looks at for one action. `live` None: the subject was not read again yet, and counts as it was planned."""
        finding = action.finding
        rule = self._rule(action)
        state = (
            current_state(action, live, self.placed)
            if live is not None and live.found
            else planned_state(finding, rule)
        )
        step = next((step for step in rule.steps if step.kind is action.kind), None) if rule else None
        case = self.cases.get((finding.policy, finding.rule, finding.subject.key))
        agreed = case is not None and case.decision is Decision.AGREE
        return Situation(
            purpose=run.purpose,
            started_at=run.started_at,
            writes_enabled=self.writes_enabled,
            stopped_at=stop.at if stop else None,
            policy=self.standings.get(finding.policy),
            policy_hash=run.hashes.get(finding.policy, ""),
            protection=stopping(
                protections(state, self.placed, self.now), action.kind, agreed=agreed, undo=run.purpose is Purpose.UNDO
            ),
            waits=waits(step, case, self.now, self.placed.records.holidays) if step else None,
            wanted=self._wanted(action, step),
            unapproved=self._unapproved(action),
        )

    def _unapproved(self, action: Action) -> str:
        """Why the approval of the policy does not cover the place of an action, by the registers and settings of this moment."""
        standing = self.standings.get(action.finding.policy)
        if standing is None or standing.coverage is None:
            return ""
        return standing.coverage.against(action.finding.rule, self.placed.home(action.finding.subject))

    def _wanted(self, action: Action, step: Step | None) -> Mapping[str, Fact]:
        """What registers and settings want the action to leave, where the step leaves that to them."""
        subject = action.finding.subject
        place, home = self.placed.entry(subject), self.placed.home(subject)
        if step is None or place is None or home is None:
            return {}
        if step.label == FROM_SCHEDULE:
            return {"label": place.entry.label if place.entry else ""}
        if step.level == TO_CLASS:
            return {"sharing": self.placed.sharing_allowed(home)}
        return {}

    def facts_named(self, action: Action) -> frozenset[str]:
        """The facts that the action's rule tests; none when the rule is gone."""
        rule = self._rule(action)
        return frozenset(test.fact for test in each_test(rule.when)) if rule else frozenset()

    def _rule(self, action: Action) -> Rule | None:
        policy = self.placed.bundle.policies.get(action.finding.policy)
        return next((rule for rule in policy.rules if rule.id == action.finding.rule), None) if policy else None

    def event(self, action: Action, run: Run, what: What, at: datetime, *, detail: str = "", code: str = "") -> Event:
        """The audit event of one action. A sensitive or unregistered asset's files are told by their ids alone."""
        finding = action.finding
        asset = self.placed.records.assets.get(finding.asset_id)
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
