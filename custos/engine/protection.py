"""What protects a subject: the one place that decides it. Pure.

Plan, gate, explain, find, cases and undo ask here. The gate asks with facts that were read a moment ago; nothing else differs.

| code | stands in the way of | how it ends |
|---|---|---|
| hold | labels, and questions about content; not of ending or removing access | the hold ends |
| exempt | all that the policies named would do or ask | the exemption expires |
| freeze | all that policies would write | the freeze ends |
| vital record | ending access, and labels that end in destruction unreviewed, to which the owner did not agree | they agree |
| record, regulatory | labels | nobody can change such a label |
| explicit | labels: somebody chose this one | they take it off |
| agreement, posture | ending access that a sharing agreement, or the class of the place, allows | the agreement ends |
| unknown | labels and ends of access that need a fact which was not read | it is read |

Two directions of doubt: a hold that cannot be placed, or whose item's dates or class are unknown, covers more; an exemption that
cannot be placed covers nothing.
Sources: https://learn.microsoft.com/purview/records-management and
https://learn.microsoft.com/graph/api/driveitem-setretentionlabel
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache

from custos.actions import DECLARED
from custos.engine.register_locations import Found, PlacedRegisters
from custos.errors import Mark
from custos.kinds import IN_LIBRARIES, protected_by
from custos.kinds.declaration import Protector
from custos.model.action import Action
from custos.model.action_kind import ActionKind
from custos.model.finding import Finding, Protection
from custos.model.live import Live
from custos.model.policy import FROM_SCHEDULE, Rule
from custos.model.refusal import Code
from custos.model.subject import Fact, Subject
from custos.records.address import Address, told_address
from custos.records.contradictions import elsewhere
from custos.records.model import Asset, Exemption, Hold
from custos.records.register_lookup import RegisterEntry
from custos.wording import day_words

_HELD, _LABELLED, _LINKS, _OF_PEOPLE = map(
    protected_by, (Protector.HOLDS, Protector.LABEL, Protector.LINK_CLASS, Protector.AGREEMENTS)
)
_LINK_CLASSES = {"anonymous": "anyone_links", "organization": "organisation_links"}


@dataclass(frozen=True, kw_only=True)
class SubjectState:
    """What is known at one moment of a subject that a rule found; None is unknown.

    `url`: its exact address; that of its library when no more is known. `labels_wanted`: the labels that would be put on it.
    `planned_url`: where it was when that was planned.
    """

    subject: Subject
    policy: str
    rule: str
    url: str
    created: datetime | None
    modified: datetime | None
    label: Fact
    label_explicit: Fact
    label_locked: bool
    is_record: Fact
    is_regulatory: bool
    link_scope: Fact
    person_domain: Fact
    labels_wanted: tuple[str, ...]
    planned_url: str = ""

    @cached_property
    def at(self) -> Address | None:
        """The place of `url`."""
        return told_address(self.url)

    @cached_property
    def planned_at(self) -> Address | None:
        """The place of `planned_url`."""
        return told_address(self.planned_url)


def planned_state(finding: Finding, rule: Rule | None) -> SubjectState:
    """A subject as the mirror has it. `rule` None: no label is to be put on it."""
    return mirrored_state(
        finding.subject,
        finding.policy,
        rule,
        finding.facts,
        lived=(finding.created, finding.modified),
        name=finding.rule,
    )


def mirrored_state(
    subject: Subject,
    policy: str,
    rule: Rule | None,
    facts: Mapping[str, Fact],
    *,
    lived: tuple[datetime | None, datetime | None],
    name: str,
) -> SubjectState:
    """The same while the finding is still being made. `lived`: when a file was made and changed; `name` is the rule's."""
    return SubjectState(
        subject=subject,
        policy=policy,
        rule=name,
        url=subject.url,
        created=lived[0],
        modified=lived[1],
        label=facts.get("label"),
        label_explicit=facts.get("label_explicit"),
        label_locked=False,
        is_record=facts.get("is_record"),
        is_regulatory=False,
        link_scope=facts.get("link_scope"),
        person_domain=facts.get("person_domain"),
        labels_wanted=tuple(_labels_of(rule, facts.get("scheduled_label"))) if rule is not None else (),
    )


