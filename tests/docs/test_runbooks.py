"""There is a runbook for each incident and each alert, and what it tells somebody to type there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from custos.cli.main import main
from custos.jobs.incidents import Incident
from custos.settings import REPOSITORY
from tests.docs.pages import RUNBOOKS
from tests.infra.bicep import Fields, Items, Node, Text, read, walk
from tests.infra.check import declared
from tests.infra.extract_types import INFRA

PAGES = sorted(RUNBOOKS.glob("*.md"))
STEPS = [page for page in PAGES if page.name != "README.md"]
_TYPED = re.compile(r"`custos ([^`]+)`|^\s*custos (.+)$", re.MULTILINE)


def _alerts() -> Iterator[tuple[str, str]]:
    """The name of each alert, and what its mail says."""
    rules = declared(read(INFRA / "alerts.bicep"))["rules"].value
    assert isinstance(rules, Items)
    for rule in rules.items:
        told = _texts(rule)
        yield told["name"], told["said"]
    for name in ("unwell",):
        found = declared(read(INFRA / "alerts.bicep"))[name].value
        assert found is not None
        yield name, _texts(found)["description"]


def _texts(node: Node) -> dict[str, str]:
    fields = [each for one in walk(node) if isinstance(one, Fields) for each in one.fields]
    return {str(each.key.plain): str(each.value.plain) for each in fields if isinstance(each.value, Text)}


def test_each_incident_and_each_alert_has_a_page() -> None:
    """The pages are those of the code and of the templates: neither more nor less, and each alert's mail names its own."""
    alerts = dict(_alerts())
    metric = re.findall(
        r"^resource (\w+) 'Microsoft\.Insights/metricAlerts", (INFRA / "alerts.bicep").read_text(), re.MULTILINE
    )
    assert metric == ["unwell"]
    pages = {f"docs/runbooks/{page.name}" for page in PAGES}
    assert {page for page in pages if "/incident-" in page} == {kind.runbook for kind in Incident}
    assert {page for page in pages if "/alert-" in page} == {f"docs/runbooks/alert-{name}.md" for name in alerts}
    assert [name for name, said in alerts.items() if f"docs/runbooks/alert-{name}.md" not in said] == []


def test_each_incident_is_explained_to_the_operator() -> None:
    """The operator's page and the list of runbooks have a line for each kind, and that line leads to its page."""
    for page, folder in ((REPOSITORY / "docs" / "operator.md", "runbooks/"), (RUNBOOKS / "README.md", "")):
        text = page.read_text(encoding="utf-8")
        lines = {kind: [line for line in text.splitlines() if line.startswith(f"| `{kind}` |")] for kind in Incident}
        assert [
            kind for kind, found in lines.items() if f"({folder}{Path(kind.runbook).name})" not in "".join(found)
        ] == []


@pytest.mark.parametrize("page", STEPS, ids=lambda page: page.stem)
def test_steps_are_numbered_and_say_what_comes(page: Path) -> None:
    """Each page has steps that count from one, and says what somebody should see."""
    text = page.read_text(encoding="utf-8")
    lists: list[list[int]] = []
    for line in text.splitlines():
        if found := re.match(r"(\d+)\. ", line):
            number = int(found[1])
            if number == 1:
                lists.append([])
            lists[-1].append(number)
    assert lists
    assert all(one == list(range(1, len(one) + 1)) for one in lists)
    assert "**You should see**" in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_is_typed_there_is(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every command, and every option of it, is one that `custos` has."""
    for quoted, typed in _TYPED.findall(page.read_text(encoding="utf-8")):
        name, *words = (quoted or typed).split()
        if name.startswith("-"):
            continue
        with pytest.raises(SystemExit):
            main([name, "--help"], {})
        helped = capsys.readouterr().out
        assert helped.startswith(f"usage: custos {name}"), name
        assert [word for word in words if word.startswith("--") and word not in helped] == []
