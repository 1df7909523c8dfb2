"""Puts a finding before a person. Changes nothing in the tenant; the notices do it (`custos.notices`)."""

from __future__ import annotations

from custos.actions.arguments import Person
from custos.actions.declaration import Change, Declaration, Occasion
from custos.model.action_kind import ActionKind, Reversibility
from custos.model.finding import Finding
from custos.model.policy import Recipient, Step
from custos.model.subject import Kind

_WHO = {Recipient.OWNER: "the owner", Recipient.STEWARD: "the steward"}


def recipient(step: Step) -> str:
    """Whom a step addresses, in words."""
    return _WHO.get(step.to or Recipient.GOVERNANCE, "information governance")


def before_somebody(step: Step, _finding: Finding, _occasion: Occasion) -> Change:
    """Nothing is changed; what is left is that somebody knows."""
    to = step.to.value if step.to else ""
    return Change(before={}, after={"to": to}, reversibility=Reversibility.REVERSIBLE)


DECLARATION = Declaration(
    kind=ActionKind.TELL,
    word="tell",
    about=tuple(Kind),
    argument=Person(),
    meaning="puts the finding before somebody",
    aloud=lambda step: f"tell {recipient(step)}" + (f", who has {step.within} to answer" if step.within else ""),
    change=before_somebody,
    units=0,
    reversibility=Reversibility.REVERSIBLE,
    way_back="nothing is changed",
    name="tell",
    stopped_by=frozenset(),
)
