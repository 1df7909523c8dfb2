"""The Teams messaging endpoint: believe it, answer it, and count what was not Microsoft's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custos.jobs import incidents
from custos.jobs.incidents import Incident
from custos.notices.invoke import Response, handle_activity

if TYPE_CHECKING:
    from custos.bootstrap import Custos


async def receive(app: Custos, body: bytes, authorization: str | None) -> Response:
    """Answer one request. Raises StorageTrouble: then nothing was taken, and Teams says so."""
    response = await handle_activity(body, authorization, reception=app.reception, now=app.clock.now())
    if response.refused:
        await incidents.note(app, Incident.FORGED, "bot message", f"Refused: {response.refused}.")
    return response
