"""The JSON Schemas for editors are current, small, and refuse what the loader refuses by form."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import fastjsonschema
import pytest
import yaml

from custos.errors import BadInput
from custos.kinds import CATALOGUE, CHOICES
from custos.kinds.fact import FactType
from custos.policy import load_files, vocabulary
from custos.policy.language import LANGUAGE
from custos.policy.loader import POLICY_KEYS
from custos.policy.operators import operators_of, value_of
from custos.policy.schema import FILES, schema_text
from custos.policy_tests.run import read_tests
from custos.settings import REPOSITORY
from tests.policy.policies import POLICIES, policy, shipped, with_policy

SHIPPED = REPOSITORY / "policies"


class _Texts(yaml.SafeLoader):
    """YAML 1.2's core, as editors read it: `no`, `on` and dates stay texts."""


_Texts.yaml_implicit_resolvers = {
    first: [
        (tag, shape) for tag, shape in found if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")
    ]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@cache
def validator(name: str) -> Callable[[Any], Any]:
    """A schema, as an editor asks it."""
    made: Callable[[Any], Any] = fastjsonschema.compile(json.loads(schema_text(FILES[name])))
    return made


def underlined(name: str, text: str) -> str:
    """What an editor says of a file, "" when nothing."""
    try:
        validator(name)(yaml.load(text, _Texts))  # noqa: S506  # a safe loader
    except fastjsonschema.JsonSchemaException as refused:
        return str(refused)
    return ""


def refused(files: dict[str, bytes]) -> bool:
    """Whether the loader refuses some files."""
    try:
        load_files(files)
    except BadInput:
        return True
    return False


@pytest.mark.parametrize("name", FILES)
def test_the_committed_schema_is_current(name: str) -> None:
    """`make docs` was run after the last change of the catalogue."""
    assert (SHIPPED / name).read_text() == schema_text(FILES[name])


@pytest.mark.parametrize("name", FILES)
def test_the_schema_is_small_enough_for_editors(name: str) -> None:
    """Under 100 KB."""
    assert len(schema_text(FILES[name]).encode()) < 100_000


@pytest.mark.parametrize("name", FILES)
def test_every_reference_leads_somewhere(name: str) -> None:
    """No `$ref` is dangling."""
    text = schema_text(FILES[name])
    named = {part.split('"')[0] for part in text.split('"#/$defs/')[1:]}
    assert named <= FILES[name]()["$defs"].keys()


ASK = "- ask: owner\n  within: 5 working days\n"


@pytest.mark.parametrize(
    "written",
    [
        policy(more="limits:\n  percent_of_scope: 101"),
        policy(more="limits:\n  irreversible_per_day: 1001"),
        policy(more="limits:\n  actions_per_run: -1"),
        policy(more="limits:\n  actions_per_run:"),
        policy(more="limits:\n  actions_per_rum: 1"),
        policy(more="priority: 1001"),
        policy(when="{}"),
        policy(when="any: []"),
        policy(when="all: []"),
        policy(when="label: {}"),
        policy(when="label: []"),
        policy(when="label: {like: x}"),
        policy(when="labl: is_missing"),
        policy(when="link_scope: anonymous"),
        policy(when="file_modified: {older_than: 2 fortnights}"),
        policy(when='file_modified: {before: "2027-13-45"}'),
        policy(when="size: {more_than: 5 stones}"),
        policy(when='file_name: {contains: "*.mp4"}'),
        policy(when="file_extension: tar.gz"),
        policy(covers="{}"),
        policy(covers="nothing"),
        policy(covers="assets: {}"),
        policy(covers="assets: []"),
        policy(covers="assets: {status: alive}"),
        policy(covers="sites: []"),
        policy(covers="except: {assets: all}"),
        policy(steps="- ask: owner"),
        policy(steps="- ask: owner\n  within: 5 days\n  tell: owner"),
        policy(steps="- within: 5 days"),
        policy(steps="- tell: everybody"),
        policy(about="link", when="link_scope: anonymous", steps=ASK + "- remove: link"),
        policy(about="link", when="link_scope: anonymous", steps=ASK + "- remove: grant\n  only_if: owner_agrees"),
        policy(about="folder", when="files: 0", steps="- apply_label: from_schedule"),
        policy().replace("state: simulate", "state: pilot"),
        policy().replace("state: simulate", "state: enforced"),
        policy().replace("2027-05-31", "2027-13-45"),
        policy().replace("2027-05-31", "9999-12-31"),
        policy().replace("policy: test-policy", "policy: Test Policy"),
        policy().replace("why: Because.", "why:"),
        policy().replace("why: Because.\n", ""),
        policy().replace("policy_ref: IMP-4.1", "policy_ref: []"),
        policy().replace("family: sharing", "familly: sharing"),
    ],
)
def test_what_the_loader_refuses_by_form_the_editor_underlines(written: str) -> None:
    """Each of these is refused by both."""
    assert refused(with_policy(written)), "the loader takes it"
    assert underlined("policy.schema.json", written)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("percent_of_asset_per_day: 50", "percent_of_asset_per_day: 101"),
        ("actions_per_run: 1000", "actions_per_run: many"),
        ("site_sharing: disabled", "site_sharing: open"),
        ("anyone_links: no", "anyone_links: perhaps"),
        ("not_people:", "no_people:"),
        ("  internal:", "  intern:"),
        ("  siro:", "  sirо:"),
        ("reference: CIG-", "reference: CIG # "),
    ],
)
def test_settings_are_underlined_too(old: str, new: str) -> None:
    """The settings have a schema that agrees with the loader."""
    text = shipped().files["settings.yaml"].decode()
    assert old in text
    assert refused(dict(shipped().files) | {"settings.yaml": text.replace(old, new, 1).encode()})
    assert underlined("settings.schema.json", text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("expect: act", "expect: acts"),
        ("now: 2026-11-22", "now: 0001-01-01"),
        ("rule: unlabelled-file", "ruel: unlabelled-file"),
        ("label: is_missing", "labl: is_missing"),
        ("library_read: no", "library_read: half"),
    ],
)
def test_tests_of_policies_are_underlined_too(old: str, new: str, tmp_path: Path) -> None:
    """Tests of policies have a schema of their own."""
    text = (POLICIES / "labels-from-schedule.tests.yaml").read_text()
    assert old in text
    wrong = text.replace(old, new, 1)
    (tmp_path / "labels-from-schedule.tests.yaml").write_text(wrong, encoding="utf-8")
    assert read_tests(tmp_path, shipped())[1], "the loader takes it"
    assert underlined("tests.schema.json", wrong)


