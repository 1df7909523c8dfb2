"""*For the group*: what the Corporate Information Group is asked to decide, and what comes, as in the quarter's pack.

The numbers are those that were published; the pack (`custos report quarter`) has all of it, to be printed.
"""

from __future__ import annotations

from custos.pages.http import Reply, Request
from custos.pages.visit import Visit
from custos.report.quarter import told

PLACE = "group"


async def show(visit: Visit, _request: Request) -> Reply:
    """The page, for who holds one of the roles in `COUNCIL_WIDE` today."""
    if not visit.sees_the_council:
        return visit.council_only()
    pack = await visit.sources.quarter()
    if pack is None:
        return visit.page("group.html", place=PLACE, pack=None, rows=[])
    rows = [
        (f"{one.kpi.id} {one.kpi.name}", told(one, one.before), told(one, one.now), one)
        for one in pack.movements
        if one.now is not None
    ]
    return visit.page("group.html", place=PLACE, pack=pack, rows=rows)
