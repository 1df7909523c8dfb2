"""Measurements and events on their way to Application Insights, as the observer. Off without a connection string; never in the way of work.

What cannot be sent waits for the next time, a thousand of them at most; how many were lost is a measurement of its own. A sending takes
five seconds at most, and after one that failed nothing is tried for a minute. The form is that of the classic ingestion, as Microsoft's
own exporter sends it (azure-monitor-opentelemetry-exporter, `MetricData` and `EventData` to `/v2.1/track`).
Sources: https://learn.microsoft.com/azure/azure-monitor/app/connection-strings, https://learn.microsoft.com/azure/azure-monitor/app/azure-ad-authentication
"""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC
from urllib.parse import urlsplit

import httpx

from custos.clock import Clock
from custos.m365.credentials import Identity
from custos.m365.tls import tls
from custos.telemetry.ids import told

AUDIENCE = "https://monitor.azure.com"
MOST_WAITING = 1_000
_SECONDS, _REST_SECONDS = 5.0, 60.0
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Connection:
    """Where to, and the key that says which component; it opens nothing, for the component takes identities alone."""

    endpoint: str
    key: str = field(repr=False)


@dataclass
class Telemetry:
    """What waits to be told, and how it is sent. Without a connection all of it does nothing. Nothing here raises."""

    connection: Connection | None
    clock: Clock
    instance: str
    identity: Identity | None = None
    lost: int = field(default=0, init=False)
    measured_at: float = field(default=-1e9, init=False)
    """When measurements of the whole were last taken here, by the machine's monotonic clock."""
    _waiting: deque[dict[str, object]] = field(default_factory=deque, init=False, repr=False)
    _rests_until: float = field(default=-1e9, init=False)

    @property
    def on(self) -> bool:
        """Whether anything is told."""
        return self.connection is not None

    def measure(self, name: str, value: float, /, **dimensions: object) -> None:
        """A number, with what it is about."""
        point = {"name": f"custos.{name}", "value": float(value), "count": 1}
        self._put("Metric", "MetricData", {"metrics": [point], "properties": told(dimensions)})

    def event(self, name: str, /, **properties: object) -> None:
        """Something that happened, with what it is about."""
        self._put("Event", "EventData", {"name": name, "properties": told(properties)})

    async def send(self) -> None:
        """Send what waits, in one request."""
        if self.connection is None or not self._waiting or time.monotonic() < self._rests_until:
            return
        some, self._waiting = list(self._waiting), deque()
        try:
            async with asyncio.timeout(_SECONDS):
                taken = await self._sent(self.connection, some)
        except Exception as error:  # noqa: BLE001  # whatever it is, the work that is told of goes on
            _log.warning("telemetry cannot be sent: %s", type(error).__name__)
            taken = False
        if not taken:
            self._rests_until = time.monotonic() + _REST_SECONDS
            for one in some:
                self._keep(one)

    async def _sent(self, connection: Connection, some: list[dict[str, object]]) -> bool:
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        if self.identity is not None:
            headers["Authorization"] = f"Bearer {(await self.identity.token(AUDIENCE)).token}"
        body = gzip.compress(json.dumps(some).encode())
        async with httpx.AsyncClient(verify=tls(), timeout=_SECONDS) as client:
            answer = await client.post(f"{connection.endpoint}/v2.1/track", content=body, headers=headers)
        if answer.status_code == 206:  # some of it was refused for good
            self.lost += 1
        elif answer.status_code >= 400:
            _log.warning("telemetry is refused: %s", answer.status_code)
        return answer.status_code in (200, 206)

    def _put(self, kind: str, base: str, data: dict[str, object]) -> None:
        if self.connection is None:
            return
        self._keep(
            {
                "ver": 1,
                "name": f"Microsoft.ApplicationInsights.{kind}",
                "time": self.clock.now().astimezone(UTC).isoformat().replace("+00:00", "Z"),
                "iKey": self.connection.key,
                "tags": {"ai.cloud.role": "custos", "ai.cloud.roleInstance": self.instance},
                "data": {"baseType": base, "baseData": {"ver": 2, **data}},
            }
        )

    def _keep(self, one: dict[str, object]) -> None:
        if len(self._waiting) < MOST_WAITING:
            self._waiting.append(one)
        else:
            self.lost += 1


def telemetry_from(written: str, clock: Clock, instance: str, identity: Identity | None) -> Telemetry:
    """Telemetry on a connection string of Application Insights. One that is empty or cannot be used switches it off."""
    connection = _connection(written)
    if written and connection is None:
        _log.warning("APPLICATIONINSIGHTS_CONNECTION_STRING cannot be used: nothing is measured")
    return Telemetry(connection, clock, instance, identity)


def _connection(written: str) -> Connection | None:
    parts = dict(part.strip().split("=", 1) for part in written.split(";") if "=" in part)
    named = {name.strip().lower(): value.strip() for name, value in parts.items()}
    endpoint, key = named.get("ingestionendpoint", "").rstrip("/"), named.get("instrumentationkey", "")
    try:
        address = urlsplit(endpoint)
    except ValueError:
        return None
    safe = address.scheme == "https" or (address.scheme == "http" and address.hostname in _LOOPBACK)
    return Connection(endpoint, key) if safe and address.hostname and key else None
