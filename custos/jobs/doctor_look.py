"""How one look of `custos doctor` ended, and what of it may be told to strangers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from custos.jobs.shortfalls import Shortfall


class Sign(StrEnum):
    """How one look ended."""

    WORKS = "works"
    MISSING = "missing"  # something that is needed, or wanted
    TOO_MUCH = "too much"
    UNTOLD = "cannot be told"
    OFF = "not set up"  # which is allowed


@dataclass(frozen=True, slots=True)
class Look:
    """One thing that was looked at.

    `must`: without it an installation does not do its work. `numbers` and `roles` are what of it may be told to strangers.
    """

    sign: Sign
    what: str
    detail: str
    must: bool = False
    numbers: Mapping[str, int] = field(default_factory=dict)
    roles: frozenset[str] = frozenset()


def reasons_of(what: str, shortfall: Shortfall | None) -> list[Look]:
    """What a timer could not get when it last ran, by reason."""
    reasons = shortfall.reasons if shortfall is not None else {}
    return [
        Look(
            Sign.UNTOLD,
            what,
            sentence if number == 1 else f"{number:,} times: {sentence}",
            numbers={"times": number},
        )
        for sentence, number in reasons.items()
    ]
