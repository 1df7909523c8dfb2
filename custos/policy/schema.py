"""The JSON Schema of policy files, made from the catalogue: completion, hover and underlining in any editor that speaks it.

`python -m custos.policy.schema > policies/policy.schema.json` writes it. What only the registers know (people, assets, labels) is checked
by the loader and not here.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from custos.engine.model import Kind, State
from custos.policy.catalogue import CATALOGUE, SHARING_LEVELS, Fact, FactType, facts_of
from custos.policy.loader import LIMIT_KEYS, POLICY_KEYS, RULE_KEYS
from custos.policy.model import FROM_SCHEDULE, TO_CLASS, Family, OnlyIf, Recipient
from custos.policy.operators import ITS_CLASS, Operand, Operator, operators_of
from custos.policy.scope import ATTRIBUTES, CLOSED
from custos.policy.steps import ACTIONS, KINDS_OF

type Json = dict[str, Any]

_SHAPES: Mapping[str, Json] = {
    "span": {
        "type": "string",
        "pattern": r"^\d{1,5} (hour|day|working day|week|month|year)s?$",
        "examples": ["30 days", "5 working days", "2 years"],
    },
    "day": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$", "examples": ["2027-05-31"]},
    "name": {"type": "string", "pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*$", "maxLength": 60},
    "text": {"type": "string", "minLength": 1},
    "texts": {"type": ["string", "array"], "items": {"type": "string"}},
    "flag": {"enum": ["yes", "no", True, False]},
    "count": {"type": "integer", "minimum": 0},
    "size": {"type": ["string", "integer"], "examples": ["500 MB", "2 GB"]},
}
_SPAN, _DAY, _NAME, _TEXT, _TEXTS, _FLAG, _COUNT, _SIZE = ({"$ref": f"#/$defs/{name}"} for name in _SHAPES)

_SAID: Mapping[str, tuple[str, Json]] = {
    "policy": ("Its permanent name; the file is named like it.", _NAME),
    "title": ("What people read above its findings.", _TEXT),
    "why": ("The reason, for the people who are asked.", _TEXT),
    "family": ("Findings of one family on one asset are one question.", {"enum": list(Family)}),
    "owner": ("Who answers for the policy: a sign-in name of people_roles.csv.", _TEXT),
    "policy_ref": ("Clauses of the Information Management Policy that it carries out.", _TEXTS),
    "state": (
        "draft: checked only. simulate: planned, nothing touched. pilot: on the pilot assets. enforce: everywhere it covers.",
        {"enum": list(State)},
    ),
    "pilot": ("Assets on which the state pilot asks and acts.", _TEXTS),
    "review_due": ("After this day the policy only simulates until somebody has reviewed it.", _DAY),
    "priority": (
        "Who wins where two policies label one file: the higher.",
        {"type": "integer", "minimum": 0, "maximum": 1000},
    ),
    "yields_to": ("Policies whose label stands where both would label one file.", _TEXTS),
    "covers": ("What the policy looks at.", {"$ref": "#/$defs/covers"}),
    "rules": (
        "What it finds, and what is done about it.",
        {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/rule"}},
    ),
    "limits": ("Ceilings on what it may change; 0 means nothing at all.", {"$ref": "#/$defs/limits"}),
}
_REQUIRED = ["policy", "title", "why", "family", "owner", "policy_ref", "state", "review_due", "covers", "rules"]


def policy_schema() -> Json:
    """The schema, as JSON Schema draft 7, which editors understand best."""
    definitions: Json = {
        **_SHAPES,
        "covers": _covers(),
        "limits": _object(dict.fromkeys(LIMIT_KEYS, _COUNT)),
        "rule": _rule(),
        **{f"when-{kind}": _when(kind) for kind in Kind},
        **{f"steps-{kind}": {"type": "array", "minItems": 1, "items": _step(kind)} for kind in Kind},
        **{_shape_name(fact): _shape(fact) for fact in CATALOGUE.values() if not fact.choices},
        **{f"fact-{fact.name}": _fact(fact) for fact in CATALOGUE.values()},
    }
    assert set(_SAID) == set(POLICY_KEYS), "every key of a policy is described"
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A policy of Custos",
        **_object({key: _described(said, schema) for key, (said, schema) in _SAID.items()}, required=_REQUIRED),
        "$defs": definitions,
    }


def schema_text() -> str:
    """The schema as it is committed."""
    return json.dumps(policy_schema(), indent=1, ensure_ascii=False) + "\n"


def _object(properties: Json, *, required: list[str] | None = None) -> Json:
    made: Json = {"type": "object", "additionalProperties": False, "properties": properties}
    return made | {"required": required} if required else made


def _described(said: str, schema: Json, **more: Any) -> Json:
    """A schema with a description; beside a reference it stands in an allOf, for draft 7 ignores a reference's neighbours."""
    return (
        {"description": said, "allOf": [schema], **more}
        if "$ref" in schema
        else {"description": said, **schema, **more}
    )


