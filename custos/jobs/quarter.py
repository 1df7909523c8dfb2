"""A quarter for the Corporate Information Group: what moved and where, what it is asked to decide, what comes, and what has no evidence.

Numbers are those that were published, as they stand after restating: whoever asks again gets the same. Lists are those of the registers in
force, as at the quarter's last day, or today while it goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from custos.audit.verify_audit import Broken, Witness
from custos.errors import BadInput, Mark, Problem
from custos.jobs.kpi import published_days, published_on
from custos.jobs.policies import in_force
from custos.jobs.quarter_decisions import Coming, Decision, Situation, decisions, horizon
from custos.jobs.quarter_reasons import Between, between, department_changes, reasons, troubles
from custos.jobs.trace import ClauseTrace, trace
from custos.kpi.catalogue import ALL
from custos.kpi.movement import Movement, movement
from custos.kpi.quarters import Quarter, quarter_of
from custos.model.policy import Bundle
from custos.notices.case_progress import Need, progress
from custos.notices.found_again import Repeat, found_again
from custos.records.model import Exemption
from custos.records.registers.documents import DOCUMENTS
from custos.records.schedule_changes import schedule_changes
from custos.wording import day_words

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_AHEAD_QUARTERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Who vouches for the audit: its newest checkpoint in the quarter ("" for none), which witness signed up to which day ("" for none),
    and where it does not hold ("" when it does). `days` are those with a checkpoint.
    """

    days: tuple[str, ...]
    checkpoint: str
    events: int
    signed: Mapping[str, str]
    broken: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """Everything in it. `on`: the day of its lists; `published`: the day of its numbers; `over`: the quarter has ended.

    `troubles`: what was wrong with what its numbers are made of. `renamed`: departments with another name, assets that moved between them.
    `repeats`: what was found again and again within a year.
    """

    quarter: Quarter
    on: date
    over: bool
    published: date
    coverage: tuple[int, int]
    documents: tuple[str, ...]
    decisions: tuple[Decision, ...]
    movements: tuple[Movement, ...]
    departments: tuple[str, ...]
    troubles: tuple[str, ...]
    renamed: tuple[str, ...]
    repeats: tuple[Repeat, ...]
    new: tuple[Exemption, ...]
    ending: tuple[Exemption, ...]
    expired: tuple[Exemption, ...]
    schedule: tuple[str, ...]
    schedule_known: bool
    horizon: tuple[Coming, ...]
    clauses: tuple[ClauseTrace, ...]
    chain: Chain


async def pack(app: Custos, quarter: Quarter) -> Pack:
    """The quarter. Raises BadInput when it has not begun or nothing was published in it, and StorageTrouble."""
    bundle = (await in_force(app)).bundle
    today = bundle.day(app.clock.now())
    on = min(today, quarter.last)
    known = await published_days(app)
    days = [day for day in known if quarter.first <= day <= quarter.last]
    if not days:
        began = quarter.first <= today
        what = f"No indicators were published in {quarter.name}." if began else f"{quarter.name} has not begun."
        remedy = f"They were for {', '.join(_quarters(known))}." if known else (
            "They are published every morning, from the day on that Custos runs (CUSTOS_SCHEDULE_KPIS)."
        )  # fmt: skip
        raise BadInput([Problem(Mark("command line"), what, remedy, code="quarter")])
    before = [day for day in known if quarter.after(-1).first <= day < quarter.first]
    shown = await published_on(app, [*before, *days])
    placed = await app.registers.placed(bundle)
    standings = await app.approvals.standing(bundle, placed.ground)
    cases = [stored.case for stored in await app.cases.all()]
    listed = [case for case in cases if progress(case, app.clock.now(), app.zone).need is Need.GROUP]
    situation = Situation(bundle=bundle, standings=standings, cases=cases, listed=listed)
    now = shown[days[-1]]
    at = await between(app, quarter, on, now[0].as_of)
    chain = await _chain(app, bundle, quarter)
    known_ends = at.first is not None and at.last is not None
    return Pack(
        quarter=quarter,
        on=on,
        over=today > quarter.last,
        published=days[-1],
        coverage=now[0].coverage,
        documents=tuple(
            f"{one.called}, was due for review on {day_words(one.review_due)}."
            for one in DOCUMENTS.of(bundle.records)
            if one.review_due and one.review_due < on
        ),
        decisions=tuple(decisions(situation, on, quarter)),
        movements=tuple(
            _with_reasons(movement(kpi, now, shown[before[-1]] if before else (), shown), at, bundle) for kpi in ALL
        ),
        troubles=tuple(troubles(quarter, on, at, known, chain.days)),
        repeats=tuple(found_again(cases, bundle.records, on, app.zone)),
        renamed=tuple(department_changes(at.first.records, at.last.records)) if at.first and at.last else (),
        departments=tuple(sorted({asset.department for asset in bundle.records.assets.values() if asset.live})),
        new=tuple(
            row for row in bundle.records.exemptions if row.approved_on and quarter.first <= row.approved_on <= on
        ),
        ending=tuple(
            row for row in bundle.records.exemptions if on <= row.expires <= quarter.after(_AHEAD_QUARTERS).last
        ),
        expired=tuple(row for row in bundle.records.exemptions if row.expires < on),
        schedule=tuple(schedule_changes(at.first.records.schedule, at.last.records.schedule))
        if at.first and at.last
        else (),
        schedule_known=known_ends,
        horizon=tuple(
            sorted(horizon(bundle, on, quarter.after(_AHEAD_QUARTERS).last), key=lambda one: (one.on, one.what))
        ),
        clauses=tuple(await trace(app, quarter.first, on)),
        chain=chain,
    )


def _with_reasons(found: Movement, at: Between, bundle: Bundle) -> Movement:
    return replace(found, reasons=tuple(reasons(found.kpi, found.now, found.before, at, bundle)))


def _quarters(days: Iterable[date]) -> list[str]:
    return sorted({quarter_of(day).name for day in days})


async def _chain(app: Custos, bundle: Bundle, quarter: Quarter) -> Chain:
    """The audit as it stands now, and the newest of its checkpoints in the quarter, with who signed up to when."""
    found = await app.audit.verify([Witness.read(text) for text in bundle.settings.witnesses])
    try:
        kept = await app.audit.checkpoints()
    except Broken as error:
        return Chain(days=(), checkpoint="", events=0, signed=found.cosigned, broken=str(error))
    checkpoints = {day: one for day, one in kept.items() if day <= quarter.last.isoformat()}
    newest = max(checkpoints, default="")
    return Chain(
        days=tuple(checkpoints),
        checkpoint=newest,
        events=checkpoints[newest].size if newest else 0,
        signed={name: min(day, quarter.last.isoformat()) if day else "" for name, day in found.cosigned.items()},
        broken=str(found.broken) if found.broken else "",
    )
