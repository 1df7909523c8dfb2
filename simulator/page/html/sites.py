"""Sites and libraries."""

from __future__ import annotations

from simulator.page import words
from simulator.page.data.sites import LibraryRow, SiteFacts, SiteRow, Sites
from simulator.page.html.components import (
    Drawing,
    chip,
    empty,
    facts,
    item_address,
    link,
    quiet,
    section,
    site_address,
    stack,
    table,
)
from simulator.page.markup import Child, element

_OPENNESS_TONES = {"anyone": "warn", "new_guests": "plain", "existing_guests": "plain", "disabled": "good"}
_KINDS = {
    "team": "Team site",
    "communication": "Communication site",
    "group": "Group site",
    "channel": "Channel site",
    "personal": "OneDrive",
}
_LIBRARY_KINDS = {"system": "System library", "hold": "Preservation hold", "mounted": "Mounted directory"}


def sites(view: Sites) -> Drawing:
    """All sites."""
    rows = [
        (
            stack(link(each.title, site_address(each.id)), quiet(words.below(each.url))),
            stack(kind(each), quiet(each.template)),
            owners(each.owners),
            sharing(each),
            state(each),
            words.number(each.libraries),
            words.number(each.items),
        )
        for each in view.sites
    ]
    headings = ("Site", "Kind", "Owners", "Sharing", "State", "Libraries", "Items")
    body = section("All sites", table("All sites", headings, rows, numbers=(5, 6)), name="sites", live=True, alone=True)
    lead = f"The organisation allows sharing with: {words.CAPABILITIES[view.capability].lower()}."
    return Drawing("Sites", "sites", [body], lead=lead)


def site(view: SiteFacts) -> Drawing:
    """One site."""
    row = view.site
    about = facts(
        (
            ("Address", row.url),
            ("Kind", kind(row)),
            ("Template", row.template),
            ("Channel", view.channel_type),
            ("Group", row.group),
            ("Owners", owners(row.owners)),
            ("Administrators", owners(view.admins)),
            ("Members", words.number(view.members)),
            ("Visitors", words.number(view.visitors)),
            ("Sharing", sharing(row)),
            ("State", state(row)),
            ("Sensitivity label", view.sensitivity),
            ("Created", words.day(view.created)),
            ("Changed", words.moment(view.modified)),
            ("In the register as", view.asset),
        )
    )
    libraries = [
        (
            stack(link(each.name, item_address(each.id)), quiet(words.below(each.url))),
            label(each),
            words.number(each.items),
            words.size(each.size),
        )
        for each in view.libraries
    ]
    headings = ("Library", "Default label", "Items", "Size")
    grants = [(each.to, words.ROLES[each.role]) for each in view.grants]
    access = table("Access to the whole site", ("Who", "May"), grants) if grants else empty("Nobody by a grant.")
    body = [
        section("Libraries", table("Libraries", headings, libraries, numbers=(2, 3)), name="libraries", live=True),
        section("About", about, name="about", live=True),
        section("Access to the whole site", access, name="access", live=True),
    ]
    return Drawing(row.title, "sites", body, trail=[("Sites", "/sim/sites")])


def kind(row: SiteRow) -> str:
    """What kind of site it is, in words."""
    return f"{_KINDS[row.kind]}, with a team" if row.is_team else _KINDS[row.kind]


def owners(people: list[str]) -> Child:
    """Names, one a line; that there is none is worth a warning."""
    return stack(*(element("span", each) for each in people)) if people else chip("No owner", "warn")


def sharing(row: SiteRow) -> Child:
    """What the site allows, and what it comes to where the organisation allows less."""
    own = chip(words.CAPABILITIES[row.capability], _OPENNESS_TONES[row.capability])
    if row.effective == row.capability:
        return own
    return stack(own, quiet(f"capped: {words.CAPABILITIES[row.effective].lower()}"))


def state(row: SiteRow) -> Child:
    """Lock and archive, where there is one."""
    told = []
    if row.archive:
        told.append(chip(words.ARCHIVES[row.archive], "warn"))
    if row.lock != "Unlock":
        told.append(chip(words.LOCKS[row.lock], "bad" if row.lock == "NoAccess" else "warn"))
    return stack(*told) if told else quiet("Open")


def label(row: LibraryRow) -> Child:
    """A library's default label, and what kind of library it is if no ordinary one."""
    named = row.default_label or quiet("None")
    return stack(chip(_LIBRARY_KINDS[row.kind]), named) if row.kind else named
