"""A plan, for the person who decides on it: in numbers, action by action, as Markdown for a pull request, as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate

from rich.console import Console

from custos.actions import DECLARED
from custos.engine.plan_summary import Group, Summary, summarise
from custos.masking import Names
from custos.model.action import Action
from custos.model.action_kind import ActionKind
from custos.model.plan import Plan
from custos.policy.label_conflicts import shortfall
from custos.records.model import Records
from custos.report.plans_json import Asking
from custos.report.screen import Listing, words
from custos.report.shapes import plans as shapes
from custos.report.shapes import text_of
from custos.report.shapes.base import data
from custos.report.wording import change, counts, way_back, when
from custos.untrusted import page_markdown, plain
from custos.wording import many

_SHOWN = 12


def show(plan: Plan, records: Records, screen: Console, *, every: bool = False, names: bool = False) -> None:
    """Print the plan: by policy, by asset, what is refused and why, what cannot be undone, and the actions (a few, or all).

    `names`: the reader asked for the names of files in sensitive assets.
    """
    summary, told = summarise(plan), Names(records, shown=names)
    read, expected = summary.coverage
    made = f" of {when(plan.made_at)}, from {read} of {expected} libraries read completely"
    screen.print(words((f"Plan {plan.id or '(not saved)'}", "bold"), made))
    if plan.mirror_at is not None:
        screen.print(f"Half of the libraries were last read before {when(plan.mirror_at)}.")
    if plan.actions:
        screen.print(_by_policy(plan, summary))
        for name, reason in sorted(plan.reasons.items()):
            screen.print(words(f"  {name}: {plan.states.get(name, '')}, because {reason}"), soft_wrap=True)
        assets = {asset.id: asset.name for asset in records.assets.values()}
        screen.print(_groups("By asset", summary.by_asset, assets))
    else:
        nothing = ": no rule finds anything that has not been dealt with already."
        screen.print(words(("There is nothing to do", "bold"), nothing))
    if summary.refused:
        screen.print(_refused(plan))
    if summary.irreversible:
        screen.print(words((f"{len(summary.irreversible)} OF THESE CANNOT BE UNDONE:", "bold red")))
        for action in summary.irreversible[:_SHOWN]:
            subject = told.of(action.finding.subject, action.finding.asset_id)
            screen.print(words(f"  {DECLARED[action.kind].name}  {subject.url or subject.name}"), soft_wrap=True)
    shorter = _shorter(plan, records)
    if shorter:
        screen.print(words((f"{len(shorter):,} OF THESE LABELS ARE SHORTER THAN THE RETENTION SCHEDULE:", "bold red")))
        for said, number in Counter(shorter).most_common(_SHOWN):
            screen.print(words(f"  {many(number, 'file')}: {said}"), soft_wrap=True)
    if summary.unknown:
        screen.print(
            f"{many(summary.unknown, 'subject')} could not be decided, because a fact is unknown: nothing is done there."
        )
    offered = any(not action.refused for action in plan.actions)
    if offered:
        _actions(plan, told, screen, every=every)
    for note in plan.notes:
        screen.print(words(f"Note: {note}"))
    if offered:
        screen.print(f"Cost: about {many(summary.whole.units, 'resource unit')}.")


_MOST_ASSETS, _MOST_POLICIES, _MOST_NOTES = 300, 100, 20
_MOST_CHARACTERS = 60_000
"""Of a comment: GitHub takes 65,536, with what a pipeline writes around it. https://docs.github.com/rest/issues/comments"""
_NAME, _NOTE = 80, 500  # characters of each that are shown


