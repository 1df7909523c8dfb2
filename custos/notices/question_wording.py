"""What a policy wants put before people: one topic for each rule that tells or asks, in words.

Only policies that may ask do: `simulate` and `draft` tell nobody, `pilot` asks on its pilot assets. Which state counts
is for the engine's approvals to say, not for the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from custos.actions import DECLARED
from custos.kinds import DECLARED as KINDS
from custos.model.action_kind import ActionKind, Reversibility
from custos.model.duration import Duration
from custos.model.policy import Bundle, OnlyIf, Policy, Recipient, Rule, Step
from custos.model.state import State
from custos.notices.assignment import Role
from custos.notices.deadlines import DEFAULT_WITHIN
from custos.notices.model import Proposed
from custos.notices.questions import about

_MILDER_FOR_OTHERS = 5  # the same finding on a sensitive asset comes first


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """How one rule is put to people, as a `custos.notices.model.Line` takes it over."""

    policy: str
    rule: str
    family: str
    title: str
    clause: str
    ask: Role
    pilot: frozenset[str] | None  # the only assets on which it may ask; None: all
    within: Duration
    steps: tuple[Proposed, ...]
    irreversible: bool
    rank: int
    lent_as: str  # the kind of delegation that a steward needs for it
    accepts_risk: bool  # leaving it as it is accepts a risk
    per_finding: bool  # a `keep` covers the findings shown, and not the rule on the whole library
    asks: bool = True  # an answer is awaited
    remind: tuple[int, ...] = ()  # working days; () for the usual ones

    @property
    def key(self) -> tuple[str, str]:
        return self.policy, self.rule

    def consequence(self, *, sensitive: bool) -> int:
        """Place in a digest, the lowest first."""
        return self.rank if sensitive else self.rank + _MILDER_FOR_OTHERS

    def asks_about(self, asset_id: str) -> bool:
        """False for assets outside the pilot."""
        return self.pilot is None or asset_id in self.pilot


def topics_of(bundle: Bundle, states: Mapping[str, State]) -> Mapping[tuple[str, str], Topic]:
    """The topics of all policies that may ask, by (policy, rule). `states`: policy ► the state that counts for it."""
    return {
        topic.key: topic
        for policy in bundle.policies.values()
        for topic in _of_policy(policy, states.get(policy.id, State.SIMULATE))
    }


def _of_policy(policy: Policy, state: State) -> Iterator[Topic]:
    if state not in (State.PILOT, State.ENFORCE):
        return
    for rule in policy.rules:
        steps = [step for step in rule.steps if not step.writes]
        if steps:
            yield _topic(policy, rule, steps, state)


def _topic(policy: Policy, rule: Rule, action_report: list[Step], state: State) -> Topic:
    writes = [step for step in rule.steps if step.writes]
    first, declared, put = action_report[0], KINDS[rule.kind], about(policy.family)
    within = next((step.within for step in action_report if step.within is not None), None)
    return Topic(
        policy=policy.id,
        rule=rule.id,
        family=policy.family,
        title=policy.title,
        clause=", ".join(policy.policy_ref),
        ask=Role.STEWARD if first.to is Recipient.STEWARD else Role.IAO,
        pilot=policy.pilot if state is State.PILOT else None,
        within=within or DEFAULT_WITHIN,
        asks=any(step.kind is ActionKind.ASK for step in action_report),
        remind=next((step.remind for step in action_report if step.remind), ()),
        steps=tuple(_proposed(step) for step in writes),
        irreversible=any(DECLARED[step.kind].reversibility is Reversibility.IRREVERSIBLE for step in writes),
        rank=declared.ranks.get(policy.family, put.rank),
        lent_as=put.lent_as or declared.lent_as,
        accepts_risk=put.accepts_risk,
        per_finding=declared.per_finding,
    )


def _proposed(step: Step) -> Proposed:
    return Proposed(
        kind=step.kind,
        words=DECLARED[step.kind].offer(step),
        after=str(step.after or ""),
        silent=step.only_if is OnlyIf.ALWAYS,
        undo=_undo_words(step.kind),
    )


def _undo_words(kind: ActionKind) -> str:
    words = DECLARED[kind].way_back
    match DECLARED[kind].reversibility:
        case Reversibility.REVERSIBLE:
            return f"can be undone: {words}"
        case Reversibility.AT_A_PRICE:
            return f"can be undone at a price: {words}"
        case Reversibility.IRREVERSIBLE:
            return f"CANNOT BE UNDONE: {words}"
