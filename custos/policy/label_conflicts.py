"""Labels that contradict: of two rules that can meet on one file, and of a rule with the retention schedule.

A file carries one label. Where two rules would give it different ones, somebody has to say who wins. A label that keeps for a
shorter time than the schedule keeps what lies there may be meant (bulk letters beside casework), and may destroy too early: it is
shouted wherever the policy is read, planned or approved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from custos.model.action_kind import ActionKind
from custos.model.policy import FROM_SCHEDULE, AllOf, Condition, Policy, Rule, Scope, Step, Test
from custos.model.state import State
from custos.policy.impossible_conditions import can_hold
from custos.policy.scope import covers
from custos.problems import Problems
from custos.records.address import Address
from custos.records.model import Records, ScheduleEntry
from custos.records.register_lookup import RegisterLookup

_MOST = 50  # conflicts that are looked for
_NAMED = 3
SHORTER = "shorter-label"
"""Code of the warning that a label is shorter than the schedule."""
_OF_ASSETS = ("asset", "asset_department", "asset_status", "asset_classification", "asset_personal_data")
_NOWHERE = "content that no asset covers"


def winner(one: Policy, other: Policy) -> Policy | None:
    """Whose label stands where both would label one file; None when nothing says so."""
    if other.id in one.yields_to:
        return other
    if one.id in other.yields_to:
        return one
    if one.priority == other.priority:
        return None
    return one if one.priority > other.priority else other


@dataclass(frozen=True, slots=True)
class _Labeller:
    """A step that applies a label."""

    policy: Policy
    rule: Rule
    step: Step

    @property
    def assets(self) -> frozenset[str]:
        return self.policy.scope.assets - self.policy.scope.excluded_assets


@dataclass(frozen=True, slots=True)
class _Spot:
    """A library or site, or what no asset covers (`place` None); with the entry that its files follow."""

    place: Address | None
    asset_id: str
    entry: ScheduleEntry | None

    @property
    def words(self) -> str:
        return self.place.text if self.place is not None else _NOWHERE

    def label(self, step: Step) -> str:
        """The label that a step would put on files here, "" for none."""
        if step.label != FROM_SCHEDULE:
            return step.label
        return self.entry.label if self.entry else ""


def check_labels(policies: Sequence[Policy], records: Records, problems: Problems) -> None:
    """Notes rules that could meet on a file with different labels, and labels that are shorter than the schedule's."""
    labellers = [
        _Labeller(policy, rule, step)
        for policy in policies
        if policy.state is not State.DRAFT
        for rule in policy.rules
        for step in rule.steps
        if step.kind is ActionKind.APPLY_LABEL
    ]
    spots = _Spots(records)
    found = 0
    for one, other in combinations(labellers, 2):
        spot = _meet(one, other, spots)
        if spot is not None:
            _conflict(one, other, spot, problems)
            found += 1
        if found == _MOST:
            break
    if not problems.errors:
        for labeller in labellers:
            _shorter(labeller, spots, problems)


@dataclass(frozen=True)
class _Spots:
    """Where labels may meet."""

    records: Records

    @cached_property
    def _lookup(self) -> RegisterLookup:
        return RegisterLookup(self.records)

    @cached_property
    def _by_asset(self) -> Mapping[str, tuple[_Spot, ...]]:
        """Every mapped place of each asset, and its sites, whose other libraries may have an entry of their own."""
        places = {row.location for row in self.records.site_map}
        places |= {home for asset in self.records.assets.values() for home in asset.locations}
        found: dict[str, list[_Spot]] = {asset_id: [] for asset_id in self.records.assets}
        for place in sorted(places):
            spot = self.at(place)
            if spot.asset_id:
                found[spot.asset_id].append(spot)
        return {asset_id: tuple(spots) for asset_id, spots in found.items()}

    def at(self, place: Address) -> _Spot:
        """What the registers say of an address."""
        found = self._lookup.at(place)
        return _Spot(place, found.asset.id if found.asset else "", found.entry)

    def of(self, one: Scope, assets: frozenset[str], *others: Scope) -> Iterator[_Spot]:
        """The places of some assets, what no asset covers, and what scopes name by address."""
        for asset_id in sorted(assets):
            yield from self._by_asset.get(asset_id, ())
        scopes = (one, *others)
        if all(scope.unregistered for scope in scopes):
            yield _Spot(None, "", None)
        for scope in scopes:
            yield from (self.at(place) for place in (*scope.sites, *scope.libraries))


