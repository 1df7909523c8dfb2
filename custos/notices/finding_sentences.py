"""What a rule found, where its findings say different things: each sentence with how many it is said of, and of whom. Pure.

People and organisations are named, files of a sensitive asset never are (`custos.masking`): a sentence that holds a file's name is
counted and not told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from custos.model.finding import Finding

MOST_SENTENCES = 4
MOST_PEOPLE = 4
_SHORTEST_NAME = 4  # a stem that is shorter stands in many a word


@dataclass(frozen=True, slots=True)
class Sighting:
    """What is said of one finding, with the file's name and the person ("" for none)."""

    sentence: str
    name: str = ""
    person: str = ""


def sighting(finding: Finding, limit: int) -> Sighting:
    """What a finding says; of a name `limit` characters."""
    person = finding.facts.get("person")
    return Sighting(finding.because, finding.subject.name[:limit], person if isinstance(person, str) else "")


def common(found: Iterable[Sighting], *, masked: bool) -> str:
    """The sentence that is said of all; "" where they differ, or it may not be told."""
    found = list(found)
    sentences = {one.sentence for one in found if not (masked and _tells_a_name(one.sentence, found))}
    return sentences.pop() if len({one.sentence for one in found}) == 1 and sentences else ""


def told_apart(found: Iterable[Sighting], *, masked: bool) -> tuple[str, ...]:
    """The sentences where they differ, the most frequent first, each with its number and people; where all say the same, the people.

    At most `MOST_SENTENCES`, and then how many more there are.
    """
    groups: dict[str, list[Sighting]] = defaultdict(list)
    found = list(found)
    for one in found:
        groups[one.sentence].append(one)
    if len(groups) == 1:
        who = _people(found)
        return (f"Who: {who}.",) if who else ()
    tellable = [one for one in groups if one and not (masked and _tells_a_name(one, found))]
    first = sorted(tellable, key=lambda one: (-len(groups[one]), one))[:MOST_SENTENCES]
    told = [_line(one, groups[one]) for one in first]
    more = len(found) - sum(len(groups[one]) for one in first)
    return (*told, *([f"{more:,} more, each with a finding of its own."] if told and more else []))


def _line(sentence: str, group: Sequence[Sighting]) -> str:
    who = _people(group)
    return f"{len(group):,}: {sentence.removesuffix('.')}{f': {who}' if who else ''}."


def _people(group: Sequence[Sighting]) -> str:
    people = list(dict.fromkeys(one.person for one in group if one.person))
    more = len(people) - MOST_PEOPLE
    return f"{', '.join(people[:MOST_PEOPLE])}{f' and {more:,} more' if more > 0 else ''}"


def _tells_a_name(sentence: str, found: Iterable[Sighting]) -> bool:
    said = sentence.casefold()
    names = {part for one in found for part in (one.name, PurePosixPath(one.name).stem)}
    return any(len(name) >= _SHORTEST_NAME and name.casefold() in said for name in names)
