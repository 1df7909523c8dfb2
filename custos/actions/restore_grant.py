"""Gives a person access again that Custos took away. `custos undo` alone does it; no policy has such a step.

Source: https://learn.microsoft.com/graph/api/driveitem-invite
"""

from __future__ import annotations

from custos.actions.arguments import OwnKind
from custos.actions.declaration import Declaration, never
from custos.model.action_kind import ActionKind, Reversibility
from custos.model.refusal import Code, Refused
from custos.model.subject import Kind

DECLARATION = Declaration(
    kind=ActionKind.RESTORE_GRANT,
    word="",
    about=(Kind.GRANT,),
    argument=OwnKind(),
    meaning="gives access back",
    aloud=lambda _: "restore grant",
    change=never,
    units=15,  # permissions read, written, read back: 5 each
    reversibility=Reversibility.AT_A_PRICE,
    way_back="the person can lose access again and must be told",
    cannot_undo=lambda _done, _now: Refused(
        Code.UNSUPPORTED, "What an undo gave back is taken away again by the policy, not by an undo."
    ),
    name="give access back",
    done="{things} {were} given back",
    undone="{things} {were} given back",
    back="At any time, and people must be told",
)
