"""Removes access that was given to a person or group on a file or folder, or takes a person off a link.

Sources: https://learn.microsoft.com/graph/api/permission-delete and https://learn.microsoft.com/graph/api/permission-revokegrants
"""

from __future__ import annotations

from datetime import datetime

from custos.actions.arguments import OwnKind
from custos.actions.declaration import SHIELDS, WRITES, Change, Declaration, Occasion, changed, not_inherited
from custos.model.action import Action
from custos.model.action_kind import ActionKind, Reversibility
from custos.model.finding import Finding
from custos.model.policy import Step
from custos.model.refusal import Code, Refused
from custos.model.subject import Fact, Kind


def _change(_step: Step, finding: Finding, _occasion: Occasion) -> Change:
    facts = finding.facts
    person, access = facts.get("person") or "", facts.get("access")
    given_again = Reversibility.AT_A_PRICE if person else Reversibility.IRREVERSIBLE
    before: dict[str, Fact] = {"access": access, "person": person, "through": facts.get("through")}
    refused = None
    if not access or not facts.get("through"):
        refused = Refused(Code.UNKNOWN, "What they may do, or how access was given, was not read.")
    elif facts.get("through") == "link" and not person:
        refused = Refused(Code.UNKNOWN, "Who is named on the link was not read.")
    return changed(before, {"access": ""}, given_again, refused=refused)


def _cannot_undo(done: Action, _now: datetime) -> Refused | None:
    if "@" in str(done.before.get("person") or ""):
        return None
    return Refused(Code.IRREVERSIBLE, "It was not given to a person with a mail address; only they can be invited.")


DECLARATION = Declaration(
    kind=ActionKind.REMOVE_GRANT,
    word="remove",
    about=(Kind.GRANT,),
    argument=OwnKind(),
    meaning="takes away a person's or a group's access to a file or folder",
    aloud=lambda _: "remove grant",
    agreed=True,
    last=True,
    removes=True,
    change=_change,
    units=15,  # permissions read, written, read back: 5 each
    depends=lambda _: frozenset({SHIELDS}),
    stopped_by=WRITES | {Code.SHARING_AGREEMENT, Code.POSTURE, Code.UNKNOWN},
    obstacle=not_inherited,
    reversibility=Reversibility.AT_A_PRICE,
    way_back="the person can be given access again and must be told",
    undone_by=ActionKind.RESTORE_GRANT,
    faces=lambda done: ({"access": ""}, {"access": done.before.get("access"), "person": done.before.get("person")}),
    cannot_undo=_cannot_undo,
    name="remove access",
    noun="Removal of the access",
    offer=lambda _: "each direct access is removed",
    done="{things} {were} removed",
    back="At any time, and people must be told",
)
