"""A function of the app as the runtime indexed it: its name, its trigger, what it writes to."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from local_host.errors import AppRefused

HTTP = "httpTrigger"
QUEUE = "queueTrigger"
TIMER = "timerTrigger"
TRIGGERS = (HTTP, QUEUE, TIMER)
OUTPUTS = ("http", "queue")


@dataclass(frozen=True, slots=True)
class Binding:
    """One binding. `properties` are those of the raw binding, such as `queueName` or `schedule`."""

    name: str
    type: str
    is_input: bool
    properties: Mapping[str, object]

    @classmethod
    def from_raw(cls, raw: str) -> Self:
        """The binding out of the runtime's JSON text."""
        properties = json.loads(raw)
        return cls(properties["name"], properties["type"], properties["direction"].lower() == "in", properties)

    @property
    def is_trigger(self) -> bool:
        """True for the binding that wakes the function."""
        return self.type.endswith("Trigger")

    def text(self, name: str, default: str = "") -> str:
        """The property `name` as text, `default` when it is not set."""
        value = self.properties.get(name)
        return default if value is None else str(value)

    def flag(self, name: str, *, default: bool) -> bool:
        """The property `name` as true or false."""
        return self.text(name, str(default)).lower() == "true"


@dataclass(frozen=True, slots=True)
class Retry:
    """The function's own retry policy, for timers alone: more attempts, `least` to `most` seconds apart.

    Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-error-pages
    """

    attempts: int = 0
    least: float = 0.0
    most: float = 0.0

    def wait(self, attempt: int) -> float:
        """Seconds before attempt `attempt` (1 is the first retry), doubling up to `most`."""
        return min(self.least * 2.0 ** (attempt - 1), self.most)


@dataclass(frozen=True, slots=True)
class Function:
    """One indexed function."""

    id: str
    name: str
    bindings: Sequence[Binding]
    retry: Retry = Retry()

    @property
    def trigger(self) -> Binding:
        """What wakes the function. Raises AppRefused when nothing does."""
        for binding in self.bindings:
            if binding.is_trigger:
                return binding
        raise AppRefused(f"Function {self.name} has no trigger.")

    def binding(self, name: str) -> Binding:
        """The binding `name`; `$return` is the function's return value."""
        return next(binding for binding in self.bindings if binding.name == name)

    def check(self) -> None:
        """Raises AppRefused when a binding is of a kind that this host does not run."""
        for binding in self.bindings:
            known = TRIGGERS if binding.is_trigger else OUTPUTS
            if binding.type not in known or binding.is_input != binding.is_trigger:
                raise AppRefused(
                    f"Function {self.name} has a binding {binding.type}, which the local host does not run "
                    f"(it runs {', '.join((*TRIGGERS, *OUTPUTS))})."
                )
