"""What SharePoint puts into every site, and the lists that people make beside their libraries.

Every site has a library "Documents" (at `Shared Documents`), Site Pages, Site Assets and a Style Library. The last three are
SharePoint's own: Graph tells them to those who select `system`, and no others. Where Site Assets was made by hand it is
listed like any library, as happens in the field.
Sources: https://learn.microsoft.com/graph/api/drive-list, https://learn.microsoft.com/graph/api/list-list (the system facet),
https://github.com/microsoftgraph/microsoft-graph-docs/issues/11919 (Site Assets and Site Pages have it),
https://github.com/SharePoint/sp-dev-docs/issues/8835 (Site Pages is no hidden list, its template is webPageLibrary),
https://github.com/OneDrive/onedrive-api-docs/issues/337 (Site Assets listed in `drives`)
"""

from __future__ import annotations

from simulator.council.empty_sites import add_library, add_list, place, system_actor
from simulator.council.people import People
from simulator.tenant.clock import moment
from simulator.tenant.identifiers import guid
from simulator.tenant.model import ListRow, ListTemplate, Site
from simulator.tenant.state import Tenant

DOCUMENTS = "Shared Documents"

_HELD = {"sites/csc-casework": True, "sites/hr-casework": True, "sites/planning-casework": False}
"""Sites with a Preservation Hold Library; True: it counts as a system library and is hidden."""

_ASSETS_BY_HAND = frozenset({"sites/housing-tenancy", "sites/democratic-services"})

_LISTS: dict[str, tuple[tuple[str, ListTemplate, tuple[str, ...]], ...]] = {
    "sites/planning-casework": (
        ("Site visits", "events", ("Canal Street, 2 December", "Foundry Lane, 9 December")),
        ("Consultees", "genericList", ("Highways", "Environment Agency", "Conservation officer")),
    ),
    "sites/hr-casework": (("Casework tracker", "genericList", ("HR-2026-114", "HR-2026-118", "HR-2026-121")),),
    "sites/canalside": (
        ("Risk register", "genericList", ("Ground conditions", "Towpath closure", "Grant deadline")),
        ("Actions", "tasks", ("Close the contractor accounts", "Hand over to Property")),
    ),
}
"""Lists that are no libraries, by site: name, template, titles of the rows."""


def furnish(tenant: Tenant, site: Site, people: People) -> None:
    """Put SharePoint's own libraries into a site, and the lists that its people made."""
    at, system = site.created, system_actor(tenant)
    if not any(drive.path == DOCUMENTS for drive in site.drives):
        add_library(tenant, site, "Documents", path=DOCUMENTS)
    pages = add_library(tenant, site, "Site Pages", path="SitePages", system=True, pages=True)
    place(pages, pages.root, "Home.aspx", size=7_402, at=at, by=system)
    assets = add_library(tenant, site, "Site Assets", path="SiteAssets", system=site.path not in _ASSETS_BY_HAND)
    place(assets, assets.root, "__siteIcon__.png", size=2_118, at=at, by=system)
    styles = add_library(tenant, site, "Style Library", system=True)
    place(styles, styles.root, "theme.css", size=4_210, at=at, by=system)
    _hold_library(tenant, site, people)
    for name, template, titles in _LISTS.get(site.path, ()):
        made = add_list(tenant, site, name, template=template)
        by = tenant.actor(tenant.users[site.owners[0]])
        made.rows = [
            ListRow(title, at + number * 86400, at + number * 86400, by) for number, title in enumerate(titles, 1)
        ]


def _hold_library(tenant: Tenant, site: Site, people: People) -> None:
    """A Preservation Hold Library where something was deleted under retention."""
    hidden = _HELD.get(site.path)
    if hidden is None:
        return
    hold = add_library(
        tenant, site, "Preservation Hold Library", path="PreservationHoldLibrary", system=hidden, hold=True
    )
    for number in range(6):
        by = tenant.actor(people.by_role["Records Manager"])
        name = f"Superseded letter {number + 1}_{guid(tenant.seed, site.path, number).upper()}.docx"
        place(hold, hold.root, name, size=31_000 + number, at=moment("2025-05-06T10:00:00Z"), by=by)
