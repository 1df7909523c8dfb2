"""Ask for a disposal review: the records manager is told, and looks at it against the retention schedule. Custos disposes of nothing."""

from __future__ import annotations

from collections.abc import Iterator

from custos.audit.events import What
from custos.notices.choices.declaration import Choice, Given, Offer, keys
from custos.notices.choices.keep import KEEP_HOLDS
from custos.notices.choices.settled import kept
from custos.notices.model import Assignee, Case, Verb


def _offers(case: Case, asked: Assignee) -> Iterator[Offer]:
    """To the owner and who stands in: disposal is never lent."""
    if case.is_stale and case.lines and asked.role.may_bind:
        yield Offer(verb=Verb.DISPOSAL_REVIEW, lines=keys(case))


def _answered(given: Given) -> tuple[Case, What]:
    return kept(given, KEEP_HOLDS)


CHOICE = Choice(
    verb=Verb.DISPOSAL_REVIEW,
    label="Ask for a disposal review",
    offers=_offers,
    answered=_answered,
    settles=True,
    legend=lambda _: (
        "**Ask for a disposal review**: the records manager is told and looks at it against the retention schedule; nothing changes until "
        "then, and you are asked again in a year."
    ),
    said=lambda _answer, who, when, _why: f"A disposal review was asked for by {who} {when}.",
)
