"""What the web application of the simulated tenant keeps, by typed key."""

from __future__ import annotations

from aiohttp import web

from simulator.tenant.state import Tenant
from simulator.traffic import Traffic
from simulator.trouble.faults import Faults
from simulator.trouble.throttling import Meter

TENANT = web.AppKey("tenant", Tenant)
METER = web.AppKey("meter", Meter)
FAULTS = web.AppKey("faults", Faults)
TRAFFIC = web.AppKey("traffic", Traffic)
