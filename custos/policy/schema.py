"""The JSON Schemas of policies, tests and settings, made from the catalogue: completion, hover and underlining in any editor that
speaks them.

`custos init` and `make docs` write them beside the policies. What the loader refuses by form the schemas refuse too; what only
the registers know (people, assets, labels) is checked by the loader and not here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from custos.actions import DECLARED
from custos.actions.arguments import Argument, OneOf, OwnKind, Person, Span, Words
from custos.actions.ask import MOST_REMINDERS
from custos.kinds import CATALOGUE, facts_of
from custos.kinds.common_facts import POSTURES
from custos.kinds.fact import Fact, FactType
from custos.model.duration import PATTERN
from custos.model.policy import OnlyIf
from custos.model.state import State
from custos.model.subject import Kind
from custos.policy import vocabulary
from custos.policy.loader import (
    LIMIT_KEYS,
    MOST_ACTIONS,
    MOST_IRREVERSIBLE,
    MOST_PERCENT,
    MOST_PRIORITY,
    POLICY_KEYS,
    RULE_KEYS,
)
from custos.policy.operators import ITS_CLASS, Operand, Operator, operators_of
from custos.policy.policy_test_words import FILE_KEYS, GIVEN, OTHERS, TEST_KEYS, WORDS
from custos.policy.scope import ATTRIBUTES, CLOSED
from custos.policy.scope import KEYS as COVERS_KEYS
from custos.policy.settings_file import (
    APPROVAL_KEYS,
    CLASS_KEYS,
    FREEZE_KEYS,
    UNREGISTERED,
    WAVE_KEYS,
)
from custos.policy.settings_file import KEYS as SETTINGS_KEYS
from custos.policy.settings_file import LIMIT_KEYS as HOUSE_KEYS
from custos.policy.steps import OPTIONS
from custos.records.model import Posture
from custos.records.rights import WORDS as RIGHT_WORDS
from custos.records.roles import NEEDED, ROLE_NAMES

type Json = dict[str, Any]

_REFERENCE = re.compile(r'\{\s+("\$ref": "[^"]+")\s+\}')
_ACCOUNT = "@|^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"
_YEAR = "(18|19|20|21)[0-9]{2}"
_SHAPES: Mapping[str, Json] = {
    "span": {"type": "string", "pattern": f"^{PATTERN}$", "examples": ["30 days", "5 working days", "2 years"]},
    "day": {
        "type": "string",
        "pattern": f"^{_YEAR}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
        "examples": ["2027-05-31"],
    },
    "name": {"type": "string", "pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*$", "maxLength": 60},
    "text": {"type": "string", "minLength": 1, "pattern": r"\S"},
    "texts": {
        "anyOf": [
            {"type": "string", "pattern": r"\S"},
            {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": r"\S"}},
        ]
    },
    "flag": {"enum": ["yes", "no", True, False]},
    "count": {"type": "integer", "minimum": 0},
    "size": {
        "anyOf": [
            {"type": "integer", "minimum": 0},
            {"type": "string", "pattern": "^(0|[1-9][0-9]{0,8})( ?([KMGT]?B|[kmgt]?b))?$"},
        ],
        "examples": ["500 MB", "2 GB"],
    },
    "address": {"type": "string", "pattern": r"^(https?://)?[A-Za-z0-9.:-]+(/|$)"},
    "addresses": {
        "anyOf": [
            {"$ref": "#/$defs/address"},
            {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/address"}},
        ]
    },
    "domain": {"type": "string", "pattern": r"^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$"},
    "extension": {"type": "string", "pattern": r"^\.?[^.\s*]+$"},
    "written": {"type": "string", "minLength": 1, "pattern": r"^[^*]*[^*\s][^*]*$"},
    "reminders": {"type": "array", "items": {"$ref": "#/$defs/span"}, "minItems": 1, "maxItems": MOST_REMINDERS},
}
(
    _SPAN,
    _DAY,
    _NAME,
    _TEXT,
    _TEXTS,
    _FLAG,
    _COUNT,
    _SIZE,
    _ADDRESS,
    _ADDRESSES,
    _DOMAIN,
    _EXTENSION,
    _WRITTEN,
    _REMINDERS,
) = ({"$ref": f"#/$defs/{name}"} for name in _SHAPES)


def _one_of[Word: str](words: Mapping[Word, str]) -> Json:
    """One of some words, each with what it means, as editors show it when they complete."""
    return {"enum": list(words), "enumDescriptions": list(words.values())}


_CHOICES: Mapping[str, Json] = {
    f"one-of-{fact.name}": _one_of(fact.choices) for fact in CATALOGUE.values() if fact.choices
}
_POLICY: Mapping[str, Json] = {
    "policy": _NAME,
    "title": _TEXT,
    "why": _TEXT,
    "family": _one_of(vocabulary.FAMILIES),
    "owner": _TEXT,
    "policy_ref": _TEXTS,
    "cig_ref": _TEXT,
    "state": _one_of(vocabulary.STATES),
    "pilot": _TEXTS,
    "review_due": _DAY,
    "priority": {"type": "integer", "minimum": 0, "maximum": MOST_PRIORITY},
    "yields_to": _TEXTS,
    "covers": {"$ref": "#/$defs/covers"},
    "rules": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/rule"}},
    "limits": {"$ref": "#/$defs/limits"},
}
_REQUIRED = ["policy", "title", "why", "family", "owner", "policy_ref", "state", "review_due", "covers", "rules"]
_MOST: Mapping[str, int] = {"percent_of_scope": MOST_PERCENT, "irreversible_per_day": MOST_IRREVERSIBLE}


def policy_schema() -> Json:
    """The schema of a policy, as JSON Schema draft 7, which editors understand best."""
    assert set(_POLICY) == set(POLICY_KEYS) == set(vocabulary.POLICY), "every key of a policy is described"
    pilot = {
        "if": {"properties": {"state": {"const": State.PILOT}}, "required": ["state"]},
        "then": {"required": ["pilot"]},
    }
    definitions: Json = {
        **_SHAPES,
        "assets": _assets(),
        "covers": _covers(),
        "limits": _limits(LIMIT_KEYS, vocabulary.LIMITS, _MOST),
        "rule": _rule(),
        **{f"when-{kind}": _when(kind) for kind in Kind},
        **_parts_of_steps(),
        **{f"steps-{kind}": {"type": "array", "minItems": 1, "items": _step(kind)} for kind in Kind},
        **_CHOICES,
        **{_shape_name(fact): _shape(fact) for fact in CATALOGUE.values() if not fact.choices},
        **{f"fact-{fact.name}": _fact(fact) for fact in CATALOGUE.values()},
    }
    said = {key: _described(vocabulary.POLICY[key], shape) for key, shape in _POLICY.items()}
    return _schema("A policy of Custos", {**_object(said, required=_REQUIRED), **pilot}, definitions)


def tests_schema() -> Json:
    """The schema of a file of tests."""
    assert set(TEST_KEYS) == set(vocabulary.TEST), "every key of a test is described"
    assert set(FILE_KEYS) == set(vocabulary.TEST_FILE), "every key of a file of tests is described"
    given = {name: _given(name) for kind in Kind for name in GIVEN[kind]}
    parts: Json = {
        "name": _TEXT,
        "rule": _NAME,
        "now": _DAY,
        "at": _ADDRESS,
        "given": _object(given),
        "expect": _one_of(vocabulary.OUTCOMES),
        "because": _TEXT,
    }
    test = _object(
        {key: _described(_capital(vocabulary.TEST[key]), shape) for key, shape in parts.items()},
        required=["name", "rule", "now", "at", "expect"],
    )
    tests = {"type": "array", "minItems": 1, "items": test}
    whole = {
        key: _described(_capital(vocabulary.TEST_FILE[key]), shape)
        for key, shape in (("policy", _NAME), ("tests", tests))
    }
    return _schema("Tests of a policy of Custos", _object(whole, required=list(FILE_KEYS)), {**_SHAPES, **_CHOICES})


def settings_schema() -> Json:
    """The schema of `settings.yaml`."""
    parts: Json = {
        "not_people": _list_of({"$ref": "#/$defs/account"}),
        "not_governed": _ADDRESSES,
        "classes": _object(
            {
                name: _described(
                    _capital(POSTURES[name]) + ".",
                    _object(
                        _told(vocabulary.CLASS, {"site_sharing": _CHOICES["one-of-site_sharing"]}, _FLAG),
                        required=["site_sharing"],
                    ),
                )
                for name in (*Posture, UNREGISTERED)
            },
            required=[*Posture, UNREGISTERED],
        ),
        "limits": _limits(HOUSE_KEYS, vocabulary.HOUSE_LIMITS, {}),
        "roles": _object(
            {role: _described(f"The {said}.", _TEXTS) for role, said in ROLE_NAMES.items()}, required=list(NEEDED)
        ),
        "rights": _object(
            {
                right.value: _described(f"The roles that may {said}.", {"$ref": "#/$defs/roles"})
                for right, said in RIGHT_WORDS.items()
            }
        ),
        "approval": _object(_told(vocabulary.APPROVAL, {"reference": {"type": "string", "pattern": "[0-9]"}}, _SPAN)),
        "freezes": {
            "type": "array",
            "minItems": 1,
            "items": _object(
                _told(vocabulary.FREEZE, {"why": _TEXT, "assets": _TEXTS}, _DAY), required=["from", "to", "why"]
            ),
        },
        "waves": {
            "type": "array",
            "minItems": 1,
            "items": _object(
                _told(vocabulary.WAVE, {"departments": _TEXTS, "assets": _TEXTS}, _DAY), required=["from"]
            ),
        },
        "history": _SPAN,
        "witnesses": _TEXTS,
    }
    assert set(parts) == set(SETTINGS_KEYS) == set(vocabulary.SETTINGS), "every key of the settings is described"
    assert set(vocabulary.CLASS) == set(CLASS_KEYS), "every key of a class is described"
    assert set(vocabulary.APPROVAL) == set(APPROVAL_KEYS), "every key of approval is described"
    assert set(vocabulary.WAVE) == set(WAVE_KEYS), "every key of a wave is described"
    assert set(vocabulary.FREEZE) == set(FREEZE_KEYS), "every key of a freeze is described"
    said = {key: _described(_capital(vocabulary.SETTINGS[key]), shape) for key, shape in parts.items()}
    required = ["not_people", "classes"]
    allowed = _told(vocabulary.CLASS, {"site_sharing": _CHOICES["one-of-site_sharing"]}, _FLAG)
    definitions: Json = {
        **_SHAPES,
        "class": _object(allowed, required=["site_sharing"]),
        "account": {"type": "string", "pattern": _ACCOUNT, "examples": ["svc-migration@council.example"]},
        "roles": {"anyOf": [{"$ref": "#/$defs/role"}, {"type": "array", "items": {"$ref": "#/$defs/role"}}]},
        "role": _one_of(ROLE_NAMES),
    }
    return _schema("The settings of Custos", _object(said, required=required), definitions)


FILES: Mapping[str, Callable[[], Json]] = {
    "policy.schema.json": policy_schema,
    "tests.schema.json": tests_schema,
    "settings.schema.json": settings_schema,
}


def schema_text(make: Callable[[], Json] = policy_schema) -> str:
    """A schema as it is committed: indented, each reference on one line."""
    return _REFERENCE.sub(r"{\1}", json.dumps(make(), indent=1, ensure_ascii=False)) + "\n"


def _schema(title: str, whole: Json, definitions: Json) -> Json:
    used, wanted = dict[str, Any](), [whole]
    while wanted:
        for name in _references(wanted.pop()):
            if name not in used:
                used[name] = definitions[name]
                wanted.append(definitions[name])
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": title,
        **whole,
        "$defs": {name: used[name] for name in definitions if name in used},
    }


def _references(node: Any) -> Iterable[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value.removeprefix("#/$defs/")
            else:
                yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _object(properties: Json, *, required: list[str] | None = None) -> Json:
    made: Json = {"type": "object", "additionalProperties": False, "properties": properties}
    return made | {"required": required} if required else made


def _list_of(items: Json) -> Json:
    """One value, or a list of them."""
    return {"anyOf": [items, {"type": "array", "minItems": 1, "items": items}]}


def _told(words: Mapping[str, str], shapes: Json, usual: Json) -> Json:
    """Keys with what they mean; those without a shape of their own have the usual one."""
    return {key: _described(_capital(said), shapes.get(key, usual)) for key, said in words.items()}


def _described(said: str, schema: Json, **more: Any) -> Json:
    """A schema with a description; beside a reference it stands in an allOf, for draft 7 ignores a reference's neighbours."""
    return (
        {"description": said, "allOf": [schema], **more}
        if "$ref" in schema
        else {"description": said, **schema, **more}
    )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _limits(keys: Iterable[str], words: Mapping[str, str], most: Mapping[str, int]) -> Json:
    def limit(key: str) -> Json:
        percent = "percent" in key
        highest = most.get(key, MOST_PERCENT if percent else MOST_ACTIONS)
        said = f"{'Percent' if percent else 'Actions'}, at most, {words[key]}. 0 means none at all."
        return {"description": said, "type": "integer", "minimum": 0, "maximum": highest}

    return _object({key: limit(key) for key in keys})


