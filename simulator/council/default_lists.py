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
from simulator.council.shapes import SiteSpec
from simulator.tenant.clock import moment
from simulator.tenant.identifiers import guid
from simulator.tenant.model import ListRow, Site, User
from simulator.tenant.state import Tenant

DOCUMENTS = "Shared Documents"


def furnish(tenant: Tenant, site: Site, spec: SiteSpec | None = None, *, custodian: User | None = None) -> None:
    """Put SharePoint's own libraries into a site, and what its description says beside: the lists that its people made, and a
    Preservation Hold Library, in whose files `custodian` was the last to work.
    """
    at, system = site.created, system_actor(tenant)
    if not any(drive.path == DOCUMENTS for drive in site.drives):
        add_library(tenant, site, "Documents", path=DOCUMENTS)
    pages = add_library(tenant, site, "Site Pages", path="SitePages", system=True, pages=True)
    place(pages, pages.root, "Home.aspx", size=7_402, at=at, by=system)
    assets = add_library(
        tenant, site, "Site Assets", path="SiteAssets", system=spec is None or spec.site_assets == "hidden"
    )
    place(assets, assets.root, "__siteIcon__.png", size=2_118, at=at, by=system)
    styles = add_library(tenant, site, "Style Library", system=True)
    place(styles, styles.root, "theme.css", size=4_210, at=at, by=system)
    if spec is None:
        return
    if spec.hold_library and custodian is not None:
        _hold_library(tenant, site, custodian, hidden=spec.hold_library == "hidden")
    for plain in spec.lists:
        made = add_list(tenant, site, plain.name, template=plain.template)
        by = tenant.actor(tenant.users[site.owners[0]])
        made.rows = [
            ListRow(title, at + number * 86400, at + number * 86400, by) for number, title in enumerate(plain.rows, 1)
        ]


def _hold_library(tenant: Tenant, site: Site, custodian: User, *, hidden: bool) -> None:
    """A Preservation Hold Library, as there is where something was deleted under retention."""
    hold = add_library(
        tenant, site, "Preservation Hold Library", path="PreservationHoldLibrary", system=hidden, hold=True
    )
    for number in range(6):
        by = tenant.actor(custodian)
        name = f"Superseded letter {number + 1}_{guid(tenant.seed, site.path, number).upper()}.docx"
        place(hold, hold.root, name, size=31_000 + number, at=moment("2025-05-06T10:00:00Z"), by=by)
