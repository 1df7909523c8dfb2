"""What the web application of the simulated tenant keeps, by typed key."""

from __future__ import annotations

from aiohttp import web

from simulator.tenant.state import Tenant
from simulator.traffic import Traffic
from simulator.trouble.throttling import Meter
from simulator.trouble.troubles import Troubles

TENANT = web.AppKey("tenant", Tenant)
METER = web.AppKey("meter", Meter)
TROUBLES = web.AppKey("troubles", Troubles)
TRAFFIC = web.AppKey("traffic", Traffic)
