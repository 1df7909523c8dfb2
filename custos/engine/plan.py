"""From findings to a plan: the least destructive step of each rule that is due; what is refused, and why. Pure.

For every finding the steps of its rule are looked at in the order written. Telling and asking are planned as soon as
they are due; of the steps that write, the least destructive that is due and has something left to do. Where none is due
the first that will be is shown as refused, with the day or the answer it waits for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from custos.actions import DECLARED, ORDER
from custos.actions.declaration import Change, Occasion
from custos.engine.action_keys import action_key, effect_key
from custos.engine.approval_coverage import grown_words
from custos.engine.case_facts import CaseFacts, Cases, Decision, waits
from custos.engine.gate import Standing, not_approved, put_back, too_old
from custos.engine.protection import stopping
from custos.engine.refusals import KnownRefusals, withheld
from custos.engine.remaining_steps import bar, ladder, left
from custos.model.action import Action, TakenBack
from custos.model.action_kind import ActionKind
from custos.model.finding import Finding
from custos.model.plan import Plan
from custos.model.policy import EDITED, Bundle, OnlyIf, Policy, Rule, Step, own_name
from custos.model.refusal import Code, Refused
from custos.model.state import State
from custos.model.subject import Subject
from custos.records.address import Address
from custos.wording import day_words


class Evaluated(Protocol):
    """What the plan needs of an evaluation (`custos.engine.evaluate.Evaluation`)."""

    @property
    def unknown(self) -> Mapping[str, int]:
        """`policy/rule` ► subjects that could not be decided."""
        ...

    @property
    def coverage(self) -> tuple[int, int]:
        """Libraries read completely, libraries expected."""
        ...

    def findings(self) -> Iterator[Finding]:
        """Every finding."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a plan is made under, besides findings and policies.

    `standings`: each policy as it stands now (`Approvals.standing`). `incomplete`: drives that were not read to their
    end. `inventory`: table ► Delta version that was read. `refusals`: what Microsoft refused lately.
    `undone`: what was put back, by `effect_key` ► by which undo, and when. `doubts`: addresses of the registers that match nothing.
    `stale`: drives that were last read too long ago ► when. `home`: where a subject lies, its library or site. `mirror_at`: when half
    of the libraries had been read; `mirror_oldest`: when the first of them was.
    """

    now: datetime
    standings: Mapping[str, Standing]
    cases: Cases = field(default_factory=dict)
    incomplete: frozenset[str] = frozenset()
    inventory: Mapping[str, int] = field(default_factory=dict)
    refusals: KnownRefusals = field(default_factory=KnownRefusals)
    undone: Mapping[str, TakenBack] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    stale: Mapping[str, datetime] = field(default_factory=dict)
    home: Callable[[Subject], Address | None] = lambda _: None
    mirror_at: datetime | None = None
    mirror_oldest: datetime | None = None


def occasion(bundle: Bundle, circumstances: Circumstances) -> Occasion:
    """When, and under which registers and undoings, the steps of a plan are looked at."""
    records = bundle.records
    return Occasion(now=circumstances.now, records=records, holidays=records.holidays, undone=circumstances.undone)


def make_plan(bundle: Bundle, evaluation: Evaluated, circumstances: Circumstances) -> Plan:
    """The plan of these findings. Its id is "" until it is saved (`custos.engine.plan_store.PlanStore`)."""
    planner = _Planner(bundle, circumstances, occasion(bundle, circumstances))
    drafts = [action for finding in evaluation.findings() for action in planner.actions(finding)]
    merged = [
        _unless_put_back(action, circumstances.undone)
        for action in sorted(_merged(drafts, bundle.policies), key=_by_reader)
    ]
    offered = withheld(merged, circumstances.refusals, circumstances.now, lambda action: _acts(action, bundle.policies))
    return Plan(
        id="",
        made_at=circumstances.now,
        policies={policy.id: policy.hash for policy in bundle.policies.values()},
        states={policy.id: planner.state(policy) for policy in bundle.policies.values()},
        inventory=dict(circumstances.inventory),
        actions=tuple(replace(action, id=f"{number:06d}") for number, action in enumerate(offered, start=1)),
        unknown=dict(evaluation.unknown),
        coverage=evaluation.coverage,
        notes=(*_notes(bundle, evaluation, circumstances), *circumstances.doubts),
        reasons={name: standing.reason for name, standing in circumstances.standings.items() if standing.reason},
        mirror_at=circumstances.mirror_at,
        mirror_oldest=circumstances.mirror_oldest,
    )


@dataclass(frozen=True)
class _Planner:
    bundle: Bundle
    circumstances: Circumstances
    occasion: Occasion

    def state(self, policy: Policy) -> State:
        """The policy's state that counts; simulate when nobody knows it."""
        standing = self.circumstances.standings.get(policy.id)
        return standing.state if standing else min(policy.state, State.SIMULATE, key=list(State).index)

    def actions(self, finding: Finding) -> Iterator[Action]:
        """What is planned about one finding."""
        policy = self.bundle.policies[finding.policy]
        rule = policy.rule(finding.rule)
        case = self.circumstances.cases.get((policy.id, rule.id, finding.subject.key))
        for step in rule.steps:
            if not step.writes and not _answered(step, case):
                done = DECLARED[step.kind].change(step, finding, self.occasion)
                yield self._action(policy, finding, step, done, self._waits(step, case), case=case)
        write = self._write(rule, finding, case)
        if write is not None:
            step, done, waits = write
            action = self._action(policy, finding, step, done, waits, case=case)
            yield replace(action, agreed=_agreed_in(step, case))

    def _write(
        self, rule: Rule, finding: Finding, case: CaseFacts | None
    ) -> tuple[Step, Change, Refused | None] | None:
        """The least destructive writing step that can be taken and is due; else the first that waits, or is barred for good; None when
        nothing is left."""
        steps = [(step, DECLARED[step.kind].change(step, finding, self.occasion)) for step in ladder(rule)]
        bars = [one for step, done in steps if (one := bar(step, finding, done, self.occasion)) is not None]
        needs = [(step.kind, step.only_if is OnlyIf.OWNER_AGREES) for step, _ in steps]
        open_steps = left(needs, bars, case.agreed_at if case is not None else None)
        waiting: tuple[Step, Change, Refused] | None = None
        for step, done in steps:
            if step.kind not in open_steps:
                continue
            waits = self._waits(step, case)
            if waits is None:
                return step, done, None
            waiting = waiting or (step, done, waits)
        return waiting or next(
            ((step, done, self._waits(step, case)) for step, done in steps if not done.satisfied), None
        )

    def _waits(self, step: Step, case: CaseFacts | None) -> Refused | None:
        return waits(step, case, self.circumstances.now, self.occasion.holidays)

    def _action(
        self,
        policy: Policy,
        finding: Finding,
        step: Step,
        done: Change,
        waits: Refused | None,
        *,
        case: CaseFacts | None,
    ) -> Action:
        refused = self._refused(policy, finding, step, done, case) or waits
        return Action(
            id="",
            key=action_key(policy.hash, finding.subject, step.kind, done.before),
            finding=finding,
            kind=step.kind,
            before=done.before,
            after=done.after,
            reversibility=done.reversibility,
            units=DECLARED[step.kind].units,
            state=self.state(policy),
            refused=refused.sentence if refused else "",
            refusal=refused.code if refused else "",
        )

    def _refused(
        self, policy: Policy, finding: Finding, step: Step, done: Change, case: CaseFacts | None
    ) -> Refused | None:
        """Why the plan will not do it, or not ask."""
        if self.state(policy) is State.DRAFT:
            return Refused(Code.DRAFT, f"The policy {policy.id} is a draft.")
        if step.writes and finding.subject.drive_id in self.circumstances.incomplete:
            return Refused(Code.INCOMPLETE, "Its library was not read completely.")
        if step.writes and (read_at := self.circumstances.stale.get(finding.subject.drive_id)):
            return too_old(read_at)
        agreed = case is not None and case.agreed_at is not None
        protection = stopping(finding.protections, step.kind, agreed=agreed)
        if protection is not None:
            return Refused(Code(protection.code), protection.sentence)
        return done.refused or self._unapproved(finding)

    def _unapproved(self, finding: Finding) -> Refused | None:
        """Why the approval of a policy that acts or asks does not cover this."""
        standing = self.circumstances.standings.get(finding.policy)
        if standing is None or standing.coverage is None or standing.state not in (State.PILOT, State.ENFORCE):
            return None
        sentence = standing.coverage.against(finding.rule, self.circumstances.home(finding.subject))
        return not_approved(sentence) if sentence else None


