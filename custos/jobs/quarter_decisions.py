"""What the Corporate Information Group is asked to decide, and what falls due in the coming quarters. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from custos.engine.gate import Standing
from custos.kpi.quarters import Quarter
from custos.model.policy import Bundle, Policy
from custos.model.state import State
from custos.notices.model import Case
from custos.records.model import Asset, Records, ScheduleEntry
from custos.records.registers.documents import DOCUMENTS
from custos.wording import day_words, many


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Something that the group is asked to decide: what it takes, and what follows if nobody does."""

    what: str
    effort: str
    consequence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """Something that falls due."""

    on: date
    what: str
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What decisions are made of. `listed`: the questions that came to the group because nobody below it answered."""

    bundle: Bundle
    standings: Mapping[str, Standing]
    cases: Sequence[Case]
    listed: Sequence[Case]


def decisions(at: Situation, on: date, quarter: Quarter) -> Iterator[Decision]:
    """What only the group, or somebody with its word, can decide: the council's own policy first."""
    bundle, listed = at.bundle, at.listed
    records = bundle.records
    for document in DOCUMENTS.of(records):
        if document.review_due and document.review_due < on:
            yield Decision(
                what=f"Review {document.called}.",
                effort=f"A review by the {document.owner}, then an approval{f' by the {document.approver}' if document.approver else ''}.",
                consequence=f"Every clause rests on a text that was to be reviewed on {day_words(document.review_due)}.",
            )
    for row in records.exemptions:
        if row.expires < on:
            yield Decision(
                what=f"Renew or end {row.id} ({row.reason}).",
                effort=f"One decision; it was approved by {row.approved_by}.",
                consequence=f"It expired on {day_words(row.expires)}: {', '.join(row.policies)} treats what it covered like anything else.",
            )
    for row in records.exemptions:
        if on <= row.expires <= quarter.after(1).last:
            yield Decision(
                what=f"Renew {row.id} ({row.reason}), or let it end.",
                effort=f"One decision before {day_words(row.expires)}.",
                consequence=f"After that {', '.join(row.policies)} treats what it covers like anything else.",
            )
    for policy in bundle.policies.values():
        state = at.standings[policy.id].state if policy.id in at.standings else policy.state
        if state in (State.SIMULATE, State.PILOT):
            yield _to_enforce(policy, state, at.cases)
    if listed:
        assets = _some(sorted({case.asset_id or "no asset" for case in listed}))
        yield Decision(
            what=f"Answer {many(len(listed), 'question')} that nobody below answered: {assets}.",
            effort=many(len(listed), "decision"),
            consequence="Nothing is done about them until somebody decides.",
        )
    for agreement in records.agreements.values():
        if agreement.ends < on:
            yield Decision(
                what=f"Renew {agreement.id} with {agreement.partner}, or end the access that it gave.",
                effort=f"An agreement for {', '.join(agreement.assets)}.",
                consequence=f"It ended on {day_words(agreement.ends)}: whoever it let in is there without one.",
            )
    for entry in records.schedule.values():
        if entry.status == "approved" and entry.review_due and entry.review_due < on:
            yield Decision(
                what=f"Confirm or change the period of {entry.id}, {entry.record_class}.",
                effort="One decision by its owner.",
                consequence=f"Its review was due on {day_words(entry.review_due)}: how long these records are kept may be wrong.",
            )


def _to_enforce(policy: Policy, state: State, cases: Sequence[Case]) -> Decision:
    asked = sum(any(line.key.startswith(f"{policy.id}/") for line in case.lines) for case in cases)
    does = sorted({step.kind.value.replace("_", " ") for rule in policy.rules for step in rule.steps if step.writes})
    said = f"It would {', '.join(does)}, with the owner told." if does else "It asks and tells, and changes nothing."
    return Decision(
        what=f"Let the policy {policy.id} ({policy.title}) enforce, or leave it in {state.value}.",
        effort=f"Its plan says what it would do now (`custos plan`); {many(asked, 'question')} so far.",
        consequence=f"{said} Until then what it finds is shown and stays as it is.",
    )


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")


def horizon(bundle: Bundle, on: date, until: date) -> Iterator[Coming]:
    """Everything that falls due from a day to another, both included."""
    records, policies = bundle.records, bundle.policies.values()
    found: list[tuple[date | None, str, str]] = [
        *((one.review_due, f"review of {one.called}", one.owner) for one in DOCUMENTS.of(records)),
        *((one.review_due, f"review of the policy {one.id}", _post(records, one.owner)) for one in policies),
        *((one.review_due, f"review of {one.id}, {one.name}", _post(records, one.iao)) for one in records.assets.values() if one.live),
        *((one.review_due, f"review of {one.id}, {one.record_class}", _post(records, one.owner)) for one in _approved(records)),
        *((one.contract_end, _contract(one), _post(records, one.iao)) for one in records.assets.values() if one.live),
        *((one.ends, f"{one.id} with {one.partner} ends", ", ".join(one.assets)) for one in records.agreements.values()),
        *((one.expires, f"{one.id} expires", one.approved_by) for one in records.exemptions),
        *((one.ends, f"{one.id} ends: what it held is treated like anything else", one.asset_id) for one in records.holds),
        *((one.valid_to, f"the delegation {one.id} ends", _post(records, one.steward)) for one in records.delegations),
        *((one.valid_to, f"{one.role} leaves the post", _post(records, one.manager)) for one in records.posts.values()),
    ]  # fmt: skip
    yield from (
        Coming(on=day, what=what, who=who) for day, what, who in found if day is not None and on <= day <= until
    )


def _contract(asset: Asset) -> str:
    return f"the contract of {asset.id} with {asset.supplier or 'its supplier'} ends"


def _approved(records: Records) -> list[ScheduleEntry]:
    return [entry for entry in records.schedule.values() if entry.status == "approved"]


def _post(records: Records, upn: str) -> str:
    return records.posts[upn].role if upn in records.posts else upn
