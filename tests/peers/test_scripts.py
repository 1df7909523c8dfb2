"""The peers' scripts give the right answers, so that the comparison compares like with like."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from custos.settings import REPOSITORY
from peers.answers import QUESTIONS, Answers, read_answers, score
from peers.custos_script import answers
from peers.tools import SIDES, Ground
from tests.running_stack import Council
from tests.simulated_tenant import SimulatedTenant

pytestmark = pytest.mark.timeout(600)
SITES = ("/sites/canalside", "/sites/xmas-lights-2023")
"""They hold an Anyone link on a folder, links on files, libraries that nobody touches, and files without a label."""


def truth_of(url: str) -> dict[str, Any]:
    """What the tenant itself says, about those sites alone."""
    with urllib.request.urlopen(f"{url}/sim/truth", timeout=60) as answer:
        told = json.load(answer)
    return {name: _here(told[name]) for name in (*QUESTIONS, "left_out")}


def _here(paths: list[str]) -> list[str]:
    return [path for path in paths if path.startswith(tuple(f"{site}/" for site in SITES))]


def scores(told: Answers, truth: Mapping[str, Any]) -> dict[str, str]:
    """How each answer holds."""
    return {name: str(score(_here(getattr(told, name)), truth[name], truth["left_out"])) for name in QUESTIONS}


def right(truth: Mapping[str, Any]) -> dict[str, str]:
    """How they hold when all are right; each of them has something to find."""
    assert all(truth[name] for name in QUESTIONS)
    return {name: f"{len(truth[name]):,}, all right" for name in QUESTIONS}


@pytest.mark.parametrize("side", [key for key in SIDES if key not in ("custos", "cli")])
def test_scripts_agree_with_the_tenant(side: str, tenant: SimulatedTenant, tmp_path: Path) -> None:
    """Each SDK's script finds exactly the files and libraries that the tenant knows to be meant."""
    ground = Ground(url=tenant.url, environment=tenant.environment, now="2026-11-23T09:00:00Z")
    file = tmp_path / "answers.json"
    ran = subprocess.run(
        [sys.executable, "-m", SIDES[side].module, str(file), *SITES],
        cwd=REPOSITORY,
        env={**os.environ, **SIDES[side].told(ground)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    truth = truth_of(tenant.url)
    assert scores(read_answers(file), truth) == right(truth)


def test_custos_agrees_with_the_tenant(council: Council) -> None:
    """The mirror finds exactly what the tenant knows to be meant."""
    council.quiet()
    truth = truth_of(council.stage.tenant)
    assert scores(council.ask(answers), truth) == right(truth)
