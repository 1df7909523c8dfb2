"""Every fact that a condition may name: closed, typed, with words for people, and where it comes from.

The engine's frames (`custos.engine.frames`) have a column for each fact of their kind, under the fact's own name. Null is
unknown. A fact that can be *known to be missing* says so: a text is then "" and a moment has a second column, `NAME__missing`.
A moment that is known only within bounds has its later bound in `NAME__latest`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from custos.model.sharing_levels import SHARING_LEVELS
from custos.model.subject import Kind

SITE_KINDS = (Kind.SITE, Kind.TEAM)
PLACED = tuple(Kind)
IN_LIBRARY = (Kind.LIBRARY, Kind.FOLDER, Kind.FILE, Kind.LINK, Kind.GRANT)
SHARED = (Kind.LINK, Kind.GRANT)
PEOPLE = (Kind.GRANT, Kind.GUEST)


class FactType(StrEnum):
    """What values a fact has, and so which operators it takes."""

    TEXT = "text"
    CHOICE = "choice"  # one of a closed list
    LEVEL = "level"  # one of an ordered list, the tightest first
    NUMBER = "number"
    SIZE = "size"  # bytes, written as 2 GB
    MOMENT = "moment"
    FLAG = "yes or no"
    DOMAIN = "mail domain"
    ADDRESS = "web address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One entry of the catalogue. `units` are resource units per subject; 0 is read in bulk with the inventory."""

    name: str
    kinds: tuple[Kind, ...]
    type: FactType
    words: str
    example: str
    source: str
    freshness: str
    units: int
    permission: str
    choices: tuple[str, ...] = ()
    missing: str = ""  # how it reads when it is known to be missing; "" when that cannot be
    bounded: bool = False  # known within bounds: has NAME__latest
    private: bool = False  # may give away what a file is about: never in a sentence


_DELTA = ("drive delta", "minutes after a change", 0, "Files.Read.All")
_LABELS = ("list items of the library", "at each sync of the library", 0, "Sites.Read.All")
_PERMISSIONS = (
    "permissions of the item",
    "when a sharing signal was seen, and nightly for folders",
    5,
    "Files.Read.All",
)
_REACH = ("permissions of what is shared, its folders included", "when a sharing signal was seen, and nightly for folders", 0,
          "Files.Read.All")  # fmt: skip
_SITES = ("site discovery", "daily", 0, "Sites.Read.All")
_ADMIN = ("SharePoint administration", "daily", 0, "SharePoint Sites.FullControl.All")
_GROUPS = ("Microsoft 365 groups", "daily", 0, "GroupMember.Read.All")
_REGISTER = ("the council's registers", "at once", 0, "none")
_CLASSES = ("policies/settings.yaml", "at once", 0, "none")


def _fact(  # noqa: PLR0917  # a table reads best without keywords
    name: str,
    kinds: tuple[Kind, ...],
    kind_of_value: FactType,
    origin: tuple[str, str, int, str],
    words: str,
    example: str,
    *,
    choices: tuple[str, ...] = (),
    missing: str = "",
    bounded: bool = False,
    private: bool = False,
) -> Fact:
    source, freshness, units, permission = origin
    return Fact(
        name=name,
        kinds=kinds,
        type=kind_of_value,
        words=words,
        example=example,
        source=source,
        freshness=freshness,
        units=units,
        permission=permission,
        choices=choices,
        missing=missing,
        bounded=bounded,
        private=private,
    )


