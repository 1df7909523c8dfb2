"""What an owner has lent to a steward today. Only a row of `delegations.csv` in date lends anything: naming a steward in the
register says who would be asked, not what they may decide. Accepting a risk and disposal are never lent, so no kind names them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from custos.records.model import Delegation, Records

QUESTIONS = "answer_questions"
LABELS = "review_labels"
LINKS = "review_links"
REGISTER_EDITS = "propose_register_edits"
KINDS = (QUESTIONS, LABELS, LINKS, REGISTER_EDITS)


def delegations(records: Records, asset_id: str, steward: str, today: date) -> Iterator[Delegation]:
    """The delegations in date of an asset to a steward (sign-in name)."""
    wanted = steward.strip().casefold()
    for row in records.delegations:
        if row.asset_id == asset_id and row.steward.strip().casefold() == wanted and row.in_force(today):
            yield row


def lent(records: Records, asset_id: str, steward: str, today: date) -> frozenset[str]:
    """The kinds of decision that a steward may take about an asset today; none without a delegation in date."""
    return frozenset(kind for row in delegations(records, asset_id, steward, today) for kind in row.kinds)
