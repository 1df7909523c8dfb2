"""What happened in a quarter that may have moved its indicators, and what was wrong with what they were counted on. Pure but for `between`.

A reason is what is written down: which rules wrote, which rows of registers changed, which policies went further, how much of the mirror
was read. Whether it was the cause is for people to say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from custos.audit.events import What
from custos.importing.register_file import register_rows
from custos.jobs.policies import version_of
from custos.kpi.model import Kpi, Value
from custos.kpi.quarters import Quarter
from custos.model.policy import Bundle, own_name
from custos.records.load import FOLDER
from custos.records.model import Records
from custos.records.registers import ALL
from custos.wording import day_words, many

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_SHOWN = 4
_DECISIONS = "KPI-10"


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """From the first day of a quarter to the last one that is told of.

    `first` and `last` are the files in force at its ends, `counted` those when its numbers were measured; None where that version is no
    longer kept. `writes` by policy and rule, `answers`, and `moved` (policies that went further or were taken back, by their sentence) are
    those until the numbers were measured. `refused` are days on which files were refused, each with the day on which others were taken.
    """

    first: Bundle | None
    last: Bundle | None
    counted: Bundle | None
    writes: Mapping[tuple[str, str], int]
    answers: int
    moved: Mapping[str, str]
    refused: Sequence[tuple[date, date | None]]


async def between(app: Custos, quarter: Quarter, on: date, measured: datetime) -> Between:
    """Read the audit once. `measured`: when the quarter's numbers were. Raises StorageTrouble."""
    versions: list[str] = []
    writes: Counter[tuple[str, str]] = Counter()
    moved: dict[str, str] = {}
    answers, counted = 0, ""
    refused: list[tuple[date, date | None]] = []
    async for recorded in app.audit.read():
        event = recorded.event
        day = event.at.astimezone(app.zone).date()
        if day > on:
            continue
        if event.what is What.POLICIES_LOADED:
            version = str(event.details.get("version", ""))
            versions = [version] if day < quarter.first else [*versions, version]
            counted = version if event.at <= measured or not counted else counted
            refused = [(began, ended or day) for began, ended in refused]
        elif event.what is What.POLICIES_REFUSED and all(ended is not None for _, ended in refused):
            refused.append((day, None))
        if day < quarter.first or event.at > measured:
            continue
        if event.what is What.ACTION_DONE:
            writes[event.policy, event.rule] += 1
        elif event.what is What.CASE_DECIDED:
            answers += 1
        elif event.what in (What.POLICY_PROMOTED, What.POLICY_DEMOTED):
            way = "went further" if event.what is What.POLICY_PROMOTED else "was taken back"
            moved[event.policy] = f"{event.policy} {way} on {day_words(day)}"
    files = {
        name: await version_of(app, name) for name in {*versions[:1], *versions[-1:], *([counted] if counted else [])}
    }
    return Between(
        first=files[versions[0]] if versions else None,
        last=files[versions[-1]] if versions else None,
        counted=files[counted] if counted else None,
        writes=writes,
        answers=answers,
        moved=moved,
        refused=[(began, ended) for began, ended in refused if ended is None or ended >= quarter.first],
    )


def reasons(kpi: Kpi, now: Value | None, before: Value | None, at: Between, bundle: Bundle) -> Iterator[str]:
    """What may have moved one indicator, a sentence without its full stop each."""
    families = {policy.id: policy.family for policy in bundle.policies.values()}
    ran = [(key, number) for key, number in at.writes.items() if families.get(own_name(key[0])) in kpi.families]
    for (policy, rule), number in sorted(ran, key=lambda one: (-one[1], one[0]))[:_SHOWN]:
        yield f"{policy}/{rule} wrote {many(number, 'time')}"
    for policy, sentence in sorted(at.moved.items()):
        if families.get(own_name(policy)) in kpi.families:
            yield sentence
    if kpi.id == _DECISIONS and at.answers:
        yield many(at.answers, "answer")
    if at.first is not None and at.counted is not None:
        for file in kpi.registers:
            if said := _changed(file, at.first, at.counted):
                yield f"{file}: {said}"
    if kpi.of_mirror and now is not None and before is not None and now.coverage != before.coverage:
        (old, of_old), (new, of_new) = before.coverage, now.coverage
        yield f"{old:,} of {of_old:,} libraries had been read before, {new:,} of {of_new:,} now"


def department_changes(first: Records, last: Records) -> Iterator[str]:
    """Departments that have another name, and assets that moved from one to another: their parts are not to be compared."""
    moved: dict[tuple[str, str], list[str]] = {}
    for asset in last.assets.values():
        was = first.assets.get(asset.id)
        if was is not None and was.department != asset.department:
            moved.setdefault((was.department, asset.department), []).append(asset.id)
    names = {asset.department for asset in last.assets.values()}
    for (old, new), assets in sorted(moved.items()):
        everything = sum(asset.department == old and asset.id in last.assets for asset in first.assets.values())
        if old not in names and len(assets) == everything:
            yield f"{old} is called {new} since, or is part of it: what stands under {old} before is compared with nothing"
        else:
            yield f"{_some(assets)} moved from {old} to {new}: the parts of both changed by what moved"


def troubles(
    quarter: Quarter, on: date, at: Between, published: Sequence[date], checkpoints: Sequence[str]
) -> Iterator[str]:
    """What was wrong with what the quarter's numbers are made of."""
    for began, ended in at.refused:
        until = f"until {day_words(ended)}" if ended else "and still are"
        yield f"Policies or registers were refused on {day_words(began)} {until}: numbers in between are by the version before."
    if gaps := _gaps(published, quarter, on):
        yield f"No indicators were published on {_days(gaps)}."
    signed = [date.fromisoformat(day) for day in checkpoints]
    if gaps := _gaps(signed, quarter, on):
        yield f"The audit has no checkpoint of {_days(gaps)}: what was written on such a day is proved by the next one, and not before."


def _gaps(days: Sequence[date], quarter: Quarter, on: date) -> list[date]:
    """The days of the quarter without one, from the first day that has one, or had one before, to the last."""
    known = sorted(day for day in days if day <= on)
    if not known:
        return []
    day, end = max(known[0], quarter.first), min(known[-1], quarter.last)
    wanted = [day + timedelta(days=number) for number in range((end - day).days + 1)]
    return [one for one in wanted if one not in set(known)]


def _days(days: Sequence[date]) -> str:
    told = ", ".join(day_words(day) for day in days[:_SHOWN])
    return told + (f" and {many(len(days) - _SHOWN, 'more day')}" if len(days) > _SHOWN else "")


def _changed(file: str, first: Bundle, last: Bundle) -> str:
    """Which rows of a register came, went and changed: "IA-013 new; IA-003, IA-007 changed"; "" for none."""
    register = ALL[file]
    name = f"{FOLDER}/{file}"
    old, new = (
        {row.get(register.id, ""): row for row in register_rows(register, bundle.files[name])}
        if name in bundle.files
        else {}
        for bundle in (first, last)
    )
    told = (
        ("new", [name for name in new if name not in old]),
        ("gone", [name for name in old if name not in new]),
        ("changed", [name for name in new if name in old and new[name] != old[name]]),
    )
    return "; ".join(f"{_some(names)} {what}" for what, names in told if names)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (f" and {many(len(names) - _SHOWN, 'more row')}" if len(names) > _SHOWN else "")