def _meet(one: _Labeller, other: _Labeller, spots: _Spots) -> _Spot | None:
    """A place where both would label one file, differently, and nothing says who wins."""
    if one.step.label == other.step.label or (one.policy is not other.policy and winner(one.policy, other.policy)):
        return None
    for spot in spots.of(one.policy.scope, one.assets & other.assets, other.policy.scope):
        labels = {spot.label(one.step), spot.label(other.step)} - {""}
        if len(labels) < 2 or not all(_covers(labeller.policy.scope, spot) for labeller in (one, other)):
            continue
        if one.rule is other.rule or _may_hold((one.rule.when, other.rule.when), spot, spots.records):
            return spot
    return None


def _may_hold(conditions: Sequence[Condition], spot: _Spot, records: Records) -> bool:
    """Whether conditions may hold together for a file that lies in a place."""
    mark = conditions[0].mark
    asset, entry = records.assets.get(spot.asset_id), spot.entry
    known: dict[str, str | bool] = {"registered": asset is not None}
    if asset is not None:
        known |= {"asset": asset.id, "asset_department": asset.department, "asset_status": asset.status}
        known |= {"asset_classification": asset.classification, "asset_personal_data": asset.personal_data}
    if entry is not None:
        known |= {"scheduled_entry": entry.id, "scheduled_label": entry.label}
        known |= {"scheduled_label_is_record": entry.is_record}
    tests = [Test(fact=fact, operator="is", value=value, mark=mark) for fact, value in known.items()]
    if asset is None:
        tests += [Test(fact=fact, operator="is_missing", value=True, mark=mark) for fact in _OF_ASSETS]
    return can_hold(AllOf(parts=(*conditions, *tests), mark=mark))


def _covers(scope: Scope, spot: _Spot) -> bool:
    return covers(scope, spot.place, spot.asset_id) if spot.place else scope.unregistered


def _conflict(one: _Labeller, other: _Labeller, spot: _Spot, problems: Problems) -> None:
    if one.policy is other.policy:
        what = f"The rules {one.rule.id} and {other.rule.id} can both label one file in {spot.words}, differently."
        remedy = "Make one condition leave out what the other finds."
        if one.rule is other.rule:
            what, remedy = "One rule puts two labels on the same file.", "Keep one."
    else:
        what = f"{one.policy.mark.file} and {other.policy.mark.file} both label {spot.words}, differently."
        remedy = f"Say who wins: add  yields_to: {one.policy.id}  to {other.policy.id}, or the other way round."
    problems.error(other.step.mark, what, remedy, code="conflict")


def _shorter(labeller: _Labeller, spots: _Spots, problems: Problems) -> None:
    """A label by its name keeps as long as the entry of every place on which the rule may put it."""
    own = _entry(labeller.step.label, spots.records)
    if own is None:
        return
    longer: dict[str, ScheduleEntry] = {}
    for spot in spots.of(labeller.policy.scope, labeller.assets):
        entry = spot.entry
        if (
            entry is None
            or entry.id in longer
            or not _covers(labeller.policy.scope, spot)
            or not _keeps_more(entry, own)
        ):
            continue
        if _may_hold((labeller.rule.when,), spot, spots.records):
            longer[entry.id] = entry
    if longer:
        named = ", ".join(f"{entry.id} ({_kept(entry)})" for entry in list(longer.values())[:_NAMED])
        more = f" and {len(longer) - _NAMED} more" if len(longer) > _NAMED else ""
        what = (
            f'SHORTER THAN THE SCHEDULE: "{own.label}" keeps {_kept(own)}; what it may be put on follows {named}{more}.'
        )
        left_out = ", ".join(list(longer)[:_NAMED]) + (", …" if len(longer) > _NAMED else "")
        remedy = (
            f"Use  apply_label: from_schedule,  or add  scheduled_entry: {{not_in: [{left_out}]}}  to the condition."
        )
        problems.warning(labeller.step.mark, what, remedy, code=SHORTER)


def shortfall(label: str, entry_id: str, records: Records) -> str:
    """How much shorter a label keeps than the entry that a file follows: "keeps 60 days, RS-PLN-02 2,557"; "" when it does not."""
    own, entry = _entry(label, records), records.schedule.get(entry_id)
    if own is None or entry is None or not _keeps_more(entry, own):
        return ""
    return f"keeps {_kept(own)}, {entry.id} {_kept(entry)}"


def _entry(label: str, records: Records) -> ScheduleEntry | None:
    """The approved entry of a label; of several the first, for they are alike."""
    named = (entry for entry in records.schedule.values() if entry.label == label and entry.status == "approved")
    return next(named, None)


def _keeps_more(entry: ScheduleEntry, own: ScheduleEntry) -> bool:
    longer = own.label_days is not None and (entry.label_days is None or entry.label_days > own.label_days)
    return longer or (entry.is_record and not own.is_record)


def _kept(entry: ScheduleEntry) -> str:
    kept = "for ever" if entry.label_days is None else f"{entry.label_days:,} days"
    return f"{kept}, as a record" if entry.is_record else kept
