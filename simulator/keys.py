"""What the web application of the simulated tenant keeps, by typed key."""

from __future__ import annotations

from aiohttp import web

from simulator.faults import Faults
from simulator.state import Tenant
from simulator.throttling import Meter
from simulator.traffic import Traffic

TENANT = web.AppKey("tenant", Tenant)
METER = web.AppKey("meter", Meter)
FAULTS = web.AppKey("faults", Faults)
TRAFFIC = web.AppKey("traffic", Traffic)
