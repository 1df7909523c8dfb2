"""A plan, for the person who decides on it: in numbers, action by action, as Markdown for a pull request, as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping

from rich.console import Console
from rich.markup import escape

from custos.engine.model import Action, Plan
from custos.engine.summary import Group, Summary, summarise
from custos.records.model import Records
from custos.report.words import COUNCIL, DOES, change, count, counts, table, value, way_back

_SHOWN = 12


def show(plan: Plan, records: Records, screen: Console, *, every: bool = False) -> None:
    """Print the plan: by policy, by asset, what is refused and why, what cannot be undone, and the actions (a few, or all)."""
    summary = summarise(plan)
    read, expected = summary.coverage
    screen.print(
        f"[bold]Plan {plan.id or '(not saved)'}[/bold] of {plan.made_at.astimezone(COUNCIL):%-d %B %Y %H:%M}, "
        f"from {read} of {expected} libraries read completely"
    )
    if plan.actions:
        screen.print(_by_policy(plan, summary))
        screen.print(_groups("By asset", summary.by_asset, {asset.id: asset.name for asset in records.assets.values()}))
    else:
        screen.print("[bold]There is nothing to do[/bold]: no rule holds for anything, or it was dealt with before.")
    if summary.refused:
        screen.print(_refused(plan))
    if summary.irreversible:
        screen.print(f"[bold red]{len(summary.irreversible)} OF THESE CANNOT BE UNDONE:[/bold red]")
        for action in summary.irreversible[:_SHOWN]:
            screen.print(
                f"  {DOES[action.kind]}  {action.finding.subject.url or action.finding.subject.name}", markup=False
            )
    if summary.unknown:
        screen.print(
            f"{count(summary.unknown, 'subject')} could not be decided, because a fact is unknown: nothing is done there."
        )
    offered = any(not action.refused for action in plan.actions)
    if offered:
        _actions(plan, records, screen, every=every)
    for note in plan.notes:
        screen.print(f"Note: {note}", markup=False)
    if offered:
        screen.print(f"Cost: about {count(summary.whole.units, 'resource unit')}.")


def markdown(plan: Plan, records: Records) -> str:
    """The plan as a comment for a pull request."""
    summary = summarise(plan)
    lines = [
        f"### Plan {plan.id or 'of this change'}",
        "",
        "| policy | state | would do | refused | unknown |",
        "|---|---|---|---:|---:|",
    ]
    lines.extend(
        f"| {group.name} | {plan.states[group.name]} | {counts(group.kinds)} "
        f"| {group.refused:,} | {_unknown(plan, group.name):,} |"
        for group in summary.by_policy
    )
    lines += ["", "| asset | would do | refused |", "|---|---|---:|"]
    for group in summary.by_asset:
        asset = records.assets.get(group.name)
        lines.append(
            f"| {f'{asset.id} {asset.name}' if asset else 'no asset'} | {counts(group.kinds)} | {group.refused:,} |"
        )
    if summary.irreversible:
        lines += ["", f"**{len(summary.irreversible)} OF THESE CANNOT BE UNDONE.**"]
    lines += ["", *(f"> {note}" for note in plan.notes)]
    return "\n".join(lines).rstrip() + "\n"


def as_json(plan: Plan) -> str:
    """The plan for machines: one object, actions in the plan's order."""
    return json.dumps(
        {
            "id": plan.id,
            "made_at": plan.made_at.isoformat(),
            "states": {policy: state.value for policy, state in plan.states.items()},
            "coverage": {"read": plan.coverage[0], "expected": plan.coverage[1]},
            "unknown": dict(plan.unknown),
            "notes": list(plan.notes),
            "actions": list(_json_actions(plan)),
        },
        indent=1,
    )


def _json_actions(plan: Plan) -> Iterator[dict[str, object]]:
    for action in plan.actions:
        finding = action.finding
        yield {
            "id": action.id,
            "policy": finding.policy,
            "rule": finding.rule,
            "where": str(finding.where),
            "asset": finding.asset_id,
            "subject": finding.subject.key,
            "url": finding.subject.url,
            "kind": action.kind.value,
            "before": {name: value(fact) for name, fact in action.before.items()},
            "after": {name: value(fact) for name, fact in action.after.items()},
            "because": finding.because,
            "reversibility": action.reversibility.value,
            "units": action.units,
            "refused": action.refused,
            "refusal": action.refusal,
        }


def _by_policy(plan: Plan, summary: Summary) -> object:
    found = table(
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
        found.add_row(*row, f"{group.units:,}")
    return found


def _groups(title: str, groups: tuple[Group, ...], names: Mapping[str, str]) -> object:
    found = table(title, ("asset", "name", "would do", "refused"), numbers=("refused",))
    for group in groups:
        found.add_row(
            group.name or "none",
            names.get(group.name, "no asset of the register"),
            counts(group.kinds),
            f"{group.refused:,}",
        )
    return found


def _refused(plan: Plan) -> object:
    found = table("Refused, and why", ("code", "actions", "for instance"), numbers=("actions",))
    by_code: dict[str, list[Action]] = {}
    for action in plan.actions:
        if action.refused:
            by_code.setdefault(action.refusal, []).append(action)
    for code in sorted(by_code, key=lambda code: -len(by_code[code])):
        found.add_row(code, f"{len(by_code[code]):,}", by_code[code][0].refused)
    return found


def _actions(plan: Plan, records: Records, screen: Console, *, every: bool) -> None:
    wanted = [action for action in plan.actions if not action.refused]
    shown = wanted if every else _spread(wanted)
    remark = "" if len(shown) == len(wanted) else " (`custos plan --all` shows every one)"
    screen.print(f"\n[bold]{len(shown):,} of {count(len(wanted), 'action')}[/bold]{remark}")
    alike = Counter(_said(action, records) for action in shown)
    for (rule, subject, done, because), number in alike.items():
        times = f"  [dim]{number:,} times[/dim]" if number > 1 else ""
        screen.print(f"  [dim]{rule}[/dim]  {escape(subject)}{times}", soft_wrap=True)
        screen.print(f"      {done}", markup=False, soft_wrap=True)
        screen.print(f"      {because}", markup=False, soft_wrap=True, style="dim")


def _said(action: Action, records: Records) -> tuple[str, str, str, str]:
    """Rule, subject, what is done, why. Masked titles make many actions read alike."""
    finding = action.finding
    asset = records.assets.get(finding.asset_id)
    subject = "(title masked)" if asset and asset.sensitive else finding.subject.name or finding.subject.url
    colon = ":" if action.kind.writes else ""
    done = f"{DOES[action.kind]}{colon} {change(action)}".strip()
    return f"{finding.policy}/{finding.rule}", subject, f"{done}  [{way_back(action)}]", finding.because


def _spread(actions: list[Action]) -> list[Action]:
    """A few actions of each rule, so that no rule is hidden behind a long one."""
    by_rule: dict[tuple[str, str], list[Action]] = {}
    for action in actions:
        by_rule.setdefault((action.finding.policy, action.finding.rule), []).append(action)
    each = max(1, _SHOWN // max(1, len(by_rule)))
    return [action for group in by_rule.values() for action in group[:each]]


def _unknown(plan: Plan, policy: str) -> int:
    return sum(count for name, count in plan.unknown.items() if name.startswith(f"{policy}/"))