def _assets() -> Json:
    attributes = {
        name: _described(
            _capital(vocabulary.ATTRIBUTES[name]) + ".",
            _list_of(_one_of(CLOSED[name])) if name in CLOSED else _TEXTS,
        )
        for name in ATTRIBUTES
    }
    return {"anyOf": [_TEXTS, {**_object(attributes), "minProperties": 1}]}


def _covers() -> Json:
    parts: Json = {
        "assets": {"$ref": "#/$defs/assets"},
        "unregistered": _FLAG,
        "sites": _ADDRESSES,
        "libraries": _ADDRESSES,
    }
    said = {key: _described(_capital(vocabulary.COVERS[key]) + ".", shape) for key, shape in parts.items()}
    left_out = _object({key: said[key] for key in ("assets", "sites", "libraries")})
    assert set(vocabulary.COVERS) == set(COVERS_KEYS), "every key of covers is described"
    whole = _object({**said, "except": _described(_capital(vocabulary.COVERS["except"]) + ".", left_out)})
    some = [{"required": [key]} for key in parts]
    return {"anyOf": [{"const": "everything"}, {**whole, "anyOf": some}]}


def _rule() -> Json:
    shapes: Json = {"find": _NAME, "about": _one_of(vocabulary.KINDS), "when": {}, "because": _TEXT, "steps": {}}
    assert set(shapes) == set(RULE_KEYS) == set(vocabulary.RULE), "every key of a rule is described"
    properties = {key: _described(vocabulary.RULE[key], shape) for key, shape in shapes.items()}
    by_kind = [
        {
            "if": {"properties": {"about": {"const": kind}}, "required": ["about"]},
            "then": {
                "properties": {"when": {"$ref": f"#/$defs/when-{kind}"}, "steps": {"$ref": f"#/$defs/steps-{kind}"}}
            },
        }
        for kind in Kind
    ]
    return {**_object(properties, required=list(properties)), "allOf": by_kind}


