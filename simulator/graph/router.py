"""From a method and a path to the operation, in every spelling that Graph and its SDK use."""

from __future__ import annotations

import re
from collections.abc import Iterable

from simulator.graph.addresses import canonical
from simulator.graph.calls import Call, Operation

_FUNCTION = re.compile(r"^([A-Za-z.]+)\((.*)\)$")
_PARAMETER = re.compile(r"(\w+)=(?:'([^']*)'|([^,]*))")


class Router:
    """Finds the operation for a request; operations are told apart by method, length and fixed segments."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._table: dict[tuple[str, int], list[tuple[list[str], Operation]]] = {}
        for operation in operations:
            segments = [each if each.startswith("{") else each.lower() for each in operation.template.split("/")]
            self._table.setdefault((operation.method, len(segments)), []).append((segments, operation))
        for candidates in self._table.values():  # fixed words win over places for ids
            candidates.sort(key=lambda candidate: [segment.startswith("{") for segment in candidate[0]])

    def words(self) -> dict[str, str]:
        """The fixed words of all paths as Graph spells them, by their lower case."""
        return {
            word.lower(): word
            for candidates in self._table.values()
            for _, operation in candidates
            for word in operation.template.split("/")
            if not word.startswith("{")
        }

    def find(self, call: Call) -> Operation | None:
        """The operation, with its arguments put into the call; None if this tenant does not have it."""
        segments = self._segments(call)
        for pattern, operation in self._table.get((call.method, len(segments)), ()):
            arguments = _match(pattern, segments)
            if arguments is not None:
                call.arguments.update(arguments)
                return operation
        return None

    def _segments(self, call: Call) -> list[str]:
        segments = canonical(call.tenant, call.path.strip("/")).split("/")
        for at, segment in enumerate(segments):
            function = _FUNCTION.match(segment)
            if function is not None:
                segments[at] = function[1]
                for name, quoted, plain in _PARAMETER.findall(function[2]):
                    call.arguments[name] = quoted or plain
            elif segment.startswith("graph."):
                segments[at] = f"microsoft.{segment}"
        return [segment.removeprefix("oneDrive.") for segment in segments]


def _match(pattern: list[str], segments: list[str]) -> dict[str, str] | None:
    arguments = {}
    for expected, actual in zip(pattern, segments, strict=True):
        if expected.startswith("{"):
            arguments[expected[1:-1]] = actual
        elif expected != actual.lower():
            return None
    return arguments