def _shipped_files() -> Iterator[tuple[str, Path]]:
    for path in sorted([*SHIPPED.glob("*.yaml"), *POLICIES.glob("*.yaml")]):
        kind = (
            "settings" if path.name == "settings.yaml" else "tests" if path.name.endswith(".tests.yaml") else "policy"
        )
        yield f"{kind}.schema.json", path


@pytest.mark.parametrize(
    ("schema", "path"),
    tuple(_shipped_files()),
    ids=lambda one: "-".join(one.parts[-3:]) if isinstance(one, Path) else one,
)
def test_what_is_shipped_is_not_underlined(schema: str, path: Path) -> None:
    """Every file that is delivered, and of the sample council, fits its schema, and its first line leads an editor to it."""
    assert underlined(schema, path.read_text()) == ""
    first, _, _ = path.read_text().partition("\n")
    leads = first.removeprefix("# yaml-language-server: $schema=")
    assert (path.parent / leads).resolve() == SHIPPED / schema


@pytest.mark.parametrize("name", FILES)
def test_every_word_says_what_it_means(name: str) -> None:
    """Each key of each mapping has a description: limits, covers, operators and steps too."""
    schema = FILES[name]()
    silent = [key for key, shape in _keys(schema) if not _says(shape, schema["$defs"])]
    assert silent == []


def _keys(node: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict):
        if node.get("additionalProperties") is False:
            yield from node["properties"].items()
        for value in node.values():
            yield from _keys(value)
    elif isinstance(node, list):
        for value in node:
            yield from _keys(value)


def _says(shape: Any, defined: Any) -> bool:
    """Facts, actions and options say it where they are defined."""
    reference = shape.get("$ref", "").removeprefix("#/$defs/")
    return bool((defined[reference] if reference else shape).get("description"))