def _when(kind: Kind) -> Json:
    again = {"$ref": f"#/$defs/when-{kind}"}
    some = {"type": "array", "minItems": 1, "items": again}
    shapes: Json = {"all": some, "any": some, "not": again}
    joints = {word: _described(_capital(said) + ".", shapes[word]) for word, said in vocabulary.JOINTS.items()}
    facts = {name: {"$ref": f"#/$defs/fact-{name}"} for name in facts_of(kind)}
    return {**_object(joints | facts), "minProperties": 1}


def _fact(fact: Fact) -> Json:
    shape = _shape(fact) if fact.choices else {"$ref": f"#/$defs/{_shape_name(fact)}"}
    asked = f"{fact.words}. From: {fact.source}. Known: {fact.freshness}."
    return _described(_capital(asked), shape, examples=[fact.example])


def _shape_name(fact: Fact) -> str:
    """Facts of one type without choices of their own are written alike."""
    kind = "extension" if fact.name == "file_extension" else fact.type.name.lower()
    return f"asked-{kind}-or-missing" if fact.missing else f"asked-{kind}"


def _shape(fact: Fact) -> Json:
    plain = _value(fact)
    operators = operators_of(fact)
    shapes: list[Json] = [plain] if "is" in operators else []
    if "in" in operators:
        shapes.append(_values(fact))
    if fact.missing:
        shapes.append({"enum": ["is_missing", "is_present"]})
    asked = _object(
        {name: _described(_hover(operator), _operand(fact, operator)) for name, operator in operators.items()}
    )
    return {"anyOf": [*shapes, {**asked, "minProperties": 1}]}


