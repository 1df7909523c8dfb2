"""Every action that Custos knows, each declared in the module of its word (`custos.actions.apply_label`).

`custos.model.action_kind.ActionKind` is the list, from the least to the most; a new word there needs its module here and in
`custos.tenant_adapter`.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from custos.actions.declaration import Declaration
from custos.model.action_kind import ActionKind
from custos.model.subject import Kind

DECLARED: Mapping[ActionKind, Declaration] = {
    kind: import_module(f"{__name__}.{kind.value}").DECLARATION for kind in ActionKind
}
ACTION_WORDS = tuple(dict.fromkeys(one.word for one in DECLARED.values() if one.word))
"""The words of the policy language, from the least destructive to the most."""
ORDER: Mapping[ActionKind, int] = {kind: place for place, kind in enumerate(ActionKind)}


def declared_as(word: str) -> tuple[Declaration, ...]:
    """The actions that a word stands for, each about kinds of its own."""
    return tuple(one for one in DECLARED.values() if word and one.word == word)


def meaning_of(word: str) -> str:
    """What a word does, for people; of a word with several meanings each with its kind."""
    found = declared_as(word)
    if len(found) == 1:
        return found[0].meaning
    return "; ".join(f"`{word}: {kind}` {one.meaning}" for one in found for kind in one.about)


def kinds_of(word: str) -> tuple[Kind, ...]:
    """The kinds that a word may be done to."""
    return tuple(kind for kind in Kind for one in declared_as(word) if kind in one.about)
