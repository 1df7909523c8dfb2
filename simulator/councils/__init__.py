"""The councils that can be simulated, as data: a folder each, with the policies and registers that govern it."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).resolve().parent
SAMPLE = "wrenbridge"
"""The council of `make run`."""


def policies_of(council: str = SAMPLE) -> Path:
    """The directory of a council's policies and registers."""
    return HERE / council / "policies"
