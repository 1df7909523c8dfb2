"""A site with a Team behind it."""

from __future__ import annotations

from dataclasses import replace

from custos.kinds import site
from custos.model.subject import Kind

DECLARATION = replace(
    site.DECLARATION, kind=Kind.TEAM, meaning="one site with a Team behind it", things=("team", "teams"), of_teams=True
)
