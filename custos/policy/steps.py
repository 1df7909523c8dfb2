"""Reads the steps of a rule, and refuses those that the platform cannot do or that nobody was told about first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from custos.did_you_mean import near
from custos.model.action_kind import ActionKind
from custos.model.duration import Duration
from custos.model.policy import (
    FROM_SCHEDULE,
    TO_CLASS,
    AllOf,
    Condition,
    OnlyIf,
    Recipient,
    Scope,
    Step,
    Test,
)
from custos.model.subject import Kind
from custos.policy.catalogue import SHARING_LEVELS
from custos.policy.yaml_nodes import Entries, Node
from custos.policy.yaml_section import Section
from custos.problems import Problems
from custos.records.model import Records, ScheduleEntry

ACTIONS = ("tell", "ask", "apply_label", "set_expiry", "restrict_site", "remove")
OPTIONS = ("within", "after", "only_if")
AGREED = ("restrict_site", "remove")
"""Actions that take something away: only when the owner agrees."""
KINDS_OF: Mapping[str, tuple[Kind, ...]] = {
    "apply_label": (Kind.FILE,),
    "set_expiry": (Kind.LINK,),
    "restrict_site": (Kind.SITE, Kind.TEAM),
    "remove": (Kind.LINK, Kind.GRANT),
}
SHORTEST_ANSWER = Duration(3, "working day")
SHORTEST_NOTICE = Duration(2, "working day")
SHORTEST_EXPIRY = Duration(2, "working day")
LONGEST_ANSWER = Duration(1, "year")
LONGEST_NOTICE = Duration(1, "year")
LONGEST_EXPIRY = Duration(2, "year")


def read_steps(nodes: Sequence[Node], kind: Kind, problems: Problems) -> tuple[Step, ...]:
    """The steps in the order written; those with problems are left out."""
    steps = [_step(node, kind, problems) for node in nodes]
    return tuple(step for step in steps if step is not None)


def _step(node: Node, kind: Kind, problems: Problems) -> Step | None:
    section = Section(node, (*ACTIONS, *OPTIONS), problems, "A step")
    named = [word for word in ACTIONS if isinstance(node, Entries) and word in node.entries]
    if len(named) != 1:
        if isinstance(node, Entries):
            problems.error(
                node.mark, f"A step names one action; this names {len(named)}.", f"One of: {', '.join(ACTIONS)}."
            )
        return None
    word = named[0]
    if word in KINDS_OF and kind not in KINDS_OF[word]:
        fits = " or ".join(KINDS_OF[word])
        problems.error(
            section.mark_of(word),
            f'"{word}" cannot be done to a {kind}.',
            f"It is for a {fits}.",
            code="action-of-other-kind",
        )
        return None
    within = section.duration("within", required=word == "ask", most=LONGEST_ANSWER)
    after = section.duration("after", most=LONGEST_NOTICE)
    only_if = section.choice("only_if", OnlyIf, OnlyIf.ALWAYS)
    mark = node.mark
    match word:
        case "tell" | "ask":
            to = section.choice(word, Recipient, Recipient.OWNER, required=True)
            return Step(kind=ActionKind(word), to=to, within=within, after=after, only_if=only_if, mark=mark)
        case "apply_label":
            label = section.text(word, required=True)
            return Step(kind=ActionKind.APPLY_LABEL, label=label, after=after, only_if=only_if, mark=mark)
        case "set_expiry":
            expiry = section.duration(word, required=True, most=LONGEST_EXPIRY)
            return Step(kind=ActionKind.SET_EXPIRY, expiry=expiry, after=after, only_if=only_if, mark=mark)
        case "restrict_site":
            level = section.text(word, required=True)
            if level not in (*SHARING_LEVELS, TO_CLASS):
                problems.error(
                    section.mark_of(word),
                    f'"{level}" is not a sharing level.',
                    near(level, (*SHARING_LEVELS, TO_CLASS)),
                )
            return Step(kind=ActionKind.RESTRICT_SITE, level=level, after=after, only_if=only_if, mark=mark)
    if section.text(word, required=True) != str(kind):
        problems.error(section.mark_of(word), f"This rule is about a {kind}.", f"Write  remove: {kind}")
    removal = ActionKind.REMOVE_LINK if kind is Kind.LINK else ActionKind.REMOVE_GRANT
    return Step(kind=removal, after=after, only_if=only_if, mark=mark)


def check_steps(steps: Sequence[Step], when: Condition, scope: Scope, records: Records, problems: Problems) -> None:
    """What no policy may do: act without a word before it, destroy on silence, declare records, expire what cannot expire."""
    asked = told = False
    gone: Step | None = None
    for step in steps:
        if gone:
            problems.error(
                step.mark, "Nothing is left to do after a removal.", "Put the removal last.", code="unreachable"
            )
        if step.kind is ActionKind.ASK:
            asked = asked or step.to in (Recipient.OWNER, Recipient.GOVERNANCE)
            _at_least(step, step.within, SHORTEST_ANSWER, "the time to answer", problems)
        told = told or step.kind in (ActionKind.TELL, ActionKind.ASK)
        if step.only_if is OnlyIf.OWNER_AGREES and not asked:
            problems.error(
                step.mark, "The owner is never asked before this step.", "Put  ask: owner  before it.", code="no-notice"
            )
        match step.kind:
            case ActionKind.APPLY_LABEL:
                _label(step, records, problems)
            case ActionKind.SET_EXPIRY:
                _expiry(step, when, scope, records, told=told, problems=problems)
            case ActionKind.RESTRICT_SITE | ActionKind.REMOVE_GRANT | ActionKind.REMOVE_LINK:
                if step.only_if is not OnlyIf.OWNER_AGREES:
                    problems.error(
                        step.mark,
                        "This step would take something away because nobody answered.",
                        "Add  only_if: owner_agrees  and ask the owner before it.",
                        code="no-notice",
                    )
                if step.kind is not ActionKind.RESTRICT_SITE:
                    gone = step


def _at_least(step: Step, span: Duration | None, floor: Duration, what: str, problems: Problems) -> None:
    if span and span.shortest_days < floor.shortest_days:
        problems.error(
            step.mark, f"{span} is shorter than {what} may be.", f"Write at least {floor}.", code="short-notice"
        )


def _label(step: Step, records: Records, problems: Problems) -> None:
    if step.label in ("", FROM_SCHEDULE):
        return
    labels = {entry.label: entry for entry in sorted(records.schedule.values(), key=_counts_most)}
    entry = labels.get(step.label)
    if entry is None:
        problems.error(
            step.mark,
            f'No schedule entry has the label "{step.label}".',
            near(step.label, [FROM_SCHEDULE, *labels]),
            code="unknown-entry",
        )
    elif entry.is_record:
        problems.error(
            step.mark,
            f'"{step.label}" declares a record, which Custos could never take back.',
            "Let a records manager apply it in Microsoft Purview; tell the steward instead.",
            code="record-label",
        )
    elif entry.status != "approved":
        problems.error(
            step.mark, f'The schedule entry {entry.id} of "{step.label}" is {entry.status}.', code="unapproved-entry"
        )


def _counts_most(entry: ScheduleEntry) -> tuple[bool, bool]:
    """Of entries that share a label the one that counts comes last: one that declares records, then an approved one."""
    return entry.is_record, entry.status == "approved"


def _expiry(step: Step, when: Condition, scope: Scope, records: Records, *, told: bool, problems: Problems) -> None:
    if not _surely(when, "link_scope", "anonymous"):
        problems.error(
            step.mark,
            "Microsoft 365 lets only Anyone links be given an expiry.",
            "Add  link_scope: anonymous  to the condition.",
            code="impossible",
        )
    if not told:
        problems.error(
            step.mark, "Nobody is told before this step.", "Put a  tell  or  ask  before it.", code="no-notice"
        )
    _at_least(step, step.expiry, SHORTEST_EXPIRY, "an expiry", problems)
    if step.only_if is OnlyIf.OWNER_AGREES:
        return
    if step.after is not None:  # without it the life that the link is given is the notice
        _at_least(step, step.after, SHORTEST_NOTICE, "a notice", problems)
    everyday = sorted(asset for asset in scope.assets if not records.assets[asset].sensitive)
    if everyday or scope.unregistered or scope.sites or scope.libraries:
        also = ", ".join(everyday[:5]) or "more than assets"
        problems.error(
            step.mark,
            f"Only links on special-category or criminal-offence assets may be ended on silence; this covers {also}.",
            "Add  only_if: owner_agrees,  or cover only such assets.",
            code="silence",
        )


def _surely(condition: Condition, fact: str, value: str) -> bool:
    """True when the condition cannot hold unless the fact is the value."""
    match condition:
        case Test(fact=name, operator="is", value=asked):
            return name == fact and asked == value
        case AllOf(parts=parts):
            return any(_surely(part, fact, value) for part in parts)
        case _:
            return False
