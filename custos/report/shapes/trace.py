"""Shape of the trace from clauses to evidence."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from custos.report.shapes.base import Shape, Version, said


class TraceCarrier(Shape, frozen=True, kw_only=True):
    """One thing that carries a clause out."""

    means: Annotated[str, said('"policy", "indicator", "register", "reminder", "record" or "command"')]
    name: Annotated[str, said("which")]
    says: Annotated[str, said("what there is")]
    last: Annotated[datetime | None, said("when it last ran or was written; null: never, or not known")]
    proves: Annotated[bool, said("whether that is evidence")]
    command: Annotated[str, said("what shows it, behind `custos`")]


class TraceClause(Shape, frozen=True, kw_only=True):
    """A clause of a governing document."""

    id: Annotated[str, said("as policies name it")]
    document: Annotated[str, said('its governing document, "" when none is named')]
    asks: Annotated[str, said("what it asks, in the council's words")]
    outcome: Annotated[str, said('"evidence", "no evidence", "for people alone", or "nothing carries it out"')]
    people: Annotated[str, said('what of it only people can do, "" for nothing')]
    last: Annotated[datetime | None, said("when anything of it last ran")]
    carriers: Annotated[list[TraceCarrier], said("what carries it out")]


class Trace(Shape, frozen=True, kw_only=True):
    """Of `custos trace`."""

    version: Version = 1
    since: Annotated[date | None, said("with `--since`: only what ran from this day on is evidence")]
    clauses: Annotated[list[TraceClause], said("all, or the one that was asked for")]
