"""How long people have at least, whatever a policy says."""

from __future__ import annotations

from custos.actions.declaration import Check
from custos.model.duration import Duration

SHORTEST_NOTICE = Duration(2, "working day")


def at_least(check: Check, span: Duration | None, floor: Duration, what: str) -> None:
    """Note a span of a step that is shorter than its floor."""
    if span and span.shortest_days < floor.shortest_days:
        check.problems.error(
            check.step.mark, f"{span} is shorter than {what} may be.", f"Write at least {floor}.", code="short-notice"
        )
