"""How far a policy may go."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """How far a policy may go."""

    DRAFT = "draft"  # checked, never evaluated
    SIMULATE = "simulate"  # evaluated and planned, nobody asked, nothing touched
    PILOT = "pilot"  # asks and acts, on the assets named for the pilot only
    ENFORCE = "enforce"
