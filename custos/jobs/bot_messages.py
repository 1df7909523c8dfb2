"""The Teams messaging endpoint: believe it, answer it, and count what was not Microsoft's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from custos.jobs import named_accounts, policies
from custos.jobs.refused_requests import Door
from custos.notices.assignment import Accountability
from custos.notices.bot_endpoint import Response, handle_activity
from custos.records.model import Records

if TYPE_CHECKING:
    from custos.bootstrap import Custos


async def receive(app: Custos, body: bytes, authorization: str | None) -> Response:
    """Answer one request. Raises StorageTrouble: then nothing was taken, and Teams says so."""
    registers = _Registers(app)
    endpoint = app.endpoint(registers.accountable, registers.holidays)
    response = await handle_activity(body, authorization, endpoint=endpoint, now=app.clock.now())
    if response.refused:
        app.refused_requests.refused(Door.BOT, response.refused)
    elif response.status < 500:
        await app.refused_requests.overheard()
    return response


@dataclass
class _Registers:
    """The registers in force, read once for a request and only when it needs them."""

    app: Custos
    _read: Records | None = None

    async def records(self) -> Records:
        if self._read is None:
            self._read = (await policies.in_force(self.app)).bundle.records
        return self._read

    async def accountable(self, asset_id: str) -> Accountability:
        return await named_accounts.accountable(self.app, await self.records(), asset_id)

    async def holidays(self) -> frozenset[date]:
        return (await self.records()).holidays
