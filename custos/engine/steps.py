"""What one step of a rule would do to one subject: before ► after, or why it cannot. Pure.

What Microsoft allows decides: an expiry goes on Anyone links alone, a label on files alone. What protects a subject is decided in
`custos.engine.protection`.
Sources: https://learn.microsoft.com/graph/api/permission-update and
https://learn.microsoft.com/graph/api/driveitem-setretentionlabel
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from custos.model.action import TakenBack
from custos.model.action_kind import REVERSIBILITY, ActionKind, Reversibility
from custos.model.finding import Finding
from custos.model.policy import FROM_SCHEDULE, TO_CLASS, Step
from custos.model.refusal import Code, Refused
from custos.model.subject import Fact, Kind
from custos.policy.catalogue import SHARING_LEVELS
from custos.records.model import Records

UNITS: Mapping[ActionKind, int] = {
    ActionKind.TELL: 0,
    ActionKind.ASK: 0,
    ActionKind.APPLY_LABEL: 4,  # read with its label (1), written (2, or 2 a hundred in bulk), read back (1)
    ActionKind.SET_EXPIRY: 15,  # permissions read, written, read back: 5 each
    ActionKind.REMOVE_GRANT: 15,
    ActionKind.REMOVE_LINK: 15,
    ActionKind.RESTORE_GRANT: 15,
    ActionKind.RESTRICT_SITE: 6,  # three calls of SharePoint, which publishes no price
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a step would do. `satisfied`: the subject is so already, and the step has nothing left to do."""

    before: Mapping[str, Fact]
    after: Mapping[str, Fact]
    reversibility: Reversibility
    satisfied: bool = False
    refused: Refused | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """When and under which registers a step is looked at. `undone`: what was put back, by `effect_key` ► by which undo, and when."""

    now: datetime
    records: Records
    holidays: Collection[date]
    undone: Mapping[str, TakenBack] = field(default_factory=dict)


def change(step: Step, finding: Finding, occasion: Occasion) -> Change:
    """What a step would do to the subject of a finding."""
    return _CHANGES[step.kind](step, finding, occasion)


def is_known_missing(facts: Mapping[str, Fact], name: str) -> bool:
    """True when the fact is known to be missing, as against unknown."""
    return facts.get(f"{name}__missing") is True or facts.get(name) == ""


def rank(level: str) -> int:
    """How open a sharing level is, 0 the tightest. ValueError for a word that is no level."""
    return SHARING_LEVELS.index(level)


def _notice(step: Step, _finding: Finding, _occasion: Occasion) -> Change:
    return Change(before={}, after={"to": step.to.value if step.to else ""}, reversibility=REVERSIBILITY[step.kind][0])


def _label(step: Step, finding: Finding, _occasion: Occasion) -> Change:
    facts = finding.facts
    now, wanted = facts.get("label"), facts.get("scheduled_label") if step.label == FROM_SCHEDULE else step.label
    before, after = {"label": now}, {"label": wanted}
    refused = None
    if finding.subject.kind is not Kind.FILE:
        refused = Refused(Code.FOLDER, "A label on a folder would tag everything in it.")
    elif not isinstance(wanted, str) or not wanted:
        refused = Refused(Code.UNKNOWN, "No schedule entry says which label it should have.")
    return _change(before, after, Reversibility.REVERSIBLE, satisfied=now == wanted, refused=refused)


def _expiry(step: Step, finding: Finding, occasion: Occasion) -> Change:
    facts = finding.facts
    missing = is_known_missing(facts, "link_expires")
    now = None if missing else facts.get("link_expires")
    assert step.expiry is not None, "a set_expiry step has an expiry: the loader sees to that"
    wanted = step.expiry.after(occasion.now, occasion.holidays).replace(second=0, microsecond=0)
    before, after = {"expires": now}, {"expires": wanted}
    scope = facts.get("link_scope")
    refused = None
    if scope is None:
        refused = Refused(Code.UNKNOWN, "Who can open the link was not read.")
    elif scope != "anonymous":
        refused = Refused(Code.UNSUPPORTED, "Only links that anyone can open can be given an end.")
    elif now is None and not missing:
        refused = Refused(Code.UNKNOWN, "Whether the link ends was not read.")
    return _change(
        before, after, Reversibility.REVERSIBLE, satisfied=isinstance(now, datetime) and now <= wanted, refused=refused
    )


def _site(step: Step, finding: Finding, _occasion: Occasion) -> Change:
    facts = finding.facts
    now = facts.get("site_sharing")
    wanted = facts.get("site_sharing_allowed") if step.level == TO_CLASS else step.level
    before, after = {"sharing": now}, {"sharing": wanted}
    if now not in SHARING_LEVELS or wanted not in SHARING_LEVELS:
        return _change(
            before,
            after,
            Reversibility.REVERSIBLE,
            refused=Refused(Code.UNKNOWN, "The site's sharing level, or its class, is not known."),
        )
    return _change(before, after, Reversibility.REVERSIBLE, satisfied=rank(str(now)) <= rank(str(wanted)))


def _link(_step: Step, finding: Finding, _occasion: Occasion) -> Change:
    facts = finding.facts
    scope = facts.get("link_scope")
    before, after = {"link": scope}, {"link": ""}
    return _change(before, after, Reversibility.IRREVERSIBLE)


def _grant(_step: Step, finding: Finding, _occasion: Occasion) -> Change:
    facts = finding.facts
    person, access = facts.get("person") or "", facts.get("access")
    given_again = Reversibility.AT_A_PRICE if person else Reversibility.IRREVERSIBLE
    before: dict[str, Fact] = {"access": access, "person": person, "through": facts.get("through")}
    after: dict[str, Fact] = {"access": ""}
    refused = None
    if not access or not facts.get("through"):
        refused = Refused(Code.UNKNOWN, "What they may do, or how access was given, was not read.")
    elif facts.get("through") == "link" and not person:
        refused = Refused(Code.UNKNOWN, "Who is named on the link was not read.")
    return _change(before, after, given_again, refused=refused)


def _change(
    before: Mapping[str, Fact],
    after: Mapping[str, Fact],
    reversibility: Reversibility,
    *,
    satisfied: bool = False,
    refused: Refused | None = None,
) -> Change:
    done = satisfied and refused is None
    return Change(before=before, after=after, reversibility=reversibility, satisfied=done, refused=refused)


type _Changer = Callable[[Step, Finding, Occasion], Change]

_CHANGES: Mapping[ActionKind, _Changer] = {
    ActionKind.TELL: _notice,
    ActionKind.ASK: _notice,
    ActionKind.APPLY_LABEL: _label,
    ActionKind.SET_EXPIRY: _expiry,
    ActionKind.RESTRICT_SITE: _site,
    ActionKind.REMOVE_LINK: _link,
    ActionKind.REMOVE_GRANT: _grant,
}
