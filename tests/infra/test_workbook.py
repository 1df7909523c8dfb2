"""The workbook shows what is measured: every measurement and event, under its own name, from tables that Application Insights has."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from custos.telemetry.catalogue import EVENTS, MEASUREMENTS
from tests.infra.bicep import Call, Text, read, walk
from tests.infra.extract_types import INFRA

TEXT = (INFRA / "workbook.json").read_text(encoding="utf-8")
_TABLES = {"AppMetrics", "AppEvents", "AppRequests"}
"""Those of a workspace: https://learn.microsoft.com/azure/azure-monitor/app/convert-classic-resource#workspace-based-resource-changes"""
_COLUMNS = {"AppRoleInstance", "Name", "Properties", "Success", "Sum", "TimeGenerated"}
"""Those that are read of them: https://learn.microsoft.com/azure/azure-monitor/reference/tables/appmetrics, appevents and apprequests"""
_MADE = re.compile(r"\b(\w+) = (?:tostring|max|min|sum|count|dcount|make_set|arg_max|Sum)")
_WORD = re.compile(r"(?<![.\w\"])([A-Z]\w+)\b(?!\()")


def problems(text: str) -> list[str]:
    """What is wrong with a workbook: one sentence each."""
    book: dict[str, Any] = json.loads(text)
    found = [] if book["version"] == "Notebook/1.0" else ["it is no workbook"]
    parameters, shown = set[str](), set[str]()
    for item in book["items"]:
        content = item["content"]
        if item["type"] == 9:
            parameters |= {one["name"] for one in content["parameters"]}
        elif item["type"] == 3:
            query = content["query"]
            shown |= set(re.findall(r'"custos\.([\w.]+)"', query)) | (
                EVENTS.keys() & set(re.findall(r'"([^"]+)"', query))
            )
            said = re.sub(r'"[^"]*"', '""', query)
            table, *rest = said.split(" | ")
            found += [] if table in _TABLES else [f"{item['name']}: there is no table {table}"]
            known = _COLUMNS | set(_MADE.findall(said))
            found += [
                f"{item['name']}: there is no column {word}"
                for word in _WORD.findall(" | ".join(rest))
                if word not in known
            ]
            found += [] if content["timeContextFromParameter"] in parameters else [f"{item['name']}: no time is chosen"]
    found += [f"{name} is shown and not measured" for name in sorted(shown - MEASUREMENTS.keys() - EVENTS.keys())]
    return found + [
        f"{name} is measured and not shown" for name in sorted((MEASUREMENTS.keys() | EVENTS.keys()) - shown)
    ]


def test_workbook_shows_everything() -> None:
    """Nothing that is measured is left out, and nothing is asked for that is not there."""
    assert problems(TEXT) == []


@pytest.mark.parametrize(
    ("was", "planted", "said"),
    [
        ("custos.backlog", "custos.backlogs", "backlog is measured and not shown"),
        (
            'AppMetrics | where Name == \\"custos.cases.overdue',
            'AppMetric | where Name == \\"custos.cases.overdue',
            "no table AppMetric",
        ),
        ("max(Sum) by queue", "max(Total) by queue", "no column Total"),
        ("bin(TimeGenerated, 15m)", "bin(TimeStamp, 15m)", "no column TimeStamp"),
        ('"name": "when",', '"name": "then",', "no time is chosen"),
    ],
)
def test_planted_fault_is_found(was: str, planted: str, said: str) -> None:
    """A measurement that is not there, a table, a column and a parameter that are misspelt are each told."""
    assert was in TEXT
    assert said in "; ".join(problems(TEXT.replace(was, planted, 1)))


def test_files_that_templates_load_are_there() -> None:
    """Each file that a template loads lies beside it."""
    loaded = [
        str(node.arguments[0].plain)
        for path in INFRA.glob("*.bicep")
        for each in read(path).statements
        if each.value
        for node in walk(each.value)
        if isinstance(node, Call) and node.name == "loadTextContent" and isinstance(node.arguments[0], Text)
    ]
    assert loaded == ["workbook.json"]
    assert all((INFRA / name).is_file() for name in loaded)
