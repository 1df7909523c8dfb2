"""A sharing link on a file or folder."""

from __future__ import annotations

from custos.kinds.common_facts import GIVEN, GIVEN_SHARING, LIBRARY, PLACE, SHARING
from custos.kinds.declaration import Declaration, Lies, Protector
from custos.kinds.fact import PERMISSIONS, FactType, fact
from custos.model.subject import Kind
from custos.records.delegation import LINKS

_OWN = (
    fact(
        "link_scope", FactType.CHOICE, PERMISSIONS, "who can open the link", "anonymous",
        choices={
            "anonymous": "everybody who has it, also without sign-in",
            "organization": "everybody in the organisation who has it",
            "users": "certain people",
        },
    ),
    fact(
        "link_type", FactType.CHOICE, PERMISSIONS, "what the link allows", "view",
        choices={
            "view": "reading",
            "edit": "reading and changing",
            "blocksDownload": "reading in the browser, without download",
            "createOnly": "adding files, without seeing what is there",
            "review": "reading and commenting",
            "addressBar": "what the people who have access may do; the link of the browser's address bar",
            "embed": "showing it in another page",
        },
        missing="it does not say",
    ),
    fact("link_expires", FactType.MOMENT, PERMISSIONS, "the day the link ends", "2027-01-31", missing="it never ends"),
    fact("link_has_password", FactType.FLAG, PERMISSIONS, "the link asks for a password", "no"),
)  # fmt: skip

DECLARATION = Declaration(
    kind=Kind.LINK,
    meaning="one sharing link on a file or folder",
    things=("link", "links"),
    done_to=("link that anyone can open", "links that anyone can open"),
    lies=Lies.IN_LIBRARY,
    facts=(*PLACE, *LIBRARY, *SHARING, *_OWN),
    given=(*GIVEN, *GIVEN_SHARING, "link_scope", "link_type", "link_expires", "link_has_password"),
    always=("link_scope", "link_type", "link_expires", "anyone_links_allowed", "organisation_links_allowed"),
    protected_by=frozenset({Protector.LINK_CLASS}),
    per_finding=True,
    lent_as=LINKS,
    ranks={"sharing": 10},
)
