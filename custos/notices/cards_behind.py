"""Which cards in Teams no longer say how a case stands: written down with the change, and done with once they say so.

A change of a case and the message that has its cards brought up to date are two things, and a worker may die in between, or Teams be away
when the card is to be changed. So the case itself remembers the digests whose cards are behind (`Case.behind`), in the same write as the
change; the message only hurries. Every evaluation and every morning's upkeep ask for what is left.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from custos.notices.model import Case


def with_cards_behind(before: Case, after: Case) -> Case:
    """The case as it is to be stored: all of its cards are behind when something that stands on them has changed."""
    if _shown(before) == _shown(after) and not _is_moved(before, after):
        return after
    return replace(after, behind=_digests(after))


def caught_up(case: Case, digest_id: str) -> Case:
    """The case once the card of a digest says how it stands."""
    return replace(case, behind=tuple(one for one in case.behind if one != digest_id))


def says_the_same(one: Case, other: Case) -> bool:
    """Whether a card that shows the one shows the other."""
    return _shown(one) == _shown(other) and not _is_moved(one, other)


def behind(cases: Iterable[Case]) -> set[str]:
    """The digests whose cards are behind for one of these cases."""
    return {digest for case in cases for digest in case.behind}


def _digests(case: Case) -> tuple[str, ...]:
    return tuple(dict.fromkeys(card.digest for card in case.cards))


def _shown(case: Case) -> tuple[object, ...]:
    """What of a case its cards say to everybody who has one: who is asked, under which promise, what was answered and what came of it. What
    is found is told anew with the next message where it changes what is asked."""
    state = "open" if case.state.is_open else case.state.value
    return (
        state,
        case.assignee.user_id,
        case.nonce,
        case.decision,
        case.answers,
        case.parts,
        case.keep_until,
        case.waits,
        case.barred,
        case.released_why,
    )


def _is_moved(before: Case, after: Case) -> bool:
    """Whether the day for the answer is another one than the card names."""
    return before.deadline is not None and after.deadline is not None and before.deadline != after.deadline
