"""Every word of the policy language that is no fact: where it is written, and what it means there.

Made of the texts that editors show (`custos.policy.vocabulary`, `custos.kinds`), for `custos schema`.
"""

from __future__ import annotations

from collections.abc import Mapping

from custos.actions import ACTION_WORDS, meaning_of
from custos.kinds import CHOICES
from custos.kinds.common_facts import POSTURES
from custos.policy import vocabulary
from custos.policy.operators import OPERATORS
from custos.records.rights import WORDS as RIGHTS
from custos.records.roles import ROLE_NAMES

LANGUAGE: Mapping[str, Mapping[str, str]] = {
    "a policy": vocabulary.POLICY,
    "state": {one.value: said for one, said in vocabulary.STATES.items()},
    "family": {one.value: said for one, said in vocabulary.FAMILIES.items()},
    "a rule": vocabulary.RULE,
    "covers": {**vocabulary.COVERS, "everything": vocabulary.EVERYTHING},
    "covers, assets": vocabulary.ATTRIBUTES,
    "about": {kind.value: words for kind, words in vocabulary.KINDS.items()},
    "a condition": {
        **vocabulary.JOINTS,
        **{
            operator.name: f"the fact {operator.words} …; for instance  {operator.name}: {operator.example}"
            for operator in OPERATORS.values()
        },
    },
    "a value": vocabulary.VALUES,
    **{f"a value of {fact}": words for fact, words in CHOICES.items()},
    "a step": {**{word: meaning_of(word) for word in ACTION_WORDS}, **vocabulary.OPTIONS},
    "tell and ask": {one.value: words for one, words in vocabulary.RECIPIENTS.items()},
    "only_if": {one.value: words for one, words in vocabulary.ONLY_IF.items()},
    "limits": vocabulary.LIMITS,
    "a file of tests": {**vocabulary.TEST_FILE, **vocabulary.TEST},
    "expect": {one.value: words for one, words in vocabulary.OUTCOMES.items()},
    "given": vocabulary.GIVEN_BESIDE,
    **{f"given, {name}": words for name, words in vocabulary.GIVEN_VALUES.items()},
    "settings.yaml": vocabulary.SETTINGS,
    "settings.yaml, classes": POSTURES,
    "settings.yaml, a class": vocabulary.CLASS,
    "settings.yaml, limits": vocabulary.HOUSE_LIMITS,
    "settings.yaml, roles": ROLE_NAMES,
    "settings.yaml, rights": {right.value: f"the roles that may {said}" for right, said in RIGHTS.items()},
    "settings.yaml, approval": vocabulary.APPROVAL,
    "settings.yaml, a freeze": vocabulary.FREEZE,
    "settings.yaml, a wave": vocabulary.WAVE,
}
"""Where a word of the policy language is written ► the words there and what they mean."""
