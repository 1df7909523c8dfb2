"""The sample council's policies for a rehearsal: a copy that may be promoted, with a pilot that need not last."""

from __future__ import annotations

import shutil
from pathlib import Path

from custos.clock import SystemClock
from custos.policy import load
from custos.records.roles import OPERATOR, SIRO, holders
from simulator.councils import policies_of

_SETTING, _HERE = "shortest_pilot: 10 working days", "shortest_pilot: 0 days"


def copied(to: Path) -> None:
    """Copy them into a folder that is not there yet."""
    shutil.copytree(policies_of(), to)
    hurried(to)


def begun_by(policies: Path) -> list[str]:
    """Sign-in names of the risk owner who approves and of the operator who plans, the operator last. Raises BadInput."""
    records = load(policies).records
    return [post.upn for role in (SIRO, OPERATOR) for post in holders(records, role, SystemClock().now().date())[:1]]


def hurried(policies: Path) -> None:
    """A rehearsal has no ten days for a pilot. Everything else of an approval is as in earnest."""
    file = policies / "settings.yaml"
    text = file.read_text(encoding="utf-8")
    assert _SETTING in text, "its settings have a shortest pilot"
    file.write_text(text.replace(_SETTING, _HERE), encoding="utf-8")
