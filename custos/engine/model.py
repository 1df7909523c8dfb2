"""The words of the engine: findings, actions, plans, outcomes. Pure records; no Azure, no HTTP, no storage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from custos.errors import Mark

type Fact = str | int | float | bool | datetime | None


class Kind(StrEnum):
    """What a finding is about."""

    SITE = "site"
    TEAM = "team"
    LIBRARY = "library"
    FOLDER = "folder"
    FILE = "file"
    LINK = "link"  # a sharing link on an item
    GRANT = "grant"  # a direct permission on an item
    GUEST = "guest"  # a guest in a team's group


IN_LIBRARIES = (Kind.FOLDER, Kind.FILE, Kind.LINK, Kind.GRANT)
"""Kinds whose subjects lie inside a library."""


class State(StrEnum):
    """How far a policy may go."""

    DRAFT = "draft"  # checked, never evaluated
    SIMULATE = "simulate"  # evaluated and planned, nobody asked, nothing touched
    PILOT = "pilot"  # asks and acts, on the assets named for the pilot only
    ENFORCE = "enforce"


class ActionKind(StrEnum):
    """What Custos can do, from the least to the most."""

    TELL = "tell"  # put the finding before a person
    ASK = "ask"  # put it before a person who must decide
    APPLY_LABEL = "apply_label"
    SET_EXPIRY = "set_expiry"  # of an Anyone link; no other link can be given one
    RESTRICT_SITE = "restrict_site"  # lower a site's sharing capability
    REMOVE_GRANT = "remove_grant"
    REMOVE_LINK = "remove_link"
    RESTORE_GRANT = "restore_grant"  # by `custos undo` alone; no policy has such a step

    @property
    def writes(self) -> bool:
        """True when it changes the tenant. Telling and asking are the notices' work."""
        return self not in (ActionKind.TELL, ActionKind.ASK)


class Reversibility(StrEnum):
    """Whether `custos undo` can put an action back (product facts P2, P9, P10)."""

    REVERSIBLE = "reversible"
    AT_A_PRICE = "at a price"  # access can be given again, people must be told
    IRREVERSIBLE = "irreversible"


REVERSIBILITY: Mapping[ActionKind, tuple[Reversibility, str]] = {
    ActionKind.TELL: (Reversibility.REVERSIBLE, "nothing is changed"),
    ActionKind.ASK: (Reversibility.REVERSIBLE, "nothing is changed"),
    ActionKind.APPLY_LABEL: (Reversibility.REVERSIBLE, "the label before it is put back"),
    ActionKind.SET_EXPIRY: (Reversibility.REVERSIBLE, "the expiry before it is put back, as long as the link lives"),
    ActionKind.RESTRICT_SITE: (Reversibility.REVERSIBLE, "the site's level before it is put back; links wake up again"),
    ActionKind.REMOVE_GRANT: (Reversibility.AT_A_PRICE, "the person can be given access again and must be told"),
    ActionKind.REMOVE_LINK: (Reversibility.IRREVERSIBLE, "THE ADDRESS IS LOST: a new link has another address"),
    ActionKind.RESTORE_GRANT: (Reversibility.AT_A_PRICE, "the person can lose access again and must be told"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One thing in the tenant. Ids that its kind does not have are ""."""

    kind: Kind
    site_id: str
    drive_id: str = ""
    item_id: str = ""
    permission_id: str = ""
    grantee: int = -1  # which of a link's named people; -1 the link as a whole
    user_id: str = ""
    name: str = ""
    url: str = ""

    @property
    def key(self) -> str:
        """Stable across runs: the same thing has the same key."""
        parts = (self.kind, self.site_id, self.drive_id, self.item_id, self.permission_id, self.user_id)
        return "|".join(part for part in parts if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """Why nothing may be written to a subject although a rule holds for it. The person accountable is still told.

    `code` is a word of `custos.engine.gate.Code`; `reference` names the row (H-001). Which actions it stands in the way of is for
    `custos.engine.protection` to say.
    """

    code: str
    reference: str
    sentence: str
    mark: Mark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Why one step of a rule is not taken on a subject, however long one waits (`custos.engine.remaining_steps`).

    `code` is a word of `custos.engine.gate.Code`, "" where the subject is so already. `unless_agreed`: an agreement lifts it. `since` is
    when somebody took the step back, None when nobody did.
    """

    kind: ActionKind
    code: str
    sentence: str
    unless_agreed: bool = False
    since: datetime | None = None

    @property
    def done(self) -> bool:
        """True when nothing is left to do, and nothing stands in the way either."""
        return not self.code


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule that holds for a subject, and why.

    `facts` are the observed values that decided it, by their names in the catalogue; `because` is the sentence made of
    them. `created` and `modified` are the file's, for holds on a span of time; None is unknown. `bars` stand against steps of the
    rule, where somebody looked (`custos.engine.remaining_steps.with_bars`).
    """

    id: str
    policy: str
    rule: str
    where: Mark
    subject: Subject
    asset_id: str  # "" when no asset of the register covers the subject
    facts: Mapping[str, Fact]
    because: str
    protections: tuple[Protection, ...] = ()
    created: datetime | None = None
    modified: datetime | None = None
    bars: tuple[Bar, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """By which undo somebody took something back, and when they started it."""

    run: str
    at: datetime


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
    refusal: str = ""  # code of `refused`, a `custos.engine.gate.Code`


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that would be done, made at one moment from one version of the inventory and the policies."""

    id: str
    made_at: datetime
    policies: Mapping[str, str]  # policy ► hash of its text without its state
    states: Mapping[str, State]
    inventory: Mapping[str, int]  # table ► Delta version that was read
    actions: tuple[Action, ...]
    unknown: Mapping[str, int]  # policy/rule ► subjects that could not be decided
    coverage: tuple[int, int]  # libraries read completely, libraries expected
    notes: tuple[str, ...] = field(default=())
    reaches: Mapping[str, str] = field(default_factory=dict)  # hash of a policy ► digest of its reach
    reasons: Mapping[str, str] = field(default_factory=dict)  # policy ► why it does not go as far as its file asks
    mirror_at: datetime | None = None  # when half of the libraries had been read
    mirror_oldest: datetime | None = None  # when the library was read that was read longest ago
    made_by: str = ""  # UPN, or custos
    made_by_id: str = ""  # of the directory object; "" for Custos itself, or when nobody was signed in


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
