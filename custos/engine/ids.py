"""The ids that people type: of plans and of runs. What has another form names nothing, and is never taken to storage."""

from __future__ import annotations

import re

_PLAN = re.compile(r"P-[0-9]{4}-[0-9]{4}-[0-9]{2,6}")
_RUN = re.compile(r"[RU]-[0-9]{4}-[0-9]{4}-[0-9]{2,6}")


def is_plan_id(written: str) -> bool:
    """True for a text like P-2026-1123-04."""
    return bool(_PLAN.fullmatch(written))


def is_run_id(written: str) -> bool:
    """True for a text like R-2026-1123-01, or U-… for an undo."""
    return bool(_RUN.fullmatch(written))
