"""What a policy file says, typed: scope, rules, conditions, steps, limits. Made by `custos.policy.load`.

A condition is a tree of `AllOf`, `AnyOf`, `Not` and `Test`; `Test.fact` names an entry of `custos.kinds`. How a
condition becomes a Polars expression is in `custos.policy.compile`; how it reads aloud is in `custos.policy.wording`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from enum import StrEnum

from custos.dates import day_of
from custos.errors import Mark, Problem
from custos.model.action_kind import ActionKind
from custos.model.approval_rules import ApprovalRules
from custos.model.duration import Duration
from custos.model.state import State
from custos.model.subject import Kind
from custos.records.address import Address
from custos.records.model import USUAL_TITLES, Posture, Records
from custos.records.rights import Rights

EDITED = " (edited)"
"""Behind the name of a policy whose approved version goes on: this is the file as it is now, which simulates."""
FROM_SCHEDULE = "from_schedule"
TO_CLASS = "its class"


class Family(StrEnum):
    """What a policy is about. Findings of one family on one asset are one question to its owner."""

    RETENTION = "retention"
    STALE = "stale"
    SHARING = "sharing"
    OWNERSHIP = "ownership"


FAMILY_WORDS: Mapping[Family, str] = {
    Family.RETENTION: "how long things are kept: retention labels",
    Family.STALE: "what nobody has worked with for a long time",
    Family.SHARING: "who can open what: links, access, guests, sharing levels",
    Family.OWNERSHIP: "what has no owner or no asset",
}
"""What each is about, for people. How people are asked about it, `custos.notices.questions` says."""


class Recipient(StrEnum):
    """Whom a step tells or asks. Who holds the role is resolved from the register when the notice goes out."""

    OWNER = "owner"  # the asset's Information Asset Owner, or the deputy when the post is vacant
    STEWARD = "steward"  # a data steward with an in-date delegation; the owner when there is none
    GOVERNANCE = "governance"  # the policy's own `owner`: for content that no asset covers


class OnlyIf(StrEnum):
    """What must be true, besides the notice, before a step is taken."""

    ALWAYS = "always"
    OWNER_AGREES = "owner_agrees"


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """One fact against one value: `file_modified: {older_than: 2 years}`.

    `value` is typed by the fact: str, int, float, bool, date, Duration, or a tuple of texts for `in` and its like.
    """

    __test__ = False  # not a test case, whatever pytest thinks of the name

    fact: str
    operator: str
    value: str | int | float | bool | date | Duration | tuple[str, ...]
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """True when every part is, false when one is not, else unknown."""

    parts: tuple[Condition, ...]
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """True when one part is, false when none is, else unknown."""

    parts: tuple[Condition, ...]
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """The opposite of its part; unknown stays unknown."""

    part: Condition
    mark: Mark


type Condition = Test | AllOf | AnyOf | Not


def each_test(condition: Condition) -> Iterator[Test]:
    """Every single test of a condition, in the order written."""
    match condition:
        case Test():
            yield condition
        case Not(part=part):
            yield from each_test(part)
        case AllOf(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from each_test(part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do about a finding. Steps are taken in the order written.

    | kind | fields that matter |
    |---|---|
    | TELL | `to` |
    | ASK | `to`, `within`: time to answer; then the question escalates, and nothing is destroyed; `remind`: working days, () the usual |
    | APPLY_LABEL | `label`: a label's name, or FROM_SCHEDULE |
    | SET_EXPIRY | `expiry`: the link ends this long after the step |
    | RESTRICT_SITE | `level`: a sharing capability, or TO_CLASS |
    | REMOVE_LINK, REMOVE_GRANT | none |

    `after` is the notice: the time between the first word to a person about the finding and this step; None means none is owed.
    """

    kind: ActionKind
    mark: Mark
    to: Recipient | None = None
    within: Duration | None = None
    remind: tuple[int, ...] = ()
    after: Duration | None = None
    only_if: OnlyIf = OnlyIf.ALWAYS
    label: str = ""
    expiry: Duration | None = None
    level: str = ""

    @property
    def writes(self) -> bool:
        """True when the step changes the tenant."""
        return self.kind not in (ActionKind.TELL, ActionKind.ASK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One kind of finding and what is done about it. `because` is a sentence with the facts' names in braces."""

    id: str
    kind: Kind
    when: Condition
    because: str
    steps: tuple[Step, ...]
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a policy covers. The parts add up; `excluded_*` are taken away at the end.

    `assets` are ids of the register, resolved from the attributes that the file names.
    """

    assets: frozenset[str]
    unregistered: bool  # also sites that no asset covers
    sites: tuple[Address, ...]
    libraries: tuple[Address, ...]
    excluded_assets: frozenset[str]
    excluded_addresses: tuple[Address, ...]
    words: str  # "assets whose personal data is special category", for plan and explain
    mark: Mark
    chosen: str = ""  # which assets are named and left out, as written: JSON in canonical form, registers not consulted


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Ceilings on what one policy may change. Counted in actions that write; 0 means none at all.

    Irreversible actions count in both their own ceiling and the others.
    """

    actions_per_run: int = 200
    actions_per_day: int = 500
    actions_per_site_per_day: int = 100
    actions_per_owner_per_day: int = 100
    irreversible_per_day: int = 10
    percent_of_scope: float = 5.0  # of the subjects of the rule's kind inside the scope, per run
    mark: Mark | None = None


def own_name(policy_id: str) -> str:
    """The name of a policy's file, out of the name under which a version of it is evaluated."""
    return policy_id.removesuffix(EDITED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy file, checked.

    `state` is what the file asks for; how far it may go is for `custos.engine.policies_in_force` to say.
    `hash` is that of what the file means without its state and minute (`custos.policy.canonical_form`): neither promotion changes it
    nor another way of writing the same.
    """

    id: str
    title: str
    why: str
    family: Family
    owner: str
    policy_ref: tuple[str, ...]
    state: State
    review_due: date
    pilot: frozenset[str]  # assets on which the state `pilot` asks and acts
    priority: int  # the higher one wins where two policies would label one file
    yields_to: tuple[str, ...]
    scope: Scope
    rules: tuple[Rule, ...]
    limits: Limits
    hash: str
    mark: Mark
    cig_ref: str = ""  # the minute of the Corporate Information Group that let it enforce, for the record

    @property
    def name(self) -> str:
        """The name that its file has, whether it is the approved version or the edited one."""
        return own_name(self.id)

    def rule(self, rule_id: str) -> Rule:
        """The rule of this id. KeyError when there is none."""
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise KeyError(rule_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingClass:
    """What a posture of the register allows, from `settings.yaml`."""

    site_sharing: str  # the loosest sharing capability: disabled | existing_guests | new_guests | anyone
    anyone_links: bool
    organisation_links: bool
    guests: bool  # in teams and sites
    public_teams: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseLimits:
    """Ceilings for all policies together, labels and access counted apart. None: no ceiling of this kind; 0: nothing at all."""

    per_run: int | None = 500
    per_day: int | None = 2_000
    per_site_per_day: int | None = 500
    per_owner_per_day: int | None = 500
    per_asset_per_day: int | None = 500
    percent_of_asset_per_day: float | None = 20.0
    irreversible_per_day: int | None = 50
    undo_per_day: int | None = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """Days, the last included, on which no policy writes; `assets` empty: nowhere. People are told and asked meanwhile."""

    begins: date
    ends: date
    why: str
    assets: frozenset[str]
    mark: Mark

    def in_force(self, today: date) -> bool:
        """True from its first to its last day."""
        return self.begins <= today <= self.ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """From which day on owners are asked: those of these departments, and of these assets whatever their department."""

    begins: date
    departments: frozenset[str]
    assets: frozenset[str]
    mark: Mark


REMEMBERED = Duration(7, "year")
"""So long what is known of an item that is gone is kept, unless `settings.yaml` says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySettings:
    """What is tuned once for all policies, from `policies/settings.yaml`."""

    not_people: frozenset[str]  # UPNs or object ids of administrators, migration and service accounts; lower case
    not_governed: frozenset[Address]  # sites that no policy looks at
    classes: Mapping[Posture | None, SharingClass]  # None: content that no asset covers
    house: HouseLimits = field(default_factory=HouseLimits)
    rights: Rights = field(default_factory=lambda: Rights(titles=USUAL_TITLES))
    approval: ApprovalRules = field(default_factory=ApprovalRules)
    freezes: tuple[Freeze, ...] = ()
    waves: tuple[Wave, ...] = ()  # empty: everybody is asked at once
    history: Duration = REMEMBERED  # so long is remembered what is gone
    witnesses: tuple[str, ...] = ()  # NAME+ID+KEY of whoever co-signs the audit's checkpoints


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Policies, settings and registers, read together and checked against each other.

    `files` are the bytes they were read from, by their path below the policies directory: to be stored as the last good version and
    read again by `load_files`. `version` is the SHA-256 of all of them. `zone`: where the days of holds, agreements and freezes
    begin.
    """

    policies: Mapping[str, Policy]
    records: Records
    settings: PolicySettings
    version: str
    files: Mapping[str, bytes]
    warnings: tuple[Problem, ...] = field(default=())
    unread: Mapping[str, str] = field(default_factory=dict)  # policy ► why the version that was approved cannot be used
    zone: tzinfo = UTC

    def day(self, moment: datetime) -> date:
        """The council's day at a moment."""
        return day_of(moment, self.zone)
