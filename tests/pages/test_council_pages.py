"""The pages of those who answer for more than their own assets: information risk, and who has how much to answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from custos.kpi.catalogue import BY_ID
from custos.kpi.model import Sum, Value
from custos.notices.model import Verb
from custos.pages.visit import Figures
from tests.notices import small_council
from tests.pages.counter import counter, words


def value(kpi_id: str, met: int, of: int, *, complete: int = 62, **departments: Sum) -> Value:
    return Value(
        kpi=BY_ID[kpi_id],
        as_of=small_council.NOW,
        coverage=(complete, 65),
        rows=(),
        total=Sum(met=met, of=of),
        by_department=departments,
        by_owner={},
    )


FIGURES = Figures(
    day=date(2026, 11, 23),
    values=[
        value("KPI-02", 9, 12, Place=Sum(met=4, of=4), Housing=Sum(met=1, of=3)),
        value("KPI-11", 24, 602_400, complete=50),
    ],
    before={"KPI-02": value("KPI-02", 10, 12)},
)


async def test_the_siro_reads_five_numbers_and_a_list() -> None:
    """What was published for the day with its movement, what is not measured and why, what is overdue, what the group is asked, and the
    risks that were accepted; the plot has its numbers in words."""
    registers = replace(small_council.records(), exemptions=(small_council.exemption(expires=date(2026, 11, 1)),))
    desk = counter(registers)
    desk.figures = FIGURES
    await desk.asked(small_council.stale())
    for _ in range(45):
        desk.council.later(days=1)
        await desk.council.digest()
    told = words(await desk.get("risk", by=small_council.SIRO))
    for expected in (
        "Information risk at 23 November 2026",
        "62 of 65 libraries read",
        "Accountability in place 9 of 12 Aim: 100 %; down 1 since 23 November 2026",
        "Exposed links 24",
        "Overdue disposal Not measured",
        "Decisions past their date 1 1 with you",
        "Library “Pre-application advice 2012 to 2020” Planning and building control files (IA-004)",
        "Priya Nair, Information Asset Owner, by 7 December 2026",
        "IA-004: safeguarding, EXPIRED on 1 November 2026, accepted by SIRO",
        "Place: 4 of 4; Housing: 1 of 3",
        "(too few libraries were read to count)",
    ):
        assert expected in told, (expected, told)


async def test_without_figures_nothing_is_made_up() -> None:
    """Before the first morning the page says that nothing is published, and shows no number for it."""
    told = words(await counter().get("risk", by=small_council.GOVERNANCE))
    assert "No figures are published yet" in told
    assert told.count("Not measured yet") == 2
    assert "%" not in told


async def test_who_answers_for_less_does_not_see_the_council() -> None:
    """An owner and a line manager find no way to the page, and are refused at its address."""
    desk = counter()
    desk.figures = FIGURES
    for one in (small_council.OWNER, small_council.MANAGER, small_council.STEWARD):
        assert "Information risk" not in words(await desk.get(by=one))
        reply = await desk.get("risk", by=one)
        assert (reply.status, "9 of 12" in words(reply)) == (403, False)


async def test_a_line_manager_sees_the_work_below_them() -> None:
    """Whoever is above an owner sees what waits with them and their stewards and what they answered; others see nobody's."""
    desk = counter()
    first, *_ = await desk.asked(small_council.stale(), small_council.stale(small_council.OTHER_LIBRARY))
    await desk.answer(first, Verb.KEEP.value, reason="history")
    told = words(await desk.get("workload", by=small_council.MANAGER))
    assert "Priya Nair Place 1 0 1 23 November 2026" in told
    assert "Priya Nair: 1" in told
    for stranger in (small_council.STEWARD, small_council.SEND_DEPUTY):
        assert "Priya" not in words(await desk.get("workload", by=stranger))
    assert "Priya Nair" in words(await desk.get("workload", by=small_council.SIRO))
