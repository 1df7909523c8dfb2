"""What people do with a question, drawn from a seed: the same seed, the same council."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

PROBABLE = {"agree": 4, "keep": 4, "ask_steward": 2, "not_mine": 1}
"""How often each button is pressed by somebody who answers."""


class Habit(StrEnum):
    """How somebody deals with the cards that they get."""

    AT_ONCE = "answers at once"
    LATE = "answers late"
    NEVER = "never answers"
    LEAVES = "leaves between card and answer"
    AWAY = "is out of office between card and answer"
    FORWARDS = "forwards the card to a colleague, who presses it"
    TWICE = "presses twice at once"
    CHANGES = "takes back what they answered"
    BLOCKS = "has blocked the bot"
    WRITES = "asks what is waiting before they answer"


_DECK = (
    *(Habit.AT_ONCE,) * 2,
    *(Habit.LATE,) * 2,
    *(Habit.NEVER,) * 3,
    *(each for each in Habit if each not in (Habit.AT_ONCE, Habit.LATE, Habit.NEVER)),
)


@dataclass(frozen=True, slots=True)
class Person:
    """How one person behaves: `after` working days pass between card and deed, `days` an absence lasts."""

    habit: Habit
    after: int
    days: int


class Habits:
    """Deals out habits, so that every month has each of them; whoever gets the first card draws first."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._deck: list[Habit] = []
        self._people: dict[str, Person] = {}
        self._draw = random.Random(f"habits {seed}")  # noqa: S311  # nothing is kept secret by it

    def of(self, person: str) -> Person:
        """How this person behaves."""
        if person not in self._people:
            if not self._deck:
                self._deck = list(_DECK)
                self._draw.shuffle(self._deck)
            self._people[person] = Person(self._deck.pop(), self._draw.randint(1, 4), self._draw.randint(4, 8))
        return self._people[person]

    @property
    def people(self) -> Mapping[str, Person]:
        """Everybody who got a card."""
        return self._people

    def luck(self, *about: object) -> random.Random:
        """Chance about one thing: the same for the same seed, whatever else was drawn before."""
        return random.Random(" ".join(map(str, (self.seed, *about))))  # noqa: S311
