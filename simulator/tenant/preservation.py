"""The Preservation Hold Library, where SharePoint keeps what must be retained and was changed or deleted.

Source: https://learn.microsoft.com/purview/retention-policies-sharepoint
"""

from __future__ import annotations

from simulator.tenant.identifiers import drive_id, guid, item_ids
from simulator.tenant.model import Actor, Drive, Item, Site
from simulator.tenant.state import Tenant

_NAME, _PATH = "Preservation Hold Library", "PreservationHoldLibrary"


def hold_library(tenant: Tenant, site: Site) -> Drive:
    """The site's Preservation Hold Library, made when it is first needed."""
    found = next((drive for drive in site.drives if drive.hold), None)
    if found is not None:
        return found
    list_id, at = guid(tenant.seed, "list", site.path, _PATH), tenant.now()
    drive = Drive(
        drive_id(site.collection_id, site.web_id, list_id), list_id, site, _NAME, _PATH, at, system=True, hold=True
    )
    service = Actor(guid(tenant.seed, "app", "system"), "SharePoint App", application=True)
    item_id, unique_id = item_ids(drive.id, 1)[0]
    root = Item(
        id=item_id, unique_id=unique_id, list_item_id=0, drive=drive, parent=None, name="root", size=0, media="",
        content=0, created=at, modified=at, client_created=at, client_modified=at, created_by=service,
        modified_by=service, children=[],
    )  # fmt: skip
    drive.order.append(root)
    drive.items[root.id] = root
    return tenant.add_drive(drive)
