"""Lowers a site's sharing level to the one named or to what its class allows; never raises it.

Source: https://learn.microsoft.com/powershell/module/microsoft.online.sharepoint.powershell/set-sposite
"""

from __future__ import annotations

from custos.actions.arguments import OneOf
from custos.actions.declaration import Change, Declaration, Occasion, changed
from custos.model.action import Action
from custos.model.action_kind import ActionKind, Reversibility
from custos.model.finding import Finding
from custos.model.policy import TO_CLASS, Step
from custos.model.refusal import Code, Refused
from custos.model.sharing_levels import SHARING_LEVELS, rank
from custos.model.subject import Fact, Kind


def _change(step: Step, finding: Finding, _occasion: Occasion) -> Change:
    facts = finding.facts
    now = facts.get("site_sharing")
    wanted = facts.get("site_sharing_allowed") if step.level == TO_CLASS else step.level
    before, after = {"sharing": now}, {"sharing": wanted}
    if now not in SHARING_LEVELS or wanted not in SHARING_LEVELS:
        refused = Refused(Code.UNKNOWN, "The site's sharing level, or its class, is not known.")
        return changed(before, after, Reversibility.REVERSIBLE, refused=refused)
    return changed(before, after, Reversibility.REVERSIBLE, satisfied=rank(str(now)) <= rank(str(wanted)))


def _tighter(stands: Fact, asked: Fact) -> bool:
    return stands in SHARING_LEVELS and asked in SHARING_LEVELS and rank(str(stands)) < rank(str(asked))


def _level(action: Action) -> float:
    sharing = action.after.get("sharing")
    return float(rank(sharing)) if isinstance(sharing, str) and not action.refused else 0.0


def _offer(step: Step) -> str:
    level = "what its class allows" if step.level == TO_CLASS else step.level.replace("_", " ")
    return f"sharing from this site is lowered to {level}"


DECLARATION = Declaration(
    kind=ActionKind.RESTRICT_SITE,
    word="restrict_site",
    about=(Kind.SITE, Kind.TEAM),
    argument=OneOf("level", "a sharing level", (*SHARING_LEVELS, TO_CLASS)),
    meaning="lowers the site's sharing level to the one named, or to `its class`; never raises it",
    aloud=lambda step: f"lower the site's sharing level to {step.level.replace('_', ' ')}",
    agreed=True,
    change=_change,
    units=6,  # three calls of SharePoint, which publishes no price
    depends=lambda step: frozenset({"site_sharing_allowed"} if step.level == TO_CLASS else ()),
    strictness=_level,
    further=_tighter,
    reversibility=Reversibility.REVERSIBLE,
    way_back="the site's level before it is put back; links wake up again",
    name="restrict site",
    noun="Less sharing from the site",
    offer=_offer,
    done="Sharing from {things} {were} lowered{level}",
    undone="The sharing of {things} {was} put back to what it was before",
    back="At any time, as long as nobody changes it meanwhile",
    counted="sharing",
)
