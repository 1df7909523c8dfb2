"""The gate: whether one action may be carried out. Every write passes it, whatever woke it. Pure.

Three questions, in this order, each with its own function:

1. `decide`: may Custos act here at all? (switch, identity, the policy's state and version, pilot, what protects the subject)
2. `settled`, `compare`: is there anything left to do, and is the tenant, read a moment ago, still as the plan saw it?
3. budgets (`custos.engine.ceiling_usage`): is there room left?
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from custos.actions import DECLARED
from custos.engine.approval_coverage import Coverage
from custos.kinds import SINGLE
from custos.model.action import Action
from custos.model.finding import Protection
from custos.model.live import Live
from custos.model.refusal import Code, Refused
from custos.model.state import State
from custos.model.subject import Fact
from custos.wording import day_words, moment_words


def put_back(run: str) -> Refused:
    """What somebody took back by the undo `run` stays so, whichever policy asks for the same again."""
    return Refused(Code.UNDONE, f"Somebody took it back ({run}), so no policy does it again.")


def too_old(read_at: datetime) -> Refused:
    """Nothing is done on what was read too long ago: much may have happened since."""
    return Refused(Code.STALE, f"Its library was last read on {day_words(read_at)}, which is too long ago.")


def not_approved(sentence: str) -> Refused:
    """What an approval does not cover waits until somebody approves that, too (`custos.engine.approval_coverage`)."""
    return Refused(Code.NOT_APPROVED, sentence)


@dataclass(frozen=True, slots=True)
class Allowed:
    """The gate says yes."""


@dataclass(frozen=True, slots=True)
class Already:
    """The tenant is so already: there is nothing to write."""


class Purpose(StrEnum):
    """Why a run writes."""

    POLICY = "policy"
    UNDO = "undo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A policy as it stands now: its state (`custos.engine.policies_in_force.standing_of`), its version, its pilot's assets.

    `reason`: why it does not go as far as its file asks, "" when it does. `coverage`: what of today's reach its approval covers; None
    where nothing of it is approved, or (in tests) nothing asks.
    """

    state: State
    hash: str
    pilot: frozenset[str] = frozenset()
    reason: str = ""
    coverage: Coverage | None = None
    approved: str = ""  # digest of the reach that was approved


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the gate looks at besides the action. `started_at` is when a person or a timer started the run.

    `policy` is None when the policy is gone. `protection` stands in the way of the action (`custos.engine.protection.stopping`).
    """

    purpose: Purpose
    started_at: datetime
    writes_enabled: bool
    stopped_at: datetime | None
    policy: Standing | None
    policy_hash: str  # of the policy when it was planned
    unapproved: str = ""  # why the approval does not cover this place, a sentence
    protection: Protection | None
    waits: Refused | None = None  # what people's decisions and notices make it wait for
    wanted: Mapping[str, Fact] = field(
        default_factory=dict
    )  # what registers and settings want left there today, by name


ALLOWED = Allowed()
ALREADY = Already()


def decide(action: Action, situation: Situation) -> Allowed | Refused:
    """Whether Custos may act here at all. Unknown never passes: what the plan refused stays refused."""
    if action.refused:
        return Refused(_code(action.refusal), action.refused)
    if not situation.writes_enabled:
        return Refused(Code.NO_ACTOR, "No identity for writing is set.")
    stopped = _stopped(situation)
    if stopped:
        return stopped
    if situation.protection is not None:
        return Refused(_code(situation.protection.code), situation.protection.sentence)
    if situation.purpose is Purpose.UNDO:
        return ALLOWED
    return _by_policy(action, situation)


def settled(action: Action, live: Live) -> Already | Refused | None:
    """Whether the tenant, just read, leaves nothing to do: it is so already, or the subject is gone."""
    if not live.found:
        return _when_gone(action)
    return ALREADY if _agrees(action.after, live) else None


def compare(action: Action, live: Live) -> Allowed | Refused:
    """Whether the tenant, just read, is still as the plan saw it, and Microsoft has a way to change it there."""
    obstacle = DECLARED[action.kind].obstacle(live)
    if obstacle:
        return obstacle
    for name, planned in action.before.items():
        found = live.values.get(name)
        if name not in live.values:
            return Refused(Code.UNKNOWN, f"Its {name} could not be read.")
        if not same(found, planned):
            return Refused(Code.CHANGED, f"Its {name} is now {said(found)}; the plan saw {said(planned)}.")
    return ALLOWED


def aged(action: Action, live: Live, named: Collection[str]) -> Refused | None:
    """Whether time-bound facts that the rule names were overtaken: somebody changed the file after they were read."""
    if action.finding.subject.kind not in SINGLE or live.modified is None:
        return None
    for name in _OVERTAKEN & set(named):
        seen = action.finding.facts.get(name)
        if isinstance(seen, datetime) and live.modified > seen and not same(live.modified, seen):
            return Refused(Code.CHANGED, f"It was changed on {said(live.modified)}; the plan saw {said(seen)}.")
    return None


def reached(action: Action, live: Live) -> bool | None:
    """Whether what the action was to leave now stands; None when the reading cannot tell."""
    if not live.found:
        return True if DECLARED[action.kind].removes else None
    if any(name not in live.values for name in action.after):
        return None
    return _agrees(action.after, live)


def instead(action: Action, live: Live) -> Mapping[str, Fact] | None:
    """What the tenant left in the place of what Microsoft accepted, where that goes further the same way: a link that ends
    sooner, a site that shares less. A tenant's own limits do that. None where nothing of the kind stands there.

    Source: https://learn.microsoft.com/sharepoint/turn-external-sharing-on-or-off (links that anyone can open must end)
    """
    if not live.found or any(name not in live.values for name in action.after):
        return None
    [(name, asked)] = action.after.items() if len(action.after) == 1 else [("", None)]
    stands, before = live.values.get(name), action.before.get(name)
    further = stands is not None and not same(stands, before) and DECLARED[action.kind].further(stands, asked)
    return {name: stands} if further else None


def same(one: Fact, other: Fact) -> bool:
    """Whether two values are the same; moments to the second, because SharePoint keeps no more."""
    if isinstance(one, datetime) and isinstance(other, datetime):
        return abs((one - other).total_seconds()) < 1
    return one == other


def said(value: Fact) -> str:
    """A value in words, for a sentence."""
    if value is None:
        return "not set"
    if isinstance(value, datetime):
        return moment_words(value)
    return f"“{value}”" if value != "" else "none"


_OVERTAKEN = frozenset({"file_modified", "last_human_activity"})
_STATES = (State.PILOT, State.ENFORCE)


def _stopped(situation: Situation) -> Refused | None:
    """A stop ends whatever was started before it.

    An undo that a person starts afterwards takes writes back and may run; the next stop ends it too.
    """
    at = situation.stopped_at
    if at is None or (situation.purpose is Purpose.UNDO and situation.started_at > at):
        return None
    return Refused(Code.STOPPED, f"All writes have been stopped since {said(at)}.")


def _by_policy(action: Action, situation: Situation) -> Allowed | Refused:
    policy = situation.policy
    name = action.finding.policy
    if policy is None:
        return Refused(Code.REMOVED, f"The policy {name} is no longer there.")
    if policy.hash != situation.policy_hash:
        return Refused(Code.EDITED, f"The policy {name} was edited after this was planned.")
    if policy.state not in _STATES:
        return Refused(Code.STATE, f"The policy {name} is in state {policy.state}: it changes nothing.")
    if situation.waits is not None:
        return situation.waits
    for fact, value in situation.wanted.items():
        if not same(action.after.get(fact), value):
            sentence = f"Registers and settings now ask for {said(value)}; the plan saw {said(action.after.get(fact))}."
            return Refused(Code.CHANGED, sentence)
    if policy.state is State.PILOT and action.finding.asset_id not in policy.pilot:
        return Refused(Code.PILOT, f"The policy {name} is in pilot, and this is outside the pilot's assets.")
    if situation.unapproved:
        return not_approved(situation.unapproved)
    return ALLOWED


def _when_gone(action: Action) -> Already | Refused:
    if DECLARED[action.kind].removes:
        return ALREADY
    return Refused(Code.GONE, "It is no longer there.")


def _agrees(wanted: Mapping[str, Fact], live: Live) -> bool:
    return bool(wanted) and all(
        name in live.values and same(live.values[name], value) for name, value in wanted.items()
    )


def _code(refusal: str) -> Code:
    try:
        return Code(refusal)
    except ValueError:
        return Code.UNKNOWN
