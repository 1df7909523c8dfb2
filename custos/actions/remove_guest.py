"""Removes a guest from a team. They lose its chats and files; their account in the directory stays.

The way back is to invite them again: an undo adds them while their account is still there, and says so where it is not.
Sources: https://learn.microsoft.com/graph/api/group-delete-members and https://learn.microsoft.com/graph/api/group-post-members
"""

from __future__ import annotations

from custos.actions.arguments import OwnKind
from custos.actions.declaration import SHIELDS, WRITES, Change, Declaration, Occasion, changed
from custos.model.action_kind import ActionKind, Reversibility
from custos.model.finding import Finding
from custos.model.policy import Step
from custos.model.refusal import Code, Refused
from custos.model.subject import Kind


def _change(_step: Step, finding: Finding, _occasion: Occasion) -> Change:
    unread = Refused(Code.UNKNOWN, "Who the guest is, or which team it is, was not read.")
    known = finding.subject.user_id and finding.subject.group_id
    return changed({"member": "yes"}, {"member": "no"}, Reversibility.AT_A_PRICE, refused=None if known else unread)


DECLARATION = Declaration(
    kind=ActionKind.REMOVE_GUEST,
    word="remove",
    about=(Kind.GUEST,),
    argument=OwnKind(),
    meaning="removes a guest from the team: they lose its chats and files, and keep their account",
    aloud=lambda _: "remove the guest from the team",
    agreed=True,
    last=True,
    change=_change,
    units=0,  # Entra counts requests, no resource units
    role="GroupMember.ReadWrite.All",
    depends=lambda _: frozenset({SHIELDS}),
    stopped_by=WRITES | {Code.SHARING_AGREEMENT, Code.UNKNOWN},
    reversibility=Reversibility.AT_A_PRICE,
    way_back="the guest must be invited again and told: while their account is there an undo does it, else only their host can",
    name="remove guest",
    noun="Removal of the guest",
    offer=lambda _: "each guest is removed from the team",
    done="{things} {were} removed from the team",
    undone="{things} {were} put back into the team",
    back="At any time while their account is there, and they must be told",
)
