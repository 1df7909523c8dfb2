"""One step on one subject, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from custos.model.action_kind import ActionKind, Reversibility
from custos.model.finding import Finding
from custos.model.state import State
from custos.model.subject import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One step on one subject, with what it finds and what it leaves.

    `key` is a digest of policy version, subject, kind and the state observed. One plan never does a key twice; a later
    one does it again only if the state observed came back by other hands than `custos undo`.
    `before` and `after` hold only what the action touches, for instance {"label": ""} and {"label": "PLN-01 …"}.
    `refused` says why the plan will not do it; "" when it will. `agreed` is the id of the case in which a person agreed to it, ""
    when nobody had to.
    """

    id: str
    key: str
    finding: Finding
    kind: ActionKind
    before: Mapping[str, Fact]
    after: Mapping[str, Fact]
    reversibility: Reversibility
    units: int  # resource units: re-read, write and read back
    state: State  # of the policy when planned
    refused: str = ""
    agreed: str = ""
    refusal: str = ""  # code of `refused`, a `custos.model.refusal.Code`


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """By which undo somebody took something back, and when they started it."""

    run: str
    at: datetime


class Outcome(StrEnum):
    """How one action ended."""

    DONE = "done"  # written and read back
    ALREADY = "already"  # the tenant was so before we wrote
    SKIPPED = "skipped"  # the item changed since the plan and no longer qualifies
    REFUSED = "refused"  # the gate said no
    FAILED = "failed"  # Microsoft said no; `detail` says how
    UNKNOWN = "unknown"  # written perhaps: neither answer nor read-back told


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of one action. `retry_after` is how many seconds Microsoft asked to wait, 0 when it did not say."""

    action_id: str
    key: str
    outcome: Outcome
    detail: str
    code: str = ""
    at: datetime
    retry_after: float = 0.0
