"""The sample council's policies for a rehearsal: a copy that may be promoted, with a pilot that need not last."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from custos.clock import SystemClock
from custos.errors import BadInput, Mark, Problem
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


def strangers_refused(state: Mapping[str, Any], people: Sequence[str], council: str) -> None:
    """Raises BadInput for people whom the simulated tenant does not have: they are of another council than the policies are for."""
    known = {str(one["upn"]).casefold() for one in state["people"]}
    found = [upn for upn in dict.fromkeys(people) if upn.casefold() not in known]
    if found:
        what = (
            f"The tenant of {council} has no account {', '.join(found)}, whom people_roles.csv of these policies names."
        )
        remedy = "Say COUNCIL=NAME for the council that the policies are for, or name people whom it has."
        raise BadInput([Problem(Mark("people_roles.csv"), what, remedy, code="people")])


def hurried(policies: Path) -> None:
    """A rehearsal has no ten days for a pilot. Everything else of an approval is as in earnest."""
    file = policies / "settings.yaml"
    text = file.read_text(encoding="utf-8")
    assert _SETTING in text, "its settings have a shortest pilot"
    file.write_text(text.replace(_SETTING, _HERE), encoding="utf-8")
