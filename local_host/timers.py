"""Timer triggers: fires each function on its schedule, once in the world, and once at start for a run that was missed.

One process at a time keeps the timers of an app, by a blob lease in the host's storage; another takes over when it
dies. When a timer last ran is kept in a blob beside it, unless `use_monitor` is off or runs lie less than a minute
apart: such timers know no missed run. A run that takes longer than the interval delays the next; a function that raises
does not stop its schedule.
Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from azure.core.exceptions import AzureError, HttpResponseError, ResourceExistsError, ResourceNotFoundError

from local_host.errors import InvocationFailed
from local_host.functions import Function
from local_host.invoker import Invoker
from local_host.log import event
from local_host.payloads import TimerStatus, timer_datum
from local_host.schedule import Schedule

if TYPE_CHECKING:
    from azure.storage.blob.aio import BlobLeaseClient, ContainerClient

_log = logging.getLogger(__name__)
#: Where Azure's own host keeps leases and timers too.
HOST_CONTAINER = "azure-webjobs-hosts"
_LEASE_SECONDS = 15
_RENEW_SECONDS = 5.0
_ASK_AGAIN_SECONDS = 2.0
_LONGEST_SLEEP_SECONDS = 30.0


def machine_now() -> datetime:
    """The machine's time, which schedules follow here as they do in Azure."""
    return datetime.fromtimestamp(time.time(), UTC)


@dataclass
class Timer:
    """One timer function, its schedule, and the blob that remembers its runs."""

    function: Function
    schedule: Schedule
    invoker: Invoker
    container: ContainerClient
    host_id: str

    @property
    def is_monitored(self) -> bool:
        """True when missed runs are noticed."""
        return self.function.trigger.flag("useMonitor", default=True) and not self.schedule.is_frequent

    async def run(self) -> None:
        """Fire on the schedule until cancelled; a run that has begun is left to finish by the invoker."""
        past_due = await self._is_past_due()
        if past_due or self.function.trigger.flag("runOnStartup", default=False):
            await self.fire(past_due=past_due, reason="a run was missed" if past_due else "runOnStartup")
        while True:
            due = self.schedule.after(machine_now())
            await _sleep_until(due)
            await self.fire(past_due=False, reason=f"schedule, {due.isoformat()}")

    async def fire(self, *, past_due: bool, reason: str) -> None:
        """Run the function now, again as often as its retry policy says, and remember when it ran."""
        await asyncio.shield(self.invoker.begin(self._run_and_remember(reason, past_due=past_due)))

    async def fire_by_hand(self) -> None:
        """Run the function now, aside from its schedule, which remembers nothing of it."""
        try:
            await self._attempts("by hand", past_due=False)
        except AzureError as error:
            event(_log, "timer status cannot be read", level=logging.ERROR, error=type(error).__name__)

    async def _run_and_remember(self, reason: str, *, past_due: bool) -> None:
        began = machine_now()
        await self._attempts(reason, past_due=past_due)
        if self.is_monitored:
            await self._remember(TimerStatus(last=began, next=self.schedule.after(machine_now()), updated=began))

    async def _attempts(self, reason: str, *, past_due: bool) -> None:
        trigger = timer_datum(await self._status() if self.is_monitored else None, past_due=past_due)
        retry = self.function.retry
        for attempt in range(retry.attempts + 1):
            if attempt:
                await asyncio.sleep(retry.wait(attempt))
            try:
                await self.invoker.run(self.function, trigger, reason=reason, attempt=attempt)
            except InvocationFailed:
                continue  # logged by the invoker; the schedule goes on
            return

    async def _is_past_due(self) -> bool:
        if not self.is_monitored:
            return False
        status = await self._status()
        now = machine_now()
        if status is None:
            await self._remember(TimerStatus(last=None, next=self.schedule.after(now), updated=now))
            return False
        # The schedule may have changed since: what counts is when it says now that the next run was due.
        return self.schedule.after(status.updated) < now

    async def _status(self) -> TimerStatus | None:
        try:
            stream = await self.container.download_blob(self._blob)
            return TimerStatus.from_json(await stream.readall())
        except ResourceNotFoundError:
            return None
        except ValueError:
            event(
                _log, "timer status cannot be read; starting anew", level=logging.WARNING, function=self.function.name
            )
            return None

    async def _remember(self, status: TimerStatus) -> None:
        await self.container.upload_blob(self._blob, json.dumps(status.json()).encode(), overwrite=True)

    @property
    def _blob(self) -> str:
        return f"timers/{self.host_id}/Host.Functions.{self.function.name}/status"


@dataclass
class TimerKeeper:
    """Keeps all timers of the app, in whichever process holds the lease."""

    timers: Sequence[Timer]
    container: ContainerClient
    host_id: str

    async def run(self) -> None:
        """Take the lease, run the timers while it is ours, and begin again when it was lost; until cancelled."""
        while True:
            try:
                lease = await self._take()
                if lease is not None:
                    await self._hold(lease)
            except AzureError as error:
                event(_log, "timers wait for storage", level=logging.ERROR, error=type(error).__name__)
            await asyncio.sleep(_ASK_AGAIN_SECONDS)

    async def _take(self) -> BlobLeaseClient | None:
        """The lease, or None while another process has it."""
        blob = self.container.get_blob_client(f"locks/{self.host_id}/timers")
        try:
            await self.container.create_container()
        except ResourceExistsError:
            pass
        try:
            await blob.upload_blob(b"", overwrite=False)
        except ResourceExistsError:
            pass
        try:
            return await blob.acquire_lease(lease_duration=_LEASE_SECONDS)
        except HttpResponseError as error:
            if error.status_code == 409:
                return None
            raise

    async def _hold(self, lease: BlobLeaseClient) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for timer in self.timers:
                    group.create_task(timer.run())
                group.create_task(self._renew(lease))
        except* AzureError as errors:
            event(_log, "timers stopped", level=logging.ERROR, error=type(errors.exceptions[0]).__name__)
        finally:
            await self._give_back(lease)

    async def _renew(self, lease: BlobLeaseClient) -> None:
        while True:
            await asyncio.sleep(_RENEW_SECONDS)
            await lease.renew()

    async def _give_back(self, lease: BlobLeaseClient) -> None:
        try:
            await lease.release()
        except AzureError as error:
            event(_log, "lease ends by itself", level=logging.WARNING, error=type(error).__name__)


async def _sleep_until(moment: datetime) -> None:
    """In short sleeps, so that a machine that was suspended wakes up to the right time."""
    while (left := (moment - machine_now()).total_seconds()) > 0:  # noqa: ASYNC110  # time is nobody's event
        await asyncio.sleep(min(left, _LONGEST_SLEEP_SECONDS))
