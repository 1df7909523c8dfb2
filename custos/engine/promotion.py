"""What letting a policy act needs: the right, somebody who has nothing to do with it, a plan of exactly that, a pilot, a minute. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from custos.engine.approval_coverage import reaches_no_further
from custos.engine.involved_people import ApprovalRecord, hands_in
from custos.engine.policies_in_force import RANKS
from custos.engine.policy_reach import Reach
from custos.engine.separation_of_duties import Involved, against
from custos.model.approval_rules import ApprovalRules
from custos.model.plan import Plan
from custos.model.policy import Policy
from custos.model.state import State
from custos.records.rights import CUSTOS, WORDS, Person, Right, Rights
from custos.wording import day_words

_RIGHTS: Mapping[State, Right] = {State.PILOT: Right.PILOT, State.ENFORCE: Right.ENFORCE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """What somebody puts forward: a version of a policy with its file, the reach that it has, and the plan that they read.

    `owner` and `authors` are who owns the policy and who wrote this version since the one that was judged before it
    (`custos.engine.involved_people`); `strangers` are mail addresses of more who wrote it, `commit` is where git stands.
    """

    policy: Policy
    content: bytes
    reach: Reach
    to: State
    plan: Plan
    by: Person
    owner: Involved
    authors: tuple[Involved, ...]
    strangers: tuple[str, ...] = ()
    commit: str = ""
    reference: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionRules:
    """What `settings.yaml` asks for. `today` is the day in council time, `holidays` those of the council."""

    rights: Rights
    approval: ApprovalRules
    today: date
    holidays: frozenset[date] = frozenset()


class Earlier(ApprovalRecord, Protocol):
    """An earlier decision on the policy (`custos.engine.approvals.Approval`)."""

    @property
    def at(self) -> datetime: ...


def reasons_against(
    promotion: Promotion, rules: PromotionRules, before: Sequence[Earlier], previous: Reach | None, now: datetime
) -> list[tuple[str, str]]:
    """Every reason why a promotion cannot be, with its remedy. `before`: earlier decisions, oldest first; `previous`: what the last
    of them covered.
    """
    policy, to, by = promotion.policy, promotion.to, promotion.by
    if to not in _RIGHTS:
        return [(f"A policy is promoted to pilot or enforce, not to {to}.", "To take it back is to simulate.")]
    reasons: list[tuple[str, str]] = []
    right = _RIGHTS[to]
    if not rules.rights.may(by, right, rules.today):
        roles = ", ".join(sorted(rules.rights.roles[right])) or "nobody"
        reasons.append((f"{by.upn} may not {WORDS[right]}.", f"It is for: {roles}. See `custos schema roles`."))
    reasons += against(by, _involved(promotion, before))
    reasons += _plan(promotion, rules, now)
    if policy.review_due < now.date():
        reasons.append((f"The review of {policy.id} was due on {day_words(policy.review_due)}.", "Review it first."))
    if to is State.PILOT and not policy.pilot:
        reasons.append((f"The policy {policy.id} names no assets for its pilot.", "Name them under `pilot:`."))
    if to is State.ENFORCE:
        wrong = rules.approval.reference.against(promotion.reference, rules.today)
        if wrong:
            remedy = f"Give its minute with --cig-ref, like {rules.approval.reference.example}."
            reasons.append((f"Enforcing needs a reference of the Corporate Information Group. {wrong}", remedy))
        reasons += _pilot(promotion, rules, before, previous, now)
    return reasons


def wrote(promotion: Promotion, before: Sequence[Earlier]) -> list[Involved]:
    """Who had a hand in a version: whom git or the person names now, and whom the decisions that count name."""
    policy = promotion.policy
    earlier = hands_in(before, policy.hash, promotion.to) - {author.id for author in promotion.authors}
    recorded = [Involved(author, author, f"wrote this version of {policy.id}") for author in sorted(earlier)]
    return [*promotion.authors, *recorded]


def _involved(promotion: Promotion, before: Sequence[Earlier]) -> list[Involved]:
    """Who owns the policy, wrote this version and planned it."""
    plan = promotion.plan
    involved = [promotion.owner, *wrote(promotion, before)]
    if plan.made_by != CUSTOS.upn:
        involved.append(Involved(plan.made_by_id, plan.made_by or "somebody", f"made the plan {plan.id}"))
    return involved


def _plan(promotion: Promotion, rules: PromotionRules, now: datetime) -> list[tuple[str, str]]:
    policy, plan = promotion.policy, promotion.plan
    remedy = "Have a plan of it made, and read that."
    if policy.hash not in plan.policies.values():
        return [(f"The plan {plan.id} was not made from this version of {policy.id}.", remedy)]
    read = plan.reaches.get(policy.hash)
    if read is None:
        return [
            (f"Custos made the plan {plan.id} to act on it; it does not show all that {policy.id} reaches.", remedy)
        ]
    if read != promotion.reach.digest:
        return [(f"Registers or settings changed what {policy.id} reaches after the plan {plan.id}.", remedy)]
    stale = plan_age(plan, rules.approval, now)
    return [(stale, remedy)] if stale else []


def plan_age(plan: Plan, rules: ApprovalRules, now: datetime) -> str:
    """Why a plan is too old to decide or act on, "" when it is not. It is as old as what it was made from."""
    old = age_of_plan(plan.id, plan.made_at, rules, now)
    if old:
        return old
    if plan.mirror_at is not None and rules.mirror_lasts.after(plan.mirror_at) <= plan.made_at:
        return f"The plan {plan.id} was made from a mirror of {day_words(plan.mirror_at)}: older than {rules.mirror_lasts}."
    return ""


def age_of_plan(plan_id: str, made_at: datetime, rules: ApprovalRules, now: datetime) -> str:
    """The same by its day alone."""
    if rules.plan_lasts.after(made_at) > now:
        return ""
    return f"The plan {plan_id} is of {day_words(made_at)}: older than {rules.plan_lasts}."


def _pilot(
    promotion: Promotion, rules: PromotionRules, before: Sequence[Earlier], previous: Reach | None, now: datetime
) -> list[tuple[str, str]]:
    """What the time before enforcing asks for: a pilot of this version, long enough; or an approved version that it grows out of."""
    policy = promotion.policy
    last = before[-1] if before else None
    if last is not None and last.state is State.ENFORCE:
        if last.hash == policy.hash or (previous is not None and reaches_no_further(promotion.reach, previous)):
            return []
        what = f"This version of {policy.id} goes further than the one that enforces: it needs a pilot of its own."
        return [(what, "Promote it to pilot first.")]
    if last is None or RANKS[last.state] < RANKS[State.PILOT] or last.hash != policy.hash:
        return [(f"This version of {policy.id} has not been in pilot.", "Promote it to pilot first.")]
    others = [
        number
        for number, earlier in enumerate(before)
        if earlier.hash != policy.hash or earlier.state is State.SIMULATE
    ]
    began = before[others[-1] + 1 if others else 0].at
    ends = rules.approval.shortest_pilot.after(began, rules.holidays)
    if now < ends:
        what = f"Its pilot began on {day_words(began)}; {rules.approval.shortest_pilot} must pass before it enforces."
        return [(what, f"It may enforce from {day_words(ends)} on.")]
    return []