def _unless_put_back(action: Action, undone: Mapping[str, TakenBack]) -> Action:
    taken = undone.get(effect_key(action)) if undone and action.kind.writes and not action.refused else None
    if taken is None:
        return action
    why = put_back(taken.run)
    return replace(action, refused=why.sentence, refusal=why.code)


def _answered(step: Step, case: CaseFacts | None) -> bool:
    """Whether a step that tells or asks has nothing left to do."""
    if case is None:
        return False
    if case.decision is not None:
        return True
    return (case.told_at if step.kind is ActionKind.TELL else case.asked_at or case.told_at) is not None


def _agreed_in(step: Step, case: CaseFacts | None) -> str:
    """The case in which a person agreed to a step that needs it; "" for a step that nobody has to agree to."""
    agreed = case is not None and case.decision is Decision.AGREE and step.only_if is OnlyIf.OWNER_AGREES
    return case.case_id if case is not None and agreed else ""


def _merged(actions: Sequence[Action], policies: Mapping[str, Policy]) -> list[Action]:
    """What comes of all policies together: those in force among themselves, and each edited one in the place of its own."""
    edited = [name for name in policies if name.endswith(EDITED)]
    if not edited:
        return _merge(actions, policies)
    standing = [action for action in actions if action.finding.policy not in edited]
    result = _merge(standing, policies)
    for name in edited:
        own = [action for action in actions if action.finding.policy == name]
        others = [action for action in standing if action.finding.policy != own_name(name)]
        result += [action for action in _merge([*others, *own], policies) if action.finding.policy == name]
    return result


