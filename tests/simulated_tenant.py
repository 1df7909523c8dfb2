"""A simulated tenant in a process of its own, and what tests do to it."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from custos.m365.credentials import Opening
from simulator.entra.credential import signed_in


@dataclass(frozen=True)
class SimulatedTenant:
    """The tenant at `url`; `environment` makes Custos talk to it.

    Each method has a twin ending in `_async`, for tests whose own event loop the tenant may want to reach meanwhile.
    """

    url: str
    environment: Mapping[str, str]

    @property
    def opening(self) -> Opening:
        """Makes the credentials of its managed identities."""
        return signed_in(self.environment)

    def act(self, **deed: object) -> dict[str, Any]:
        """Do what a person does: `act(verb="share", at="https://…", …)`. A refusal is an AssertionError."""
        did: dict[str, Any] = self.control("POST", "act", deed)
        return did

    def state(self) -> dict[str, Any]:
        """Counts, planted ids, people, units and requests spent."""
        told: dict[str, Any] = self.control("GET", "state")
        return told

    def advance(self, by: str) -> datetime:
        """Move the tenant's clock on, by an ISO duration such as PT1H, and return its time."""
        return datetime.fromisoformat(self.control("POST", "clock", {"advance": by})["now"])

    def now(self) -> datetime:
        """The tenant's time."""
        return datetime.fromisoformat(self.control("GET", "clock")["now"])

    def control(self, method: str, what: str, body: object = None) -> Any:
        """Call `/sim/WHAT` and return its JSON, None when it answers without a body."""
        request = urllib.request.Request(
            f"{self.url}/sim/{what}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            with error:
                raise AssertionError(f"{method} /sim/{what} answered {error.code}: {error.read().decode()}") from error
        return json.loads(text) if text else None

    async def act_async(self, **deed: object) -> dict[str, Any]:
        return await asyncio.to_thread(self.act, **deed)

    async def state_async(self) -> dict[str, Any]:
        return await asyncio.to_thread(self.state)

    async def advance_async(self, by: str) -> datetime:
        return await asyncio.to_thread(self.advance, by)

    async def control_async(self, method: str, what: str, body: object = None) -> Any:
        return await asyncio.to_thread(self.control, method, what, body)
