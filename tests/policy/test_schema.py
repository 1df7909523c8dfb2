"""The JSON Schema for editors is current, small, and agrees with the loader."""

from __future__ import annotations

import json

from custos.policy.catalogue import CATALOGUE, FactType
from custos.policy.loader import POLICY_KEYS
from custos.policy.operators import operators_of, value_of
from custos.policy.schema import policy_schema, schema_text
from tests.policy.policies import POLICIES


def test_the_committed_schema_is_current() -> None:
    """`python -m custos.policy.schema > policies/policy.schema.json` was run after the last change of the catalogue."""
    assert (POLICIES / "policy.schema.json").read_text() == schema_text()


def test_the_schema_is_small_enough_for_editors() -> None:
    """Under 100 KB."""
    assert len(schema_text().encode()) < 100_000


def test_every_reference_leads_somewhere() -> None:
    """No `$ref` is dangling."""
    text = schema_text()
    named = {part.split('"')[0] for part in text.split('"#/$defs/')[1:]}
    assert named <= policy_schema()["$defs"].keys()


def test_the_schema_knows_the_keys_of_the_loader() -> None:
    """What the loader understands the editor completes."""
    assert set(json.loads(schema_text())["properties"]) == set(POLICY_KEYS)


def test_every_shipped_policy_names_the_schema() -> None:
    """The first line tells the editor where the schema is."""
    for path in POLICIES.glob("*.yaml"):
        if path.name != "settings.yaml" and not path.name.endswith(".cases.yaml"):
            assert path.read_text().startswith("# yaml-language-server: $schema=policy.schema.json\n"), path.name


def test_every_fact_of_the_catalogue_says_what_it_is() -> None:
    """Words, an example that is a value of its type, a source, freshness, a permission, and an operator to ask it with."""
    for fact in CATALOGUE.values():
        assert all((fact.words, fact.example, fact.source, fact.freshness, fact.permission, fact.kinds)), fact.name
        assert operators_of(fact), fact.name
        if fact.type is not FactType.MOMENT:
            assert value_of(fact, fact.example) is not None, fact.name
