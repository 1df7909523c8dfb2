"""Where and when tests run: drawn anew each time by a seed, so that no test leans on another.

pytest-randomly draws the order. Here the place is drawn: each module goes to a process as a whole or in two halves, and every
piece when the seed says. Tests that share a stage (`STAGES`: Azurite, a tenant and the function app, mirrored) stay together,
in random order, because a second stage costs half a minute and proves nothing new; they begin early, because they take longest.
What each process ran is written down, so that it can be run again exactly. Without a seed (`make test`) the order is the one of the
files, and each module is a group.
Source: https://pytest-xdist.readthedocs.io/en/stable/distribution.html (`--dist loadgroup`)
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path
from random import Random

import pytest

STAGES = ("council", "tiny")
"""Fixtures of the session that take long to set."""
_HALVED = 0.3
_EARLY = 0.2
_LONGEST_NAME = 100
_SUFFIX = re.compile(rf"@({'|'.join(STAGES)}|\S+#\d)$")
_ran: dict[str, list[str]] = defaultdict(list)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None]:
    """Draw a group for each test, before xdist asks for it, and, after the order was drawn, when each group's turn is.

    The order within a group stays.
    """
    seed = _seed(config)
    drawn = seed is not None or config.getoption("loadgroup", default=False)
    groups = {id(item): _group(item, seed) for item in items} if drawn else {}
    for item in items if groups else ():
        item.add_marker(pytest.mark.xdist_group(groups[id(item)]))
    yield
    turns = {group: _turn(group, seed) for group in groups.values()}
    if turns:
        items.sort(key=lambda item: turns[groups[id(item)]])
    if (
        turns
        and config.getoption("loadgroup", default=False)
        and not all(_SUFFIX.search(item.nodeid) for item in items)
    ):
        raise pytest.UsageError("pytest-xdist does not keep groups together with this version of pytest.")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Long values name their test by argument and number: among them are tokens, which differ from process to process."""
    return argname if isinstance(val, (str, bytes)) and len(val) > _LONGEST_NAME else None


def _turn(group: str, seed: int | None) -> float:
    if seed is None:
        return float(group not in STAGES)
    return Random(f"{seed} turn {group}").random() * (_EARLY if group in STAGES else 1.0)


def _group(item: pytest.Item, seed: int | None) -> str:
    needed = getattr(item, "fixturenames", ())
    for stage in STAGES:
        if stage in needed:
            return stage
    module = item.location[0]
    halved = seed is not None and Random(f"{seed} halves {module}").random() < _HALVED
    return f"{module}#{Random(f'{seed} half {item.nodeid}').randrange(2) if halved else 0}"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Where reports are shown: note which process ran what. They name tests as they are typed, without their group."""
    node = getattr(report, "node", None)
    if node is not None:
        report.nodeid = _SUFFIX.sub("", report.nodeid)
    if report.when == "setup":
        _ran[node.gateway.id if node is not None else ""].append(report.nodeid)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say the seed, and how to run the same again."""
    seed = _seed(config)
    if seed is None or not terminalreporter.stats:
        return
    terminalreporter.write_line(f"Seed {seed}: `make shuffle SEED={seed}` draws the same order and groups.")
    if "" in _ran:
        return
    folder = config.rootpath / ".build" / "tests"
    folder.mkdir(parents=True, exist_ok=True)
    for process, tests in sorted(_ran.items()):
        written = folder / f"{seed}-{process}.txt"
        written.write_text("\n".join(tests) + "\n", encoding="utf-8")
        again = f".venv/bin/python -m pytest -p no:randomly @{Path(written).relative_to(config.rootpath)}"
        terminalreporter.write_line(f"What {process} ran, in order: {again}")


def _seed(config: pytest.Config) -> int | None:
    """The seed of this run, None when nothing is drawn (`-p no:randomly`)."""
    seed = config.getoption("randomly_seed", None)
    return seed if isinstance(seed, int) else None
