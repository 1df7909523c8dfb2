"""Fills a library with folders and files: names, sizes, dates, authors and labels that suit what the library is for.

People's work ends with the library's last human day. Apps and the migration account touch files long after it, which
moves the server's time but not the client's: staleness must be judged by people's activity.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from simulator.council.empty_sites import place
from simulator.council.naming import Facts, case_name, facts_of, file_name, unused
from simulator.council.people import People
from simulator.council.shapes import CouncilData, Library
from simulator.tenant.clock import START, moment
from simulator.tenant.identifiers import item_ids
from simulator.tenant.model import Actor, Drive, Item, LabelDefinition, Stamp
from simulator.tenant.state import Tenant

NOW = int(START.timestamp())
_DAY = 86400
_FILES_PER_FOLDER = 15
_MIGRATED = moment("2023-09-16T02:00:00Z")
_MIGRATION_SECONDS = 7200
_SIZES = 1024

Dates = Callable[[float], int]
"""When the file at a part (0 to 1) of a library was made."""


@dataclass(slots=True)
class _Case:
    """A folder of files that belong together; `facts` are what its name says and its files' names repeat."""

    folder: Item
    facts: Facts


def item_count(library: Library, scale: float) -> int:
    """Items that a library holds at a scale, folders included and the root not."""
    return max(library.least, round(library.items * scale))


