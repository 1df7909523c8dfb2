"""Fetches the schemas of the files that are not Bicep, from folders that somebody has at hand, and makes them smaller:

    python -m tests.infra.extract_schemas check_jsonschema/builtin_schemas/vendor azure-dev microsoft-teams-app-schema

check_jsonschema is a package of PyPI that carries the schemas of both pipelines; the others are clones of Azure/azure-dev and
OfficeDev/microsoft-teams-app-schema. Descriptions stay behind, and of Azure DevOps' 259 tasks those that are not used.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

SCHEMAS = Path(__file__).with_name("schemas")
TASKS = ("AzureCLI@2", "DownloadPipelineArtifact@2", "UsePythonVersion@0")
_SAID = {
    "description",
    "title",
    "deprecationMessage",
    "doNotSuggest",
    "examples",
    "$comment",
    "ignoreCase",
    "markdownDescription",
}


def main(vendor: str, azd: str, teams: str) -> None:
    """Write `schemas/*.json`."""
    sources = {
        "github-actions.json": Path(vendor) / "github-workflows.json",
        "azure-pipelines.json": Path(vendor) / "azure-pipelines.json",
        "azure.yaml.json": Path(azd) / "schemas" / "v1.0" / "azure.yaml.json",
        "teams.json": Path(teams) / "MicrosoftTeams.schema.json",
    }
    for name, source in sources.items():
        schema = json.loads(source.read_text(encoding="utf-8"))
        if name == "azure-pipelines.json":
            _only_used(schema["definitions"]["task"])
        (SCHEMAS / name).write_text(json.dumps(_bare(schema), separators=(",", ":")) + "\n", encoding="utf-8")


def _only_used(task: dict[str, Any]) -> None:
    named = task["properties"]["task"]
    named["anyOf"] = [each for each in named["anyOf"] if each.get("enum", [""])[0] in TASKS]
    patterns = {f"^{each}$" for each in TASKS}
    task["anyOf"] = [each for each in task["anyOf"] if each["properties"]["task"].get("pattern") in patterns]


def _bare(node: Any, *, names: bool = False) -> Any:
    """The schema without what is said to people. Under `properties` and the like stand names, which may be spelt as those keys are."""
    if isinstance(node, dict):
        keep = {key: each for key, each in node.items() if names or key not in _SAID}
        return {
            key: _bare(each, names=not names and key in ("properties", "definitions")) for key, each in keep.items()
        }
    return [_bare(each) for each in node] if isinstance(node, list) else node


if __name__ == "__main__":
    main(*sys.argv[1:])
