"""One column of a register: whether every row needs it, what its cells hold, and what councils call it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Holds(StrEnum):
    """How the cells of a column are read from a council's own file (`custos import`)."""

    TEXT = "text"
    TEXTS = "texts"  # several, with ; between them
    DAY = "day"
    FLAG = "yes or no"
    NUMBER = "number"
    MONTHS = "months"  # "annually", "2 years"
    PERIOD = "period"
    PERSON = "person"
    PEOPLE = "people"
    PLACES = "places"
    CHOICE = "choice"
    CHOICES = "choices"


@dataclass(frozen=True, slots=True)
class Column:
    """`required`: every row needs a value. `choices`: the words that it knows, for CHOICE and CHOICES. `called`: what councils call it,
    the commonest first. `advice`: what to write where there is nothing to name, or more than one.
    """

    name: str
    required: bool
    holds: Holds
    choices: tuple[str, ...]
    called: tuple[str, ...]
    advice: str = ""


_SHARED: Mapping[str, tuple[Holds, str]] = {
    "asset_id": (Holds.TEXT, "asset ref|asset reference|asset number|asset no|iar ref|iar reference|information asset id|ref|reference|id"),
    "name": (Holds.TEXT, "asset name|information asset|asset|title of asset|title|bank holiday"),
    "function": (Holds.TEXT, "business function|service function|function group|category|service"),
    "activity": (Holds.TEXT, "business activity|process|sub function"),
    "department": (Holds.TEXT, "directorate|division|business area|service area|team or department"),
    "location_refs": (Holds.PLACES, "location|locations|where stored|sharepoint site|site url|url|storage location|link|links"),
    "lawful_basis": (Holds.TEXT, "gdpr basis|article 6 basis|legal basis for processing"),
    "dpia_ref": (Holds.TEXT, "dpia|dpia reference"),
    "schedule_refs": (
        Holds.TEXTS,
        "retention schedule ref|retention ref|schedule reference|retention schedule entry|retention class|retention rule",
    ),
    "risk_ref": (Holds.TEXT, "risk reference|risk register ref"),
    "status": (Holds.TEXT, "state|asset status|approval status"),
    "review_interval_months": (Holds.MONTHS, "review frequency|review interval|review cycle|reviewed every"),
    "review_due": (Holds.DAY, "next review|review date|next review date|date of next review|review by"),
    "notes": (Holds.TEXT, "comments|remarks|comment|note"),
    "approved_by": (Holds.TEXT, "approver|authorised by|signed off by"),
    "approved_on": (Holds.DAY, "approved date|date approved|approval date"),
    "kind": (Holds.TEXT, "type|hold type|kind of day"),
    "ends": (Holds.DAY, "end|end date|expiry|expires|until|expiry date|released on"),
    "valid_from": (Holds.DAY, "from|start date|in post from|start"),
    "valid_to": (Holds.DAY, "to|end date|until|in post until|leaving date|end"),
}  # fmt: skip
"""Columns that several registers have: what they hold and are called everywhere, but for the words that each knows."""


def column(
    name: str, holds: Holds | None = None, *, choices: tuple[str, ...] = (), called: str = "", advice: str = ""
) -> Column:
    """A row of a register's table of columns: `name*` is required; `called` are names parted by |."""
    plain = name.removesuffix("*")
    usual, names = _SHARED.get(plain, (Holds.TEXT, ""))
    return Column(
        name=plain,
        required=name.endswith("*"),
        holds=holds or (Holds.CHOICE if choices else usual),
        choices=choices,
        called=tuple(filter(None, (called or names).split("|"))),
        advice=advice,
    )
