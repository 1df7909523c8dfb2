"""What can go wrong on the machine that runs the app. Each text is one sentence for the person at the keyboard.

HostError
├── MissingPrerequisite   Node, Azurite or a setting that the app's bindings name is not there
├── AppRefused            Microsoft's runtime does not index the app: in Azure it would have no functions
├── BadSchedule           a timer's schedule is not NCRONTAB and not a timespan
└── InvocationFailed      a function raised; the host answers 500, retries or moves on, as its trigger demands
"""

from __future__ import annotations


class HostError(Exception):
    """Anything that the local host raises on purpose."""


class MissingPrerequisite(HostError):
    """Something on this machine has to be installed, started or set first. The text says what."""


class AppRefused(HostError):
    """The app does not index. The text is the runtime's own reason, on one line."""


class BadSchedule(HostError):
    """A schedule cannot be read. The text names it and says what is allowed."""


class InvocationFailed(HostError):
    """A function raised. `trace` is its traceback as the runtime gave it."""

    def __init__(self, what: str, *, trace: str = "") -> None:
        super().__init__(what)
        self.trace = trace