def current_state(action: Action, live: Live, placed: PlacedRegisters) -> SubjectState:
    """The subject of an action as the tenant has it at this moment."""
    finding, values = action.finding, live.values
    home = placed.home(finding.subject)
    return SubjectState(
        subject=finding.subject,
        policy=finding.policy,
        rule=finding.rule,
        url=home.below(live.path).url if home is not None and live.path is not None else "",
        created=live.created,
        modified=live.modified,
        label=values.get("label"),
        label_explicit=live.label_explicit,
        label_locked=bool(live.label_locked),
        is_record=live.is_record,
        is_regulatory=bool(live.is_regulatory),
        link_scope=values.get("link"),
        person_domain=finding.facts.get("person_domain"),
        labels_wanted=(str(action.after.get("label") or ""),) if action.kind is ActionKind.APPLY_LABEL else (),
        planned_url=finding.subject.url,
    )


def _labels_of(rule: Rule, scheduled: Fact) -> Iterator[str]:
    for step in rule.steps:
        label = scheduled if step.label == FROM_SCHEDULE else step.label
        if step.kind is ActionKind.APPLY_LABEL and isinstance(label, str):
            yield label


def protections(state: SubjectState, placed: PlacedRegisters, now: datetime) -> tuple[Protection, ...]:
    """Everything that protects a subject at `now`. Costs no call."""
    place, today, kind = placed.entry(state.subject), placed.bundle.day(now), state.subject.kind
    if place is None:
        return (_protection(Code.UNPLACED, "", "It is not known where it is now."),)
    asset, found = place.asset, list[Protection]()
    if kind in _HELD and (holds := placed.holds(asset.id if asset else "")):
        found.extend(_holds(holds, state, place, placed, today))
    if exemptions := placed.exemptions(state.policy, state.rule):
        found.extend(_exemptions(exemptions, state, asset, placed, today))
    if placed.bundle.settings.freezes:
        found.extend(_freezes(asset, placed, today))
    if asset is not None and asset.vital:
        found.extend(_vital(state, asset, placed))
    if state.labels_wanted and kind in _LABELLED:
        found.extend(_label(state, placed))
    if kind in _LINKS:
        found.extend(_link_class(state, place, placed))
    if kind in _OF_PEOPLE:
        found.extend(_agreements(state, place, placed, today))
    return tuple(found)


def expired_exemptions(state: SubjectState, placed: PlacedRegisters, now: datetime) -> tuple[str, ...]:
    """The exemptions that would cover a subject if they had not expired."""
    rows = placed.exemptions(state.policy, state.rule)
    place = placed.entry(state.subject) if rows else None
    return tuple(
        row.id
        for row in rows
        if row.expires < placed.bundle.day(now) and place is not None and _exempts(row, state, place.asset, placed)
    )


def stopping(
    found: Iterable[Protection], kind: ActionKind, *, agreed: bool = False, undo: bool = False
) -> Protection | None:
    """The first protection that stands in the way of an action.

    `agreed`: the owner agreed to it. `undo`: it puts back what Custos did.
    """
    return next((one for one in found if _stops(one.code, kind, agreed=agreed, undo=undo)), None)


_AN_UNDO_TOO = frozenset({Code.UNPLACED, Code.HOLD, Code.RECORD, Code.REGULATORY})


def _stops(code: str, kind: ActionKind, *, agreed: bool, undo: bool) -> bool:
    if code not in DECLARED[kind].stopped_by or (undo and code not in _AN_UNDO_TOO):
        return False
    return not (agreed and code == Code.VITAL)


@lru_cache(maxsize=10_000)
def _protection(code: Code, reference: str, sentence: str, mark: Mark | None = None) -> Protection:
    """One record for each sentence, however many subjects it protects."""
    return Protection(code=code.value, reference=reference, sentence=sentence, mark=mark)


# holds and exemptions


def _holds(
    holds: Iterable[Hold], state: SubjectState, place: RegisterEntry, placed: PlacedRegisters, today: date
) -> Iterator[Protection]:
    for hold in holds:
        if hold.in_force(today) and _held(hold, state, place, placed):
            doubt = "".join(_doubts(hold, placed))
            if not _covers_place(hold, state, place, placed):
                doubt = " It was moved from there, or may have been, and stays held."
            said = f"On hold {hold.id} ({hold.authority or hold.kind}) since {hold.since.isoformat()}.{doubt}"
            yield _protection(Code.HOLD, hold.id, said, hold.mark)


