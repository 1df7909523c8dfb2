"""What an auditor is shown, gathered once: indicators with their rows, what was published, clauses, questions, runs, registers.

Costs a measurement of the indicators and a reading of the audit; calls Entra at most. What cannot be known at this moment is unknown in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from custos.engine.run import Run
from custos.jobs.kpi import inputs_of, published_days, published_on
from custos.jobs.trace import ClauseTrace, trace
from custos.kpi.catalogue import values
from custos.kpi.model import Value
from custos.model.action import Outcome
from custos.model.policy import Bundle
from custos.notices.model import Case
from custos.records.remark import Remark
from custos.records.review import review

if TYPE_CHECKING:
    from custos.bootstrap import Custos


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Everything at one moment. `runs`: each with how many writes it made; `libraries`: the mirror's, with their asset and state."""

    bundle: Bundle
    now: datetime
    values: tuple[Value, ...]
    published: Mapping[date, tuple[Value, ...]]
    clauses: tuple[ClauseTrace, ...]
    remarks: tuple[Remark, ...]
    cases: tuple[Case, ...]
    runs: tuple[tuple[Run, int], ...]
    libraries: pl.DataFrame

    @property
    def today(self) -> date:
        """The council's day."""
        return self.bundle.day(self.now)


async def material(app: Custos) -> Material:
    """Gather it. Raises StorageTrouble."""
    inputs = await inputs_of(app)
    runs = [(run, (await app.runs.progress(run.id)).counts.get(Outcome.DONE, 0)) async for run in app.runs.all()]
    return Material(
        bundle=inputs.bundle,
        now=inputs.now,
        values=tuple(values(inputs)),
        published=await published_on(app, await published_days(app)),
        clauses=tuple(await trace(app)),
        remarks=tuple(review(inputs.records, inputs.today, timedelta(0))),
        cases=tuple(sorted(inputs.cases, key=lambda case: (case.opened_at, case.id))),
        runs=tuple(sorted(runs, key=lambda one: one[0].started_at)),
        libraries=inputs.places.libraries,
    )