def markdown(plan: Plan, records: Records) -> str:
    """The plan as a comment for a pull request, as much of it as a comment takes: what is left out is counted."""
    summary = summarise(plan)
    head = [
        f"### Plan {plan.id or 'of this change'}",
        "",
        "| policy | state | would do | refused | unknown |",
        "|---|---|---|---:|---:|",
    ]
    policies = [
        f"| {page_markdown(plain(group.name, _NAME))} | {plan.states[group.name]} | {counts(group.kinds)} "
        f"| {group.refused:,} | {_unknown(plan, group.name):,} |"
        for group in summary.by_policy
    ]
    head += _as_many(policies, _MOST_POLICIES, "| and {more:,} more policies: see `custos plan` | | | | |")
    tail = []
    if summary.irreversible:
        tail += ["", f"**{len(summary.irreversible)} OF THESE CANNOT BE UNDONE.**"]
    if shorter := _shorter(plan, records):
        tail += ["", f"**{len(shorter):,} OF THESE LABELS ARE SHORTER THAN THE RETENTION SCHEDULE.**"]
    notes = [f"> {page_markdown(plain(note, _NOTE))}" for note in plan.notes]
    tail += ["", *_as_many(notes, _MOST_NOTES, "> and {more:,} more notes: see `custos plan`")]
    head += ["", "| asset | would do | refused |", "|---|---|---:|"]
    rows = [_asset_row(group, records) for group in summary.by_asset]
    room = _MOST_CHARACTERS - len("\n".join((*head, *tail)))
    fitting = sum(1 for end in accumulate(len(row) + 1 for row in rows) if end <= room)
    head += _as_many(rows, min(fitting, _MOST_ASSETS), "| and {more:,} more assets: see `custos plan` | | |")
    return "\n".join((*head, *tail)).rstrip() + "\n"


def _asset_row(group: Group, records: Records) -> str:
    asset = records.assets.get(group.name)
    named = page_markdown(plain(f"{asset.id} {asset.name}", _NAME)) if asset else "no asset"
    return f"| {named} | {counts(group.kinds)} | {group.refused:,} |"


def _as_many(lines: Sequence[str], most: int, more: str) -> list[str]:
    """The first so many lines, and one that counts the others."""
    left = len(lines) - most
    return [*lines[:most], *([more.format(more=left)] if left > 0 else [])]


def as_json(plan: Plan, records: Records, *, names: bool) -> str:
    """The plan for machines: one object, actions in the plan's order."""
    told, asking = Names(records, shown=names), Asking(records, plan.made_at)
    read, expected = plan.coverage
    return text_of(
        shapes.Plan(
            id=plan.id,
            made_at=plan.made_at,
            made_by=plan.made_by,
            states={policy: state.value for policy, state in plan.states.items()},
            policies={
                policy: shapes.PlanPolicy(
                    state=state.value, hash=plan.policies.get(policy, ""), reason=plan.reasons.get(policy, "")
                )
                for policy, state in plan.states.items()
            },
            coverage={"read": read, "expected": expected},
            mirror=shapes.Mirror(complete=read, libraries=expected, oldest=plan.mirror_oldest),
            inventory=dict(plan.inventory),
            unknown=dict(plan.unknown),
            notes=list(plan.notes),
            actions=[_shape(action, records, told, asking) for action in plan.actions],
        )
    )


def _shape(action: Action, records: Records, names: Names, asking: Asking) -> shapes.PlanAction:
    finding = action.finding
    subject, asset = names.of(finding.subject, finding.asset_id), records.assets.get(finding.asset_id)
    asked = asking.about(action)
    return shapes.PlanAction(
        id=action.id,
        policy=finding.policy,
        rule=finding.rule,
        where=str(finding.where),
        asset=finding.asset_id,
        owner=asset.iao if asset else "",
        asked=asked.person.upn if asked.person else "",
        asked_as=asked.role.value,
        subject=subject.key,
        name=subject.name,
        url=subject.url,
        kind=action.kind.value,
        before={name: data(value) for name, value in action.before.items()},
        after={name: data(value) for name, value in action.after.items()},
        because=finding.because,
        reversibility=action.reversibility.value,
        shorter_than_schedule=shorter_than_schedule(action, records),
        units=action.units,
        refused=action.refused,
        refusal=str(action.refusal),
    )