_T = FactType
_FACTS = (
    # what the register says of the place
    _fact("registered", PLACED, _T.FLAG, _REGISTER, "an asset of the register covers it", "yes"),
    _fact("asset", PLACED, _T.TEXT, _REGISTER, "the asset", "IA-004", missing="no asset covers it"),
    _fact("asset_department", PLACED, _T.TEXT, _REGISTER, "the asset's department", "Place", missing="no asset covers it"),
    _fact(
        "asset_classification", PLACED, _T.CHOICE, _REGISTER, "the asset's classification", "OFFICIAL-SENSITIVE",
        choices=("OFFICIAL", "OFFICIAL-SENSITIVE"), missing="no asset covers it",
    ),
    _fact(
        "asset_personal_data", PLACED, _T.CHOICE, _REGISTER, "the personal data in the asset", "special_category",
        choices=("none", "personal", "special_category", "criminal_offence"), missing="no asset covers it",
    ),
    _fact(
        "asset_status", PLACED, _T.CHOICE, _REGISTER, "the asset's status", "closing",
        choices=("proposed", "active", "closing", "closed"), missing="no asset covers it",
    ),
    _fact("asset_vital", PLACED, _T.FLAG, _REGISTER, "the asset is a vital record", "no"),
    _fact(
        "posture", PLACED, _T.CHOICE, _REGISTER, "the sharing posture", "agreements_only",
        choices=("internal", "agreements_only", "guests_allowed", "public_view", "unregistered"),
    ),
    _fact(
        "agreement", PLACED, _T.CHOICE, _REGISTER, "the asset's sharing agreements", "ended",
        choices=("none", "in_date", "ended"),
    ),
    _fact("anyone_links_allowed", PLACED, _T.FLAG, _CLASSES, "its class allows links that anyone can open", "no"),
    _fact("organisation_links_allowed", PLACED, _T.FLAG, _CLASSES, "its class allows links for the whole organisation", "no"),
    _fact("guests_allowed", PLACED, _T.FLAG, _CLASSES, "its class allows guests", "yes"),
    _fact("public_team_allowed", PLACED, _T.FLAG, _CLASSES, "its class allows public teams", "no"),
    # sites and teams
    _fact("site_title", PLACED, _T.TEXT, _SITES, "the site's title", "Planning casework"),
    _fact("site_address", PLACED, _T.ADDRESS, _SITES, "the site's address", "https://wrenbridge.sharepoint.example/sites/planning-casework"),
    _fact(
        "site_kind", PLACED, _T.CHOICE, _SITES, "the kind of site", "team",
        choices=("team", "communication", "group", "channel", "personal", "other"),
    ),
    _fact("site_created", PLACED, _T.MOMENT, _SITES, "the day the site was made", "2019-05-01"),
    _fact(
        "site_sharing", PLACED, _T.LEVEL, _ADMIN, "the site's sharing level", "new_guests", choices=SHARING_LEVELS,
    ),
    _fact(
        "site_sharing_allowed", PLACED, _T.LEVEL, _CLASSES, "the loosest sharing level of its class", "disabled",
        choices=SHARING_LEVELS,
    ),
    _fact("site_owners", PLACED, _T.NUMBER, _GROUPS, "owners who can sign in", "2"),
    _fact("site_guests", PLACED, _T.NUMBER, _GROUPS, "guests in the site's group", "0"),
    _fact(
        "site_visibility", PLACED, _T.CHOICE, _GROUPS, "who may join the group", "private", choices=("public", "private"),
        missing="there is no group",
    ),
    _fact("is_team", PLACED, _T.FLAG, _SITES, "there is a Team behind the site", "yes"),
    _fact("outside_people", SITE_KINDS, _T.NUMBER, _PERMISSIONS, "people from outside with access", "31"),
    # libraries
    _fact("library_name", IN_LIBRARY, _T.TEXT, _SITES, "the library's name", "Public register"),
    _fact("library_address", IN_LIBRARY, _T.ADDRESS, _SITES, "the library's address",
          "https://wrenbridge.sharepoint.example/sites/planning-casework/Letters"),
    _fact("scheduled_entry", IN_LIBRARY, _T.TEXT, _REGISTER, "the library's schedule entry", "RS-PLN-02", missing="no entry covers it"),
    _fact("scheduled_label", IN_LIBRARY, _T.TEXT, _REGISTER, "the schedule's label",
          "PLN-02 Pre-application advice 7y", missing="no entry covers it"),
    _fact("scheduled_label_is_record", IN_LIBRARY, _T.FLAG, _REGISTER, "the schedule's label declares a record", "no"),
    # activity
    _fact("files", (Kind.SITE, Kind.TEAM, Kind.LIBRARY, Kind.FOLDER), _T.NUMBER, _DELTA, "files in it", "4212"),
    _fact("size", (Kind.SITE, Kind.TEAM, Kind.LIBRARY, Kind.FOLDER, Kind.FILE), _T.SIZE, _DELTA, "the size of its files", "38 GB"),
    _fact(
        "last_human_activity", (Kind.SITE, Kind.TEAM, Kind.LIBRARY, Kind.FOLDER, Kind.FILE), _T.MOMENT, _DELTA,
        "the last change by a person", "2024-03-14", missing="nothing is in it", bounded=True,
    ),
    _fact(
        "activity_confidence", (Kind.SITE, Kind.TEAM, Kind.LIBRARY, Kind.FOLDER, Kind.FILE), _T.CHOICE, _DELTA,
        "how sure that is", "certain", choices=("certain", "file date"), missing="nothing is in it",
    ),
    # folders and files
    _fact("folder_depth", (Kind.FOLDER,), _T.NUMBER, _DELTA, "how deep the folder lies, 1 at the top", "1"),
    _fact(
        "library_last_human_activity", (Kind.FOLDER,), _T.MOMENT, _DELTA, "the last change by a person in its library",
        "2026-11-02", missing="nothing is in it", bounded=True,
    ),
    _fact("folder_name", (Kind.FOLDER,), _T.TEXT, _DELTA, "the folder's name", "2014", private=True),
    _fact("folder_created", (Kind.FOLDER,), _T.MOMENT, _DELTA, "the day the folder was made", "2014-01-06"),
    _fact("file_name", (Kind.FILE,), _T.TEXT, _DELTA, "the file's name", "Site plan.pdf", private=True),
    _fact("file_extension", (Kind.FILE,), _T.TEXT, _DELTA, "the file's extension", "pdf", missing="it has no extension"),
    _fact("file_created", (Kind.FILE,), _T.MOMENT, _DELTA, "the day the file was made", "2016-09-30"),
    _fact("file_modified", (Kind.FILE,), _T.MOMENT, _DELTA, "the last change by anybody or anything", "2024-03-14"),
    _fact("shared_scope", (Kind.FILE, Kind.FOLDER), _T.CHOICE, _DELTA, "how it is shared", "anonymous",
          choices=("anonymous", "organization", "users", "unique"), missing="not shared on its own"),
    _fact("anyone_link", (Kind.FILE, Kind.FOLDER), _T.FLAG, _REACH, "a link that anyone can open reaches it, through a folder too", "no"),
    _fact("label", (Kind.FILE,), _T.TEXT, _LABELS, "the retention label", "GEN-01 Transitory 60d", missing="it has none"),
    _fact("label_explicit", (Kind.FILE,), _T.FLAG, _LABELS, "somebody chose the label", "no"),
    _fact("label_fits_schedule", (Kind.FILE,), _T.FLAG, _LABELS, "the label is the schedule's", "yes"),
    _fact("is_record", (Kind.FILE,), _T.FLAG, _LABELS, "the file is a record", "no"),
    _fact("list_item_id", (Kind.FILE,), _T.NUMBER, _DELTA, "its number in the library's list", "512"),
    # links and grants
    _fact("item_name", SHARED, _T.TEXT, _DELTA, "the shared item's name", "Disclosure.pdf", private=True),
    _fact("item_is_folder", SHARED, _T.FLAG, _DELTA, "a whole folder is shared", "no"),
    _fact(
        "link_scope", (Kind.LINK,), _T.CHOICE, _PERMISSIONS, "who can open the link", "anonymous",
        choices=("anonymous", "organization", "users"),
    ),
    _fact(
        "link_type", (Kind.LINK,), _T.CHOICE, _PERMISSIONS, "what the link allows", "view",
        choices=("view", "edit", "blocksDownload", "createOnly", "review", "addressBar", "embed"),
        missing="it does not say",
    ),
    _fact("link_expires", (Kind.LINK,), _T.MOMENT, _PERMISSIONS, "the day the link ends", "2027-01-31", missing="it never ends"),
    _fact("link_has_password", (Kind.LINK,), _T.FLAG, _PERMISSIONS, "the link asks for a password", "no"),
    _fact(
        "principal", (Kind.GRANT,), _T.CHOICE, _PERMISSIONS, "who is given access", "user",
        choices=("user", "group", "site_group", "everyone", "everyone_internal", "app"),
    ),
    _fact("through", (Kind.GRANT,), _T.CHOICE, _PERMISSIONS, "how access was given", "grant", choices=("grant", "link", "invitation")),
    _fact("access", (Kind.GRANT,), _T.TEXT, _PERMISSIONS, "what they may do", "read"),
    _fact("person_is_outside", (Kind.GRANT,), _T.FLAG, _PERMISSIONS, "the person is from outside", "yes"),
    _fact("person", PEOPLE, _T.TEXT, _PERMISSIONS, "the person", "nurse@eastvale-nhs.example", missing="nobody is named"),
    _fact("person_domain", PEOPLE, _T.DOMAIN, _PERMISSIONS, "the person's organisation", "eastvale-nhs.example", missing="nobody is named"),
    _fact("under_agreement", PEOPLE, _T.FLAG, _REGISTER, "an in-date agreement covers person and asset", "no"),
    _fact("person_enabled", (Kind.GUEST,), _T.FLAG, _GROUPS, "the guest can sign in", "yes"),
)  # fmt: skip

CATALOGUE: Mapping[str, Fact] = {fact.name: fact for fact in _FACTS}


def facts_of(kind: Kind) -> dict[str, Fact]:
    """The facts that a rule about this kind may name."""
    return {name: fact for name, fact in CATALOGUE.items() if kind in fact.kinds}
