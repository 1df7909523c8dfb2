"""The tenant's one gate: every request to Microsoft passes here, and here all waiting and retrying is done.

All instances share, through the table `throttle`, what they may spend and until when they must be silent. A throttled
answer silences the whole lane at once, for as long as Microsoft says, and the lane then begins slowly.
Sources:
https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online
and https://learn.microsoft.com/graph/throttling-limits
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, fields

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random,
)

from custos.errors import RowChanged, RowExists
from custos.m365.budget import BudgetState, SharedBudget, UnitLimits
from custos.m365.errors import Throttled, bounded
from custos.m365.throttled_services import Service
from custos.m365.trying_again import BACK_OFF, FAILURES, again, between_failures, enough, error_of
from custos.settings import Settings
from custos.storage.rows import Row, Rows

TABLE = "throttle"
MINUTES_OF_FULL_RATE_A_DAY = 960  # 1,200,000 units a day for 1,250 a minute; the same in every licence band
SHARING_WRITES = UnitLimits(units=75, seconds=100.0)
"""Microsoft's "specific sharing APIs": 300 in five minutes per app and tenant. Five minutes touch at most four of our
windows, so four times 75 is never exceeded, wherever Microsoft's own window begins."""
_DIRECTORY_REQUESTS_A_MINUTE = 1_800  # Teams answers about 30 requests a second, the least of the directory's services
_BOT_REQUESTS_A_MINUTE = 3_000  # 50 requests a second per app and tenant
_RESET_BELOW = 0.05


@dataclass(slots=True)
class Spent:
    """What was spent: resource units, requests sent, throttled answers, and seconds waited at the gate."""

    units: int = 0
    requests: int = 0
    throttles: int = 0
    waited: float = 0.0

    def plus(self, other: Spent, sign: int = 1) -> Spent:
        """The sum, or with `sign` -1 the difference."""
        return Spent(*(getattr(self, one.name) + sign * getattr(other, one.name) for one in fields(self)))


