"""The CLI for Microsoft 365 beside Custos: what counts as agreement, and the CLI itself where it is installed."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from custos.inventory import schema
from custos.settings import REPOSITORY
from local_host.child_process import Child
from peers.cli import Cli, is_installed, proxied
from peers.comparisons import Comparison, comparisons
from peers.mirror_contents import File, Known, Picks

FILE = File("https://x.sharepoint.com/sites/a", "/sites/a/Docs/f.docx", "d1", "i1")
PICKS = Picks(FILE, "p1", FILE, FILE, "L", FILE.site, "g1", "g1", "d1", "Docs", FILE.site)
TEAM = {"site_id": "s1", "web_url": FILE.site, "group_id": "g1", "is_team": True, "kind": "team", "excluded": ""}


def known(**tables: list[dict[str, Any]]) -> Known:
    names = [each.name for each in fields(Known)]
    return Known(*(pl.DataFrame(tables.get(name, []), schema=schema.TABLES[name]) for name in names))


def comparison(command: str) -> Comparison:
    return next(each for each in comparisons("https://localhost/", "2026-11-24T09:00:00Z") if each.command == command)


@pytest.mark.parametrize(
    ("printed", "differs"),
    [
        ([{"id": "g1"}], ""),
        ([{"id": "g1"}, {"id": "g2"}], "1 teams only the CLI (g2)"),
        ([], "1 teams only Custos (g1)"),
    ],
)
def test_what_only_one_side_has_is_named(printed: list[dict[str, str]], differs: str) -> None:
    """A team that the CLI or Custos alone knows is a difference, and stands in it."""
    assert comparison("teams team list").differs(printed, known(sites=[TEAM]), PICKS) == differs


def test_two_empty_answers_are_no_agreement() -> None:
    """Nothing on both sides proves nothing, and says so."""
    assert comparison("teams team list").differs([], known(), PICKS) == "no teams at all"


def test_a_renamed_field_is_noticed() -> None:
    """An answer without the field that a comparison looks for does not pass."""
    with pytest.raises(KeyError, match="id"):
        comparison("teams team list").differs([{"Id": "g1"}], known(sites=[TEAM]), PICKS)


def test_a_label_that_differs_is_a_difference() -> None:
    """The same file under another label does not agree."""
    item = {"drive_id": "d1", "item_id": "i1", "list_item_id": 1, "parent_id": "r", "name": "f.docx", "label": "L"}
    printed = [{"Id": 1, "FileLeafRef": "f.docx", "OData__ComplianceTag": None}]
    assert "only the CLI" in comparison("spo listitem list").differs(printed, known(items=[item]), PICKS)


def test_without_node_one_sentence_says_so() -> None:
    """Where the CLI is not there and cannot be installed, it ends with 1 and a sentence."""
    ran = subprocess.run(
        [sys.executable, "-m", "peers", "commands"],
        cwd=REPOSITORY, env={**os.environ, "PATH": ""}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 1
    assert "cannot be installed now. There is no npm on this machine." in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.skipif(not is_installed(), reason="the CLI for Microsoft 365 is not installed: make peers installs it")
def test_the_cli_signs_in_and_works(tmp_path: Path) -> None:
    """Unmodified, the CLI signs in as a managed identity and lists libraries over the proxy."""
    serve = ["serve", "--scale", "0.001", "--no-throttling", "--proxy", str(tmp_path / "proxy")]
    with Child("simulator", serve) as tenant:
        cli = Cli.installed(tmp_path / "home", proxied(tenant.url))
        cli.sign_in_as_managed_identity()
        told = cli.run("spo", "list", "list", "--webUrl", "https://wrenbridge.sharepoint.com/sites/planning-casework")
    assert "Public register" in {each["Title"] for each in told.value}
