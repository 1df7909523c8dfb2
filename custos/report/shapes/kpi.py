"""Shape of the indicators."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from custos.report.shapes.base import Shape, Version, said


class KpiSum(Shape, frozen=True, kw_only=True):
    """Rows added up."""

    numerator: Annotated[int, said("what counts")]
    denominator: Annotated[int, said("of how much")]
    unknown: Annotated[int, said("what is in neither, because it is not known")]
    value: Annotated[
        float | None, said("the share, or the rate for each 10,000 items; null where there is no denominator")
    ]


class KpiRestated(Shape, frozen=True, kw_only=True):
    """That a published value was put right."""

    before: Annotated[KpiSum, said("what it was")]
    after: Annotated[KpiSum, said("what it is")]
    at: Annotated[datetime, said("when that was said")]
    by: Annotated[str, said("sign-in name")]
    why: Annotated[str, said("the reason")]


class KpiValue(Shape, frozen=True, kw_only=True):
    """One indicator."""

    id: Annotated[str, said("KPI-01 to KPI-15")]
    name: Annotated[str, said("what it is")]
    formula: Annotated[str, said("what is counted, of what")]
    target: Annotated[str, said("what is aimed at")]
    unit: Annotated[str, said('"share", "share of bytes", or "per 10,000 items"')]
    measured: Annotated[bool, said("whether it is measured yet")]
    not_measured: Annotated[str, said('what it waits for, "" when it is measured')]
    counts: Annotated[bool, said("false while less than 95 % of the libraries were read")]
    total: Annotated[KpiSum, said("for the council")]
    departments: Annotated[dict[str, KpiSum], said('by department; "" is what no asset covers')]
    owners: Annotated[dict[str, KpiSum], said('by sign-in name of the owner; "" is what no asset covers')]
    restated: Annotated[
        list[KpiRestated], said("with `--on`: how it was put right since it was published; the parts are as they were")
    ]


class KpiRow(Shape, frozen=True, kw_only=True):
    """One row behind a number."""

    what: Annotated[str, said("in words")]
    asset: Annotated[str, said('id of its asset, "" for none')]
    url: Annotated[str, said('where it is, "" for a row of a register')]
    numerator: Annotated[int, said("what of it counts")]
    denominator: Annotated[int, said("of how much")]
    unknown: Annotated[int, said("what is in neither")]
    why: Annotated[str, said("why it counts, or not")]


class Kpis(Shape, frozen=True, kw_only=True):
    """Of `custos kpi`."""

    version: Version = 1
    as_of: Annotated[datetime, said("when it was measured")]
    complete: Annotated[int, said("libraries read to their end")]
    libraries: Annotated[int, said("libraries expected")]
    values: Annotated[list[KpiValue], said("every indicator")]
    rows: Annotated[list[KpiRow], said("with `--explain`: the rows behind that number")]
