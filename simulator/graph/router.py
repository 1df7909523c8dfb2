"""From a method and a path to the operation, in every spelling that Graph and its SDK use."""

from __future__ import annotations

import re
from collections.abc import Iterable

from simulator.graph.calls import Call, Operation
from simulator.tenant.model import Item
from simulator.tenant.state import Tenant

_FUNCTION = re.compile(r"^([A-Za-z.]+)\((.*)\)$")
_PARAMETER = re.compile(r"(\w+)=(?:'([^']*)'|([^,]*))")
_SITE_BY_PATH = re.compile(r"^sites/([^/:]+):/?([^:]*?)(?::(?:/(.*))?)?$")
_ITEM_BY_PATH = re.compile(r"^(.*?)(root|items/[^/:]+):/([^:]+?)(?::(?:/(.*))?)?$")


class Router:
    """Finds the operation for a request; operations are told apart by method, length and fixed segments."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._table: dict[tuple[str, int], list[tuple[list[str], Operation]]] = {}
        for operation in operations:
            segments = operation.template.split("/")
            self._table.setdefault((operation.method, len(segments)), []).append((segments, operation))
        for candidates in self._table.values():  # fixed words win over places for ids
            candidates.sort(key=lambda candidate: [segment.startswith("{") for segment in candidate[0]])

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
        path = canonical(call.tenant, call.path.strip("/"))
        segments = path.split("/")
        for at, segment in enumerate(segments):
            function = _FUNCTION.match(segment)
            if function is not None:
                segments[at] = function[1]
                for name, quoted, plain in _PARAMETER.findall(function[2]):
                    call.arguments[name] = quoted or plain
            elif segment.startswith("graph."):
                segments[at] = f"microsoft.{segment}"
        return [segment.removeprefix("oneDrive.") for segment in segments]


def canonical(tenant: Tenant, path: str) -> str:
    """A path by ids: paths behind colons, `root`, and a site's default drive are looked up. Raises Refused 404."""
    by_path = _SITE_BY_PATH.match(path)
    if by_path is not None:
        site = tenant.site(by_path[2] or "root")
        path = f"sites/{site.id}" + (f"/{by_path[3]}" if by_path[3] else "")
    parts = path.split("/", 3)
    if parts[0] == "sites" and len(parts) > 2 and (parts[2] == "drive" or parts[2].startswith("drive:")):
        default = next(drive for drive in tenant.site(parts[1]).drives if not drive.system)
        path = "/".join(["drives/" + default.id, *parts[3:]])
    by_name = _ITEM_BY_PATH.match(path)
    if by_name is not None and by_name[1].startswith("drives/"):
        drive_id = by_name[1].split("/")[1]
        start = tenant.item(drive_id, by_name[2].removeprefix("items/"))
        found: Item = tenant.item_below(start, by_name[3])
        path = f"drives/{drive_id}/items/{found.id}" + (f"/{by_name[4]}" if by_name[4] else "")
    parts = path.split("/")
    if len(parts) > 2 and parts[0] == "drives" and parts[2] == "root":
        parts[2:3] = ["items", "root"]
    return "/".join(parts)


def _match(pattern: list[str], segments: list[str]) -> dict[str, str] | None:
    arguments = {}
    for expected, actual in zip(pattern, segments, strict=True):
        if expected.startswith("{"):
            arguments[expected[1:-1]] = actual
        elif expected != actual:
            return None
    return arguments
