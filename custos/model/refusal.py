"""Why something is not done: a code for counting, and a sentence for people."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """Why an action is refused or skipped. Stable: reports and tests count by it."""

    # what the plan refuses
    DRAFT = "draft"
    UNKNOWN = "unknown"  # a fact that the action needs was not read
    INCOMPLETE = "incomplete"  # the library was not read to its end
    STALE = "stale"  # the library was read too long ago
    NOTICE = "notice"  # the notice owed has not run out
    AGREEMENT = "agreement"  # the owner must agree first
    KEEP = "keep"  # the owner decided to leave it
    POSTURE = "posture"  # the class of the place allows it
    SHARING_AGREEMENT = "sharing agreement"  # an agreement in date covers the person
    INHERITED = "inherited"  # the permission belongs to an ancestor and is dealt with there
    FOLDER = "folder"  # a label on a folder would tag everything in it
    UNSUPPORTED = "unsupported"  # Microsoft has no call for it
    IRREVERSIBLE = "irreversible"  # nothing can put it back
    SUPERSEDED = "superseded"  # another rule does more, or goes first, on the same subject
    REFUSED_BEFORE = "refused for now"  # Microsoft refused it lately; it is tried again later
    LABEL_DELETES = "label deletes"  # the tenant's label deletes at its end, and the schedule does not say so

    # what plan and gate refuse alike
    UNDONE = "undone"  # it was put back; no policy does the same again
    HOLD = "hold"
    EXEMPT = "exempt"
    NOT_APPROVED = "not approved yet"  # registers, settings or schedule changed what the policy reaches there
    FREEZE = "freeze"  # days on which no policy writes
    VITAL = "vital record"  # the owner of a vital record must agree first
    UNPLACED = "unplaced"  # nobody knows which library or site it belongs to
    RECORD = "record"
    REGULATORY = "regulatory"
    EXPLICIT = "explicit"
    BUDGET = "budget"
    ZERO = "ceiling of zero"  # nobody can release it: what allows nothing is switched off

    # what the gate refuses
    NO_ACTOR = "no actor"  # no identity that may write is set
    STOPPED = "stopped"
    STATE = "state"  # the policy's state does not let it act
    PILOT = "pilot"  # outside the pilot's assets
    EDITED = "edited"  # the policy is not the version that was planned
    REMOVED = "removed"  # the policy is gone

    # why an item no longer qualifies
    BUSY = "busy"  # another run intends the same and has not said how it ended
    GONE = "gone"
    CHANGED = "changed"
    LOCKED = "locked"
    SITE_LOCKED = "site locked"  # an administrator locked or archived the whole site

    # how a write failed
    LABEL_REFUSED = "label refused"  # the tenant does not take a label of this name, on whatever file
    PASSING = "passing"  # Microsoft was busy or away; a later attempt may mend it


@dataclass(frozen=True, slots=True)
class Refused:
    """The gate says no: the code for counting, the sentence for people."""

    code: Code
    sentence: str
