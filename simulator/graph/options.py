"""Query options: each operation says which it takes, and Graph refuses the others.

What is not understood is refused with 400, never passed over, for the caller would take the answer to be what was
asked.

Source: https://learn.microsoft.com/graph/query-parameters
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from simulator.refusal import Refused

SELECT = frozenset({"$select"})
EXPAND = SELECT | {"$expand"}
PAGED = SELECT | {"$top", "$skiptoken"}
DELTA = PAGED | {"$expand", "$deltatoken"}  # `$expand` reaches the handler, which refuses it with its own code
DIRECTORY = PAGED | {"$filter", "$count", "$search", "$orderby", "$expand"}
_SYSTEM = DIRECTORY | DELTA | {"$skip", "$format", "$apply", "$compute", "$levels", "$schemaversion"}
_EXPANSION = re.compile(r"\s*([@\w.]+)\s*(?:\((.*)\))?\s*", re.DOTALL)


def normal(query: Mapping[str, str]) -> dict[str, str]:
    """System options in lower case and with their `$`, which some clients leave out; everything else as it is."""
    told = {}
    for name, value in query.items():
        lowered = name.lower()
        if lowered in _SYSTEM:
            told[lowered] = value
        else:
            told[f"${lowered}" if f"${lowered}" in _SYSTEM else name] = value
    return told


def check(query: Mapping[str, str], allowed: frozenset[str]) -> None:
    """Refuse with 400 an option that Graph does not have, or that the operation does not take."""
    for name in query:
        if not name.startswith("$"):
            continue
        if name not in _SYSTEM:
            raise Refused(400, "BadRequest", f"Unrecognized query argument specified: '{name}'.")
        if name not in allowed and name != "$format":
            raise Refused(400, "BadRequest", f"The query option '{name}' is not supported by this operation.")


def selected(text: str, names: frozenset[str]) -> frozenset[str]:
    """The properties in `$select` as the resource spells them. Raises Refused 400 for one that it does not have."""
    found = set()
    for each in filter(None, (part.strip() for part in text.split(","))):
        found.add(each if each.startswith("@") else property_name(each.partition("/")[0], names, "Select and Expand"))
    return frozenset(found)


def property_name(wanted: str, names: frozenset[str], clause: str) -> str:
    """A property as the resource spells it; case does not matter. Raises Refused 400 for one that it does not have."""
    if wanted in names:
        return wanted
    found = next((name for name in names if name.lower() == wanted.lower()), None)
    if found is None:
        raise Refused(400, "BadRequest", f"Parsing OData {clause} failed: Could not find a property named '{wanted}'.")
    return found


def expansions(text: str, names: frozenset[str]) -> dict[str, dict[str, str]]:
    """The parts of `$expand` by name, each with the options in its brackets. Raises Refused 400."""
    found = {}
    for part in _parts(text, ","):
        matched = _EXPANSION.fullmatch(part)
        if matched is None:
            raise Refused(400, "BadRequest", f"Parsing OData Select and Expand failed: '{part}' is not valid.")
        nested = (each.partition("=") for each in _parts(matched[2] or "", ";"))
        name = property_name(matched[1].partition("/")[0], names, "Select and Expand")
        found[name] = normal({option.strip(): value.strip() for option, _, value in nested})
    return found


def _parts(text: str, separator: str) -> list[str]:
    """Cut at separators that stand outside brackets."""
    parts, depth, current = [], 0, ""
    for character in text:
        depth += (character == "(") - (character == ")")
        if character == separator and depth == 0:
            parts.append(current)
            current = ""
        else:
            current += character
    return [part for part in [*parts, current] if part.strip()]