def folder_count(items: int) -> int:
    """How many of so many items are folders."""
    return max(2, items // _FILES_PER_FOLDER)


def class_label(tenant: Tenant, library: Library) -> LabelDefinition | None:
    """The label that the schedule gives a library's content, if it names one."""
    if not library.label:
        return None
    return next(label for name, label in tenant.labels.items() if name.startswith(library.label))


class Filler:
    """Fills one library. `staff` are its authors."""

    def __init__(
        self, data: CouncilData, tenant: Tenant, drive: Drive, library: Library, *, people: People, staff: list[Actor]
    ) -> None:
        self._data, self._names = data, data.names
        self._tenant, self._drive, self._library = tenant, drive, library
        self._people, self._staff = people, staff
        self._rng = random.Random(f"{tenant.seed}/{drive.url}")
        self._until = moment(f"{library.last_human}T15:42:00Z") if library.last_human else NOW - 3600

    def fill(self, dates: Callable[[int], Dates] | None = None) -> None:
        """Make folders and files.

        `dates` takes the number of files and says when each was made; without it cases are spread over the years.
        """
        count = item_count(self._library, self._tenant.scale)
        folders = folder_count(count)
        files = count - folders
        made_at = dates(files) if dates is not None else None
        ids = iter(item_ids(self._drive.id, count, start=1))
        cases = self._cases(ids, folders, made_at)
        sizes = self._sizes(files)
        made: list[Item] = []
        for at in range(files):
            case = cases[min(at * len(cases) // files, len(cases) - 1)]
            when = made_at((at + 0.5) / files) if made_at is not None else self._some_time_after(case.folder.created)
            made.append(self._file(next(ids), case, when, sizes[at % len(sizes)]))
            self._history(made[-1], when, dated=made_at is not None)
        self._last_touches(made)
        self._label(made)

    def _author(self) -> Actor:
        return self._staff[int(self._rng.random() * len(self._staff))]

    def _some_time_after(self, begun: int) -> int:
        return min(int(begun + self._rng.random() * self._rng.random() * 500 * _DAY), self._until)

    def _sizes(self, files: int) -> list[int]:
        """Sizes whose mean is the library's at full scale."""
        full = item_count(self._library, 1.0)
        mean = self._library.gb * 1e9 / (full - folder_count(full))
        weights = [self._rng.lognormvariate(0, 1.1) for _ in range(min(_SIZES, files))]
        factor = mean * len(weights) / sum(weights)
        return [max(900, int(weight * factor)) for weight in weights]

    def _cases(self, ids: Iterator[tuple[str, str]], count: int, made_at: Dates | None) -> list[_Case]:
        """The folders, from the oldest case to the newest; in big libraries one folder a year above them."""
        first, last = self._library.years
        years: dict[int, Item] = {}
        if count >= 4 * (last - first + 1):
            for year in range(first, last + 1):
                at = moment(f"{year}-01-04T09:00:00Z")
                years[year] = self._folder(next(ids), self._drive.root, str(year), at)
        cases: list[_Case] = []
        for number in range(count - len(years)):
            part = (number + 0.1) / (count - len(years))
            begun = made_at(part) if made_at is not None else self._begun(part)
            facts = facts_of(self._names, self._rng, begun)
            parent = years.get(min(max(int(str(facts["year"])), first), last), self._drive.root)
            name, fixed = case_name(self._names, self._library.words, facts)
            cases.append(_Case(self._folder(next(ids), parent, unused(parent, name), begun), fixed))
        return cases

    def _begun(self, part: float) -> int:
        first, last = (
            moment(f"{year}-{day}T09:00:00Z") for year, day in zip(self._library.years, ("01-05", "12-10"), strict=True)
        )
        return int(first + part * (min(last, self._until - 30 * _DAY) - first) + self._rng.random() * 10 * _DAY)

    def _folder(self, identity: tuple[str, str], parent: Item, name: str, at: int) -> Item:
        return place(self._drive, parent, name, at=at, by=self._author(), identity=identity, is_folder=True)

    def _file(self, identity: tuple[str, str], case: _Case, at: int, size: int) -> Item:
        """A new file; now and then a copy of its neighbour."""
        folder = case.folder
        name = unused(
            folder,
            file_name(self._names, self._library.words, facts_of(self._names, self._rng, at) | case.facts, self._rng),
        )
        twin = folder.folder()[-1] if folder.children and self._rng.random() < 0.02 else None
        if twin is not None and not twin.is_folder:
            name, size = unused(folder, f"Copy of {twin.name}"), twin.size
        item = place(self._drive, folder, name, at=at, by=self._author(), size=size, identity=identity)
        if twin is not None and not twin.is_folder:
            item.content = twin.content
        return item

    def _history(self, item: Item, at: int, *, dated: bool) -> None:
        """What happened to a file after it was made, by people until they left and by apps ever since."""
        chance = self._rng.random()
        if chance < 0.3:  # worked on again later
            item.modified = item.client_modified = min(int(at + self._rng.random() * 200 * _DAY), self._until)
            item.modified_by = self._author()
            item.version += 1 + item.list_item_id % 5
        elif chance < 0.34 and not dated:  # an old document, uploaded late
            item.client_created = item.client_modified = at - int(self._rng.random() * 900 * _DAY) - 100 * _DAY
        if chance > (0.7 if self._library.last_human else 0.95):
            lately = max(item.modified, NOW - 500 * _DAY) + int(self._rng.random() * 300 * _DAY)
            item.modified = max(item.created, min(lately, NOW - 2 * _DAY))
            item.modified_by = self._people.flow
            item.version += 1
        elif chance > 0.55 and item.modified < _MIGRATED:
            item.modified = _MIGRATED + item.list_item_id % _MIGRATION_SECONDS
            item.modified_by = self._people.migration
            item.version += 1

    def _last_touches(self, files: list[Item]) -> None:
        """By people: on the last day in a library that they left, in the last fortnight elsewhere."""
        for each in self._rng.sample(files[len(files) // 2 :], 3):
            lately = 0 if self._library.last_human else self._rng.randrange(14 * _DAY)
            each.modified = each.client_modified = max(self._until - lately, each.created)
            each.modified_by = self._author()
            each.version += 1

    def _label(self, files: list[Item]) -> None:
        """Most by the library's default where it has one; a few by hand, some of them with another label."""
        label = class_label(self._tenant, self._library)
        if label is None:
            return
        by_default = self._drive.default_label is not None
        implicit = self._stamp(label, explicit=False)
        explicit = self._stamp(label, explicit=True)
        others = [self._stamp(self._tenant.labels[name], explicit=True) for name in self._data.council.set_by_hand]
        for each in files:
            chance = self._rng.random()
            if chance < 0.012 and not label.is_record:
                each.stamp = others[each.list_item_id % 2]
            elif chance < self._library.labelled:
                each.stamp = implicit if by_default and chance > 0.06 else explicit

    def _stamp(self, label: LabelDefinition, *, explicit: bool) -> Stamp:
        applied = moment(f"2024-0{self._rng.randrange(1, 9)}-15T10:00:00Z")
        by = self._author() if explicit else self._people.system
        return Stamp(label, explicit=explicit, applied=applied, by=by, locked=label.is_record)
