"""Sites and libraries of Wrenbridge with their sizes: the numbers of items and gigabytes at scale 1.0 for each asset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from simulator.tenant.model import Capability


@dataclass(frozen=True, slots=True)
class Library:
    """A document library. `items` counts files and folders at scale 1.0 (in a team's first library without "General").

    `label` begins the name of the label that the schedule gives its content ("" none); `default`: it is the library's
    default label; `labelled` is the part of the files that bears it. `last_human` is the last day on which a person
    changed anything ("" : people still work here).
    """

    name: str
    items: int
    gb: float
    words: str
    label: str = ""
    default: bool = False
    labelled: float = 0.4
    years: tuple[int, int] = (2016, 2026)
    last_human: str = ""
    least: int = 24
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSpec:
    """A site with its libraries. `owners` are posts; the first of them stand in for the department's leads."""

    path: str
    title: str
    asset: str
    department: str
    kind: Literal["team", "communication", "group"]
    capability: Capability
    owners: tuple[str, ...]
    libraries: tuple[Library, ...]
    team: bool = False
    public: bool = False


_ENDED = "2025-03-28"

SITES = (
    SiteSpec(
        path="sites/csc-casework", title="Children's social care casework", asset="IA-001", department="Children",
        kind="group", capability="new_guests",
        owners=("Head of Safeguarding", "Practice Systems Officer"),
        libraries=(
            Library("Looked after children", 16_800, 34, "child", "CYP-01", default=True, labelled=0.86),
            Library("Child protection", 12_600, 26, "child", "CYP-02", default=True, labelled=0.8),
            Library("Children in need", 9_400, 18, "child", "CYP-02", labelled=0.55),
            Library("Court bundles", 6_200, 31, "court", "CYP-01", labelled=0.35),
            Library("Strategy meeting recordings", 1_400, 14, "recording", "GEN-01", labelled=0.3, years=(2025, 2026)),
        ),
    ),
    SiteSpec(
        path="sites/csc-fostering", title="Fostering service", asset="IA-001", department="Children", kind="group",
        capability="new_guests", owners=("Head of Safeguarding", "Practice Systems Officer"),
        libraries=(
            Library("Placements", 6_900, 11, "child", "CYP-01", labelled=0.5),
            Library("Foster carers", 4_300, 6, "carer", "CYP-01", labelled=0.45),
            Library("Panel papers", 2_600, 5, "panel", "CYP-01", labelled=0.3),
            Library("Contact and visits", 1_200, 3, "child", "CYP-01", labelled=0.4),
        ),
    ),
    SiteSpec(
        path="sites/asc-casework", title="Adult social care casework", asset="IA-002", department="Adults",
        kind="group", capability="new_guests", owners=("Head of Care Management", "ASC Records Officer"),
        libraries=(
            Library("Assessments", 14_200, 29, "adult", "ASC-01", labelled=0.6),
            Library("Support plans", 12_700, 26, "adult", "ASC-01", default=True, labelled=0.82),
            Library("Reviews", 9_800, 20, "adult", "ASC-01", labelled=0.5),
            Library("Safeguarding adults", 4_100, 13, "adult", "ASC-01", labelled=0.4),
            Library("Hospital discharge", 5_300, 16, "adult", "ASC-01", labelled=0.35),
            Library("Direct payments", 2_800, 8, "adult", "ASC-01", labelled=0.3),
        ),
    ),
    SiteSpec(
        path="sites/send-ehcp", title="SEND and EHC plans", asset="IA-003", department="Children", kind="group",
        capability="anyone", owners=("Head of SEND", "SEND Service Manager"),
        libraries=(
            Library("EHC plans", 9_400, 24, "send", "EDU-01", labelled=0.6),
            Library("Annual reviews", 6_800, 15, "send", "EDU-01", labelled=0.45),
            Library("Professional advice", 4_900, 16, "send", "EDU-01", labelled=0.4),
            Library("Tribunals", 1_200, 6, "court", "EDU-01", labelled=0.3),
        ),
    ),
    SiteSpec(
        path="sites/planning-casework", title="Planning and building control", asset="IA-004", department="Place",
        kind="group", capability="anyone", owners=("Head of Development Management", "Planning Systems Officer"),
        libraries=(
            Library("Public register", 61_000, 395, "planning", "PLN-01", default=True, labelled=0.9,
                 years=(2009, 2026)),
            Library("Decided applications", 54_600, 285, "planning", "PLN-01", default=True, labelled=0.8,
                 years=(2009, 2026)),
            Library("Current applications", 21_400, 96, "planning", "PLN-01", labelled=0.2, years=(2025, 2026)),
            Library("Pre-application advice 2012 to 2020", 4_512, 38, "advice", "PLN-02", labelled=0.5,
                 years=(2012, 2020), last_human="2024-03-14", least=75),
            Library("Pre-application advice", 5_288, 21, "advice", "PLN-02", labelled=0.4, years=(2021, 2026)),
            Library("Enforcement cases", 8_900, 32, "enforcement", "PLN-03", labelled=0.5, years=(2012, 2026)),
            Library("Building control", 27_300, 73, "building", "PLN-04", labelled=0.55, years=(2010, 2026)),
        ),
    ),
    SiteSpec(
        path="sites/housing-tenancy", title="Housing tenancy", asset="IA-005", department="Housing", kind="group",
        capability="anyone", owners=("Head of Tenancy Services", "Housing Systems Officer"),
        libraries=(
            Library("Tenancy files", 31_000, 58, "tenancy", "HOU-01", labelled=0.6, years=(2012, 2026)),
            Library("Arrears", 14_600, 21, "arrears", "HOU-01", labelled=0.4),
            Library("Repairs correspondence", 17_400, 29, "repairs", "HOU-01", labelled=0.3),
            Library("Anti-social behaviour", 4_800, 14, "tenancy", "HOU-01", labelled=0.35),
            Library("Former tenants", 6_400, 11, "tenancy", "HOU-01", labelled=0.55, years=(2010, 2026)),
        ),
    ),
    SiteSpec(
        path="sites/revs-bens", title="Revenues and benefits", asset="IA-006", department="Finance", kind="team",
        capability="disabled", owners=("Revenues Manager", "Revenues Support Lead"),
        libraries=(
            Library("Letters", 41_000, 44, "revenues", "FIN-01", labelled=0.5, years=(2018, 2026)),
            Library("Council tax", 28_300, 40, "revenues", "FIN-01", default=True, labelled=0.85, years=(2017, 2026)),
            Library("Housing benefit", 19_600, 28, "revenues", "FIN-01", labelled=0.45, years=(2017, 2026)),
            Library("Appeals", 3_800, 8, "court", "FIN-01", labelled=0.3, years=(2018, 2026)),
        ),
    ),
    SiteSpec(
        path="sites/hr-casework", title="HR casework", asset="IA-007", department="Corporate", kind="group",
        capability="anyone", owners=("Head of HR", "HR Operations Manager"),
        libraries=(
            Library("Personnel files", 10_900, 17, "personnel", "HR-01", default=True, labelled=0.85),
            Library("Leavers", 4_800, 7, "personnel", "HR-01", labelled=0.5),
            Library("Recruitment", 2_700, 5, "recruitment", years=(2023, 2026)),
        ),
    ),
    SiteSpec(
        path="sites/procurement", title="Procurement and contracts", asset="IA-008", department="Corporate",
        kind="group", capability="anyone", owners=("Category Manager", "Contracts Officer"),
        libraries=(
            Library("Contracts", 5_600, 15, "contract", "PRO-01", default=True, labelled=0.85),
            Library("Tenders", 4_700, 14, "tender", "PRO-01", labelled=0.4),
            Library("Contract management", 3_300, 8, "contract", "PRO-01", labelled=0.35),
            Library("Deeds", 900, 4, "deed", "PRO-02", labelled=0.9, years=(2012, 2026)),
            Library("Legal advice", 1_400, 3, "advice", "PRO-01", labelled=0.3),
        ),
    ),
    SiteSpec(
        path="sites/democratic-services", title="Democratic services", asset="IA-009", department="Corporate",
        kind="communication", capability="anyone",
        owners=("Deputy Monitoring Officer", "Democratic Services Officer"),
        libraries=(
            Library("Council", 5_200, 9, "committee", "DEM-01", default=True, labelled=0.9),
            Library("Committees", 13_800, 29, "committee", "DEM-01", default=True, labelled=0.85),
            Library("Executive decisions", 4_100, 8, "decision", "DEM-01", labelled=0.5),
            Library("Background papers", 4_500, 12, "background", "DEM-02", labelled=0.4, years=(2021, 2026)),
        ),
    ),
    SiteSpec(
        path="sites/information-rights", title="Information rights", asset="IA-010", department="Corporate",
        kind="group", capability="anyone", owners=("Head of Information Governance", "Data Protection Officer"),
        libraries=(
            Library("Requests", 6_300, 17, "request", "INF-01", labelled=0.5, years=(2022, 2026)),
            Library("Disclosures", 2_400, 15, "disclosure", "INF-01", labelled=0.35, years=(2022, 2026)),
            Library("Reviews and appeals", 1_100, 3, "request", "INF-01", labelled=0.3, years=(2022, 2026)),
        ),
    ),
    SiteSpec(
        path="sites/regulatory", title="Regulatory services", asset="IA-011", department="Neighbourhoods", kind="team",
        capability="anyone", owners=("Licensing Manager", "Regulatory Support Officer"),
        libraries=(
            Library("Inspections", 14_100, 32, "inspection", "REG-01", labelled=0.5),
            Library("Licences", 9_300, 22, "licence", "REG-01", labelled=0.55),
            Library("Complaints", 6_700, 15, "complaint", "REG-01", labelled=0.35),
            Library("Prosecutions", 1_400, 8, "court", "REG-01", labelled=0.4),
        ),
    ),
    SiteSpec(
        path="sites/canalside", title="Canalside Quarter", asset="IA-012", department="Place", kind="group",
        capability="anyone", owners=("Programme Manager", "Project Support Officer"),
        libraries=(
            Library("Programme board", 1_900, 8, "board", "PRJ-01", labelled=0.4, years=(2019, 2025),
                 last_human=_ENDED),
            Library("Business case", 1_300, 12, "project", "PRJ-01", labelled=0.4, years=(2018, 2023),
                 last_human="2024-09-12"),
            Library("Funding", 1_600, 9, "project", "PRJ-01", labelled=0.35, years=(2019, 2025), last_human=_ENDED),
            Library("Site surveys", 3_400, 121, "survey", "PRJ-01", labelled=0.3, years=(2019, 2024),
                 last_human="2024-11-29"),
        ),
    ),
    SiteSpec(
        path="teams/canalside-delivery", title="Canalside delivery", asset="IA-012", department="Place", kind="group",
        capability="anyone", owners=("Programme Manager", "Project Support Officer"), team=True, public=True,
        libraries=(
            Library("Documents", 2_699, 28, "project", "PRJ-01", labelled=0.2, years=(2020, 2025), last_human=_ENDED,
                 path="Shared Documents"),
            Library("Contractors", 1_700, 32, "contract", "PRJ-01", labelled=0.2, years=(2020, 2025),
                 last_human="2025-02-27"),
        ),
    ),
    SiteSpec(
        path="sites/xmas-lights-2023", title="Christmas lights 2023", asset="", department="Neighbourhoods",
        kind="team", capability="anyone", owners=("Regulatory Support Officer",),
        libraries=(
            Library("Documents", 600, 4, "event", years=(2023, 2023), last_human="2024-01-19", path="Shared Documents"),
        ),
    ),
    SiteSpec(
        path="sites/gis-working", title="GIS working", asset="", department="Place", kind="group",
        capability="anyone", owners=(),
        libraries=(
            Library("Documents", 700, 2, "gis", years=(2020, 2026), path="Shared Documents"),
            Library("Map layers", 900, 9, "gis", years=(2020, 2026)),
        ),
    ),
    SiteSpec(
        path="teams/ext-flood-partners", title="Flood partners", asset="", department="Place", kind="group",
        capability="new_guests", owners=("Planning Systems Officer",), team=True,
        libraries=(
            Library("Documents", 1_299, 3, "flood", years=(2022, 2026), path="Shared Documents"),
            Library("Exchange", 600, 1, "flood", years=(2022, 2026)),
        ),
    ),
)  # fmt: skip
