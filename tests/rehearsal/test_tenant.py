"""`make tenant` with policies of another council ends in a sentence, before anybody signs in."""

from __future__ import annotations

import pytest

from custos.errors import BadInput
from rehearsal.policies import strangers_refused

STATE = {"people": [{"upn": "DR@thornby.gov.example"}, {"upn": "ig@thornby.gov.example"}]}


def test_people_whom_the_tenant_lacks_are_named() -> None:
    """Each account that the policies name and the tenant has not is named, with what to do; those that it has, in any case, pass."""
    strangers_refused(STATE, ["dr@thornby.gov.example"], "thornby")
    with pytest.raises(BadInput) as refused:
        strangers_refused(STATE, ["siro@wrenbridge.example", "ig@thornby.gov.example"], "thornby")
    said = str(refused.value)
    assert "The tenant of thornby has no account siro@wrenbridge.example, whom people_roles.csv" in said
    assert "COUNCIL=NAME" in said
    assert "ig@thornby" not in said
