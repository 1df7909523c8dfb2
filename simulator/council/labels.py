"""The tenant's retention labels: those of the schedule as Purview holds them, two service labels, and two leftovers.

Two facts are planted: FIN-01 keeps 2190 days where six years are 2192, and HR-02 is missing.
"""

from __future__ import annotations

from simulator.tenant.identifiers import guid
from simulator.tenant.model import LabelBasis, LabelDefinition, LabelKind

_EVENT: LabelBasis = "EventAgeInDays"
_CREATED: LabelBasis = "CreationAgeInDays"

_ROWS: tuple[tuple[str, int, LabelBasis, LabelKind], ...] = (
    ("DEM-01 Committee records permanent", 0, _CREATED, "retain"),
    ("DEM-02 Background papers 4y", 1461, _CREATED, "delete"),
    ("CYP-01 Looked after child DOB 75y", 27394, _EVENT, "retain"),
    ("CYP-02 Child in need DOB 25y", 9132, _EVENT, "retain"),
    ("ASC-01 Adult case closed 8y", 2922, _EVENT, "retain"),
    ("EDU-01 EHC plan DOB 31y", 11323, _EVENT, "retain"),
    ("PLN-01 Planning register permanent", 0, _CREATED, "retain"),
    ("PLN-02 Pre-application advice 7y", 2557, _EVENT, "retain"),
    ("PLN-03 Enforcement closed 11y", 4018, _EVENT, "retain"),
    ("PLN-04 Building control 15y", 5479, _EVENT, "retain"),
    ("HOU-01 Tenancy ended 6y", 2192, _EVENT, "retain"),
    ("FIN-01 Council tax FYE 6y", 2190, _EVENT, "retain"),
    ("HR-01 Leaver 6y", 2192, _EVENT, "retain"),
    ("PRO-01 Contract ended 6y", 2192, _EVENT, "retain"),
    ("PRO-02 Deed ended 12y record", 4383, _EVENT, "record"),
    ("INF-01 Information request 3y", 1096, _EVENT, "delete"),
    ("REG-01 Regulatory closed 6y", 2192, _EVENT, "retain"),
    ("PRJ-01 Project closed 7y", 2557, _EVENT, "retain"),
    ("GEN-01 Transitory 60d", 60, _CREATED, "delete"),
    ("ZZ-01 Approved for disposal 30d", 30, "TaggedAgeInDays", "delete"),
    ("ZZ-02 Hold keep", 0, "TaggedAgeInDays", "retain"),
    ("Corporate records 10 years", 3652, "ModificationAgeInDays", "retain"),
    ("DEM-99 Sealed orders regulatory", 0, _CREATED, "regulatory"),
)
LEFTOVER = "Corporate records 10 years"
"""Of an older scheme; people still set it by hand."""
REGULATORY = "DEM-99 Sealed orders regulatory"
RECORD = "PRO-02 Deed ended 12y record"
TRANSITORY = "GEN-01 Transitory 60d"


def label_definitions(seed: int) -> dict[str, LabelDefinition]:
    """The labels by name."""
    return {
        name: LabelDefinition(
            name, guid(seed, "label", name), days, basis, kind, auto_delete=kind == "delete", published=name != LEFTOVER
        )
        for name, days, basis, kind in _ROWS
    }
