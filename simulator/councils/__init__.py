"""The councils that can be simulated, as data: a folder each, with what its tenant holds and the policies that govern it."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).resolve().parent
SAMPLE = "wrenbridge"
"""The council of `make run`."""
HOST, DOMAIN = f"{SAMPLE}.sharepoint.example", f"{SAMPLE}.example"
"""What a tenant calls itself that nobody named."""


def names() -> list[str]:
    """Every council that lies here."""
    return sorted(path.parent.name for path in HERE.glob("*/council.yaml"))


def folder_of(council: str) -> Path:
    """Where a council's files are: one of these, or the directory that was named."""
    return HERE / council if council in names() else Path(council)


def policies_of(council: str = SAMPLE) -> Path:
    """The directory of a council's policies and registers."""
    return HERE / council / "policies"
