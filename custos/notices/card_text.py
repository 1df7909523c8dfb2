"""A card as plain text: what people read on it, from top to bottom, for a terminal and for whoever cannot see the picture."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!~|&<>])")
_BOLD = re.compile(r"\*\*([^*]+)\*\*")
_JOINER = "\u2060"
_INDENT = "  "


def card_text(card: Mapping[str, object]) -> str:
    """The card's text; a button stands in brackets, a fact as `label: value`, and what a tap unfolds below its button."""
    parts = [*_elements(_listed(card, "body"), 0), *_actions(_listed(card, "actions"), 0)]
    return "\n".join(parts).strip()


def _elements(elements: Sequence[Mapping[str, Any]], depth: int) -> Iterator[str]:
    indent = _INDENT * depth
    for element in elements:
        match element.get("type"):
            case "TextBlock":
                yield f"{indent}{_plain(element['text'])}"
            case "FactSet":
                for fact in element["facts"]:
                    yield f"{indent}{_INDENT}{_plain(fact['title'])}: {_plain(fact['value'])}"
            case "Container":
                yield ""
                yield from _elements(element["items"], depth)
            case "ActionSet":
                yield from _actions(element["actions"], depth)
            case "Input.ChoiceSet":
                yield f"{indent}{_plain(element['label'])}"
                yield from (f"{indent}{_INDENT}( ) {_plain(one['title'])}" for one in element["choices"])
            case other:
                raise ValueError(f"no words for a card's {other}")


def _actions(actions: Sequence[Mapping[str, Any]], depth: int) -> Iterator[str]:
    indent = _INDENT * depth
    for action in actions:
        shown = f"{indent}[ {_plain(action['title'])} ]"
        yield f"{shown} {action['url']}" if action.get("type") == "Action.OpenUrl" else shown
        if inside := action.get("card"):
            yield from _elements(inside["body"], depth + 2)
            yield from _actions(inside.get("actions", ()), depth + 2)


def _listed(card: Mapping[str, object], name: str) -> Sequence[Mapping[str, Any]]:
    found = card.get(name, [])
    assert isinstance(found, list), f"a card's {name} is a list"
    return found


def _plain(markdown: str) -> str:
    """Markdown as it is read."""
    return _ESCAPED.sub(r"\1", _BOLD.sub(r"\1", markdown)).replace(_JOINER, "")
