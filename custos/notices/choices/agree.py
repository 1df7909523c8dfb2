"""Agree: what the rule proposes is done.

One agreement is about one kind of thing: links and people's access are agreed to apart. What no step follows for is not agreed.
"""

from __future__ import annotations

from collections.abc import Iterator

from custos.kinds import DECLARED as KINDS
from custos.notices.assignment import Role
from custos.notices.choices.declaration import Choice, Offer
from custos.notices.choices.settled import settled
from custos.notices.model import Assignee, Case, Line, Verb
from custos.wording import many


def may_agree(line: Line, role: Role) -> bool:
    """Whether the role may agree to what the rule proposes: the owner and who stands in; others to what can be undone alone."""
    return bool(line.steps) and (role.may_bind or not line.irreversible)


def _offers(case: Case, asked: Assignee) -> Iterator[Offer]:
    agreeable = [line for line in case.lines if may_agree(line, asked.role)]
    kinds = list(dict.fromkeys(line.kind for line in agreeable))
    for kind in kinds:
        lines = tuple(line.key for line in agreeable if line.kind is kind)
        yield Offer(verb=Verb.AGREE, lines=lines, kind=kind if len(kinds) > 1 else None)


def _button(case: Case, offer: Offer) -> str:
    """Of how many of what kind, where that is not all: "Agree: 7 links"."""
    if len(offer.lines) == len(case.lines):
        return CHOICE.label
    lines = [line for line in case.lines if line.key in offer.lines]
    return f"{CHOICE.label}: {many(sum(line.count for line in lines), *KINDS[lines[0].kind].things)}"


CHOICE = Choice(
    verb=Verb.AGREE,
    label="Agree",
    offers=_offers,
    answered=settled,
    settles=True,
    button=_button,
    legend=lambda _: (
        "**Agree**: what is proposed above is done, and checked again just before. It covers what its button names."
    ),
    said=lambda _answer, who, when, _why: f"Agreed by {who} {when}.",
)
