"""Nobody decides on what is their own: who has to do with a matter may not be the one who releases it. Pure.

Persons are compared by the object of the directory, never by how their name is written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from custos.records.rights import Person


@dataclass(frozen=True, slots=True)
class Involved:
    """Somebody who has to do with a matter: the id of their directory object ("" when nobody can tell whose it is), the name that is
    written down, and what they have to do with it ("owns the policy links").
    """

    id: str
    name: str
    what: str


def against(person: Person, involved: Iterable[Involved]) -> list[tuple[str, str]]:
    """Every reason why somebody may not decide, each with its remedy."""
    reasons: list[tuple[str, str]] = []
    for one in involved:
        if not one.id:
            what = f"The directory does not know who {one.name} is, who {one.what}."
            reasons.append((what, "So it cannot be known whether it is you: write an account that exists."))
        elif person.is_same(one.id):
            said = "" if one.name.casefold() == person.upn.casefold() else f" ({one.name})"
            reasons.append((f"{person.upn}{said} {one.what}.", "Somebody else must decide."))
    return reasons
