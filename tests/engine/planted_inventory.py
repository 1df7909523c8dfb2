"""The facts planted at Wrenbridge that concern labels, staleness and sharing, as a small inventory."""

from __future__ import annotations

from typing import Any

from tests.engine.inventory_builder import BOT, MIGRATION, Inventory, day
from tests.policy.policies import shipped

HOST = "https://wrenbridge.sharepoint.example/"
ANYONE = {
    "sites/send-ehcp/Annual reviews": 2,
    "sites/planning-casework/Public register": 12,
    "sites/planning-casework/Current applications": 2,
    "sites/housing-tenancy/Repairs correspondence": 3,
    "sites/procurement/Tenders": 1,
    "sites/democratic-services/Committees": 40,
    "sites/information-rights/Disclosures": 6,
    "sites/regulatory/Licences": 1,
    "sites/canalside/Funding": 5,
    "teams/canalside-delivery/Shared Documents": 2,
    "sites/gis-working/Map layers": 1,
    "sites/xmas-lights-2023/Shared Documents": 1,
}
OUTSIDE = {
    "sites/csc-casework/Child protection": (26, "eastvale-nhs.example"),
    "sites/asc-casework/Hospital discharge": (31, "eastvale-nhs.example"),
    "sites/send-ehcp/EHC plans": (9, "wrenshire-schools.example"),
    "sites/planning-casework/Current applications": (5, "ardenconsulting.example"),
    "sites/housing-tenancy/Repairs correspondence": (4, "bridgebuild.example"),
    "sites/procurement/Legal advice": (12, "hollispike.example"),
    "sites/regulatory/Prosecutions": (3, "castlechambers.example"),
    "sites/canalside/Funding": (7, "levelfund.example"),
}
GUESTS = {
    "teams/canalside-delivery": (11, "corbelarchitects.example"),
    "teams/ext-flood-partners": (6, "riverwatch.example"),
}
UNREGISTERED = {
    "sites/xmas-lights-2023": ["Shared Documents"],
    "sites/gis-working": ["Shared Documents", "Map layers"],
    "teams/ext-flood-partners": ["Shared Documents", "Exchange"],
}
ENDED = "2025-03-28"


def wrenbridge() -> Inventory:
    """The council: every site and library of the register with a file or more, and what is planted."""
    inventory = Inventory()
    libraries = _estate(inventory)
    _links(inventory)
    _people(inventory)
    _quiet(inventory, libraries)
    advice = "sites/planning-casework/Pre-application advice 2012 to 2020"
    folder = inventory.folder(advice, "FOI-2026-0417")
    for number in range(12):
        inventory.file(advice, f"foi-{number}", folder, **_people_left("2018-04-17"))
    return inventory


def _estate(inventory: Inventory) -> list[str]:
    libraries: list[str] = []
    sites: dict[str, list[str]] = {}
    for row in shipped().records.site_map:
        parts = row.location.text.removeprefix(HOST).split("/")
        sites.setdefault("/".join(parts[:2]), []).extend(parts[2:])
    for site, names in (sites | UNREGISTERED).items():
        if site.endswith("Commercial"):
            continue
        changes = {
            "is_team": site in GUESTS,
            "visibility": "public" if site == "teams/canalside-delivery" else "private",
            "owner_count": 0 if site == "sites/gis-working" else 2,
            "sharing_capability": "anyone" if site == "sites/hr-casework" else "disabled",
        }
        inventory.site(site, **changes)
        for name in names:
            libraries.append(inventory.library(site, name))
            inventory.file(libraries[-1], "everyday")
    return libraries


def _links(inventory: Inventory) -> None:
    for library, count in ANYONE.items():
        for number in range(count):
            inventory.file(library, f"linked-{number}", shared_scope="anonymous", permissions_read_at=day("2026-11-22"))
            inventory.link(library, f"linked-{number}", f"anyone-{number}")


def _people(inventory: Inventory) -> None:
    for library, (count, domain) in OUTSIDE.items():
        for number in range(count):
            inventory.grant(library, "everyday", f"grant-{number}", f"p{number}@{domain}")
    for site, (count, domain) in GUESTS.items():
        for number in range(count):
            inventory.guest(site, f"g{number}@{domain}")
        inventory.channel(site, "General")


def _people_left(last: str) -> dict[str, Any]:
    return {"modified": day(last), "client_modified": day(last)}


def _quiet(inventory: Inventory, libraries: list[str]) -> None:
    """Nobody works at Canalside or in the old advice library; the bot and the migration account still touch files there."""
    for row in inventory.rows["items"]:
        quiet = {"sites/canalside": ENDED, "teams/canalside-delivery": ENDED}
        last = quiet.get("/".join(row["drive_id"].split("/")[:2]), "")
        if row["drive_id"].endswith("2012 to 2020"):
            last = "2024-03-14"
        if last and not row["is_folder"]:
            row.update(_people_left(last))
    for library in libraries:
        if library.startswith(("sites/canalside/", "teams/canalside-delivery/")) or library.endswith("2012 to 2020"):
            touched: dict[str, Any] = {"modified": day("2026-11-20"), "client_modified": day("2020-12-11")}
            inventory.file(library, "touched by the bot", modified_by=BOT, modified_by_kind="app", **touched)
            inventory.file(library, "touched by the migration", modified_by=MIGRATION, **touched)
