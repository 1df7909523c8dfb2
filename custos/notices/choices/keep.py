"""Keep as it is: nothing changes for a year, for one of the question's reasons, as long as what the answer rests on stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from custos.audit.events import What
from custos.model.duration import Duration
from custos.notices.assignment import Role
from custos.notices.choices.declaration import Choice, Given, Offer, keys
from custos.notices.choices.settled import kept
from custos.notices.model import Assignee, Case, KeepReason, Line, Verb

KEEP_HOLDS = Duration(12, "month")
REASONS: Mapping[str, str] = {
    KeepReason.IN_USE.value: "People work with it",
    KeepReason.LAW.value: "A law or contract needs it",
    KeepReason.MATTER.value: "A case, claim or inquiry needs it",
    KeepReason.HISTORY.value: "It has lasting value",
    KeepReason.OTHER.value: "Another reason",
}
"""Why something stays as it is. Real reasons instead of free text."""


def may_keep(line: Line, role: Role) -> bool:
    """Whether the role may leave it as it is. Leaving an exposure open accepts a risk, which is never lent to a steward."""
    return role is not Role.STEWARD or not line.accepts_risk


def _offers(case: Case, asked: Assignee) -> Iterator[Offer]:
    if case.lines and all(may_keep(line, asked.role) for line in case.lines):
        yield Offer(verb=Verb.KEEP, lines=keys(case))


def _answered(given: Given) -> tuple[Case, What]:
    return kept(given, KEEP_HOLDS)


CHOICE = Choice(
    verb=Verb.KEEP,
    label="Keep as it is",
    offers=_offers,
    answered=_answered,
    settles=True,
    asks_why=True,
    legend=lambda _: (
        "**Keep as it is**: nothing changes, and you are asked again in a year, or when an exception, an agreement or a "
        "delegation that the answer rests on has ended."
    ),
    said=lambda _answer, who, when, why: f"Kept as it is by {who} {when}{f': {why}' if why else ''}.",
)
