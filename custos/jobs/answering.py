"""The Teams messaging endpoint: believe it, answer it, and count what was not Microsoft's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from custos.jobs import directory, incidents, policies
from custos.jobs.incidents import Incident
from custos.notices.assignment import Accountability
from custos.notices.invoke import Response, handle_activity
from custos.records.model import Records

if TYPE_CHECKING:
    from custos.bootstrap import Custos


async def receive(app: Custos, body: bytes, authorization: str | None) -> Response:
    """Answer one request. Raises StorageTrouble: then nothing was taken, and Teams says so."""
    registers = _Registers(app)
    reception = app.reception(registers.accountable, registers.holidays)
    response = await handle_activity(body, authorization, reception=reception, now=app.clock.now())
    if response.refused:
        await incidents.note(app, Incident.FORGED, "bot message", f"Refused: {response.refused}.")
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
        return await directory.accountable(self.app, await self.records(), asset_id)

    async def holidays(self) -> frozenset[date]:
        return (await self.records()).holidays
