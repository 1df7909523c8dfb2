"""What a fact is that a condition may name: typed, with words for people, and where it comes from.

A kind's frame (`custos.engine.frames`) has a column for each of its facts, under the fact's own name. Null is unknown. A fact that can
be *known to be missing* says so: a text is then "" and a moment has a second column, `NAME__missing`. A moment that is known only
within bounds has its later bound in `NAME__latest`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from custos.model.subject import Kind


class FactType(StrEnum):
    """What values a fact has, and so which operators it takes."""

    TEXT = "text"
    CHOICE = "choice"  # one of a closed list
    LEVEL = "level"  # one of an ordered list, the tightest first
    NUMBER = "number"
    SIZE = "size"  # bytes, written as 2 GB
    MOMENT = "moment"
    FLAG = "yes or no"
    DOMAIN = "mail domain"
    ADDRESS = "web address"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where facts come from. `units` are resource units per subject; 0 is read in bulk with the inventory.

    `table` of the mirror and its column `read_at` tell how old they are; "" where that is not noted.
    """

    source: str
    freshness: str
    units: int
    permission: str
    table: str = ""
    read_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact. `kinds` are those that have it, as `custos.kinds` collects them."""

    name: str
    type: FactType
    words: str
    example: str
    origin: Origin
    kinds: tuple[Kind, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict, hash=False)  # value ► what it means, of a closed list
    missing: str = ""  # how it reads when it is known to be missing; "" when that cannot be
    bounded: bool = False  # known within bounds: has NAME__latest
    private: bool = False  # may give away what a file is about: never in a sentence

    @property
    def source(self) -> str:
        """Where it comes from, in words."""
        return self.origin.source

    @property
    def freshness(self) -> str:
        """How soon it is known, in words."""
        return self.origin.freshness

    @property
    def permission(self) -> str:
        """The application permission that reading it takes."""
        return self.origin.permission

    @property
    def units(self) -> int:
        """Resource units per subject."""
        return self.origin.units


DELTA = Origin("drive delta", "minutes after a change", 0, "Files.Read.All", "states", "synced_at")
LABELS = Origin(
    "list items of the library", "at each sync of the library", 0, "Sites.Read.All", "items", "label_read_at"
)
PERMISSIONS = Origin(
    "permissions of the item",
    "when a sharing signal was seen, and nightly for folders",
    5,
    "Files.Read.All",
    "items",
    "permissions_read_at",
)
REACH = Origin(
    "permissions of what is shared, its folders included",
    "when a sharing signal was seen, and nightly for folders",
    0,
    "Files.Read.All",
)
SITES = Origin("site discovery", "daily", 0, "Sites.Read.All", "sites", "seen_at")
ADMIN = Origin(
    "SharePoint administration", "daily", 0, "SharePoint Sites.FullControl.All", "sites", "properties_read_at"
)
GROUPS = Origin("Microsoft 365 groups", "daily", 0, "GroupMember.Read.All", "sites", "owners_read_at")
REGISTER = Origin("the council's registers", "at once", 0, "none")
CLASSES = Origin("policies/settings.yaml", "at once", 0, "none")


_NONE: Mapping[str, str] = {}


def fact(
    name: str,
    kind_of_value: FactType,
    origin: Origin,
    words: str,
    example: str,
    *,
    choices: Mapping[str, str] = _NONE,
    missing: str = "",
    bounded: bool = False,
    private: bool = False,
) -> Fact:
    """A row of a table of facts."""
    return Fact(
        name=name,
        type=kind_of_value,
        words=words,
        example=example,
        origin=origin,
        choices=choices,
        missing=missing,
        bounded=bounded,
        private=private,
    )
