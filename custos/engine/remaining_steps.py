"""What can still be done about a finding: one answer for the plan, the cards and the cases. Pure.

A step waits for a notice, an answer, a freeze or a library that is read again; that is for `custos.engine.case_facts` and the plan to say.
Here is what no waiting mends: somebody took it back, Microsoft has no way, the file has a label that somebody chose. Such a bar also ends
the ladder: what takes more away than the step that is barred is done only for an agreement that was given after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from custos.actions import DECLARED, ORDER
from custos.actions.declaration import Change, Occasion
from custos.engine.action_keys import effect_of
from custos.engine.gate import put_back
from custos.engine.protection import stopping
from custos.model.action_kind import ActionKind
from custos.model.finding import Bar, Finding
from custos.model.policy import Bundle, Rule, Step
from custos.model.refusal import Code, Refused

FOR_GOOD = frozenset(
    {
        Code.UNDONE,
        Code.RECORD,
        Code.REGULATORY,
        Code.EXPLICIT,
        Code.POSTURE,
        Code.SHARING_AGREEMENT,
        Code.UNSUPPORTED,
        Code.FOLDER,
    }
)
"""What stays so however long one waits, as registers and tenant stand."""


def ladder(rule: Rule) -> list[Step]:
    """The steps of a rule that write, the least destructive first."""
    return sorted((step for step in rule.steps if step.writes), key=lambda step: ORDER[step.kind])


def bar(step: Step, finding: Finding, done: Change, occasion: Occasion) -> Bar | None:
    """Why a step is not taken on what a finding is about, however long one waits; None when it may be."""
    if done.satisfied:
        return Bar(kind=step.kind, code="", sentence="")
    against = done.refused if done.refused is not None and done.refused.code in FOR_GOOD else None
    against = against or _protected(step, finding, agreed=True)
    if against is not None:
        return Bar(kind=step.kind, code=against.code, sentence=against.sentence)
    taken = occasion.undone.get(effect_of(finding.subject, step.kind, done.after)) if occasion.undone else None
    if taken is not None:
        why = put_back(taken.run)
        return Bar(kind=step.kind, code=why.code, sentence=why.sentence, since=taken.at)
    unagreed = _protected(step, finding, agreed=False)
    if unagreed is not None:
        return Bar(kind=step.kind, code=unagreed.code, sentence=unagreed.sentence, unless_agreed=True)
    return None


def with_bars(findings: Iterable[Finding], bundle: Bundle, occasion: Occasion) -> Iterator[Finding]:
    """The findings, each with what stands for good against the steps of its rule."""
    for finding in findings:
        steps = ladder(bundle.policies[finding.policy].rule(finding.rule))
        changes = ((step, DECLARED[step.kind].change(step, finding, occasion)) for step in steps)
        found = (bar(step, finding, done, occasion) for step, done in changes)
        barred = tuple(one for one in found if one is not None)
        yield replace(finding, bars=barred) if barred else finding


def left(
    steps: Sequence[tuple[ActionKind, bool]], bars: Iterable[Bar], agreed_at: datetime | None
) -> tuple[ActionKind, ...]:
    """Which of a rule's steps may still be taken, at once or after what they wait for. `steps`: kind, and whether the owner has to
    agree; `agreed_at`: when the owner agreed, None: not.
    """
    barred = {one.kind: one for one in bars}
    open_steps: list[ActionKind] = []
    before: Bar | None = None
    for kind, needs_agreement in sorted(steps, key=lambda one: ORDER[one[0]]):
        one = barred.get(kind)
        if one is not None and not (one.unless_agreed and agreed_at is not None):
            before = before if one.done else before or one
        elif before is None or (needs_agreement and _later(agreed_at, before.since)):
            open_steps.append(kind)
    return tuple(open_steps)


def _later(agreed_at: datetime | None, since: datetime | None) -> bool:
    return agreed_at is not None and (since is None or agreed_at >= since)


def _protected(step: Step, finding: Finding, *, agreed: bool) -> Refused | None:
    """What protects the subject from a step for good; with `agreed` False also what only an agreement lifts."""
    for one in finding.protections:
        if stopping([one], step.kind, agreed=agreed) is None:
            continue
        if one.code in FOR_GOOD or (not agreed and stopping([one], step.kind, agreed=True) is None):
            return Refused(Code(one.code), one.sentence)
    return None
