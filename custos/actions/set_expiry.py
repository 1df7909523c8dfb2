"""Gives a link that anyone can open an end. Microsoft allows it on no other link.

Sources: https://learn.microsoft.com/graph/api/permission-update and
https://learn.microsoft.com/sharepoint/turn-external-sharing-on-or-off (links that anyone can open must end)
"""

from __future__ import annotations

from datetime import datetime

from custos.actions.arguments import Span
from custos.actions.declaration import Change, Check, Declaration, Occasion, changed, is_known_missing, not_inherited
from custos.actions.notice import SHORTEST_NOTICE, at_least
from custos.model.action import Action
from custos.model.action_kind import ActionKind, Reversibility
from custos.model.duration import Duration
from custos.model.finding import Finding
from custos.model.policy import AllOf, Condition, OnlyIf, Step, Test
from custos.model.refusal import Code, Refused
from custos.model.subject import Fact, Kind
from custos.wording import moment_words

SHORTEST_EXPIRY = Duration(2, "working day")
LONGEST_EXPIRY = Duration(2, "year")


def _change(step: Step, finding: Finding, occasion: Occasion) -> Change:
    facts = finding.facts
    missing = is_known_missing(facts, "link_expires")
    now = None if missing else facts.get("link_expires")
    assert step.expiry is not None, "a set_expiry step has an expiry: the loader sees to that"
    wanted = step.expiry.after(occasion.now, occasion.holidays).replace(second=0, microsecond=0)
    scope = facts.get("link_scope")
    refused = None
    if scope is None:
        refused = Refused(Code.UNKNOWN, "Who can open the link was not read.")
    elif scope != "anonymous":
        refused = Refused(Code.UNSUPPORTED, "Only links that anyone can open can be given an end.")
    elif now is None and not missing:
        refused = Refused(Code.UNKNOWN, "Whether the link ends was not read.")
    satisfied = isinstance(now, datetime) and now <= wanted
    return changed(
        {"expires": now}, {"expires": wanted}, Reversibility.REVERSIBLE, satisfied=satisfied, refused=refused
    )


def _check(check: Check) -> None:
    step, scope, problems = check.step, check.scope, check.problems
    if not _surely(check.when, "link_scope", "anonymous"):
        problems.error(
            step.mark,
            "Microsoft 365 lets only Anyone links be given an expiry.",
            "Add  link_scope: anonymous  to the condition.",
            code="impossible",
        )
    if not check.told:
        problems.error(
            step.mark, "Nobody is told before this step.", "Put a  tell  or  ask  before it.", code="no-notice"
        )
    at_least(check, step.expiry, SHORTEST_EXPIRY, "an expiry")
    if step.only_if is OnlyIf.OWNER_AGREES:
        return
    if step.after is not None:  # without it the life that the link is given is the notice
        at_least(check, step.after, SHORTEST_NOTICE, "a notice")
    everyday = sorted(asset for asset in scope.assets if not check.records.assets[asset].sensitive)
    if everyday or scope.unregistered or scope.sites or scope.libraries:
        also = ", ".join(everyday[:5]) or "more than assets"
        problems.error(
            step.mark,
            f"Only links on special-category or criminal-offence assets may be ended on silence; this covers {also}.",
            "Add  only_if: owner_agrees,  or cover only such assets.",
            code="silence",
        )


def _surely(condition: Condition, fact: str, value: str) -> bool:
    """True when the condition cannot hold unless the fact is the value."""
    match condition:
        case Test(fact=name, operator="is", value=asked):
            return name == fact and asked == value
        case AllOf(parts=parts):
            return any(_surely(part, fact, value) for part in parts)
        case _:
            return False


def _sooner(stands: Fact, asked: Fact) -> bool:
    return isinstance(stands, datetime) and isinstance(asked, datetime) and stands < asked


def _end(action: Action) -> float:
    expires = action.after.get("expires")
    return expires.timestamp() if isinstance(expires, datetime) else 0.0


def _cannot_undo(done: Action, now: datetime) -> Refused | None:
    expires = done.before.get("expires")
    if isinstance(expires, datetime) and expires <= now:
        return Refused(Code.IRREVERSIBLE, f"Its end before, {moment_words(expires)}, has passed meanwhile.")
    return None


DECLARATION = Declaration(
    kind=ActionKind.SET_EXPIRY,
    word="set_expiry",
    about=(Kind.LINK,),
    argument=Span("expiry", LONGEST_EXPIRY),
    meaning="gives an Anyone link an end, so long after the step; Microsoft allows it on no other link",
    aloud=lambda step: f"set an expiry of {step.expiry}",
    check=_check,
    refuses=(
        "`set_expiry` on anything but a rule that surely is about `link_scope: anonymous`, or without a word to somebody before it",
        "`set_expiry` on silence, unless the policy covers special-category or criminal-offence assets alone",
    ),
    change=_change,
    units=15,  # permissions read, written, read back: 5 each
    strictness=_end,
    obstacle=not_inherited,
    further=_sooner,
    reversibility=Reversibility.REVERSIBLE,
    way_back="the expiry before it is put back, as long as the link lives",
    cannot_undo=_cannot_undo,
    name="set expiry",
    noun="An end for the link",
    offer=lambda step: f"each link is set to end {step.expiry} later",
    done="{things} {were} given an end{ends}",
    undone="The end of {things} {was} put back to what it was before",
    back="At any time, as long as nobody changes it meanwhile",
    back_until="Until {ends}, while the links live",
)
