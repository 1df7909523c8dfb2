"""Whether a call that failed is made again, how often, and after how long: one rule for all of Microsoft's services."""

from __future__ import annotations

from tenacity import RetryCallState, wait_exponential_jitter

from custos.m365.errors import Malformed, Throttled, Unavailable

THROTTLES, FAILURES = 10, 5
"""How many tries a throttled call gets, and one that failed in another way."""
BACK_OFF = wait_exponential_jitter(multiplier=2.0, max=120.0, jitter=2.0)
"""Seconds after a throttled answer that does not say how long to wait."""


def again(error: BaseException, *, idempotent: bool) -> bool:
    """Whether it is safe and useful: what was throttled was not done; what may have been done is repeated only where that is harmless."""
    if isinstance(error, Throttled):
        return not error.from_gate
    if isinstance(error, Unavailable):
        return idempotent or not error.maybe_done
    return isinstance(error, Malformed) and idempotent


def enough(state: RetryCallState, failures: int = FAILURES) -> bool:
    """Whether it was tried often enough."""
    return state.attempt_number >= (THROTTLES if isinstance(error_of(state), Throttled) else failures)


def between_failures(state: RetryCallState, first: float) -> float:
    """Seconds after a failure that is no throttling: `first` at the beginning, twice as long each time, 20 at most."""
    return wait_exponential_jitter(multiplier=first, max=20.0, jitter=first)(state)


def error_of(state: RetryCallState) -> BaseException | None:
    """What the last try raised."""
    return state.outcome.exception() if state.outcome is not None else None
