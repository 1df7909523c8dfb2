"""What Custos tells of itself while it works: log lines with ids, and measurements for Application Insights. No names of people or files.

log lines ─► the Functions host ─► AppTraces         measurements, events ─► AppMetrics, AppEvents
"""

from custos.telemetry.ids import about
from custos.telemetry.log import logger
from custos.telemetry.sender import Telemetry, telemetry_from

__all__ = ["Telemetry", "about", "logger", "telemetry_from"]
