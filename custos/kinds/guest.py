"""A guest in a team's group."""

from __future__ import annotations

from custos.kinds.common_facts import GIVEN, PERSON, PLACE
from custos.kinds.declaration import Declaration, Lies, Protector
from custos.kinds.fact import GROUPS, FactType, fact
from custos.model.subject import Kind

_OWN = (fact("person_enabled", FactType.FLAG, GROUPS, "the guest can sign in", "yes"),)

DECLARATION = Declaration(
    kind=Kind.GUEST,
    meaning="one guest in a team's group",
    things=("guest", "guests"),
    lies=Lies.OF_SITE,
    facts=(*PLACE, *PERSON, *_OWN),
    given=(*GIVEN, "person", "person_enabled"),
    always=("person", "person_domain", "under_agreement"),
    protected_by=frozenset({Protector.AGREEMENTS}),
    of_teams=True,
    named=True,
    per_finding=True,
    ranks={"sharing": 40},
)
