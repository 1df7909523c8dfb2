"""From when on owners are asked: the waves of `settings.yaml`, so that a backlog reaches a council as its heads of service agreed. Pure.

Where there are no waves everybody is asked at once. A question that somebody was asked once goes on, whatever the waves say later; and
what no asset covers is never held back, for nobody but the head of information governance is asked about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from custos.model.policy import Wave
from custos.notices.model import Case
from custos.records.model import Asset, Records


@dataclass(frozen=True, slots=True, kw_only=True)
class Waves:
    """The waves in the order of their days, and the registers."""

    waves: Sequence[Wave]
    records: Records

    def wave_of(self, asset_id: str) -> Wave | None:
        """The wave of an asset, its own before its department's; None: it is in none."""
        asset = self.records.assets.get(asset_id)
        department = asset.department if asset else ""
        own = next((wave for wave in self.waves if asset_id in wave.assets), None)
        return own or next((wave for wave in self.waves if department and department in wave.departments), None)

    def holds_back(self, case: Case, today: date) -> bool:
        """Whether a question that nobody was asked yet waits for its wave."""
        if not self.waves or not case.asset_id or case.told_at is not None or case.asked_at is not None:
            return False
        wave = self.wave_of(case.asset_id)
        return wave is None or wave.begins > today


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveView:
    """What a wave brings. `begins` None: what is in no wave. `owners` are those who are asked, each with the number of their questions;
    `days` is how many working days pass until everybody was told of all of theirs."""

    begins: date | None
    departments: tuple[str, ...]
    assets: tuple[str, ...]
    owners: tuple[tuple[str, int], ...]
    days: int

    @property
    def questions(self) -> int:
        """All of them."""
        return sum(number for _, number in self.owners)


def preview(waves: Waves, cases: Iterable[Case], *, per_message: int) -> list[WaveView]:
    """Every wave with the questions that it releases: those that nobody was asked yet. `per_message` of one person fit into the one message
    of a working day."""
    waiting = [case for case in cases if case.state.is_open and not case.mended and case.asset_id and case.is_to_tell]
    by_wave: dict[Wave | None, list[Case]] = {wave: [] for wave in waves.waves}
    for case in waiting:
        by_wave.setdefault(waves.wave_of(case.asset_id), []).append(case)
    live = [asset for asset in waves.records.assets.values() if asset.live]
    return [
        _view(wave, found, [asset for asset in live if waves.wave_of(asset.id) == wave], per_message)
        for wave, found in by_wave.items()
    ]


def _view(wave: Wave | None, cases: Sequence[Case], assets: Sequence[Asset], per_message: int) -> WaveView:
    owners: dict[str, int] = {}
    for case in cases:
        name = case.assignee.who.name or case.assignee.who.upn or "nobody"
        owners[name] = owners.get(name, 0) + 1
    return WaveView(
        begins=wave.begins if wave else None,
        departments=tuple(sorted({asset.department for asset in assets})),
        assets=tuple(asset.id for asset in assets),
        owners=tuple(sorted(owners.items(), key=lambda one: (-one[1], one[0]))),
        days=max((-(-number // per_message) for number in owners.values()), default=0),
    )


def proposed(records: Records, cases: Iterable[Case], days: Sequence[date]) -> list[tuple[date, list[str]]]:
    """The departments on so many days, the busiest spread evenly: each goes where the fewest questions wait so far."""
    number = dict.fromkeys((asset.department for asset in records.assets.values() if asset.live), 0)
    for case in cases:
        asset = records.assets.get(case.asset_id)
        if asset is not None and asset.live and case.state.is_open and case.is_to_tell:
            number[asset.department] += 1
    load, made = dict.fromkeys(days, 0), {day: list[str]() for day in days}
    for department, questions in sorted(number.items(), key=lambda one: (-one[1], one[0])):
        day = min(days, key=lambda one: (load[one], len(made[one]), one))
        load[day] += questions
        made[day].append(department)
    return [(day, sorted(departments)) for day, departments in made.items() if departments]
