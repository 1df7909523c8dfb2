"""Every table and container in which Custos keeps state, and what a backup does with each. Queues hold ids alone: the sweep finds again
what waited there, so no backup has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Kept(StrEnum):
    """What a backup does with a table or a container."""

    WHOLE = "whole"  # comes back as one: only where nothing stands
    MERGED = "merged"  # what stands there stays, and what is missing comes back
    MIRROR = "mirror"  # the mirror of the tenant, and how far it was read: all of it or nothing
    NOT = "not"  # comes again by itself


TABLES: Mapping[str, Kept] = {
    # How far libraries were read stands first and the mirror last: what is older than the mirror is read once more, and harms nothing.
    "drivestate": Kept.MIRROR,
    "pendingchanges": Kept.MIRROR,
    "approvals": Kept.WHOLE,
    "runs": Kept.WHOLE,
    "actions": Kept.WHOLE,
    "ceilingusage": Kept.WHOLE,
    "refusals": Kept.WHOLE,
    "cases": Kept.WHOLE,
    "digests": Kept.WHOLE,
    "actionreports": Kept.WHOLE,
    "loosened": Kept.WHOLE,
    "vacancies": Kept.WHOLE,
    "attestations": Kept.WHOLE,
    "lending": Kept.WHOLE,
    "remarks": Kept.WHOLE,
    "kpis": Kept.WHOLE,
    "audit": Kept.WHOLE,
    "control": Kept.MERGED,
    "contacts": Kept.MERGED,
    "incidents": Kept.MERGED,
    "findingsnapshots": Kept.NOT,
    "refusedrequests": Kept.NOT,
    "shortfalls": Kept.NOT,
    "subscriptions": Kept.NOT,  # secrets: Microsoft tells them again to the app that made them
    "throttle": Kept.NOT,
    "timers": Kept.NOT,
}

CONTAINERS: Mapping[str, Kept] = {
    "approvals": Kept.MERGED,
    "cases": Kept.MERGED,
    "plans": Kept.MERGED,
    "policies": Kept.MERGED,
    "audit": Kept.MERGED,  # checkpoints that nobody can take away outlive the table
    "inventory": Kept.MIRROR,
    "finding-snapshots": Kept.NOT,
    "labels": Kept.NOT,
    "reporting": Kept.NOT,  # written again every morning, of what is kept
    "sync": Kept.NOT,
}
