"""Names of cases and files: the words of a library's kind, with references, people and dates put in."""

from __future__ import annotations

import random
from string import Formatter

from simulator.council.shapes import NamesFile
from simulator.tenant.clock import instant
from simulator.tenant.model import Item

Facts = dict[str, object]


def facts_of(names: NamesFile, rng: random.Random, at: int) -> Facts:
    """What a name may mention, for something made at a moment."""
    day = instant(at)[:10]
    number = rng.random()
    return {
        "ref": int(number * 89999) + 10000,
        "surname": names.surname[int(number * 7919) % len(names.surname)],
        "street": names.street[int(number * 6007) % len(names.street)],
        "body": names.body[int(number * 5003) % len(names.body)],
        "firm": names.firm[int(number * 4001) % len(names.firm)],
        "year": day[:4],
        "date": day,
    }


def case_name(names: NamesFile, words: str, facts: Facts) -> tuple[str, Facts]:
    """A case's name, and the facts that the names of its files must repeat."""
    template = names.words[words].folder
    fields = [field for _, field, _, _ in Formatter().parse(template) if field]
    return template.format_map(facts), {field: facts[field] for field in fields}


def file_name(names: NamesFile, words: str, facts: Facts, rng: random.Random) -> str:
    """A file's name."""
    templates = names.words[words].files
    return templates[int(rng.random() * len(templates))].format_map(facts)


def unused(folder: Item, name: str) -> str:
    """The name, or with a number behind it if the folder has one like it."""
    siblings = folder.folder()
    if all(each.name != name for each in siblings):
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot:
        return f"{name} ({len(siblings) + 1})"
    return f"{stem} ({len(siblings) + 1}){dot}{extension}"
