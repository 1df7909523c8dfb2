"""No room asks which kind a subject is: it asks the kind's declaration. So a new kind is at work everywhere."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pytest

import custos
from custos.kinds import CATALOGUE, DECLARED
from custos.model.subject import Kind

_SAYS_WHICH = {
    "actions": "what an action is done to",
    "kinds": "what is said of a kind",
    "kpi": "what an indicator counts",
    "policy/queries.py": "what a question with a name is about",
    "policy/loader.py": "what a rule is about that does not say",
    "engine/locate.py": "what an address may be of",
    "jobs/first_look.py": "what is counted on the page",
    "jobs/history.py": "what lies at an address",
    "notices/case_subjects.py": "a case is about a library or a site",
    "notices/case_lookup.py": "a case is about a library or a site",
    "notices/previews": "what a fixture is about",
    "tenant_adapter/sharing.py": "links and grants are told by Graph as one thing",
}


def test_no_room_names_a_kind_but_those_that_say_what_they_are_about() -> None:
    """A member of `Kind` stands only where something is said to be about it."""
    root = Path(custos.__file__).parent
    found: dict[str, set[str]] = defaultdict(set)
    for path in root.rglob("*.py"):
        name = path.relative_to(root).as_posix()
        if any(name == allowed or name.startswith(f"{allowed}/") for allowed in _SAYS_WHICH):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Kind":
                found[name].add(node.attr)
    assert found == {}


@pytest.mark.parametrize("kind", list(Kind))
def test_a_kind_says_all_that_is_asked_of_it(kind: Kind) -> None:
    """It is its own, has words for people, and its findings bear only facts that it has."""
    declared = DECLARED[kind]
    assert declared.kind is kind
    assert all((declared.meaning, *declared.things, *declared.reported))
    names = {fact.name for fact in declared.facts}
    assert set(declared.always) <= names
    assert {name for name in declared.given if name in CATALOGUE} <= names
    if declared.rows is not None:
        assert set(declared.rows.facts) <= names
        assert set(declared.rows.facts.values()) <= set(declared.rows.columns)
