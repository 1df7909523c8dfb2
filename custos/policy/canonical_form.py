"""What a policy means, apart from how its file is written: the text over which approvals are given.

The same for block and flow style, quotes, comments, line ends, the order of keys and of what is not ordered. Left out are the
state (an approval grants one), the places in the file, and what the registers make of the scope: that is the reach
(`custos.engine.policy_reach`), which an approval records beside it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date

from custos.model.duration import Duration
from custos.model.policy import AllOf, AnyOf, Condition, Not, Policy, Rule, Step, Test

type Json = str | int | float | bool | list["Json"] | dict[str, "Json"] | None

_FORM = "custos policy 1"
"""Changed when this form changes: then every policy wants to be approved anew, and says so."""


def meaning(policy: Policy) -> str:
    """The canonical form, as JSON."""
    return _text(
        {
            "form": _FORM,
            "policy": policy.id,
            "title": policy.title,
            "why": policy.why,
            "family": policy.family.value,
            "owner": policy.owner,
            "policy_ref": _set(policy.policy_ref),
            "pilot": _set(policy.pilot),
            "review_due": policy.review_due.isoformat(),
            "priority": policy.priority,
            "yields_to": _set(policy.yields_to),
            "covers": {
                "chosen": policy.scope.chosen,
                "sites": _set(address.key for address in policy.scope.sites),
                "libraries": _set(address.key for address in policy.scope.libraries),
                "excluded": _set(address.key for address in policy.scope.excluded_addresses),
            },
            "rules": [_rule(rule) for rule in policy.rules],
            "limits": {
                "actions_per_run": policy.limits.actions_per_run,
                "actions_per_day": policy.limits.actions_per_day,
                "actions_per_site_per_day": policy.limits.actions_per_site_per_day,
                "actions_per_owner_per_day": policy.limits.actions_per_owner_per_day,
                "irreversible_per_day": policy.limits.irreversible_per_day,
                "percent_of_scope": policy.limits.percent_of_scope,
            },
        }
    )


def meaning_hash(policy: Policy) -> str:
    """SHA-256 of what a policy means, in hexadecimal."""
    return hashlib.sha256(meaning(policy).encode()).hexdigest()


def _rule(rule: Rule) -> Json:
    return {
        "find": rule.id,
        "about": rule.kind.value,
        "when": _condition(rule.when),
        "because": rule.because,
        "steps": [_step(step) for step in rule.steps],
    }


def _step(step: Step) -> Json:
    return {
        "kind": step.kind.value,
        "to": step.to.value if step.to else None,
        "within": _span(step.within),
        "remind": list(step.remind),
        "after": _span(step.after),
        "only_if": step.only_if.value,
        "label": step.label,
        "expiry": _span(step.expiry),
        "level": step.level,
    }


def _condition(condition: Condition) -> Json:
    match condition:
        case Test():
            return [condition.fact, condition.operator, _value(condition.value)]
        case Not(part=part):
            return {"not": _condition(part)}
        case AllOf(parts=parts):
            return _joined("all", parts)
        case AnyOf(parts=parts):
            return _joined("any", parts)


def _joined(word: str, parts: tuple[Condition, ...]) -> Json:
    """Parts in any order, those of the same word taken in, and a single one by itself."""
    flat: list[Json] = []
    for part in map(_condition, parts):
        inner = part.get(word) if isinstance(part, dict) else None
        flat += inner if isinstance(inner, list) else [part]
    ordered = sorted({_text(part): part for part in flat}.items())
    return ordered[0][1] if len(ordered) == 1 else {word: [part for _, part in ordered]}


def _value(value: str | float | bool | date | Duration | tuple[str, ...]) -> Json:
    match value:
        case tuple():
            return {"one of": _set(value)}
        case date():
            return {"day": value.isoformat()}
        case Duration():
            return {"span": str(value)}
        case _:
            return value


def _span(span: Duration | None) -> Json:
    return str(span) if span else None


def _set(texts: Iterable[str]) -> Json:
    return list[Json](sorted(set(texts)))


def _text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
