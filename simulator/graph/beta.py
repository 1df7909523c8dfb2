"""The few operations that exist in `beta` alone: Microsoft 365 Archive for sites, and what clients ask there by habit.

Sources: https://learn.microsoft.com/graph/api/site-archive?view=graph-rest-beta, site-unarchive
"""

from __future__ import annotations

from simulator.graph.admin import no_app
from simulator.graph.calls import FULL_CONTROL, Answer, Call, Operation
from simulator.tenant import archiving

_ROLES = ("Sites.Archive.All", FULL_CONTROL)


def _archive(call: Call) -> Answer:
    archiving.archive(call.tenant, call.tenant.site(call["site"]))
    return Answer(None, 204)


def _unarchive(call: Call) -> Answer:
    site = call.tenant.site(call["site"])
    archiving.unarchive(call.tenant, site)
    return Answer(None, 202, {"Location": f"/sites/{site.id}"})


OPERATIONS = (
    Operation("POST", "sites/{site}/archive", _archive, _ROLES, 2),
    Operation("POST", "sites/{site}/unarchive", _unarchive, _ROLES, 2),
    Operation("GET", "security/labels/retentionLabels", no_app, (), 0),
)