def _covers() -> Json:
    attributes = {
        name: {"anyOf": [{"enum": list(CLOSED[name])}, {"type": "array", "items": {"enum": list(CLOSED[name])}}]}
        if name in CLOSED
        else _TEXTS
        for name in ATTRIBUTES
    }
    assets: Json = {
        "description": "all, a list of ids, or attributes of the register that must all fit.",
        "anyOf": [_TEXTS, _object(attributes)],
    }
    left_out = _object({"assets": assets, "sites": _TEXTS, "libraries": _TEXTS})
    parts = {"assets": assets, "unregistered": _FLAG, "sites": _TEXTS, "libraries": _TEXTS, "except": left_out}
    return {"anyOf": [{"const": "everything"}, _object(parts)]}


def _rule() -> Json:
    properties: Json = {
        "find": _described("The finding's permanent name.", _NAME),
        "about": {
            "enum": list(Kind),
            "description": "What kind of thing it is about. Write it first: it decides the facts.",
        },
        "when": {"description": "Facts and what they must be. Unknown facts find nothing and are counted."},
        "because": _described("The reason as people read it; facts' names stand in braces.", _TEXT),
        "steps": {"description": "What is done, in order, the least destructive first."},
    }
    assert set(properties) == set(RULE_KEYS), "every key of a rule is described"
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
    joints = {"all": {"type": "array", "items": again}, "any": {"type": "array", "items": again}, "not": again}
    return _object(joints | {name: {"$ref": f"#/$defs/fact-{name}"} for name in facts_of(kind)})


def _fact(fact: Fact) -> Json:
    shape = _shape(fact) if fact.choices else {"$ref": f"#/$defs/{_shape_name(fact)}"}
    asked = f"{fact.words}. From: {fact.source}. Known: {fact.freshness}."
    return _described(asked[0].upper() + asked[1:], shape, examples=[fact.example])


def _shape_name(fact: Fact) -> str:
    """Facts of one type without choices of their own are written alike."""
    kind = fact.type.name.lower()
    return f"asked-{kind}-or-missing" if fact.missing else f"asked-{kind}"


def _shape(fact: Fact) -> Json:
    plain = _value(fact)
    operators = operators_of(fact)
    shapes: list[Json] = [plain] if "is" in operators else []
    if "in" in operators:
        shapes.append({"type": "array", "items": plain})
    if fact.missing:
        shapes.append({"enum": ["is_missing", "is_present"]})
    return {"anyOf": [*shapes, _object({name: _operand(fact, operator) for name, operator in operators.items()})]}


def _value(fact: Fact) -> Json:
    match fact.type:
        case FactType.FLAG:
            return _FLAG
        case FactType.NUMBER:
            return _COUNT
        case FactType.SIZE:
            return _SIZE
        case FactType.CHOICE | FactType.LEVEL:
            return {"enum": list(fact.choices)}
        case _:
            return _TEXT


def _operand(fact: Fact, operator: Operator) -> Json:
    match operator.operand:
        case Operand.DURATION:
            return _SPAN
        case Operand.DAY:
            return _DAY
        case Operand.YES:
            return _FLAG
        case Operand.VALUES:
            return {"type": "array", "items": _value(fact)}
    if operator.name in ("looser_than", "tighter_than") and fact.name == "site_sharing":
        return {"enum": [ITS_CLASS, *fact.choices]}
    return _value(fact)


def _step(kind: Kind) -> Json:
    recipient = {"enum": list(Recipient)}
    actions: Json = {
        "tell": {**recipient, "description": "Puts the finding before somebody."},
        "ask": {**recipient, "description": "Puts it before somebody who decides within a time."},
        "apply_label": _described("The schedule's label, or one by its name.", _TEXT, examples=[FROM_SCHEDULE]),
        "set_expiry": _described("The link ends this long after the step.", _SPAN),
        "restrict_site": {"enum": [TO_CLASS, *SHARING_LEVELS], "description": "Lowers the site's sharing level."},
        "remove": {"const": kind, "description": "Takes the link or the access away."},
    }
    options: Json = {
        "within": _described("The time to answer a question.", _SPAN),
        "after": _described("The notice: the time since the first word about the finding.", _SPAN),
        "only_if": {"enum": list(OnlyIf), "description": "What must be true besides."},
    }
    possible = [name for name in ACTIONS if kind in KINDS_OF.get(name, tuple(Kind))]
    return _object({name: actions[name] for name in possible} | options)


if __name__ == "__main__":
    sys.stdout.write(schema_text())
