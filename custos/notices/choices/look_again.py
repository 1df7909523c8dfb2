"""Look again: nothing changes for half a year, without a reason; then it is asked again."""

from __future__ import annotations

from collections.abc import Iterator

from custos.audit.events import What
from custos.model.duration import Duration
from custos.notices.choices.declaration import Choice, Given, Offer, keys
from custos.notices.choices.keep import may_keep
from custos.notices.choices.settled import kept
from custos.notices.model import Assignee, Case, Verb

_HOLDS = Duration(6, "month")


def _offers(case: Case, asked: Assignee) -> Iterator[Offer]:
    if case.is_stale and all(may_keep(line, asked.role) for line in case.lines):
        yield Offer(verb=Verb.LOOK_AGAIN, lines=keys(case))


def _answered(given: Given) -> tuple[Case, What]:
    return kept(given, _HOLDS)


CHOICE = Choice(
    verb=Verb.LOOK_AGAIN,
    label="Look again in six months",
    offers=_offers,
    answered=_answered,
    settles=True,
    legend=lambda _: "**Look again in six months**: nothing changes until then, and you are asked again.",
    said=lambda _answer, who, when, _why: f"Put off for six months by {who} {when}.",
)
