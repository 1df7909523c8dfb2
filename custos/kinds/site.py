"""A site, whether a Team stands behind it or not."""

from __future__ import annotations

from custos.kinds.common_facts import ACTIVITY, FILES, GIVEN, GIVEN_ACTIVITY, PLACE, SITE
from custos.kinds.declaration import Declaration, Lies
from custos.model.subject import Kind

DECLARATION = Declaration(
    kind=Kind.SITE,
    meaning="one site, whether there is a Team behind it or not",
    things=("site", "sites"),
    lies=Lies.OF_SITE,
    facts=(*PLACE, *SITE, *FILES, *ACTIVITY),
    given=(*GIVEN, "outside_people", *GIVEN_ACTIVITY),
    always=("site_sharing", "site_sharing_allowed"),
    has_address=True,
    summed=True,
    named=True,
    place=True,
    ranks={"sharing": 30},
)
