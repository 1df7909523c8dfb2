"""A folder of a library, with everything below it."""

from __future__ import annotations

from custos.kinds.common_facts import ACTIVITY, FILES, GIVEN, GIVEN_ACTIVITY, LIBRARY, PLACE, SHARED
from custos.kinds.declaration import Declaration, Lies, Protector
from custos.kinds.fact import DELTA, FactType, fact
from custos.model.subject import Kind

_OWN = (
    fact("folder_depth", FactType.NUMBER, DELTA, "how deep the folder lies, 1 at the top", "1"),
    fact(
        "library_last_human_activity", FactType.MOMENT, DELTA, "the last change by a person in its library", "2026-11-02",
        missing="nothing is in it", bounded=True,
    ),
    fact("folder_name", FactType.TEXT, DELTA, "the folder's name", "2014", private=True),
    fact("folder_created", FactType.MOMENT, DELTA, "the day the folder was made", "2014-01-06"),
)  # fmt: skip

DECLARATION = Declaration(
    kind=Kind.FOLDER,
    meaning="one folder",
    things=("folder", "folders"),
    lies=Lies.IN_LIBRARY,
    facts=(*PLACE, *LIBRARY, *FILES, *ACTIVITY, *_OWN, *SHARED),
    given=(*GIVEN, "folder_name", "folder_created", *GIVEN_ACTIVITY, "library_last_human_activity"),
    protected_by=frozenset({Protector.HOLDS}),
    has_address=True,
    summed=True,
)
