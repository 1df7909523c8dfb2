"""`python -m simulator`: what it refuses, and that it serves a mounted directory."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from local_host.child_process import Child
from simulator.__main__ import main


def test_a_mount_needs_a_directory(capsys: pytest.CaptureFixture[str]) -> None:
    """`--mount` without a directory that exists is refused in one sentence."""
    with pytest.raises(SystemExit) as end:
        main(["serve", "--mount", "Real=/nowhere/at/all"])
    assert end.value.code == 2
    assert "is not LIBRARY=DIRECTORY" in capsys.readouterr().err


def test_a_served_tenant_has_what_it_was_told(tmp_path: Path) -> None:
    """Scale, seed, mounts and traffic of the command line are those of the tenant, which ends when told."""
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "note.txt").write_text("x")
    traffic = tmp_path / "t.jsonl"
    arguments = [
        "serve",
        "--scale",
        "0.0005",
        "--mount",
        f"Real={tmp_path / 'tree'}",
        "--traffic",
        str(traffic),
        "--no-throttling",
    ]
    with Child("simulator", arguments) as tenant:
        with urllib.request.urlopen(f"{tenant.url}/sim/state", timeout=30) as answer:
            state = json.load(answer)
        with pytest.raises(urllib.error.HTTPError, match="401") as refused:
            urllib.request.urlopen(f"{tenant.url}/graph/v1.0/sites/root", timeout=30)
        refused.value.close()
    assert len(state["planted"]["anyone_links"]) == 76
    assert json.loads(traffic.read_text())["status"] == 401
