"""What the top-level `policies/` holds: what `custos init` writes, for a council of no place, until one puts its own there."""

from __future__ import annotations

from datetime import date

from custos.onboarding.council import Council, Holder
from custos.onboarding.starter import starter_files
from custos.records.roles import GOVERNANCE, RECORDS_MANAGER, SIRO

_EXAMPLE = Council(
    sharepoint="https://council.sharepoint.example",
    name="the council",
    timezone="Europe/London",
    department="Corporate",
    not_people=("admin.m365@council.example",),
    holders={
        SIRO: Holder("Senior Information Risk Owner", "siro@council.example"),
        GOVERNANCE: Holder("Head of Information Governance", "information.governance@council.example"),
        RECORDS_MANAGER: Holder("Records Manager", "records.manager@council.example"),
    },
)
_DAY = date(2026, 11, 30)
_PAGE = """\
# The policies that Custos ships

Everything is in `simulate`, the registers are empty, and the accounts are of no council. `custos init DIRECTORY` writes the same files for
yours, with its own people and its own address: do that first, and keep that directory where your council keeps its files.

| what | where |
|---|---|
| what is found, and what would be done | the policies, `*.yaml` |
| posts, rights, sharing classes, ceilings | `settings.yaml` |
| what the council knows about its information | `register/`, see `register/README.md` |

`make docs` writes this folder from `custos/onboarding/templates/`. A council with content, people and findings to look at is
`simulator/councils/wrenbridge/`.
"""


def shipped_files() -> dict[str, bytes]:
    """Every file of `policies/`: path below it ► content."""
    return {**starter_files(_EXAMPLE, _DAY), "README.md": _PAGE.encode()}
