"""Where the tenant's retention labels are not what the council's retention schedule says. Pure.

Custos makes no labels: Microsoft lets no application do that. It says what a records manager has to put right.
Source: https://learn.microsoft.com/graph/api/security-labelsroot-post-retentionlabel
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from custos.engine.refusals import KnownRefusals
from custos.model.refusal import Code
from custos.records.model import Records, ScheduleEntry
from custos.wording import day_words

_MAY_DELETE = "destroy"


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantLabel:
    """A label as a site publishes it. `days` None: it keeps for ever."""

    name: str
    days: int | None
    is_record: bool
    deletes: bool  # by itself, when its period is over


@dataclass(frozen=True, slots=True)
class Published:
    """The labels of the schedule that were found published, and the addresses of the sites that were read."""

    labels: Mapping[str, TenantLabel]
    sites: Sequence[str]


def deleting(records: Records, published: Published) -> frozenset[str]:
    """The labels that delete at their end where the schedule wants something else: Custos puts none of them on."""
    return frozenset(
        entry.label
        for entry in records.schedule.values()
        if entry.status == "approved"
        and (label := published.labels.get(entry.label)) is not None
        and _deletes_against(entry, label)
    )


def _deletes_against(entry: ScheduleEntry, label: TenantLabel) -> bool:
    return label.deletes and entry.final_action != _MAY_DELETE


def drift(records: Records, published: Published | None, refused: KnownRefusals) -> Mapping[str, str]:
    """Label ► what is not as the schedule says, in sentences. `published` None: nothing is known of the tenant's labels."""
    found: dict[str, list[str]] = defaultdict(list)
    for entry in records.schedule.values():
        if entry.status == "approved" and entry.label:
            found[entry.label].extend(_of_entry(entry, published, refused))
    return {label: " ".join(dict.fromkeys(sentences)) for label, sentences in found.items() if sentences}


def _of_entry(entry: ScheduleEntry, published: Published | None, refused: KnownRefusals) -> Iterator[str]:
    refusal = refused.by_label.get(entry.label)
    if refusal is not None and refusal.code != Code.LABEL_DELETES:
        yield f"Microsoft has refused it since {day_words(refusal.since)}; files of {entry.id} stay without it."
    if published is None or not published.sites:
        return
    label = published.labels.get(entry.label)
    if label is None:
        where = "the one site" if len(published.sites) == 1 else f"any of the {len(published.sites)} sites"
        yield f"It is not published on {where} that Custos looked at: make it, or publish it ({entry.id}, {entry.mark})."
    else:
        yield from _differences(entry, label)


def _differences(entry: ScheduleEntry, label: TenantLabel) -> Iterator[str]:
    wanted, kept = entry.label_days, label.days
    if wanted != kept:
        ending = _too_few(wanted, kept)
        yield f"It keeps {_days(kept)}; {entry.id} wants {_days(wanted)}{ending} ({entry.mark})."
    if entry.is_record and not label.is_record:
        yield f"{entry.id} wants it to declare records, and it does not ({entry.mark})."
    if label.is_record and not entry.is_record:
        yield f"It declares records, which can hardly be undone; {entry.id} does not want that ({entry.mark})."
    if _deletes_against(entry, label):
        wanted_end = entry.final_action.replace("_", " ")
        yield f"IT DELETES AT THE END OF ITS PERIOD; {entry.id} wants: {wanted_end} ({entry.mark})."


def _too_few(wanted: int | None, kept: int | None) -> str:
    if kept is None or (wanted is not None and kept > wanted):
        return ""
    return ": it would end too early" if wanted is None else f": {wanted - kept:,} too few"


def _days(days: int | None) -> str:
    return "for ever" if days is None else f"{days:,} days"