def _doubts(hold: Hold, placed: PlacedRegisters) -> Iterator[str]:
    """Why a hold covers more than it says, a sentence each."""
    for address in hold.locations:
        if placed.placement(address).found is not Found.HERE:
            yield f" {address.text} is not in the mirror, so it covers more."
        elif belongs := elsewhere(address, hold.asset_id, placed.lookup):
            yield f" It is for {hold.asset_id}, and {address.text} {belongs}, so it covers both."
    if hold.schedule_refs and not placed.narrows_by_class(hold):
        yield f" No library there follows {', '.join(hold.schedule_refs)}, so it covers every class."


def _held(hold: Hold, state: SubjectState, place: RegisterEntry, placed: PlacedRegisters) -> bool:
    """Whether a hold covers a subject, or may."""
    if not _covers_place(hold, state, place, placed) and not _follows(hold, state, placed):
        return False
    day = placed.bundle.day
    ended_before = hold.items_from and state.modified and day(state.modified) < hold.items_from
    began_after = hold.items_to and state.created and day(state.created) > hold.items_to
    return not (ended_before or began_after)


def _follows(hold: Hold, state: SubjectState, placed: PlacedRegisters) -> bool:
    """Whether a hold covers a subject that somebody moved out of the place that the hold names."""
    found = placed.followed.get(hold.id)
    if found is None:
        return False
    return found.holds((state.subject.drive_id, state.subject.item_id), _exactly(state, placed))


def _covers_place(hold: Hold, state: SubjectState, place: RegisterEntry, placed: PlacedRegisters) -> bool:
    whole = place.asset is not None and place.asset.id == hold.asset_id
    inside = any(_may_lie_in(state, address, placed) for address in hold.locations) if hold.locations else whole
    if not inside and not (whole and any(_astray(address, hold, placed) for address in hold.locations)):
        return False
    other_class = bool(hold.schedule_refs) and place.entry is not None and place.entry.id not in hold.schedule_refs
    return not (other_class and placed.narrows_by_class(hold))


def _astray(address: Address, hold: Hold, placed: PlacedRegisters) -> bool:
    """Whether an address of a hold may mean any part of its asset: found nowhere, gone from there, or in another asset."""
    found = placed.followed.get(hold.id)
    if found is not None and address in found.lost:
        return True
    nowhere = placed.placement(address).found is Found.NOWHERE
    return nowhere or bool(elsewhere(address, hold.asset_id, placed.lookup))


def _may_lie_in(state: SubjectState, address: Address, placed: PlacedRegisters) -> bool:
    placement, home = placed.placement(address), placed.home(state.subject)
    assert home is not None, "a subject that nobody can place is not judged any further"
    if placement.library is not None:
        return home.lies_in(placement.library)
    exact = _exactly(state, placed)
    if not exact:
        return home.lies_in(address) or address.lies_in(home)
    return any(one.lies_in(address) for one in exact)


def _exactly(state: SubjectState, placed: PlacedRegisters) -> tuple[Address, ...]:
    """Where a subject lies now and where it lay when it was planned; none when only its library is known."""
    now = _exact(state, placed)
    if now is None:
        return ()
    planned = state.planned_at
    return (now, planned) if planned is not None and planned not in (now, placed.home(state.subject)) else (now,)


def _exact(state: SubjectState, placed: PlacedRegisters) -> Address | None:
    """The exact place of a subject; None when only its library is known."""
    subject = state.subject
    home = placed.home(subject)
    if subject.kind not in IN_LIBRARIES:
        return home
    return None if state.at == home else state.at


def _exemptions(
    exemptions: Iterable[Exemption], state: SubjectState, asset: Asset | None, placed: PlacedRegisters, today: date
) -> Iterator[Protection]:
    for row in exemptions:
        if row.expires >= today and _exempts(row, state, asset, placed):
            said = f"Exempt by {row.id} ({row.reason}; {row.approved_by}), until {day_words(row.expires)}."
            yield _protection(Code.EXEMPT, row.id, said, row.mark)


