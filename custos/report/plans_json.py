"""What is explained, planned, done and put back, for machines."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from custos.engine.dispatch import Dispatched
from custos.engine.explain import Explanation, RuleTried
from custos.engine.run_store import Progress, RunState
from custos.engine.undo import UndoPlan
from custos.model.action import Action, Result
from custos.model.policy import Recipient
from custos.notices.assignment import Assignment, Directory, Person, assign, upns_named
from custos.notices.assignment import Role as Asked
from custos.records.model import Records
from custos.report.shapes import plans as shapes
from custos.report.shapes.base import data


def explained(explanation: Explanation) -> shapes.Explain:
    """Every rule that was tried on an address."""
    return shapes.Explain(
        url=explanation.url,
        found=explanation.found,
        asset=explanation.asset_id,
        complete=explanation.complete,
        label_winner=explanation.label_winner,
        rules=[_rule(tried) for tried in explanation.tried],
    )


def _rule(tried: RuleTried) -> shapes.ExplainRule:
    return shapes.ExplainRule(
        policy=tried.policy,
        rule=tried.rule,
        state=str(tried.state),
        reason=tried.reason,
        unapproved=tried.unapproved,
        where=str(tried.where),
        subject=tried.subject.key,
        name=tried.subject.name,
        verdict=tried.verdict.value,
        conditions=[
            shapes.ExplainCondition(
                fact=one.fact,
                words=one.words,
                value=data(one.value),
                said=one.said,
                verdict=one.verdict.value,
                source=one.source,
                read_at=one.read_at,
                where=str(one.where),
            )
            for one in tried.conditions
        ],
        because=tried.because,
        steps=list(tried.steps),
        protections=[
            shapes.ExplainProtection(code=one.code, reference=one.reference, sentence=one.sentence)
            for one in tried.protections
        ],
        yields_to=list(tried.yields_to),
    )


def run(progress: Progress, results: Iterable[Result], dispatched: Dispatched | None = None) -> shapes.Run:
    """How a run stands, and what came of each action."""
    now = progress.run
    return shapes.Run(
        id=now.id,
        plan=now.plan,
        purpose=now.purpose.value,
        state=now.state.value,
        verdict=progress.verdict.value if now.state is RunState.FINISHED else "",
        started_by=now.started_by,
        started_at=now.started_at,
        released_by=now.released_by,
        over=list(now.over),
        actions=now.actions,
        waiting=progress.waiting,
        counts={outcome.value: number for outcome, number in progress.counts.items()},
        left_out=dict(dispatched.left_out) if dispatched else {},
        busy=dict(dispatched.busy) if dispatched else {},
        results=[
            shapes.RunResult(
                id=one.action_id,
                key=one.key,
                outcome=one.outcome.value,
                code=str(one.code),
                detail=one.detail,
                at=one.at,
            )
            for one in results
        ],
    )


def nothing_begun(dispatched: Dispatched) -> shapes.Run:
    """A plan of which nothing may be done now."""
    return shapes.Run(
        id="",
        plan="",
        purpose="",
        state="not begun",
        verdict="",
        started_by="",
        started_at=None,
        released_by="",
        over=[],
        actions=0,
        waiting=0,
        counts={},
        left_out=dict(dispatched.left_out),
        busy=dict(dispatched.busy),
        results=[],
    )


def undo(planned: UndoPlan) -> shapes.Undo:
    """What would be put back."""
    return shapes.Undo(
        scope=planned.scope.value,
        target=planned.target,
        within={scope.value: target for scope, target in planned.within.items()},
        back=list(map(_undone, planned.back)),
        at_a_price=list(map(_undone, planned.at_a_price)),
        cannot=list(map(_undone, planned.cannot)),
    )


def _undone(action: Action) -> shapes.UndoAction:
    finding = action.finding
    return shapes.UndoAction(
        kind=action.kind.value,
        subject=finding.subject.key,
        policy=finding.policy,
        rule=finding.rule,
        before={name: data(value) for name, value in action.before.items()},
        after={name: data(value) for name, value in action.after.items()},
        why_not=action.refused,
    )


class Asking:
    """Who would be asked or told about an action, by the register alone: Entra has the last word when it happens."""

    def __init__(self, records: Records, now: datetime) -> None:
        self._records = records
        self._today = now.date()
        known = (Person(user_id=upn, upn=upn, name=upn) for upn in upns_named(records))
        self._directory = Directory.of(known, now)
        self._found: dict[tuple[str, str], Assignment] = {}

    def about(self, action: Action) -> Assignment:
        """Who, and in which role."""
        key = (action.finding.asset_id, str(action.after.get("to") or Recipient.OWNER))
        if key not in self._found:
            asset = self._records.assets.get(key[0])
            role = Asked.STEWARD if key[1] == Recipient.STEWARD else Asked.IAO
            self._found[key] = assign(asset, self._records, self._directory, today=self._today, ask=role)
        return self._found[key]