def _hover(operator: Operator) -> str:
    """How it reads aloud, which also says what it is written with."""
    return f"… {operator.words} …"


def _value(fact: Fact) -> Json:
    match fact.type:
        case FactType.FLAG:
            return _FLAG
        case FactType.NUMBER:
            return _COUNT
        case FactType.SIZE:
            return _SIZE
        case FactType.CHOICE | FactType.LEVEL:
            return {"$ref": f"#/$defs/one-of-{fact.name}"}
        case FactType.DOMAIN:
            return _DOMAIN
        case FactType.ADDRESS:
            return _ADDRESS
    return _EXTENSION if fact.name == "file_extension" else _WRITTEN


def _values(fact: Fact) -> Json:
    return {"type": "array", "minItems": 1, "items": _value(fact)}


def _operand(fact: Fact, operator: Operator) -> Json:
    match operator.operand:
        case Operand.DURATION:
            return _SPAN
        case Operand.DAY:
            return _DAY
        case Operand.YES:
            return _FLAG
        case Operand.VALUES:
            return _values(fact)
    if operator.name in ("looser_than", "tighter_than") and fact.name == "site_sharing":
        return {"enum": [ITS_CLASS, *fact.choices]}
    if operator.name in ("starts_with", "ends_with", "contains"):
        return _WRITTEN
    return _value(fact)


