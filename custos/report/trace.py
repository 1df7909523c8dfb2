"""The trace from the clauses of the governing documents to their evidence: for people and for machines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from rich.console import Console

from custos.jobs.trace import Carrier, ClauseState, ClauseTrace, Means
from custos.report.screen import Listing, words
from custos.report.shapes import trace as shapes
from custos.report.wording import when
from custos.wording import many

_PLURALS = {Means.POLICY: "policies"}


def show(found: Sequence[ClauseTrace], screen: Console) -> None:
    """Print every clause in a line, and how many there are of each kind."""
    listing = Listing(many(len(found), "clause"), ("clause", "what it asks", "what there is", "by", "last ran"))
    for one in found:
        listing.add(one.clause.id, one.clause.asks, one.state.value, means(one), ran(one))
    screen.print(listing)
    screen.print(words(f"{summary(found)}."), soft_wrap=True)


def show_one(one: ClauseTrace, screen: Console) -> None:
    """Print a clause with everything that carries it out."""
    screen.print(words((one.clause.id, "bold"), f": {one.clause.asks}"), soft_wrap=True)
    screen.print(words(f"{sentence(one)}"), soft_wrap=True)
    if one.clause.people:
        screen.print(words(f"Only people can do this of it: {one.clause.people}"), soft_wrap=True)
    if not one.carriers:
        return
    listing = Listing("", ("how", "which", "what there is", "last ran", "shown by"))
    for carrier in one.carriers:
        listing.add(carrier.means.value, carrier.name, carrier.says, _moment(carrier), f"custos {carrier.command}")
    screen.print(listing)


def sentence(one: ClauseTrace) -> str:
    """What can be said of a clause."""
    match one.state:
        case ClauseState.EVIDENCE:
            return f"There is evidence of it; it last ran on {ran(one)}." if one.last else "There is evidence of it."
        case ClauseState.NONE_YET:
            return "It is carried out, and there is no evidence of it."
        case ClauseState.PEOPLE:
            return "Nothing in Custos carries it out: it is for people alone."
        case ClauseState.NOTHING:
            return "Nothing carries it out, and nobody is said to."


def summary(found: Sequence[ClauseTrace]) -> str:
    """How many clauses have evidence, and how many have none, are for people alone, or are nobody's."""
    counted = Counter(one.state for one in found)
    told = (
        f"{counted[ClauseState.EVIDENCE]} with evidence",
        f"{counted[ClauseState.NONE_YET]} without",
        f"{counted[ClauseState.PEOPLE]} for people alone",
        f"{counted[ClauseState.NOTHING]} that nothing carries out",
    )
    return f"{many(len(found), 'clause')}: {', '.join(told)}"


def means(one: ClauseTrace) -> str:
    """By what a clause is carried out: "2 policies, 1 indicator"; "people" where by nothing else."""
    counted = Counter(carrier.means for carrier in one.carriers)
    told = ", ".join(many(counted[kind], kind.value, _PLURALS.get(kind, "")) for kind in Means if counted[kind])
    return told or ("people" if one.clause.people else "nothing")


def ran(one: ClauseTrace) -> str:
    """When anything of it last ran; "" for never."""
    return when(one.last) if one.last else ""


def as_json(found: Sequence[ClauseTrace], since: date | None) -> shapes.Trace:
    """For machines."""
    return shapes.Trace(since=since, clauses=[_clause(one) for one in found])


def _moment(carrier: Carrier) -> str:
    return when(carrier.last) if carrier.last else ""


def _clause(one: ClauseTrace) -> shapes.TraceClause:
    return shapes.TraceClause(
        id=one.clause.id,
        document=one.clause.document,
        asks=one.clause.asks,
        outcome=one.state.value,
        people=one.clause.people,
        last=one.last,
        carriers=[
            shapes.TraceCarrier(
                means=carrier.means.value,
                name=carrier.name,
                says=carrier.says,
                last=carrier.last,
                proves=carrier.proves,
                command=carrier.command,
            )
            for carrier in one.carriers
        ],
    )
