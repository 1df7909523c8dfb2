"""docs/policies.md, from the catalogue, the operators, the steps, the limits and the schema of the policy language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from custos.actions import ACTION_WORDS, DECLARED, declared_as, kinds_of, meaning_of
from custos.actions.ask import SHORTEST_ANSWER
from custos.actions.notice import SHORTEST_NOTICE
from custos.actions.set_expiry import SHORTEST_EXPIRY
from custos.kinds import CATALOGUE
from custos.kinds.fact import Fact
from custos.model.policy import HouseLimits, Limits, OnlyIf, Recipient
from custos.model.refusal import Code
from custos.model.subject import Kind
from custos.policy import vocabulary
from custos.policy.loader import LIMIT_KEYS, RULE_KEYS
from custos.policy.operators import OPERATORS, Operator
from custos.policy.policy_test_words import GIVEN, Expectation
from custos.policy.schema import policy_schema
from custos.policy.scope import ATTRIBUTES, CLOSED
from custos.policy.settings_file import LIMIT_KEYS as HOUSE_KEYS
from custos.records.rights import USUAL, Right
from custos.records.rights import WORDS as RIGHT_WORDS
from docs.reference import wording
from docs.reference.markdown import NOTE, capital, code, codes, table
from simulator.councils import policies_of


def page() -> str:
    """The whole page."""
    schema = policy_schema()
    lines = [
        "# The policy language",
        "",
        NOTE,
        "",
        "The reference. How to write a policy, by example, is in [admin.md](admin.md). An editor that speaks JSON Schema completes and",
        "underlines while you type: each policy's first line points to `policies/policy.schema.json`, which is made from the same code.",
        "",
        *_policy(schema),
        *_covers(),
        *_rule(schema),
        *_conditions(),
        *_facts(),
        *_steps(),
        *_limits(),
        *_codes(),
        *_tests(),
        *_settings(),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _explained(words_of: Mapping[str, str]) -> list[str]:
    return table(("key", "meaning"), ((code(key), said) for key, said in words_of.items()))


def _policy(schema: Mapping[str, Any]) -> list[str]:
    required = frozenset(schema["required"])
    rows = (
        (code(key), "yes" if key in required else "", part["description"]) for key, part in schema["properties"].items()
    )
    return [
        "## A policy",
        "",
        "One YAML file a policy, named like it. Every value is read as text and understood by the key before it; anchors, aliases and",
        "tags are refused.",
        "",
        *table(("key", "required", "meaning"), rows),
        *table(("state", "meaning"), ((code(one), said) for one, said in vocabulary.STATES.items())),
        *table(
            ("family", "what its policies are about"), ((code(one), said) for one, said in vocabulary.FAMILIES.items())
        ),
        "A whole one, of the sample council:",
        "",
        *_shown("ownership.yaml", "policy"),
    ]


def _shown(name: str, kind: str) -> list[str]:
    """A file of the sample council without the line for editors."""
    written = (policies_of() / name).read_text(encoding="utf-8").strip().splitlines()
    return [f"```yaml {kind}", *(line for line in written if not line.startswith("#")), "```", ""]


def _covers() -> list[str]:
    rows = ((code(name), codes(CLOSED[name]) if name in CLOSED else vocabulary.ATTRIBUTES[name]) for name in ATTRIBUTES)
    return [
        "## covers",
        "",
        "`everything`, or keys that add up:",
        "",
        *_explained(vocabulary.COVERS),
        "Assets can be chosen by these attributes of the register. All that are written must fit.",
        "",
        *table(("attribute", "values"), rows),
    ]


def _rule(schema: Mapping[str, Any]) -> list[str]:
    told = schema["$defs"]["rule"]["properties"]
    rows = ((code(key), told[key]["description"]) for key in RULE_KEYS)
    kinds = ((code(kind), vocabulary.KINDS[kind]) for kind in Kind)
    return [
        "## A rule",
        "",
        *table(("key", "meaning"), rows),
        "What a rule can be about:",
        "",
        *table(("about", "one finding is"), kinds),
    ]


def _conditions() -> list[str]:
    return [
        "## Conditions",
        "",
        *wording.CONDITIONS,
        "",
        *table(
            ("operator", "for facts that are", "written with", "reads aloud", "example"),
            map(_operator, OPERATORS.values()),
        ),
    ]


def _operator(operator: Operator) -> tuple[str, ...]:
    types = "anything that can be missing" if operator.name == "is_missing" else ", ".join(operator.types)
    example = code(f"{operator.name}: {operator.example}")
    return code(operator.name), types, vocabulary.OPERANDS[operator.operand], operator.words, example


def _facts() -> list[str]:
    everywhere = [fact for fact in CATALOGUE.values() if fact.kinds == tuple(Kind)]
    elsewhere = [fact for fact in CATALOGUE.values() if fact.kinds != tuple(Kind)]
    return [
        "## Facts",
        "",
        *wording.FACTS,
        "",
        "### For every rule",
        "",
        *table(("fact", "type", "meaning", "example", "from"), map(_fact, everywhere)),
        "### For some rules",
        "",
        *table(
            ("fact", "about", "type", "meaning", "example", "from"),
            ((name, ", ".join(fact.kinds), *rest) for fact in elsewhere for name, *rest in [_fact(fact)]),
        ),
    ]


def _fact(fact: Fact) -> tuple[str, ...]:
    kind = f"{fact.type}: {codes(fact.choices)}" if fact.choices else str(fact.type)
    meaning = capital(fact.words)
    meaning += f". Can be missing: {fact.missing}" if fact.missing else ""
    meaning += ". Not in `because`: it could give away what a file is about" if fact.private else ""
    units = f"; {fact.units} units each" if fact.units else ""
    return code(fact.name), kind, meaning, code(fact.example), f"{fact.source}, {fact.freshness}{units}"


def _steps() -> list[str]:
    floors = (
        ("`within` of `ask`", f"at least {SHORTEST_ANSWER}"),
        ("`set_expiry`", f"at least {SHORTEST_EXPIRY}"),
        ("`after` of a `set_expiry` on silence", f"at least {SHORTEST_NOTICE}, when it is written"),
    )
    return [
        "## Steps",
        "",
        "Each step names one action. They are listed from the least destructive to the most.",
        "",
        *table(("action", "for rules about", "what it does", "undo"), map(_step, ACTION_WORDS)),
        "Beside the action a step may say:",
        "",
        *table(("option", "meaning"), ((code(key), said) for key, said in vocabulary.OPTIONS.items())),
        "Whom `tell` and `ask` address:",
        "",
        *table(("recipient", "meaning"), ((code(one), vocabulary.RECIPIENTS[one]) for one in Recipient)),
        "`only_if` is one of:",
        "",
        *table(("only_if", "meaning"), ((code(one), vocabulary.ONLY_IF[one]) for one in OnlyIf)),
        "What the loader refuses, whoever writes it:",
        "",
        *(f"- {line}" for line in _refused()),
        "",
        *table(("span", "shortest"), floors),
    ]


def _step(word: str) -> tuple[str, ...]:
    kinds = kinds_of(word)
    undo = "; ".join(dict.fromkeys(f"{one.reversibility}: {one.way_back}" for one in declared_as(word)))
    return code(word), "anything" if set(kinds) == set(Kind) else ", ".join(kinds), meaning_of(word), undo


def _refused() -> Iterable[str]:
    agreed = codes(dict.fromkeys(one.word for one in DECLARED.values() if one.agreed))
    last = codes(dict.fromkeys(one.word for one in DECLARED.values() if one.last))
    yield f"{agreed} without `only_if: owner_agrees` and an `ask: owner` (or `ask: governance`) before it"
    for one in DECLARED.values():
        yield from one.refuses
    yield f"anything after {last}"


def _limits() -> list[str]:
    own, house = Limits(), HouseLimits()
    return [
        "## limits",
        "",
        "Ceilings on the actions that write. 0 means none at all. They count together with those of all policies, which are in",
        "`settings.yaml`, where labels and access are counted apart. A plan that would break one is not begun: its run waits for",
        "somebody else's word ([admin.md](admin.md#budgets-and-parked-runs)).",
        "",
        *table(
            ("in a policy", "without it", "meaning"),
            ((code(key), f"{getattr(own, key):g}", vocabulary.LIMITS[key]) for key in LIMIT_KEYS),
        ),
        *table(
            ("in settings.yaml", "without it", "meaning"),
            (
                (code(key), f"{getattr(house, field):g}", vocabulary.HOUSE_LIMITS[key])
                for key, field in HOUSE_KEYS.items()
            ),
        ),
    ]


def _codes() -> list[str]:
    return [
        "## Why something is not done",
        "",
        "Every action that is refused or skipped carries one of these words, in plans, runs and the audit.",
        "",
        *table(("code", "meaning"), ((code(one), wording.CODES[one]) for one in Code)),
    ]


def _tests() -> list[str]:
    return [
        "## Tests",
        "",
        *wording.TESTS,
        "",
        *_explained(vocabulary.TEST),
        *table(("expect", "meaning"), ((code(one), vocabulary.OUTCOMES[one]) for one in Expectation)),
        "What can be given of a subject; the rest is filled in as unremarkable. `unknown` makes a fact unknown, `is_missing` makes",
        "it known to be missing.",
        "",
        *table(("about", "given"), ((code(kind), codes(_given(kind))) for kind in Kind)),
        *table(
            ("given beside the facts", "meaning"), ((code(key), said) for key, said in vocabulary.GIVEN_BESIDE.items())
        ),
        *table(
            ("given", "value", "meaning"),
            (
                (code(name), code(value), said)
                for name, values in vocabulary.GIVEN_VALUES.items()
                for value, said in values.items()
            ),
        ),
        "Those of the policy above:",
        "",
        *_shown("ownership.tests.yaml", "tests ownership"),
    ]


def _given(kind: Kind) -> Iterable[str]:
    return sorted(GIVEN[kind])


def _settings() -> list[str]:
    rights = (
        (code(right), RIGHT_WORDS[right], ", ".join(code(role) for role in sorted(USUAL[right]))) for right in Right
    )
    return [
        "## settings.yaml",
        "",
        *_explained(vocabulary.SETTINGS),
        "Days are days of the council: its time zone is the setting `CUSTOS_TIMEZONE` ([operator.md](operator.md)).",
        "",
        "Under `approval:`",
        "",
        *_explained(vocabulary.APPROVAL),
        "Each entry of `freezes:`",
        "",
        *_explained(vocabulary.FREEZE),
        "Each class of `classes:`",
        "",
        *_explained(vocabulary.CLASS),
        "Under `rights:`, who may do what. Whatever stands there, nobody approves a policy or releases a run that they own, wrote,",
        "planned, edited or started themselves, and operators of the platform have no approving right unless you give them one.",
        "`custos schema roles` shows the table with the holders of today.",
        "",
        *table(("right", "lets a person", "usual roles"), rights),
    ]
