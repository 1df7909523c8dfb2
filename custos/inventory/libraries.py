"""The document libraries of the sites that discovery saw: the rows of the table `drives`.

A library that its site no longer lists is not governed any more; it is `gone` only when Microsoft answers 404 for it. The
libraries of a site that could not be read, and one whose own entry cannot be read, stay as they were.
Sources: https://learn.microsoft.com/graph/api/drive-list and https://learn.microsoft.com/graph/api/drive-get
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from custos.inventory.concurrency import all_of
from custos.inventory.governed_sites import excluded_drive
from custos.inventory.schema import DRIVES
from custos.m365.errors import MicrosoftTrouble, NotFound, Throttled
from custos.m365.graph import Graph, segment
from custos.m365.site_admin import SiteSharing
from custos.m365.sites import Drive, Site

_UNITS_ONE = 1


@dataclass(frozen=True, slots=True)
class Seen:
    """One site as far as it could be read. None is what could not be read now. `is_whole` is False where entries of its
    list of libraries had no id: a library that is not among `drives` may be one of them.
    """

    site: Site
    access: str | None
    properties: SiteSharing | None
    drives: Sequence[Drive] | None
    trouble: str = ""
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Libraries:
    """Makes the rows; `now` is when the sites were read."""

    graph: Graph
    now: datetime

    async def rows(self, seen: Sequence[Seen], before: pl.DataFrame, sites_now: pl.DataFrame) -> pl.DataFrame:
        """Rows of `schema.DRIVES`. Raises Throttled."""
        told = {drive.drive_id: drive for one in seen for drive in one.drives or ()}
        known = [self._row(drive) for drive in told.values() if drive.is_known]
        listed = pl.DataFrame(known, schema=DRIVES, orient="row")
        odd = [drive.drive_id for drive in told.values() if not drive.is_known]
        read = [one.site.site_id for one in seen if one.drives is not None and one.is_whole]
        missing = before.join(listed, on="drive_id", how="anti")
        is_settled = ~pl.col("site_id").is_in(read) | pl.col("drive_id").is_in(odd) | (pl.col("excluded") == "gone")
        ended = missing.filter(~is_settled)
        gone = await all_of([self._is_gone(drive_id) for drive_id in ended["drive_id"]])
        reasons = pl.Series(["gone" if one else "unlisted" for one in gone], dtype=pl.String)
        dead = sites_now.filter(pl.col("access") == "gone")["site_id"]
        return pl.concat(
            [
                listed,
                missing.filter(is_settled),
                ended.with_columns(governed=pl.lit(value=False), excluded=reasons),
            ]
        ).with_columns(governed=pl.col("governed") & ~pl.col("site_id").is_in(dead.implode()))

    def _row(self, drive: Drive) -> tuple[object, ...]:
        excluded = excluded_drive(drive)
        place = (drive.drive_id, drive.site_id, drive.list_id, drive.name, drive.web_url)
        return (*place, not excluded, excluded, self.now)

    async def _is_gone(self, drive_id: str) -> bool:
        """Whether Microsoft confirms that the library is no more."""
        try:
            await self.graph.get(f"/drives/{segment(drive_id)}", units=_UNITS_ONE, params={"$select": "id"})
        except NotFound:
            return True
        except Throttled:
            raise
        except MicrosoftTrouble:
            return False
        return False