@dataclass
class Throttle:
    """The gate of one tenant. Make one per process and share it.

    `units_per_minute` is what Microsoft allows the app, `share` the part that Custos may spend. `patience` is the
    longest wait in seconds that a caller sits out; before a longer one it gets `Throttled` with `from_gate`, and
    nothing is sent.
    `first_delay` in seconds is where the back-off after a server's failure begins; it doubles each time, up to 20
    seconds.
    Raises StorageTrouble when the shared rows cannot be reached: without them nothing is sent either.
    """

    rows: Rows
    units_per_minute: int
    share: float
    patience: float = 300.0
    first_delay: float = 0.25
    _lanes: dict[Service, SharedBudget] = field(init=False, repr=False)
    _sharing: SharedBudget = field(init=False, repr=False)
    _locks: dict[str, asyncio.Lock] = field(default_factory=dict, init=False, repr=False)
    _spent: Spent = field(default_factory=Spent, init=False)
    _flushed: Spent = field(default_factory=Spent, init=False, repr=False)

    def __post_init__(self) -> None:
        minute = max(1, int(self.units_per_minute * self.share))
        content = UnitLimits(units=minute, units_a_day=minute * MINUTES_OF_FULL_RATE_A_DAY)
        self._lanes = {
            Service.CONTENT: SharedBudget(self.rows, Service.CONTENT, content),
            Service.DIRECTORY: SharedBudget(
                self.rows, Service.DIRECTORY, UnitLimits(units=_DIRECTORY_REQUESTS_A_MINUTE)
            ),
            Service.BOT: SharedBudget(self.rows, Service.BOT, UnitLimits(units=_BOT_REQUESTS_A_MINUTE)),
        }
        self._sharing = SharedBudget(self.rows, "sharing", SHARING_WRITES)

    async def run[T](
        self,
        call: Callable[[], Awaitable[T]],
        *,
        service: Service = Service.CONTENT,
        units: int = 0,
        requests: int = 1,
        sharing_writes: int = 0,
        idempotent: bool = True,
        failures: int = FAILURES,
        once: bool = False,
    ) -> T:
        """Call Microsoft: wait for the budget, send, and send again when that is safe and useful.

        A throttled answer is retried (it was not carried out), up to ten times. An answer 5xx, a lost connection and an
        answer that was cut short are tried up to five times, but only when the call is `idempotent` or certainly
        never arrived. `failures` is how many tries such trouble gets; `once`: nothing is tried again. What a try spends is
        counted, throttled tries included, as Microsoft does.
        Raises whatever the last try raised.
        """
        result: list[T] = []
        async for attempt in AsyncRetrying(
            retry=retry_if_exception(lambda error: not once and again(error, idempotent=idempotent)),
            stop=lambda state: enough(state, failures),
            wait=self._between_failures,
            reraise=True,
        ):
            with attempt:
                await self.enter(service, units if service is Service.CONTENT else requests, sharing_writes)
                self._spent.requests += 1
                self._spent.units += units
                try:
                    result.append(await call())
                except Throttled as trouble:
                    await self.throttled(service, trouble.retry_after, attempt.retry_state)
                    raise
        return result[0]

    async def enter(self, service: Service, units: int, sharing_writes: int = 0) -> None:
        """Wait until `units` may be spent on `service`. Raises Throttled (`from_gate`) when that takes longer than
        `patience`.
        """
        if sharing_writes:
            await self._enter(self._sharing, sharing_writes)
        budget = self._lanes[service]
        if not budget.try_take(units):
            await self._enter(budget, units)

    async def throttled(self, service: Service, retry_after: float | None, state: RetryCallState | None = None) -> None:
        """Silence `service` for all instances: as long as Microsoft said, else by exponential back-off with jitter."""
        self._spent.throttles += 1
        if retry_after is None:
            retry_after = BACK_OFF(state) if state is not None else 5.0
        await self._lanes[service].pause(retry_after)

    async def observe(self, service: Service, limit: float, remaining: float, reset: float) -> None:
        """Take note of an answer's `RateLimit-*` headers: when hardly anything remains, be silent until the reset."""
        if limit > 0 and remaining < limit * _RESET_BELOW:
            await self._lanes[service].pause(bounded(reset), easing=False)

    def spent(self) -> Spent:
        """What this process has spent so far."""
        return self._spent.plus(Spent())

    async def flush(self) -> None:
        """Add what was spent since the last flush to the day's row, which all instances share."""
        async with self._locks.setdefault("spent", asyncio.Lock()):  # two at once would both add the same
            await self._flush()

    async def _flush(self) -> None:
        now = self.spent()
        fresh = now.plus(self._flushed, -1)
        if fresh == Spent():
            return
        day = _today()
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type((RowChanged, RowExists)),
            wait=wait_random(0.0, 0.1),
            stop=stop_after_attempt(40),
            reraise=True,
        ):
            with attempt:
                found = await self.rows.get("spent", day)
                total = _spent_of(found).plus(fresh)
                values: dict[str, str | int | float | bool | bytes] = {
                    "units": total.units,
                    "requests": total.requests,
                    "throttles": total.throttles,
                    "waited": total.waited,
                }
                row = Row("spent", day, values, found.etag if found else "")
                await (self.rows.insert(row) if found is None else self.rows.replace(row))
        self._flushed = now

    async def spent_on(self, day: str = "") -> Spent:
        """What all instances together spent on `day` (`2026-11-22`, UTC; "" for today), as far as it was flushed."""
        return _spent_of(await self.rows.get("spent", day or _today()))

    async def standing(self, service: Service = Service.CONTENT) -> BudgetState:
        """The shared row of `service`: its window, its day and its pause."""
        return await self._lanes[service].standing()

    def _between_failures(self, state: RetryCallState) -> float:
        return 0.0 if isinstance(error_of(state), Throttled) else between_failures(state, self.first_delay)

    async def _enter(self, budget: SharedBudget, units: int) -> None:
        arrived = time.monotonic()
        async with self._locks.setdefault(budget.name, asyncio.Lock()):
            while not budget.try_take(units):
                seconds = await budget.reserve(units)
                if seconds <= 0:
                    break
                if time.monotonic() - arrived + seconds > self.patience:
                    raise Throttled(
                        f"The tenant's budget for {budget.name} is spent, or Microsoft told Custos to wait: "
                        f"{seconds:.0f} seconds to wait.",
                        retry_after=seconds,
                        from_gate=True,
                    )
                await asyncio.sleep(seconds)
        self._spent.waited += time.monotonic() - arrived


def throttle_from(settings: Settings, rows: Rows) -> Throttle:
    """The gate that the settings describe, on the table `throttle`."""
    return Throttle(rows, settings.units_per_minute, settings.units_share)


def _today() -> str:
    """The day by the machine's clock, in UTC."""
    return time.strftime("%Y-%m-%d", time.gmtime())


def _spent_of(row: Row | None) -> Spent:
    if row is None:
        return Spent()
    return Spent(row.number("units"), row.number("requests"), row.number("throttles"), float(row.text("waited") or 0))
