"""*Clauses*: each clause of the council's own policy, what carries it out, when that last ran, and what there is to show for it.

What `custos trace` tells, as a page for who answers for the council as a whole.
"""

from __future__ import annotations

from collections import Counter

from custos.jobs.trace import ClauseState
from custos.pages.http import Reply, Request
from custos.pages.visit import Visit
from custos.report.plots import Bar, bars
from custos.report.trace import summary

PLACE = "clauses"
_WANTING = frozenset({ClauseState.NONE_YET, ClauseState.NOTHING})


async def show(visit: Visit, _request: Request) -> Reply:
    """The page, for who holds one of the roles in `COUNCIL_WIDE` today: clauses without evidence stand first."""
    if not visit.sees_the_council:
        return visit.council_only()
    found = await visit.sources.clauses()
    counted = Counter(one.state for one in found)
    rows = [
        Bar(label=state.value.capitalize(), value=counted[state], said=f"{counted[state]:,}", bad=state in _WANTING)
        for state in ClauseState
    ]
    return visit.page(
        "clauses.html",
        place=PLACE,
        clauses=sorted(found, key=lambda one: one.state not in _WANTING),
        summary=summary(found),
        plot=bars("Clauses by what there is to show", rows),
    )
