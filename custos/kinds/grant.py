"""The access of one person or group to a file or folder: given directly, or by name on a link."""

from __future__ import annotations

from custos.kinds.common_facts import GIVEN, GIVEN_SHARING, LIBRARY, PERSON, PLACE, SHARING
from custos.kinds.declaration import Declaration, Lies, Protector
from custos.kinds.fact import PERMISSIONS, FactType, fact
from custos.model.subject import Kind

_OWN = (
    fact(
        "principal", FactType.CHOICE, PERMISSIONS, "who is given access", "user",
        choices={
            "user": "one person",
            "group": "a group of the directory",
            "site_group": "a group of the site: owners, members or visitors",
            "everyone": "everybody, guests too",
            "everyone_internal": "everybody except guests",
            "app": "an application",
        },
    ),
    fact("through", FactType.CHOICE, PERMISSIONS, "how access was given", "grant", choices={
            "grant": "given to the person or group",
            "link": "by a sharing link that names them",
            "invitation": "by an invitation",
        }),
    fact("access", FactType.TEXT, PERMISSIONS, "what they may do", "read"),
    fact("person_is_outside", FactType.FLAG, PERMISSIONS, "the person is from outside", "yes"),
)  # fmt: skip

DECLARATION = Declaration(
    kind=Kind.GRANT,
    meaning="one person or group that has access to a file or folder: directly, or by name on a link",
    things=("direct grant", "direct grants"),
    done_to=("access of a person or group", "accesses of people or groups"),
    lies=Lies.IN_LIBRARY,
    facts=(*PLACE, *LIBRARY, *SHARING, *_OWN, *PERSON),
    given=(*GIVEN, *GIVEN_SHARING, "person", "person_is_outside", "principal", "through", "access"),
    always=("person", "person_domain", "principal", "through", "access", "under_agreement"),
    protected_by=frozenset({Protector.AGREEMENTS}),
    per_finding=True,
    ranks={"sharing": 20},
)