def _values(node: Any) -> Iterator[tuple[str, bool]]:
    """Each word that may be a value, and whether the editor says there what it means."""
    if isinstance(node, dict):
        words = [value for value in node.get("enum", ()) if isinstance(value, str)]
        yield from ((word, len(node.get("enumDescriptions", ())) == len(words)) for word in words)
        if isinstance(node.get("const"), str):
            yield node["const"], True
        for value in node.values():
            yield from _values(value)
    elif isinstance(node, list):
        for value in node:
            yield from _values(value)


@pytest.mark.parametrize("name", FILES)
def test_custos_schema_explains_every_word_of_the_language(name: str) -> None:
    """Whatever an editor completes, a key or a value, `custos schema` explains."""
    explained = {*CATALOGUE, *(word for words in LANGUAGE.values() for word, said in words.items() if said)}
    schema = FILES[name]()
    written = {key for key, _ in _keys(schema)} | {value for value, _ in _values(schema)}
    assert sorted(written - explained) == []


@pytest.mark.parametrize("name", FILES)
def test_every_value_says_what_it_means(name: str) -> None:
    """Each word that may stand as a value has its meaning beside it; `yes`, `no` and the like need none."""
    plain = {*vocabulary.VALUES, *CHOICES["site_sharing"]}
    assert sorted({value for value, said in _values(FILES[name]()) if not said and value not in plain}) == []


def test_the_schema_knows_the_keys_of_the_loader() -> None:
    """What the loader understands the editor completes."""
    assert set(json.loads(schema_text())["properties"]) == set(POLICY_KEYS)


def test_every_fact_of_the_catalogue_says_what_it_is() -> None:
    """Words, an example that is a value of its type, a source, freshness, a permission, and an operator to ask it with."""
    for fact in CATALOGUE.values():
        assert all((fact.words, fact.example, fact.source, fact.freshness, fact.permission, fact.kinds)), fact.name
        assert operators_of(fact), fact.name
        if fact.type is not FactType.MOMENT:
            assert value_of(fact, fact.example) is not None, fact.name


type Place = tuple[str | int, ...]
WRONG: tuple[Any, ...] = ("", None, [], {}, -1)


def _places(node: Any, at: Place = ()) -> Iterator[Place]:
    """Every place below a node of a file."""
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, inner in entries:
        yield (*at, key)
        yield from _places(inner, (*at, key))


def _slips(file: dict[str, Any]) -> Iterator[tuple[Place, str, dict[str, Any]]]:
    """The file with one slip, at every place in turn: left out, named wrongly, emptied, of another shape."""
    for number, place in enumerate(_places(file)):
        for which, wrong in enumerate((*WRONG, "left out", "misspelt")):
            if which != number % 3 and which < len(
                WRONG
            ):  # every third shape at a place; over all places each has its turn
                continue
            changed = copy.deepcopy(file)
            holder = changed
            for key in place[:-1]:
                holder = holder[key]  # type: ignore[index]  # a list has its numbers
            last: Any = place[-1]
            if wrong == "misspelt" and isinstance(holder, dict):
                holder[f"{last}x"] = holder.pop(last)
            elif wrong in ("left out", "misspelt"):
                del holder[last]
            else:
                holder[last] = wrong
            yield place, str(wrong), changed


_BY_FORM = frozenset(("unknown-key", "missing"))


def test_editor_and_loader_refuse_the_same_forms() -> None:
    """Whatever slip stands at whatever place of a policy: what an editor underlines the loader refuses, and a key that is unknown or
    missing to the loader is underlined. A bare number where a text belongs is a text to the loader; an editor wants it in quotes.
    """
    name, apart = "sharing-guests.yaml", []
    for place, slip, changed in _slips(yaml.load((POLICIES / name).read_text(), _Texts)):  # noqa: S506  # a safe loader
        text = yaml.safe_dump(changed, sort_keys=False, allow_unicode=True)
        seen, codes = underlined("policy.schema.json", text), _codes(with_policy(text, name))
        if seen and not codes and slip != "-1":
            apart.append((place, slip, f"only the editor: {seen}"))
        if codes & _BY_FORM and not seen:
            apart.append((place, slip, "only the loader"))
    assert apart == []


def _codes(files: dict[str, bytes]) -> set[str]:
    try:
        load_files(files)
    except BadInput as refused:
        return {problem.code for problem in refused.problems} | {"refused"}
    return set()
