"""Who may answer what: the one place that decides it, for the buttons of a card and for the press of one. Pure.

| answer | who may give it |
|---|---|
| agree | owner, deputy, manager, SIRO; a steward or the head of information governance to what can be undone alone |
| keep | everybody who is asked; a steward not where it accepts a risk: that cannot be lent |
| ask the steward | everybody but the steward, where one holds a delegation for such decisions and has not given it back |
| not mine | owner, deputy, manager; a steward gives it back with it |
| take it back | who gave an answer, and whoever answers for the asset today, until it is done |

One agreement is about one kind of thing: links and people's access are agreed to apart. What no step follows for is not agreed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from custos.model.subject import Kind
from custos.notices.assignment import Role
from custos.notices.model import Assignee, Case, CaseState, Line, Verb


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One answer that somebody may give. `lines` are the keys of those it covers; `kind` is None unless several kinds of thing
    can be agreed to, each by itself."""

    verb: Verb
    lines: tuple[str, ...]
    kind: Kind | None = None


def offers(case: Case, asked: Assignee | None = None) -> tuple[Offer, ...]:
    """The answers that whoever is asked may give, in the order of their buttons; `asked` instead of the case's own assignee."""
    return tuple(_offers(case, asked or case.assignee))


def may_take_back(case: Case, user_id: str) -> bool:
    """Whether somebody may take the case's answer back: who gave it, or who is asked, until all that it leads to is done."""
    if not case.answers or user_id not in (case.answers[-1].who.user_id, case.assignee.user_id) or not user_id:
        return False
    further = case.decision is Verb.AGREE and any(len(line.steps) > 1 for line in case.lines)
    return case.state is CaseState.DECIDED or (case.state is CaseState.ACTED and further)


def may_agree(line: Line, role: Role) -> bool:
    """Whether the role may agree to what the rule proposes."""
    return bool(line.steps) and (role.may_bind or not line.irreversible)


def may_keep(line: Line, role: Role) -> bool:
    """Whether the role may leave it as it is. Leaving an exposure open accepts a risk, which is never lent to a steward."""
    return role is not Role.STEWARD or not line.accepts_risk


def _offers(case: Case, asked: Assignee) -> Iterator[Offer]:
    role = asked.role
    every = tuple(line.key for line in case.lines)
    agreeable = [line for line in case.lines if may_agree(line, role)]
    kinds = list(dict.fromkeys(line.kind for line in agreeable))
    for kind in kinds:
        lines = tuple(line.key for line in agreeable if line.kind is kind)
        yield Offer(verb=Verb.AGREE, lines=lines, kind=kind if len(kinds) > 1 else None)
    if case.lines and all(may_keep(line, role) for line in case.lines):
        yield Offer(verb=Verb.KEEP, lines=every)
    given_back = any(answer.verb is Verb.NOT_MINE and answer.role is Role.STEWARD for answer in case.answers)
    if asked.steward.user_id and role is not Role.STEWARD and not given_back:
        yield Offer(verb=Verb.ASK_STEWARD, lines=every)
    elsewhere = case.asked_by is not None or asked.governance.user_id not in ("", asked.user_id)
    if role in (Role.IAO, Role.DEPUTY, Role.STEWARD, Role.MANAGER) and elsewhere:
        yield Offer(verb=Verb.NOT_MINE, lines=every)
