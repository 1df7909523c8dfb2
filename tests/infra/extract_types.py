"""Cuts the types that `infra/*.bicep` names out of Microsoft's own, those that the Bicep compiler carries:

    git clone https://github.com/Azure/bicep-types-az && python -m tests.infra.extract_types bicep-types-az

writes `azure_types.json` beside this file: for each type and version its properties, which are required or read-only, texts that
are allowed, patterns and lengths. Descriptions stay behind.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.infra.bicep import read

_HERE = Path(__file__).parent
INFRA = _HERE.parents[1] / "infra"
TYPES = _HERE / "azure_types.json"


def wanted() -> set[str]:
    """`Microsoft.Web/sites@2024-11-01` for every resource of every file."""
    files = [read(path) for path in sorted(INFRA.glob("*.bicep"))]
    return {statement.what for file in files for statement in file.of("resource")}


def main(clone: str) -> None:
    """Write the file, or say which type was not found."""
    git = ["git", "-C", clone]
    commit = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    listed = subprocess.run(
        [*git, "ls-tree", "-r", "--name-only", "HEAD", "generated"], capture_output=True, text=True, check=True
    )
    paths = [path for path in listed.stdout.splitlines() if path.endswith("/types.json")]
    found: dict[str, Any] = {}
    for name in sorted(wanted()):
        kind, _, version = name.partition("@")
        under = f"/{kind.partition('/')[0].lower()}/{version}/types.json"
        for path in paths:
            if path.endswith(under) and name not in found:
                shown = subprocess.run([*git, "show", f"HEAD:{path}"], capture_output=True, text=True, check=True)
                pool = json.loads(shown.stdout)
                body = next(
                    (each for each in pool if each["$type"] == "ResourceType" and each["name"].lower() == name.lower()),
                    None,
                )
                if body is not None:
                    found[name] = _cut(pool, body)
    missing = sorted(wanted() - found.keys())
    if missing:
        sys.exit(f"Not among Microsoft's types: {', '.join(missing)}.")
    lines = [f"{json.dumps(name)}: {json.dumps(type_, separators=(',', ':'))}" for name, type_ in found.items()]
    source = f"https://github.com/Azure/bicep-types-az at {commit}, licence MIT"
    TYPES.write_text(
        f'{{"source": {json.dumps(source)}, "types": {{\n' + ",\n".join(lines) + "\n}}\n", encoding="utf-8"
    )


def _cut(pool: list[dict[str, Any]], resource: Mapping[str, Any]) -> dict[str, Any]:
    """The types below a resource, numbered anew from 0, which is its body."""
    numbers: dict[int, int] = {}
    cut: list[Any] = []

    def take(reference: Mapping[str, str]) -> int:
        old = int(reference["$ref"].removeprefix("#/"))
        if old not in numbers:
            numbers[old] = len(cut)
            cut.append(None)
            cut[numbers[old]] = small(pool[old])
        return numbers[old]

    def properties(told: Mapping[str, Any]) -> dict[str, Any]:
        return {name: [each["flags"], take(each["type"])] for name, each in told.items()}

    def small(told: Mapping[str, Any]) -> dict[str, Any]:
        match told["$type"]:
            case "ObjectType":
                more = {"more": take(told["additionalProperties"])} if "additionalProperties" in told else {}
                return {"properties": properties(told["properties"]), **more}
            case "DiscriminatedObjectType":
                elements = {name: take(each) for name, each in told["elements"].items()}
                return {"by": told["discriminator"], "of": elements, "properties": properties(told["baseProperties"])}
            case "ArrayType":
                return {"items": take(told["itemType"])}
            case "UnionType":
                return {"any": [take(each) for each in told["elements"]]}
            case "StringLiteralType":
                return {"text": told["value"]}
            case kind:
                limits = {
                    each: told[each]
                    for each in ("minLength", "maxLength", "pattern", "minValue", "maxValue")
                    if each in told
                }
                return {"kind": kind.removesuffix("Type"), **limits}

    take(resource["body"])
    return {"scopes": resource["writableScopes"], "pool": cut}


if __name__ == "__main__":
    main(sys.argv[1])