def _by_policy(plan: Plan, summary: Summary) -> object:
    found = Listing(
        "By policy",
        ("policy", "state", "would do", "refused", "unknown", "units"),
        numbers=("refused", "unknown", "units"),
    )
    for group in summary.by_policy:
        row = (
            group.name,
            plan.states[group.name],
            counts(group.kinds),
            f"{group.refused:,}",
            f"{_unknown(plan, group.name):,}",
        )
        found.add(*row, f"{group.units:,}")
    return found


def _groups(title: str, groups: tuple[Group, ...], names: Mapping[str, str]) -> object:
    found = Listing(title, ("asset", "name", "would do", "refused"), numbers=("refused",))
    for group in groups:
        found.add(
            group.name or "none",
            names.get(group.name, "no asset of the register"),
            counts(group.kinds),
            f"{group.refused:,}",
        )
    return found


def _refused(plan: Plan) -> object:
    found = Listing("Refused, and why", ("code", "actions", "for instance"), numbers=("actions",))
    by_code: dict[str, list[Action]] = {}
    for action in plan.actions:
        if action.refused:
            by_code.setdefault(action.refusal, []).append(action)
    for code in sorted(by_code, key=lambda code: -len(by_code[code])):
        found.add(code, f"{len(by_code[code]):,}", by_code[code][0].refused)
    return found


def _actions(plan: Plan, names: Names, screen: Console, *, every: bool) -> None:
    wanted = [action for action in plan.actions if not action.refused]
    shown = wanted if every else _spread(wanted)
    remark = "" if len(shown) == len(wanted) else " (`custos plan --all` shows every one)"
    screen.print()
    screen.print(words((f"{len(shown):,} of {many(len(wanted), 'action')}", "bold"), remark))
    alike = Counter(_said(action, names) for action in shown)
    for (rule, subject, done, because), number in alike.items():
        times = f"  {number:,} times" if number > 1 else ""
        screen.print(words("  ", (rule, "dim"), f"  {subject}", (times, "dim")), soft_wrap=True)
        screen.print(words(f"      {done}"), soft_wrap=True)
        screen.print(words((f"      {because}", "dim")), soft_wrap=True)


def _shorter(plan: Plan, records: Records) -> list[str]:
    """What is said of each action whose label keeps for a shorter time than the schedule entry that the file follows."""
    offered = (action for action in plan.actions if not action.refused)
    return [said for action in offered if (said := shorter_than_schedule(action, records))]


def shorter_than_schedule(action: Action, records: Records) -> str:
    """How much shorter the label of an action keeps than the schedule wants; "" when it does not, or applies none."""
    if action.kind is not ActionKind.APPLY_LABEL:
        return ""
    label, entry = str(action.after.get("label") or ""), str(action.finding.facts.get("scheduled_entry") or "")
    short = shortfall(label, entry, records)
    return f"{label} {short}" if short else ""


def _said(action: Action, names: Names) -> tuple[str, str, str, str]:
    """Rule, subject, what is done, why. Masked names make many actions read alike."""
    finding = action.finding
    told = names.of(finding.subject, finding.asset_id)
    subject = told.name or told.url
    colon = ":" if action.kind.writes else ""
    done = f"{DECLARED[action.kind].name}{colon} {change(action)}".strip()
    short = shorter_than_schedule(action, names.records)
    shout = f"; SHORTER THAN THE SCHEDULE: {short}" if short else ""
    return f"{finding.policy}/{finding.rule}", subject, f"{done}  [{way_back(action)}{shout}]", finding.because


def _spread(actions: list[Action]) -> list[Action]:
    """A few actions of each rule, so that no rule is hidden behind a long one."""
    by_rule: dict[tuple[str, str], list[Action]] = {}
    for action in actions:
        by_rule.setdefault((action.finding.policy, action.finding.rule), []).append(action)
    each = max(1, _SHOWN // max(1, len(by_rule)))
    return [action for group in by_rule.values() for action in group[:each]]


def _unknown(plan: Plan, policy: str) -> int:
    return sum(count for name, count in plan.unknown.items() if name.startswith(f"{policy}/"))
