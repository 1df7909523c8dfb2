"""What the council's own records say: assets, schedule, holds, agreements, exceptions, roles.

Rows of the CSV registers under `policies/register/`, checked and typed. Column contracts: docs/registers.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any

from custos.errors import Mark
from custos.records.address import Address


class Posture(StrEnum):
    """How far an asset may be shared, from the register."""

    INTERNAL = "internal"
    AGREEMENTS_ONLY = "agreements_only"
    GUESTS_ALLOWED = "guests_allowed"
    PUBLIC_VIEW = "public_view"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A row of the information asset register."""

    id: str
    name: str
    department: str
    iao: str  # UPN
    deputy: str
    stewards: tuple[str, ...]
    escalation: str
    locations: tuple[Address, ...]  # sites or libraries
    classification: str  # OFFICIAL | OFFICIAL-SENSITIVE
    personal_data: str  # none | personal | special_category | criminal_offence
    schedule_refs: tuple[str, ...]
    posture: Posture
    public_libraries: tuple[Address, ...]  # libraries whose view is public although the asset's posture is tighter
    vital: bool
    status: str  # proposed | active | closing | closed
    review_due: date | None
    mark: Mark
    function: str = ""
    activity: str = ""
    description: str = ""
    location_types: tuple[str, ...] = ("m365",)  # m365 | line_of_business | shared_drive | paper | supplier
    other_locations: tuple[str, ...] = ()  # what is not in Microsoft 365: a paper store, a supplier
    value: str = ""  # low | medium | high
    last_review: date | None = None
    last_restore_test: date | None = None
    risk_level: str = ""
    risk_ref: str = ""
    supplier: str = ""
    contract_ref: str = ""
    contract_end: date | None = None

    @property
    def elsewhere(self) -> bool:
        """Whether some of it is kept where Custos cannot look: on paper, with a supplier, in another system."""
        return any(kind != "m365" for kind in self.location_types)

    @property
    def sensitive(self) -> bool:
        """Titles of its files are masked on cards and in logs."""
        return self.personal_data in ("special_category", "criminal_offence")

    @property
    def live(self) -> bool:
        """Counted in the indicators: active or closing."""
        return self.status in ("active", "closing")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleEntry:
    """A row of the corporate retention schedule."""

    id: str
    record_class: str
    label: str  # name in the tenant
    period: str  # ISO 8601 or `permanent`
    is_record: bool
    final_action: str  # destroy | destroy_after_review | review | transfer | none
    status: str  # draft | approved | superseded
    review_due: date | None
    mark: Mark
    trigger_kind: str = ""
    trigger: str = ""
    label_days: int | None = None  # None: permanent
    legal_basis: str = ""
    basis_type: str = ""  # statute | limitation | local
    owner: str = ""  # UPN
    function: str = ""
    activity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteMapping:
    """A row of site_map.csv: this site or library belongs to this asset, and its files to this schedule entry."""

    location: Address  # a site or a library
    asset_id: str
    schedule_ref: str  # "" when the library's files follow no single entry
    mark: Mark
    team: str = ""
    watch: str = "nightly"  # live | nightly


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Information that must be kept whatever the schedule says.

    Covers an asset; narrowed, when they are given, to classes of the schedule, to addresses (libraries, folders or files), and to
    items made or changed within a span of dates.
    """

    id: str
    kind: str  # inquiry | foi | sar | litigation | police | other
    asset_id: str
    locations: tuple[Address, ...]  # empty: the whole asset
    items_from: date | None
    items_to: date | None
    since: date
    ends: date | None  # None: until released
    mark: Mark
    schedule_refs: tuple[str, ...] = ()  # empty: every class of the asset
    authority: str = ""
    places_at: Mark | None = None  # the cell of its addresses

    def in_force(self, today: date) -> bool:
        """True from the day it began until the day it ends, that day included."""
        return self.since <= today and (self.ends is None or today <= self.ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """A sharing agreement with a partner."""

    id: str
    partner: str
    domains: tuple[str, ...]  # lower case
    assets: tuple[str, ...]
    ends: date
    mark: Mark
    starts: date | None = None

    def in_force(self, today: date) -> bool:
        """True from its first to its last day."""
        return (self.starts is None or self.starts <= today) and today <= self.ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """A time-boxed exception: the policies (or rules, `policy/rule`) named do not act on what it covers until it expires."""

    id: str
    policies: tuple[str, ...]
    asset_id: str
    locations: tuple[Address, ...]
    reason: str
    approved_by: str
    expires: date
    mark: Mark
    reason_code: str = ""
    risk_ref: str = ""
    approved_on: date | None = None
    policies_at: Mark | None = None  # the cells of its policies and addresses
    places_at: Mark | None = None

    def names(self, policy: str, rule: str) -> bool:
        """True when the exemption speaks of this rule, or of its whole policy."""
        return policy in self.policies or f"{policy}/{rule}" in self.policies


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A person in a role, from people_roles.csv. `upn` is looked up in Entra daily."""

    upn: str
    role: str
    department: str
    manager: str
    valid_from: date | None
    valid_to: date | None
    mark: Mark
    away_from: date | None = None
    away_until: date | None = None  # None with `away_from`: nobody knows

    def is_away(self, today: date) -> bool:
        """True on the days of an absence, the first and the last included."""
        begun = self.away_from is not None and self.away_from <= today
        return begun and (self.away_until is None or today <= self.away_until)

    def holds(self, today: date) -> bool:
        """True while the person is in the role."""
        return (self.valid_from is None or self.valid_from <= today) and (
            self.valid_to is None or today <= self.valid_to
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """Kinds of decision that an owner has lent to a steward, with an end date."""

    id: str
    asset_id: str
    steward: str  # UPN
    kinds: tuple[str, ...]
    valid_from: date
    valid_to: date
    mark: Mark

    def in_force(self, today: date) -> bool:
        """True from its first to its last day."""
        return self.valid_from <= today <= self.valid_to


USUAL_TITLES: Mapping[str, frozenset[str]] = {
    "siro": frozenset({"siro", "senior information risk owner", "senior information risk officer"}),
    "governance": frozenset({"head of information governance", "information governance manager"}),
    "records_manager": frozenset(
        {"records manager", "records and information manager", "information and records manager"}
    ),
    "data_protection": frozenset({"data protection officer", "dpo"}),
    "operator": frozenset({"platform engineer", "microsoft 365 administrator"}),
}
"""The posts that carry a role where `settings.yaml` does not say: role ► titles as `custos.records.roles.same_title` writes them."""


@dataclass(frozen=True, kw_only=True)
class Records:
    """All registers, read together and checked against each other.

    `titles` comes from `settings.yaml`: which posts carry which role, for `custos.records.roles.holders`. `further` are the rows of
    registers that have no field here, by file: `Register.of` gives them with their type.
    """

    assets: Mapping[str, Asset]
    schedule: Mapping[str, ScheduleEntry]
    site_map: tuple[SiteMapping, ...]
    holds: tuple[Hold, ...]
    agreements: Mapping[str, Agreement]
    exemptions: tuple[Exemption, ...]
    posts: Mapping[str, Post]
    holidays: frozenset[date]
    delegations: tuple[Delegation, ...] = field(default=())
    titles: Mapping[str, frozenset[str]] = field(default_factory=lambda: USUAL_TITLES)
    further: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    @cached_property
    def record_labels(self) -> Mapping[str, ScheduleEntry]:
        """Labels that declare records, each with its entry: Custos never puts them on."""
        return {entry.label: entry for entry in self.schedule.values() if entry.is_record}

    @cached_property
    def labels_that_keep(self) -> frozenset[str]:
        """Labels of the schedule under which nothing is destroyed without somebody looking at it first."""
        entries = self.schedule.values()
        destroying = {entry.label for entry in entries if entry.final_action == "destroy"}
        return frozenset(entry.label for entry in entries) - destroying
