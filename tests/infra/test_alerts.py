"""Alerts ask after functions that there are: a query for a name that nobody bears would never wake anybody."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from custos.settings import REPOSITORY
from custos.storage.queues import ALL
from tests.infra.extract_types import INFRA

_TEXT = (INFRA / "alerts.bicep").read_text(encoding="utf-8")
_TRIGGER = re.compile(r"@blueprint\.(\w+)\((.*?)\)\nasync def (\w+)", re.DOTALL)
_FUNCTIONS = {
    name: (kind, details)
    for path in (REPOSITORY / "handlers").glob("*.py")
    for kind, details, name in _TRIGGER.findall(path.read_text(encoding="utf-8"))
}


def _asked_about(text: str) -> Iterator[str]:
    """What is wrong with the names that the queries hold."""
    for query in re.findall(r"query: '(.*)'", text):
        for how, name in re.findall(r'Name (==|!=|startswith) "(\w+)"', query):
            if not any(each.startswith(name) if how == "startswith" else each == name for each in _FUNCTIONS):
                yield f"no function is called {name}"
        if "AppRequests" not in query:
            yield f"this asks another table: {query}"


def test_every_name_is_a_functions() -> None:
    """Each alert's query names functions of the app; every queue's poison is among them, and the sweep is a timer."""
    assert list(_asked_about(_TEXT)) == []
    assert len(re.findall(r"query: '", _TEXT)) == 3
    poisoned = " ".join(details for name, (_, details) in _FUNCTIONS.items() if name.startswith("poisoned_"))
    assert poisoned.count("queue_name=poison(") == len(ALL)
    assert _FUNCTIONS["sweep"][0] == "timer_trigger"
    assert "/api/health" in _TEXT
    assert "health" in _FUNCTIONS


@pytest.mark.parametrize(
    ("was", "planted"),
    [('"sweep"', '"sweeper"'), ('"poisoned_"', '"poison_"'), ('"health"', '"healthy"'), ("AppRequests", "AppTraces")],
)
def test_planted_fault_is_found(was: str, planted: str) -> None:
    """A name that is spelt otherwise is found."""
    assert was in _TEXT
    assert list(_asked_about(_TEXT.replace(was, planted, 1)))
