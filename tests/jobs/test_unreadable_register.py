"""A register that cannot be read is told from files that can, and from rows that somebody has still to accept."""

from __future__ import annotations

import pytest

from custos.errors import Mark, Problem, Severity
from custos.jobs.policies import InForce
from tests.policy.policies import shipped


@pytest.mark.parametrize(
    ("file", "code", "severity", "unreadable"),
    [
        ("register/information_asset_register.csv", "choice", Severity.ERROR, True),
        ("register/holds.csv", "shrunk", Severity.ERROR, False),
        ("register/people_roles.csv", "right-gained", Severity.ERROR, False),
        ("register/holds.csv", "date", Severity.WARNING, False),
        ("sharing-guests.yaml", "unknown-key", Severity.ERROR, False),
    ],
)
def test_only_a_register_that_cannot_be_used_stops_questions(
    file: str, code: str, severity: Severity, *, unreadable: bool
) -> None:
    """A broken policy stops no question: the last good version of it asks on."""
    problem = Problem(Mark(file, 3), "It is wrong.", code=code, severity=severity)
    assert InForce(shipped(), (problem,)).register_is_unreadable is unreadable
