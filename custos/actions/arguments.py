"""What stands behind an action's word in a step. Read by `custos.policy.steps`, drawn for editors by `custos.policy.schema`.

`field` is where `custos.model.policy.Step` keeps it.
"""

from __future__ import annotations

from dataclasses import dataclass

from custos.model.duration import Duration


@dataclass(frozen=True, slots=True)
class Person:
    """Whom: `owner`, `steward` or `governance`. `answers`: they are given a time `within` which to answer."""

    answers: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """A name, as it is written in the registers; `example` is shown in editors."""

    field: str
    example: str


@dataclass(frozen=True, slots=True)
class Span:
    """A span of time, at most `most`."""

    field: str
    most: Duration


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a few words; `what` they are, for a sentence."""

    field: str
    what: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnKind:
    """The kind that the rule is about, as in `remove: link`: nobody removes by mistake what another rule is about."""


type Argument = Person | Words | Span | OneOf | OwnKind
