"""A plan as a comment on a pull request fits into one, whatever the council is like, and says how much of it is left out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from custos.model.plan import Plan
from custos.records.model import Records
from custos.report import plans
from tests.report.test_hostile_names import hostile, plan

GITHUB_TAKES = 65_536


def _of_many(assets: int, name: str) -> tuple[Plan, Records]:
    """The plan of a council with so many assets of that name, an action on each."""
    shown, records = plan(), hostile()[0].records
    first, action = next(iter(records.assets.values())), shown.actions[0]
    known = {f"IA-{number:05d}": replace(first, id=f"IA-{number:05d}", name=name) for number in range(assets)}
    actions = tuple(replace(action, finding=replace(action.finding, asset_id=each)) for each in known)
    return replace(shown, actions=actions, notes=("long " * 2_000,) * 100), replace(records, assets=known)


@pytest.mark.parametrize(
    ("assets", "name", "shown"), [(300, "Planning", 300), (301, "Planning", 300), (5_000, "<b>|*" * 400, 300)]
)
def test_a_comment_fits_and_counts_what_it_leaves_out(assets: int, name: str, shown: int) -> None:
    """At most 300 assets, fewer where their names are long; the rest is a number, and what cannot be undone is said all the same."""
    text = plans.markdown(*_of_many(assets, name))
    assert len(text.encode("utf-16-le")) // 2 <= GITHUB_TAKES
    rows = text.count("| IA-")
    assert rows == shown if name == "Planning" else 0 < rows <= shown
    left = assets - rows
    assert (f"and {left:,} more assets: see `custos plan`" in text) == (left > 0)
    assert "and 80 more notes: see `custos plan`" in text
