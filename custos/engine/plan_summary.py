"""A plan in numbers, for the command line, reports and pull requests. Pure; how it looks is theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from custos.model.action import Action
from custos.model.action_kind import ActionKind, Reversibility
from custos.model.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The actions that share something: how many of each kind, and how far they can be put back.

    `refused` counts those that will not be done; the other numbers leave them out. `units` are resource units.
    """

    name: str
    kinds: Mapping[ActionKind, int]
    reversibility: Mapping[Reversibility, int]
    refused: int
    units: int

    @property
    def writes(self) -> int:
        """Actions that change the tenant."""
        return sum(count for kind, count in self.kinds.items() if kind.writes)

    @property
    def notices(self) -> int:
        """Actions that put something before a person."""
        return sum(count for kind, count in self.kinds.items() if not kind.writes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A plan in numbers. `by_asset` has "" for content that no asset covers; `refused` counts by code."""

    whole: Group
    by_policy: tuple[Group, ...]
    by_asset: tuple[Group, ...]
    by_site: tuple[Group, ...]
    refused: Mapping[str, int]
    irreversible: tuple[Action, ...]
    unknown: int
    coverage: tuple[int, int]


def summarise(plan: Plan) -> Summary:
    """The plan in numbers."""
    actions = plan.actions
    return Summary(
        whole=_group("", actions),
        by_policy=_groups(actions, lambda action: action.finding.policy),
        by_asset=_groups(actions, lambda action: action.finding.asset_id),
        by_site=_groups(actions, lambda action: action.finding.subject.site_id),
        refused=Counter(action.refusal for action in actions if action.refused),
        irreversible=tuple(
            action for action in actions if not action.refused and action.reversibility is Reversibility.IRREVERSIBLE
        ),
        unknown=sum(plan.unknown.values()),
        coverage=plan.coverage,
    )


def _groups(actions: Iterable[Action], name: Callable[[Action], str]) -> tuple[Group, ...]:
    found: dict[str, list[Action]] = {}
    for action in actions:
        found.setdefault(name(action), []).append(action)
    return tuple(_group(key, found[key]) for key in sorted(found))


def _group(name: str, actions: Iterable[Action]) -> Group:
    listed = list(actions)
    wanted = [action for action in listed if not action.refused]
    return Group(
        name=name,
        kinds=Counter(action.kind for action in wanted),
        reversibility=Counter(action.reversibility for action in wanted if action.kind.writes),
        refused=len(listed) - len(wanted),
        units=sum(action.units for action in wanted),
    )
