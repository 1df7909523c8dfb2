"""The pages of those who answer for more than their own assets: information risk, and who has how much to answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from custos.audit.chain import Recorded
from custos.audit.events import Event, What
from custos.errors import Mark
from custos.jobs.history import ItemHistory, Left
from custos.jobs.quarter import Chain, Pack
from custos.jobs.quarter_decisions import Coming, Decision
from custos.jobs.trace import Carrier, ClauseTrace, Means
from custos.kpi.catalogue import BY_ID
from custos.kpi.model import Sum, Value
from custos.kpi.movement import movement
from custos.kpi.quarters import Quarter
from custos.model.subject import Kind
from custos.notices.model import Verb
from custos.pages.visit import OF_THE_COUNCIL, Figures
from custos.records.registers.clauses import Clause
from tests.notices import small_council
from tests.pages.counter import counter, words

MARK = Mark("register/policy_clauses.csv", 2)


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
        "Overdue disposal Not measured yet",
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
    assert told.count("Not measured yet") == 3
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


def clause(clause_id: str, *carriers: Carrier, people: str = "") -> ClauseTrace:
    row = Clause(
        id=clause_id, document="GD-01", asks=f"what {clause_id} asks", kpis=(), registers=(), reminders=(), records=(), commands=(),
        people=people, mark=MARK, commands_at=MARK,
    )  # fmt: skip
    return ClauseTrace(clause=row, carriers=carriers)


async def test_clauses_without_evidence_stand_first() -> None:
    """Each clause says what carries it out, when that last ran and whether it is evidence; a plot has its numbers in words."""
    desk = counter()
    policy = Carrier(
        means=Means.POLICY,
        name="sharing-guests",
        says="enforce, 2 rules",
        command="plan",
        last=small_council.NOW,
        proves=True,
    )
    reminder = Carrier(means=Means.REMINDER, name="review due", says="nothing to remind of", command="register")
    desk.clauses = [clause("IMP-1", policy), clause("IMP-2", people="they decide"), clause("IMP-3", reminder)]
    told = words(await desk.get("clauses", by=small_council.SIRO))
    assert "1 with evidence, 1 without, 1 for people alone, 0 that nothing carries out" in told
    assert told.index("IMP-3: no evidence") < told.index("IMP-1: evidence") < told.index("IMP-2: for people alone")
    assert "policy sharing-guests enforce, 2 rules 23 November 2026" in told
    assert "reminder review due nothing to remind of not known no custos register" in told
    assert "Evidence: 1; No evidence: 1; For people alone: 1; Nothing carries it out: 0" in told


async def test_the_group_reads_what_it_is_asked() -> None:
    """Decisions with what they take and what follows, what moved and what happened meanwhile, what was wrong, what comes."""
    desk = counter()
    assert "No indicators were published in this quarter yet" in words(await desk.get("group", by=small_council.SIRO))
    now = value("KPI-02", 9, 12)
    moved = movement(BY_ID["KPI-02"], [now], [value("KPI-02", 10, 12)], {})
    desk.quarter = Pack(
        quarter=Quarter(2026, 4), on=date(2026, 11, 23), over=False, published=date(2026, 11, 23), coverage=(62, 65), documents=(),
        decisions=(Decision(what="Renew EX-02.", effort="One decision.", consequence="It ends."),),
        movements=(replace(moved, reasons=("people_roles.csv: P-3 changed",)),), departments=("Place",),
        troubles=("Policies or registers were refused on 17 November 2026 and still are.",), renamed=("Place is called Growth since",),
        repeats=(), new=(), ending=(), expired=(small_council.exemption(expires=date(2026, 11, 1)),), schedule=(), schedule_known=True,
        horizon=(Coming(on=date(2026, 12, 31), what="EX-02 expires", who="SIRO"),), clauses=(),
        chain=Chain(days=(), checkpoint="", events=0, signed={}, broken=""),
    )  # fmt: skip
    told = words(await desk.get("group", by=small_council.GOVERNANCE))
    for expected in (
        "2026-Q4, as at 23 November 2026",
        "62 of 65 libraries had been read",
        "Renew EX-02. One decision. It ends.",
        "KPI-02 Accountability in place 10 of 12, 83.3 % 9 of 12, 75.0 % people_roles.csv: P-3 changed",
        "were refused on 17 November 2026 and still are",
        "Place is called Growth since",
        "expired on 1 November 2026",
        "31 December 2026 EX-02 expires SIRO",
    ):
        assert expected in told, (expected, told)


async def test_pages_of_the_whole_council_are_for_two_roles() -> None:
    """An owner, a steward and a line manager find no way to them, and are refused at their addresses."""
    desk = counter()
    desk.clauses = [clause("IMP-1")]
    for one in (small_council.OWNER, small_council.MANAGER, small_council.STEWARD):
        menu = words(await desk.get(by=one))
        for place, name in OF_THE_COUNCIL:
            reply = await desk.get(place, by=one)
            assert (reply.status, name in menu, "IMP-1" in words(reply)) == (403, False, False)


async def test_the_history_of_an_item_is_for_who_is_named_for_its_asset() -> None:
    """Its owner and who sees the whole council read it; to anybody else it is as unknown as what never was."""
    desk = counter()
    event = Event(what=What.ACTION_DONE, at=small_council.NOW, by="custos", policy="sharing-guests", rule="ended")
    desk.histories = [
        ItemHistory(
            kind=Kind.FILE, item_id="01ABC", drive_id="d", library="Advice", url="", here=False, complete=True, asset_id="IA-004",
            created=small_council.NOW, label="PLN-02", left=(Left(url="https://x/Advice/Old.pdf", at=small_council.NOW),),
            events=(Recorded(sequence=17, digest="", event=event),),
        )
    ]  # fmt: skip
    for one in (small_council.OWNER, small_council.SIRO):
        told = words(await desk.get("item", by=one, of="01ABC"))
        assert "The file 01ABC is gone" in told
        assert "17 23 November 2026" in told
        assert "action:done custos sharing-guests/ended" in told
    refused = words(await desk.get("item", by=small_council.SEND_DEPUTY, of="01ABC"))
    desk.histories = []
    assert refused == words(await desk.get("item", by=small_council.SEND_DEPUTY, of="01ABC"))
    assert "Nothing is known of it among your assets." in refused
    assert "Nothing is known" not in words(await desk.get("item"))
