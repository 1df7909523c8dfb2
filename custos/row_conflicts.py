"""Reading, deciding and writing a row while others do the same: the one place that tries again when somebody else wrote first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from custos.errors import RowChanged, RowExists, StorageTrouble

TRIES = 40
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.01, 0.5  # at most; drawn anew each time, so that two do not meet again


async def first_or_again[T](turn: Callable[[], Awaitable[T]]) -> T:
    """What a turn comes to that reads, decides and writes; from the reading again whenever another worker wrote in between.

    Raises StorageTrouble after 40 tries, and whatever else the turn raises at once.
    """
    retrying = AsyncRetrying(
        retry=retry_if_exception_type((RowChanged, RowExists)),
        wait=wait_random_exponential(multiplier=_FIRST_PAUSE_SECONDS, max=_LONGEST_PAUSE_SECONDS),
        stop=stop_after_attempt(TRIES),
        reraise=True,
    )
    try:
        return await retrying(turn)
    except (RowChanged, RowExists) as error:
        raise StorageTrouble(f"others wrote first {TRIES} times; nothing was written") from error