def _step(kind: Kind) -> Json:
    possible = [one for one in DECLARED.values() if one.word and kind in one.about]
    said = {one.word: {"$ref": f"#/$defs/do-{one.kind}"} for one in possible}
    said |= {name: {"$ref": f"#/$defs/step-{name}"} for name in OPTIONS}
    agreed = {"properties": {"only_if": {"const": OnlyIf.OWNER_AGREES}}, "required": ["only_if"]}
    needs: list[Json] = [{"if": {"required": ["ask"]}, "then": {"required": ["within"]}}]
    needs += [{"if": {"required": [name]}, "then": agreed} for name in (one.word for one in possible if one.agreed)]
    return {**_object(said), "oneOf": [{"required": [one.word]} for one in possible], "allOf": needs}


def _parts_of_steps() -> Json:
    """What may stand in a step, once for all kinds."""
    options: Json = {"within": _SPAN, "remind": _REMINDERS, "after": _SPAN, "only_if": _one_of(vocabulary.ONLY_IF)}
    assert set(options) == set(OPTIONS) == set(vocabulary.OPTIONS), "every option of a step is described"
    done = {
        f"do-{one.kind}": _described(_capital(one.meaning) + ".", _argument(one.argument, one.about[0]))
        for one in DECLARED.values()
        if one.word
    }
    return done | {
        f"step-{name}": _described(_capital(vocabulary.OPTIONS[name]) + ".", shape) for name, shape in options.items()
    }


def _argument(argument: Argument, kind: Kind) -> Json:
    """What may stand behind an action's word."""
    match argument:
        case Person():
            return _one_of(vocabulary.RECIPIENTS)
        case Words(example=example):
            return {**_TEXT, "examples": [example]}
        case Span():
            return _SPAN
        case OneOf(words=words):
            return {"enum": list(words)}
        case OwnKind():
            return {"const": kind}


def _given(name: str) -> Json:
    """A value as in a condition, or that it is unknown or missing."""
    fact = CATALOGUE.get(name)
    if name in WORDS:
        plain: Json = _one_of(vocabulary.GIVEN_VALUES[name])
    elif fact is not None:
        plain = _DAY if fact.type is FactType.MOMENT else _value(fact)
    else:
        plain = _DAY if OTHERS[name] is FactType.MOMENT else _FLAG
    said = vocabulary.GIVEN_BESIDE.get(name, "") or (fact.words if fact else name)
    return {"description": _capital(said) + ".", "anyOf": [plain, _one_of(vocabulary.GIVEN_VALUES["any"])]}
