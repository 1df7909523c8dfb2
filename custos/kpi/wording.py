"""A value of an indicator as people read it."""

from __future__ import annotations

from custos.kpi.model import Kpi, Sum, Unit
from custos.policy.wording import size_words

NOT_MEASURED, NOT_APPLICABLE = "not measured", "n/a"


def amount(kpi: Kpi, number: int) -> str:
    """A numerator or denominator in words: "1,886", "1.4 GB"."""
    return size_words(number) if kpi.unit is Unit.VOLUME else f"{number:,}"


def written(kpi: Kpi, total: Sum) -> str:
    """A value in words: "14 of 17, 82.4 %"."""
    if kpi.measure is None:
        return NOT_MEASURED
    unknown = f", {amount(kpi, total.unknown)} unknown" if total.unknown else ""
    if kpi.unit is Unit.RATE:
        each = f", {total.rate:.2f} for each 10,000 items" if total.rate is not None else ""
        return f"{total.met:,}{each}{unknown}"
    if total.share is None:
        return f"{NOT_APPLICABLE}{unknown}"
    part = f"{amount(kpi, total.met)} of {amount(kpi, total.of)}"
    return f"{part}, {total.share:.1%}{unknown}".replace("%", " %")
