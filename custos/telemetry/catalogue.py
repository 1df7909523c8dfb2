"""Every measurement that is sent, with what its number is and by what it is told apart. `custos.` stands before each name."""

from __future__ import annotations

from collections.abc import Mapping

MEASUREMENTS: Mapping[str, str] = {
    "units": "resource units spent today (UTC)",
    "requests": "requests sent today",
    "throttles": "how often Microsoft asked to wait today",
    "libraries": "libraries, by `state` of their mirror",
    "mirror.age_hours": "hours since the library was read that waits longest",
    "mirror.compared_hours": "hours since the library was compared that waits longest",
    "backlog": "messages, by `queue`",
    "cases": "questions to people, by `state`",
    "cases.overdue": "questions whose deadline has passed",
    "incidents": "incidents that stand, by `kind`",
    "writes": "what came of a run when it ended, by `run` and `outcome`",
    "telemetry.lost": "measurements and events that could not be sent from this instance",
}
EVENTS: Mapping[str, str] = {
    "library synced": "`drive`, `state`, `changed`: how many items",
    "batch worked on": "`run`, `batch`, `state` of the run",
    "policy acted": "`run`, `policy`: once for each policy of a run that ended",
}
