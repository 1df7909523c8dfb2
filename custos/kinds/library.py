"""A document library."""

from __future__ import annotations

from custos.kinds.common_facts import ACTIVITY, FILES, GIVEN, GIVEN_ACTIVITY, LIBRARY, PLACE
from custos.kinds.declaration import Declaration, Lies
from custos.model.subject import Kind

DECLARATION = Declaration(
    kind=Kind.LIBRARY,
    meaning="one document library",
    things=("library", "libraries"),
    lies=Lies.LIBRARY,
    facts=(*PLACE, *LIBRARY, *FILES, *ACTIVITY),
    given=(*GIVEN, *GIVEN_ACTIVITY),
    has_address=True,
    summed=True,
    named=True,
    place=True,
)
