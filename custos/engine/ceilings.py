"""How much may be changed: ceilings per run, day, site, owner, asset, policy and tenant. Pure.

Every ceiling is on by default; 0 means zero. Only actions that write are counted. Ceilings of the house hold for all
policies together; a policy's own (`limits:` in its file) hold beside them. A percentage is of what the plan knew of the
size of the thing; of an unknown size nothing may be changed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from custos.actions import DECLARED
from custos.engine.gate import Purpose
from custos.model.action import Action
from custos.model.action_kind import Reversibility
from custos.model.policy import HouseLimits, Limits


class Span(StrEnum):
    """What a ceiling is counted over."""

    RUN = "run"
    DAY = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class CeilingSizes:
    """What percentages are of: `scope` has `policy/rule` ► subjects in its scope, `assets` the items of each asset."""

    scope: Mapping[str, int] = field(default_factory=dict)
    assets: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ceiling:
    """One counter that an action adds one to, and how far it may go. `words` complete "… allows 200 actions"."""

    name: str
    span: Span
    most: int
    words: str


@dataclass(frozen=True, slots=True)
class BrokenCeiling:
    """A ceiling that a whole plan would break: what was used before, what the plan needs, what is allowed."""

    ceiling: Ceiling
    used: int
    needed: int

    def __str__(self) -> str:
        ceiling = self.ceiling
        used = f", {self.used} of them used already" if self.used else ""
        return f"{ceiling.words} allows {ceiling.most} actions a {ceiling.span}{used}; this needs {self.needed}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceilings:
    """All ceilings that apply to one run."""

    house: HouseLimits
    policies: Mapping[str, Limits]
    owners: Mapping[str, str]  # asset ► UPN of its owner
    sizes: CeilingSizes
    purpose: Purpose = Purpose.POLICY
    _alike: dict[tuple[object, ...], tuple[Ceiling, ...]] = field(default_factory=dict, init=False, compare=False)

    def ceilings(self, action: Action) -> tuple[Ceiling, ...]:
        """The counters that one action adds to."""
        finding = action.finding
        alike = (
            finding.policy,
            finding.rule,
            finding.asset_id,
            finding.subject.site_id,
            action.kind,
            action.reversibility,
        )
        found = self._alike.get(alike)
        if found is None:
            found = self._alike[alike] = self._counters(action)
        return found

    def _counters(self, action: Action) -> tuple[Ceiling, ...]:
        if self.purpose is Purpose.UNDO:
            return tuple(_present([("undo", Span.DAY, self.house.undo_per_day, "Undoing")]))
        return tuple(_present((*self._of_house(action), *self._of_policy(action))))

    def _of_house(self, action: Action) -> Iterable[_Entry]:
        house, asset, site = self.house, action.finding.asset_id, action.finding.subject.site_id
        # Labels are counted apart: a backlog of them must not use up the room of what protects people.
        tier = "labels" if DECLARED[action.kind].labels else "access"
        yield f"tenant|{tier}", Span.RUN, house.per_run, f"The tenant, for {tier},"
        yield f"tenant|{tier}", Span.DAY, house.per_day, f"The tenant, for {tier},"
        yield f"site|{site}|{tier}", Span.DAY, house.per_site_per_day, f"One site ({site}), for {tier},"
        if asset:
            owner = self.owners.get(asset, "")
            most = _smaller(
                house.per_asset_per_day, _part(house.percent_of_asset_per_day, self.sizes.assets.get(asset))
            )
            yield f"asset|{asset}|{tier}", Span.DAY, most, f"The asset {asset}, for {tier},"
            if owner:
                key = f"owner|{owner.casefold()}|{tier}"
                yield key, Span.DAY, house.per_owner_per_day, f"One owner ({owner}), for {tier},"
        if action.reversibility is Reversibility.IRREVERSIBLE:
            yield "irreversible", Span.DAY, house.irreversible_per_day, "What cannot be undone"

    def _of_policy(self, action: Action) -> Iterable[_Entry]:
        finding = action.finding
        name, limits = finding.policy, self.policies.get(finding.policy)
        words = f"The policy {name}"
        if limits is None:
            yield f"policy|{name}", Span.RUN, 0, f"{words}, which no longer exists,"
            return
        site, owner = finding.subject.site_id, self.owners.get(finding.asset_id, "").casefold()
        rule = f"{name}/{finding.rule}"
        share = _part(limits.percent_of_scope, self.sizes.scope.get(rule))
        yield f"rule|{rule}", Span.RUN, share, f"{limits.percent_of_scope:g} % of the scope of {rule}"
        yield f"policy|{name}", Span.RUN, limits.actions_per_run, words
        yield f"policy|{name}", Span.DAY, limits.actions_per_day, words
        yield f"policy|{name}|site|{site}", Span.DAY, limits.actions_per_site_per_day, f"{words} on one site ({site})"
        if owner:
            yield (
                f"policy|{name}|owner|{owner}",
                Span.DAY,
                limits.actions_per_owner_per_day,
                f"{words} for one owner ({owner})",
            )
        if action.reversibility is Reversibility.IRREVERSIBLE:
            yield f"policy|{name}|irreversible", Span.DAY, limits.irreversible_per_day, f"{words}, beyond undoing,"


type _Entry = tuple[str, Span, int | None, str]


def needs(actions: Iterable[Action], budget: Ceilings) -> Mapping[Ceiling, int]:
    """What a whole plan would add to each counter."""
    writing = (action for action in actions if action.kind.writes and not action.refused)
    together = Counter(map(budget.ceilings, writing))
    needed: Counter[Ceiling] = Counter()
    for ceilings, count in together.items():
        needed.update(dict.fromkeys(ceilings, count))
    return needed


def _present(entries: Iterable[_Entry]) -> Iterable[Ceiling]:
    return (Ceiling(name, span, most, words) for name, span, most, words in entries if most is not None)


def _part(percent: float | None, size: int | None) -> int | None:
    """A percentage of a size, at least one when it is above zero; 0 of an unknown size."""
    if percent is None:
        return None
    return max(1, math.ceil(size * percent / 100)) if size and percent > 0 else 0


def _smaller(one: int | None, other: int | None) -> int | None:
    return min((value for value in (one, other) if value is not None), default=None)
