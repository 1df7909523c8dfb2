"""Reads the steps of a rule, and refuses those that the platform cannot do or that nobody was told about first.

What an action's word is, what it takes and what it refuses stands in its declaration (`custos.actions`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from custos.actions import ACTION_WORDS, DECLARED, declared_as, kinds_of
from custos.actions.arguments import OneOf, OwnKind, Person, Span, Words
from custos.actions.declaration import Check, Declaration
from custos.did_you_mean import near
from custos.model.action_kind import ActionKind
from custos.model.duration import Duration
from custos.model.policy import Condition, OnlyIf, Recipient, Scope, Step
from custos.model.subject import Kind
from custos.policy.reminders import read_reminders
from custos.policy.yaml_nodes import Entries, Node
from custos.policy.yaml_section import Section
from custos.problems import Problems
from custos.records.model import Records

OPTIONS = ("within", "remind", "after", "only_if")
LONGEST_ANSWER = Duration(1, "year")
LONGEST_NOTICE = Duration(1, "year")


def read_steps(nodes: Sequence[Node], kind: Kind, problems: Problems) -> tuple[Step, ...]:
    """The steps in the order written; those with problems are left out."""
    steps = [_step(node, kind, problems) for node in nodes]
    return tuple(step for step in steps if step is not None)


def _step(node: Node, kind: Kind, problems: Problems) -> Step | None:
    section = Section(node, (*ACTION_WORDS, *OPTIONS), problems, "A step")
    named = [word for word in ACTION_WORDS if isinstance(node, Entries) and word in node.entries]
    if len(named) != 1:
        if isinstance(node, Entries):
            problems.error(
                node.mark, f"A step names one action; this names {len(named)}.", f"One of: {', '.join(ACTION_WORDS)}."
            )
        return None
    word = named[0]
    declaration = next((one for one in declared_as(word) if kind in one.about), None)
    if declaration is None:
        problems.error(
            section.mark_of(word),
            f'"{word}" cannot be done to a {kind}.',
            f"It is for a {' or '.join(kinds_of(word))}.",
            code="action-of-other-kind",
        )
        return None
    within = section.duration("within", required=declaration.argument == Person(answers=True), most=LONGEST_ANSWER)
    after = section.duration("after", most=LONGEST_NOTICE)
    only_if = section.choice("only_if", OnlyIf, OnlyIf.ALWAYS)
    said = _argument(declaration, section, kind, problems)
    kept = within if isinstance(declaration.argument, Person) else None
    remind = read_reminders(section, within, asks=declaration.kind is ActionKind.ASK)
    return Step(kind=declaration.kind, within=kept, remind=remind, after=after, only_if=only_if, mark=node.mark, **said)


def _argument(declaration: Declaration, section: Section, kind: Kind, problems: Problems) -> dict[str, Any]:
    """What stands behind the word, by the field of `Step` that keeps it."""
    word = declaration.word
    match declaration.argument:
        case Person():
            return {"to": section.choice(word, Recipient, Recipient.OWNER, required=True)}
        case Words(field=field):
            return {field: section.text(word, required=True)}
        case Span(field=field, most=most):
            return {field: section.duration(word, required=True, most=most)}
        case OneOf(field=field, what=what, words=words):
            written = section.text(word, required=True)
            if written not in words:
                problems.error(section.mark_of(word), f'"{written}" is not {what}.', near(written, words))
            return {field: written}
        case OwnKind():
            if section.text(word, required=True) != str(kind):
                problems.error(section.mark_of(word), f"This rule is about a {kind}.", f"Write  {word}: {kind}")
            return {}


def check_steps(steps: Sequence[Step], when: Condition, scope: Scope, records: Records, problems: Problems) -> None:
    """What no policy may do: act without a word before it, destroy on silence, declare records, expire what cannot expire."""
    asked = told = False
    last: Step | None = None
    for step in steps:
        declaration = DECLARED[step.kind]
        if last:
            word = DECLARED[last.kind].word
            what = "a removal" if word == "remove" else f"{word}"
            problems.error(step.mark, f"Nothing is left to do after {what}.", f"Put  {word}  last.", code="unreachable")
        if step.kind is ActionKind.ASK:
            asked = asked or step.to in (Recipient.OWNER, Recipient.GOVERNANCE)
        told = told or not step.writes
        if step.only_if is OnlyIf.OWNER_AGREES and not asked:
            problems.error(
                step.mark, "The owner is never asked before this step.", "Put  ask: owner  before it.", code="no-notice"
            )
        if declaration.check is not None:
            declaration.check(Check(step=step, when=when, scope=scope, records=records, told=told, problems=problems))
        if declaration.agreed and step.only_if is not OnlyIf.OWNER_AGREES:
            problems.error(
                step.mark,
                "This step would take something away because nobody answered.",
                "Add  only_if: owner_agrees  and ask the owner before it.",
                code="no-notice",
            )
        last = step if declaration.last else last
