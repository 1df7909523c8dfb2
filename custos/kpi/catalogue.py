"""Every indicator, declared once. Adding one is a row here and its measure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from custos.kpi import decisions, disposal, labels, registers, sharing
from custos.kpi.inputs import Inputs
from custos.kpi.model import Better, Counted, Kpi, Sum, Unit, Value, added
from custos.model.policy import Family

_HIGHER, _LOWER = Better.HIGHER, Better.LOWER
_ASSETS, _SITES, _SCHEDULE = "information_asset_register.csv", "site_map.csv", "retention_schedule.csv"

ALL: tuple[Kpi, ...] = (
    Kpi(
        id="KPI-01",
        name="Register coverage",
        formula="sites that an asset of the register covers / all governed sites; a channel's site counts with its team",
        target="98 %",
        better=_HIGHER,
        measure=registers.register_coverage,
        registers=(_ASSETS, _SITES),
    ),
    Kpi(
        id="KPI-02",
        name="Accountability in place",
        formula="assets whose owner is in post and can sign in, and that have a steward who is somebody else, can sign in and whose"
        " delegation is in date / all active or closing assets",
        target="100 %",
        better=_HIGHER,
        measure=registers.accountability,
        registers=(_ASSETS, "people_roles.csv", "delegations.csv"),
    ),
    Kpi(
        id="KPI-03",
        name="Register reviews in date",
        formula="assets whose review is due today or later / all active or closing assets",
        target="95 %",
        better=_HIGHER,
        measure=registers.register_reviews,
        registers=(_ASSETS,),
    ),
    Kpi(
        id="KPI-04",
        name="Schedule reviews in date",
        formula="approved entries of the retention schedule whose review is due today or later / all approved entries",
        target="95 %",
        better=_HIGHER,
        measure=registers.schedule_reviews,
        registers=(_SCHEDULE,),
    ),
    Kpi(
        id="KPI-05",
        name="Label coverage",
        formula="files of registered libraries, older than seven days, with a label that an entry of their asset names / all such files",
        target="90 %",
        better=_HIGHER,
        of_mirror=True,
        measure=labels.label_coverage,
        registers=(_ASSETS, _SITES, _SCHEDULE),
        families=(Family.RETENTION,),
    ),
    Kpi(
        id="KPI-06",
        name="Label correctness",
        formula="labels that a steward, judging blind, found right / labels judged, at least 60 for each department and quarter",
        target="lower bound 90 %",
        better=_HIGHER,
        missing="nobody has judged a sample of labels without seeing them, and Custos draws none yet",
    ),
    Kpi(
        id="KPI-07",
        name="Overdue disposal",
        formula="files whose disposal was due over 60 days ago, and that nobody decided to keep / files whose disposal was due, not on hold"
        " and not permanent; where a period begins with anything but creation or the last change (a case closed, a tenancy ended),"
        " and where no entry of the schedule is known, a file is unknown",
        target="under 5 %",
        better=_LOWER,
        of_mirror=True,
        measure=disposal.overdue_disposal,
        registers=(_SITES, _SCHEDULE, "holds.csv"),
        families=(Family.RETENTION,),
    ),
    Kpi(
        id="KPI-08",
        name="Disposal assurance",
        formula="disposals with two approvals or a standing authority, a hold check, a certificate and a read-back / all disposals",
        target="100 %",
        better=_HIGHER,
        missing="Custos disposes of nothing, and what Purview disposes of is not in the mirror",
    ),
    Kpi(
        id="KPI-09",
        name="Stale burden",
        formula="bytes in libraries in which nobody has worked for two years, not permanent, not vital and not kept on purpose / bytes in"
        " registered libraries",
        target="falling 10 % a quarter",
        better=_LOWER,
        unit=Unit.VOLUME,
        of_mirror=True,
        measure=labels.stale_burden,
        registers=(_ASSETS, _SITES, _SCHEDULE),
        families=(Family.STALE,),
    ),
    Kpi(
        id="KPI-10",
        name="Decision timeliness",
        formula="questions answered by the day they were due / questions due this quarter; those without an answer are late",
        target="85 %",
        better=_HIGHER,
        measure=decisions.timeliness,
    ),
    Kpi(
        id="KPI-11",
        name="Exposed links",
        formula="links that anyone can open, that have not ended and that neither the class of their asset nor an exception in date allows;"
        " for each 10,000 items",
        target="0 on special-category data",
        better=_LOWER,
        unit=Unit.RATE,
        of_mirror=True,
        measure=sharing.exposed_links,
        registers=(_ASSETS, _SITES, "exceptions.csv"),
        families=(Family.SHARING,),
    ),
    Kpi(
        id="KPI-12",
        name="Sharing repair time",
        formula="questions about sharing that ended within five working days of being found / those that ended this quarter, and those that"
        " have been open for longer",
        target="90 %",
        better=_HIGHER,
        measure=decisions.repair_time,
        families=(Family.SHARING,),
    ),
    Kpi(
        id="KPI-13",
        name="Sharing under agreement",
        formula="pairs of a person from outside and an asset that an agreement in date names both / all such pairs with access",
        target="95 %",
        better=_HIGHER,
        of_mirror=True,
        measure=sharing.under_agreement,
        registers=(_ASSETS, _SITES, "sharing_agreements.csv"),
        families=(Family.SHARING,),
    ),
    Kpi(
        id="KPI-14",
        name="Automation put back",
        formula="writes that were put back this quarter / writes of this quarter",
        target="under 0.5 %",
        better=_LOWER,
        measure=decisions.put_back,
        families=tuple(Family),
    ),
    Kpi(
        id="KPI-15",
        name="Governance in date",
        formula="governing documents and enforced policies within their review, and exceptions not past their end / all three counted",
        target="100 %",
        better=_HIGHER,
        measure=registers.governance_in_date,
        registers=("governing_documents.csv", "exceptions.csv"),
    ),
)
BY_ID: Mapping[str, Kpi] = {kpi.id: kpi for kpi in ALL}


def values(inputs: Inputs) -> list[Value]:
    """Every indicator as at `inputs.now`. Reads the mirror a few times over: seconds for a million items, and no call to anybody."""
    return [_value(kpi, inputs) for kpi in ALL]


def _value(kpi: Kpi, inputs: Inputs) -> Value:
    rows = tuple(kpi.measure(inputs)) if kpi.measure is not None else ()
    assets = inputs.records.assets

    def department(row: Counted) -> str:
        return assets[row.asset_id].department if row.asset_id in assets else ""

    def owner(row: Counted) -> str:
        return assets[row.asset_id].iao if row.asset_id in assets else ""

    return Value(
        kpi=kpi,
        as_of=inputs.now,
        coverage=inputs.coverage,
        rows=rows,
        total=added(rows),
        by_department=_grouped(rows, department),
        by_owner=_grouped(rows, owner),
    )


def _grouped(rows: Iterable[Counted], key: Callable[[Counted], str]) -> Mapping[str, Sum]:
    groups: dict[str, list[Counted]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return {name: added(groups[name]) for name in sorted(groups)}
