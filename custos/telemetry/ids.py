"""What may be told beside a log line or a measurement: ids, numbers, and words that Custos itself chose. Anything else is left out.

So that no name of a person or a file gets out by a new line of code, what may pass is listed, and the rest is dropped in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

IDS = ("run", "plan", "policy", "drive", "message", "subscription", "timer")
"""What a line is about. `message` is the id of a queue's message."""
WORDS = ("action", "attempt", "door", "fault", "kind", "outcome", "part", "queue", "state", "why")
"""Words of Custos' own: kinds, states, outcomes, sentences without a name; a `fault` is the type of an exception, never its text."""
NUMBERS = ("abandoned", "again_in", "batch", "changed", "findings", "libraries", "seconds")
_SHOWN = frozenset((*IDS, *WORDS, *NUMBERS))
_LONGEST = 200

_about: ContextVar[Mapping[str, str]] = ContextVar("about", default=MappingProxyType({}))  # nobody can change it


@contextmanager
def about(**ids: object) -> Iterator[None]:
    """Whatever is told inside is about these ids too."""
    token = _about.set(told({**_about.get(), **ids}))
    try:
        yield
    finally:
        _about.reset(token)


def told(fields: Mapping[str, object]) -> dict[str, str]:
    """Those of the fields that may be told, as text, with what is told about anyway. What is empty is left out."""
    shown = {**_about.get(), **{name: value for name, value in fields.items() if name in _SHOWN}}
    return {name: str(value)[:_LONGEST] for name, value in shown.items() if value not in ("", None)}
