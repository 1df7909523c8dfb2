"""Words and small tables that several reports share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from custos.actions import DECLARED
from custos.model.action import Action
from custos.model.action_kind import ActionKind, Reversibility
from custos.model.subject import Fact
from custos.wording import local, yes_or_no


def when(moment: datetime, form: str = "%-d %B %Y %H:%M") -> str:
    """A moment in council time: 23 November 2026 09:00."""
    return f"{local(moment):{form}}"


def value(fact: Fact) -> str:
    """A fact as a person reads it."""
    match fact:
        case None:
            return "unknown"
        case "":
            return "none"
        case bool():
            return yes_or_no(fact)
        case datetime():
            return when(fact)
        case int():
            return f"{fact:,}"
    return str(fact)


def change(action: Action) -> str:
    """What an action finds ► what it leaves; "" when it changes nothing."""
    if not action.kind.writes:
        return f"the {action.after.get('to', '')}".replace("_", " ").replace("the governance", "the policy's owner")
    names = list(dict.fromkeys((*action.before, *action.after)))
    if len(names) == 1:
        return f"{_side(names[0], action.before)} ► {_side(names[0], action.after)}"
    return "; ".join(f"{name} {_side(name, action.before)} ► {_side(name, action.after)}" for name in names)


def _side(name: str, facts: Mapping[str, Fact]) -> str:
    """One side of a change. A plan never acts on an end that is unknown: without a date the link has none."""
    fact = facts.get(name, "")
    return "never" if name == "expires" and fact is None else value(fact)


def way_back(action: Action) -> str:
    """How far an action can be undone; loud when it cannot."""
    if action.reversibility is Reversibility.IRREVERSIBLE:
        return "CANNOT BE UNDONE"
    return action.reversibility.value


def counts(found: Mapping[ActionKind, int]) -> str:
    """`apply label 120, set expiry 2`, from the least to the most."""
    return ", ".join(f"{DECLARED[kind].name} {found[kind]:,}" for kind in ActionKind if found.get(kind)) or "nothing"
