"""One matter is one question: the places of an asset that one answer settles are put to its owner together. Pure.

| one matter | why |
|---|---|
| everything of an asset that is closing or closed | a programme that ended is wound up once |
| what one rule finds in several places, of families that say so (`About.across`) | the same thing, with the same answer |
| what a question that stands lists already | what was put before somebody stays one question |

A site's libraries are part of the site's question before (`custos.notices.case_subjects.fold`). A quiet library is a matter of its own:
one may be finished with, and the other an archive. So is each site that no asset covers: they have nothing in common.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from custos.notices.case_subjects import Question
from custos.notices.model import Case
from custos.notices.questions import about

MOST_PLACES = 40
"""Of one question: all of them are listed on its card."""
ENDED = ("closing", "closed")
"""What the register calls an asset whose work is over."""


@dataclass(frozen=True, slots=True)
class Matter:
    """A question with all its places, and the cases that put it by now, the one that goes on first."""

    question: Question
    cases: tuple[str, ...] = ()


def matters(asked: Mapping[str, Question], standing: Sequence[Case], *, ended: bool) -> list[Matter]:
    """The questions of one asset about one concern, by place (key of a library or site), put together.

    `standing` are the cases that wait for an answer. `ended`: the register says that the asset's work is over.
    """
    groups = _Groups({place: {place} for place in asked})
    for case in _eldest_first(standing):
        groups.link(place for place in _keys(case) if place in asked)
    if ended:
        groups.link(sorted(asked))
    for rule in sorted({rule for question in asked.values() for rule in question.found}):
        places = sorted(place for place, question in asked.items() if rule in question.found)
        one = asked[places[0]]
        if one.key.asset_id and about(one.found[rule].topic.family).across:
            groups.link(places)
    found = list(groups.all())
    return [_matter(group, asked, [case for case in standing if _group_of(case, found) is group]) for group in found]


def _group_of(case: Case, groups: Sequence[set[str]]) -> set[str] | None:
    """Where most of a case's places are; None where it has none left."""
    keys = _keys(case)
    most = max(groups, key=lambda group: len(group & keys), default=set[str]())
    return most if most & keys else None


def _matter(group: Collection[str], asked: Mapping[str, Question], standing: Iterable[Case]) -> Matter:
    places = sorted(group, key=lambda place: (bool(asked[place].drive_id), place))
    first = asked[places[0]]
    whole = Question(first.key, first.kind, first.site_id, first.drive_id)
    for place in places:
        whole.take(asked[place])
    return Matter(whole, tuple(case.id for case in _eldest_first(standing)))


def _keys(case: Case) -> frozenset[str]:
    return frozenset(place.key for place in case.homes)


def _eldest_first(cases: Iterable[Case]) -> list[Case]:
    """Whoever was asked first keeps the question."""
    return sorted(
        cases, key=lambda case: (case.told_at is None, case.told_at or case.opened_at, case.opened_at, case.id)
    )


@dataclass
class _Groups:
    """Places, and which of them belong together; no group has more than `MOST_PLACES`."""

    of: dict[str, set[str]] = field(default_factory=dict)

    def link(self, places: Iterable[str]) -> None:
        """These belong together, as far as there is room."""
        for one, other in pairwise(places):
            mine, theirs = self.of[one], self.of[other]
            if mine is theirs or len(mine) + len(theirs) > MOST_PLACES:
                continue
            mine |= theirs
            self.of.update(dict.fromkeys(theirs, mine))

    def all(self) -> Iterator[set[str]]:
        """Each group once, in the order of its first place."""
        seen: set[int] = set()
        for place in sorted(self.of):
            if id(self.of[place]) not in seen:
                seen.add(id(self.of[place]))
                yield self.of[place]