def _merge(actions: Sequence[Action], policies: Mapping[str, Policy]) -> list[Action]:
    """One action for each subject and kind, and no lesser write beside one that leaves nothing to do: the others say who goes first."""
    ranked = sorted(enumerate(actions), key=lambda pair: (_precedence(pair[1], policies), pair[0]))
    first: dict[tuple[str, int, ActionKind], Action] = {}
    removed: dict[tuple[str, int], Action] = {}
    result: list[tuple[int, Action]] = []
    for place, action in ranked:
        subject = (action.finding.subject.key, action.finding.subject.grantee)
        winner = first.get((*subject, action.kind))
        # A file that should be a record gets no lesser label in its stead.
        decides = not action.refused or (action.kind is ActionKind.APPLY_LABEL and action.refusal == Code.RECORD)
        if winner is None and decides:
            winner = removed.get(subject) if action.kind.writes else None
            first.setdefault((*subject, action.kind), action)
            if DECLARED[action.kind].last:
                removed[subject] = action
        result.append((place, _superseded(action, winner) if winner and not action.refused else action))
    return [action for _, action in sorted(result, key=lambda pair: pair[0])]


def _precedence(action: Action, policies: Mapping[str, Policy]) -> tuple[object, ...]:
    """Who goes first on one subject: who may act at all; removals; the stricter; the priority; who yields to nobody."""
    policy = policies[action.finding.policy]
    return (
        not _acts(action, policies),
        -ORDER[action.kind],
        DECLARED[action.kind].strictness(action),
        -policy.priority,
        len(policy.yields_to),
        policy.id,
        action.finding.rule,
    )


def _acts(action: Action, policies: Mapping[str, Policy]) -> bool:
    """Whether the policy may act on this at all."""
    pilot = policies[action.finding.policy].pilot
    return action.state is State.ENFORCE or (action.state is State.PILOT and action.finding.asset_id in pilot)


def _superseded(action: Action, winner: Action) -> Action:
    other = winner.finding
    same_kind = "goes first" if winner.kind is action.kind else f"does more ({winner.kind.value.replace('_', ' ')})"
    return replace(
        action,
        refused=f"The rule {other.policy}/{other.rule} {same_kind} on the same {other.subject.kind}.",
        refusal=Code.SUPERSEDED,
    )


def _by_reader(action: Action) -> tuple[object, ...]:
    finding = action.finding
    return finding.policy, finding.rule, ORDER[action.kind], finding.asset_id, finding.subject.url, finding.subject.key


def _notes(bundle: Bundle, evaluation: Evaluated, circumstances: Circumstances) -> tuple[str, ...]:
    read, expected = evaluation.coverage
    notes = [str(warning) for warning in bundle.warnings]
    if read < expected:
        missing = expected - read
        notes.append(f"{missing} of {expected} libraries were not read completely: nothing is done there.")
    if circumstances.stale:
        oldest = min(circumstances.stale.values())
        count = len(circumstances.stale)
        notes.append(
            f"{count} of {expected} libraries were last read too long ago ({day_words(oldest)}): nothing is done there."
        )
    for name, standing in circumstances.standings.items():
        notes += [grown_words(name, grown) for grown in (standing.coverage.grown if standing.coverage else ())]
    return tuple(notes)


def writes(actions: Iterable[Action]) -> tuple[Action, ...]:
    """The actions that would change the tenant: what a run carries out."""
    return tuple(action for action in actions if action.kind.writes and not action.refused)