def _exempts(row: Exemption, state: SubjectState, asset: Asset | None, placed: PlacedRegisters) -> bool:
    """Whether an exemption certainly covers a subject."""
    if row.asset_id and (asset is None or asset.id != row.asset_id):
        return False
    return not row.locations or any(_lies_in(state, address, placed) for address in row.locations)


def _lies_in(state: SubjectState, address: Address, placed: PlacedRegisters) -> bool:
    if placed.placement(address).found is not Found.HERE:
        return False
    place = _exact(state, placed) or placed.home(state.subject)
    return place is not None and place.lies_in(address)


# what holds for a whole asset


def _freezes(asset: Asset | None, placed: PlacedRegisters, today: date) -> Iterator[Protection]:
    for freeze in placed.bundle.settings.freezes:
        if freeze.in_force(today) and (not freeze.assets or (asset is not None and asset.id in freeze.assets)):
            said = f"Nothing is written until {day_words(freeze.ends)}: {freeze.why}."
            yield _protection(Code.FREEZE, freeze.begins.isoformat(), said, freeze.mark)


def _vital(state: SubjectState, asset: Asset, placed: PlacedRegisters) -> Iterator[Protection]:
    """Of a vital record nothing is taken away by itself: no access, and no file by a label that ends in destruction unreviewed."""
    unreviewed = [label for label in state.labels_wanted if label and label not in placed.records.labels_that_keep]
    if unreviewed or state.subject.kind not in _LABELLED:
        said = f"{asset.id} is a vital record: nothing is taken away there unless its owner agreed."
        yield _protection(Code.VITAL, asset.id, said, asset.mark)


# labels


def _label(state: SubjectState, placed: PlacedRegisters) -> Iterator[Protection]:
    records, label = placed.records.record_labels, state.label
    if state.is_regulatory:
        said = "It carries a regulatory label, which nobody can change."
        yield _protection(Code.REGULATORY, str(label or ""), said)
    if state.label_locked:
        said = "Microsoft says that its label may not be changed."
        yield _protection(Code.RECORD, str(label or ""), said)
    if label is None:
        yield _protection(Code.UNKNOWN, "", "Its label was not read.")
    elif label in records:
        entry = records[str(label)]
        said = f"Its label {entry.label} declares a record."
        yield _protection(Code.RECORD, entry.id, said, entry.mark)
    elif state.is_record or (label != "" and state.is_record is not False):
        said = "It is a record, or it is not known whether it is one."
        yield _protection(Code.RECORD, str(label), said)
    for wanted in state.labels_wanted:
        if wanted in records:
            entry = records[wanted]
            said = (
                f"{entry.label} declares a record. Custos never puts such a label on, because it could not take it off."
            )
            yield _protection(Code.RECORD, entry.id, said, entry.mark)
    if label not in ("", None) and state.label_explicit is not False:
        said = f"Somebody chose its label “{label}”, or it is not known who did."
        yield _protection(Code.EXPLICIT, str(label), said)


# access


def _link_class(state: SubjectState, place: RegisterEntry, placed: PlacedRegisters) -> Iterator[Protection]:
    allowed = _LINK_CLASSES.get(str(state.link_scope))
    if state.link_scope is None:
        yield _protection(Code.UNKNOWN, "", "Who can open the link was not read.")
    elif allowed and getattr(placed.bundle.settings.classes[place.posture], allowed):
        said = f"The class of this place ({place.posture or 'unregistered'}) allows such links."
        yield _protection(Code.POSTURE, str(place.posture or ""), said)


def _agreements(
    state: SubjectState, place: RegisterEntry, placed: PlacedRegisters, today: date
) -> Iterator[Protection]:
    if state.person_domain is None:
        said = "Where the person is from was not read, so no sharing agreement can be ruled out."
        yield _protection(Code.UNKNOWN, "", said)
        return
    for agreement in placed.records.agreements.values():
        named = place.asset is not None and place.asset.id in agreement.assets
        if named and agreement.in_force(today) and state.person_domain in agreement.domains:
            said = f"The sharing agreement {agreement.id} with {agreement.partner} covers this person."
            yield _protection(Code.SHARING_AGREEMENT, agreement.id, said, agreement.mark)
