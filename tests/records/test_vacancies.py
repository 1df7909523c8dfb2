"""How long an asset has had no valid owner."""

from __future__ import annotations

from datetime import date

import pytest

from custos.policy import load
from custos.records.remark import Matter
from custos.records.review import review
from custos.records.vacancies import Vacancy, last_day_of
from simulator.councils import policies_of

POLICIES = policies_of()
FRIDAY = date(2026, 11, 20)


def test_a_vacant_post_is_counted_in_working_days() -> None:
    """The head of SEND left on 31 October: on 20 November that makes fifteen working days, and `custos register` says so."""
    records = load(POLICIES, today=FRIDAY).records
    assert last_day_of(records, "IA-003", FRIDAY) == date(2026, 10, 31)
    assert last_day_of(records, "IA-001", FRIDAY) is None
    (said,) = [one.sentence for one in review(records, FRIDAY) if one.matter is Matter.NO_OWNER]
    assert said.endswith("15 working days without an owner.")


@pytest.mark.parametrize(
    ("vacancy", "said"),
    [
        (
            Vacancy(asset_id="IA-003", last_day=date(2026, 10, 31), why="the post is empty", stands_in="Mo Khan"),
            "IA-003 has had no valid Information Asset Owner for 15 working days: the post is empty; Mo Khan stands in.",
        ),
        (
            Vacancy(asset_id="IA-003", last_day=date(2026, 11, 19), why="the account is switched off"),
            "IA-003 has had no valid Information Asset Owner for 1 working day: the account is switched off; nobody stands in.",
        ),
    ],
)
def test_a_vacancy_reads_aloud(vacancy: Vacancy, said: str) -> None:
    """Which asset, since when, why, and who stands in."""
    assert vacancy.words(FRIDAY, frozenset()) == said
