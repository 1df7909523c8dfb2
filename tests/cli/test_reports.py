"""What the screens say, without a tenant behind them."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from rich.console import Console

from custos.audit.events import Event, What
from custos.model.finding import Finding
from custos.model.state import State
from custos.report.events import about
from custos.report.plans import show
from tests.engine.planned import bundle, file_subject, finding, link_subject, plan_of, policy, records


def shown(*findings: Finding, sensitive: bool = False) -> str:
    screen = Console(file=io.StringIO(), width=200)
    registers = records(personal_data="special_category" if sensitive else "personal")
    wanted = bundle(policy(state=State.ENFORCE), registers=registers)
    show(plan_of(wanted, *findings), registers, screen)
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue()


def test_a_plan_without_actions_says_so() -> None:
    """No empty tables: one sentence."""
    told = shown()
    assert "There is nothing to do" in told
    assert "By policy" not in told


def test_actions_that_read_alike_are_one_line_with_their_number() -> None:
    """Masked titles would make a page of the same three lines."""
    told = shown(*(finding(file_subject(number)) for number in (1, 2, 3)), sensitive=True)
    assert told.count("(name masked)") == 1
    assert "3 times" in told
    assert "apply label: none ► PLN-02" in told


def test_an_audited_expiry_says_never_where_there_was_none() -> None:
    """`before expires` None is a link without an end."""
    event = Event(
        what=What.ACTION_INTENDED,
        at=datetime(2026, 11, 23, 9, tzinfo=UTC),
        policy="links",
        rule="rule",
        subject=link_subject().key,
        action="key",
        details={
            "kind": "set_expiry",
            "before expires": None,
            "after expires": datetime(2026, 11, 30, 9, tzinfo=UTC),
        },
    )
    assert about(event) == "set expiry: never ► 30 November 2026 09:00; links/rule"
