"""How far an evaluation looks when it need not look at everything: the libraries in which something changed, and what did.

| subject | looked at |
|---|---|
| in a library (file, link, grant) | those of the items that changed |
| a library, and `summed` in one (folder) | those of the libraries in which something changed |
| of a site (site, team, guest) | those of the sites that own these libraries |

Which kind is which its declaration says (`custos.kinds`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from custos.kinds import BY_ITEM
from custos.model.subject import Subject


@dataclass(frozen=True, slots=True)
class Extent:
    """`items`: library ► ids of what changed in it, removed items too; None for everything in it.

    `drives` are all libraries of the sites that own these: a site's own facts are sums over all of them.
    """

    items: Mapping[str, frozenset[str] | None]
    drives: frozenset[str]

    @classmethod
    def whole(cls, drives: Iterable[str], beside: Iterable[str] = ()) -> Extent:
        """All of some libraries. `beside` are the other libraries of their sites."""
        chosen = frozenset(drives)
        return cls(dict.fromkeys(chosen), chosen | frozenset(beside))

    def holds(self, subject: Subject) -> bool:
        """Whether a subject is looked at. Of a site's own subjects it is for the caller to know which sites they are."""
        if subject.drive_id not in self.items:
            return False
        chosen = self.items[subject.drive_id]
        return chosen is None or subject.kind not in BY_ITEM or subject.item_id in chosen

    def chosen(self) -> pl.Expr:
        """True for rows (drive_id, item_id) of items that changed. It can be pushed down to the reading of a file.

        An id that is used in two libraries is looked at in both, which does no harm.
        """
        ids = frozenset[str]().union(*(chosen for chosen in self.items.values() if chosen is not None))
        all_of = [drive for drive, chosen in self.items.items() if chosen is None]
        return pl.col("drive_id").is_in(sorted(self.items)) & (
            pl.col("item_id").is_in(sorted(ids)) | pl.col("drive_id").is_in(sorted(all_of))
        )
