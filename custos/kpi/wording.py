"""A value of an indicator as people read it."""

from __future__ import annotations

from custos.kpi.model import Kpi, Sum, Unit

NOT_MEASURED, NOT_APPLICABLE = "not measured", "n/a"


def written(kpi: Kpi, total: Sum) -> str:
    """A value in words: "14 of 17, 82.4 %"."""
    if kpi.measure is None:
        return NOT_MEASURED
    unknown = f", {total.unknown:,} unknown" if total.unknown else ""
    if kpi.unit is Unit.RATE:
        each = f", {total.rate:.2f} for each 10,000 items" if total.rate is not None else ""
        return f"{total.met:,}{each}{unknown}"
    if total.share is None:
        return f"{NOT_APPLICABLE}{unknown}"
    return f"{total.met:,} of {total.of:,}, {total.share:.1%}{unknown}".replace("%", " %")
