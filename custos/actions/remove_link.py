"""Removes a sharing link for everybody who used it. Its address is lost.

Source: https://learn.microsoft.com/graph/api/permission-delete
"""

from __future__ import annotations

from custos.actions.arguments import OwnKind
from custos.actions.declaration import WRITES, Change, Declaration, Occasion, changed, not_inherited
from custos.model.action_kind import ActionKind, Reversibility
from custos.model.finding import Finding
from custos.model.policy import Step
from custos.model.refusal import Code, Refused
from custos.model.subject import Kind


def _change(_step: Step, finding: Finding, _occasion: Occasion) -> Change:
    return changed({"link": finding.facts.get("link_scope")}, {"link": ""}, Reversibility.IRREVERSIBLE)


DECLARATION = Declaration(
    kind=ActionKind.REMOVE_LINK,
    word="remove",
    about=(Kind.LINK,),
    argument=OwnKind(),
    meaning="removes a link for everybody who used it",
    aloud=lambda _: "remove link",
    agreed=True,
    last=True,
    removes=True,
    change=_change,
    units=15,  # permissions read, written, read back: 5 each
    depends=lambda _: frozenset({"anyone_links_allowed", "organisation_links_allowed"}),
    stopped_by=WRITES | {Code.SHARING_AGREEMENT, Code.POSTURE, Code.UNKNOWN},
    obstacle=not_inherited,
    reversibility=Reversibility.IRREVERSIBLE,
    way_back="THE ADDRESS IS LOST: a new link has another address",
    cannot_undo=lambda _done, _now: Refused(
        Code.IRREVERSIBLE, "The address is lost: a new link has another one, and people must be told of it."
    ),
    name="remove link",
    noun="Removal of the link",
    offer=lambda _: "each link is removed",
    done="{things} {were} removed",
    back="Not at all: a new link has another address",
)
