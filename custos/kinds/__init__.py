"""Every kind of subject that a policy may be about, each declared in the module of its word (`custos.kinds.link`).

`custos.model.subject.Kind` is the list; a new word there needs its module here. See docs/contributor.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib import import_module

from custos.kinds.declaration import Declaration, Lies, Protector
from custos.kinds.fact import Fact
from custos.model.subject import Kind

DECLARED: Mapping[Kind, Declaration] = {kind: import_module(f"{__name__}.{kind.value}").DECLARATION for kind in Kind}


def those(wanted: Callable[[Declaration], bool]) -> frozenset[Kind]:
    """The kinds of which something is declared."""
    return frozenset(kind for kind, declaration in DECLARED.items() if wanted(declaration))


OF_SITES = those(lambda one: one.lies is Lies.OF_SITE)
IN_LIBRARIES = those(lambda one: one.lies is Lies.IN_LIBRARY)
CONTENT = those(lambda one: one.lies is Lies.IN_LIBRARY and one.has_address)
"""Files and folders: what has an address inside a library."""
ATTACHED = IN_LIBRARIES - CONTENT
"""What hangs on a file or folder, and is found under its address."""
BY_ITEM = those(lambda one: one.lies is Lies.IN_LIBRARY and not one.summed)
"""Looked at again when their own item changed, and not when something below it did."""
SINGLE = CONTENT & BY_ITEM
"""Files: what has an address in a library, and nothing inside."""


def protected_by(protector: Protector) -> frozenset[Kind]:
    """The kinds whose subjects something can protect."""
    return those(lambda one: protector in one.protected_by)


def _catalogue() -> dict[str, Fact]:
    found: dict[str, Fact] = {}
    for kind, declaration in DECLARED.items():
        for one in declaration.facts:
            known = found.setdefault(one.name, one)
            if replace(known, kinds=()) != one:
                raise ValueError(f"the fact {one.name} of a {kind} is declared otherwise elsewhere")
            found[one.name] = replace(known, kinds=(*known.kinds, kind))
    return found


CATALOGUE: Mapping[str, Fact] = _catalogue()
"""Every fact that a condition may name, with the kinds that have it."""


CHOICES: Mapping[str, Mapping[str, str]] = {name: fact.choices for name, fact in CATALOGUE.items() if fact.choices}
"""Fact with a closed list of values ► its values ► what each means."""


def facts_of(kind: Kind) -> dict[str, Fact]:
    """The facts that a rule about this kind may name."""
    return {name: fact for name, fact in CATALOGUE.items() if kind in fact.kinds}
