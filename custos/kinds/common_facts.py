"""Facts that several kinds share: what registers and discovery say of the place, of the library, of activity and of people."""

from __future__ import annotations

from custos.kinds.fact import ADMIN, CLASSES, DELTA, GROUPS, PERMISSIONS, REACH, REGISTER, SITES, FactType, fact
from custos.model.sharing_levels import LEVEL_WORDS
from custos.records.registers.assets import CLASSIFICATIONS, PERSONAL_DATA, STATUSES
from custos.records.registers.assets import POSTURES as OF_ASSETS

_T = FactType
POSTURES = {**OF_ASSETS, "unregistered": "no asset covers the place"}
PLACE = (
    # what the register says of the place
    fact("registered", _T.FLAG, REGISTER, "an asset of the register covers it", "yes"),
    fact("asset", _T.TEXT, REGISTER, "the asset", "IA-004", missing="no asset covers it"),
    fact("asset_department", _T.TEXT, REGISTER, "the asset's department", "Place", missing="no asset covers it"),
    fact(
        "asset_classification", _T.CHOICE, REGISTER, "the asset's classification", "OFFICIAL-SENSITIVE",
        choices=CLASSIFICATIONS, missing="no asset covers it",
    ),
    fact(
        "asset_personal_data", _T.CHOICE, REGISTER, "the personal data in the asset", "special_category",
        choices=PERSONAL_DATA, missing="no asset covers it",
    ),
    fact(
        "asset_status", _T.CHOICE, REGISTER, "the asset's status", "closing", choices=STATUSES, missing="no asset covers it",
    ),
    fact("asset_vital", _T.FLAG, REGISTER, "the asset is a vital record", "no"),
    fact(
        "posture", _T.CHOICE, REGISTER, "the sharing posture", "agreements_only",
        choices=POSTURES,
    ),
    fact(
        "agreement", _T.CHOICE, REGISTER, "the asset's sharing agreements", "ended", choices={
            "none": "no agreement names the asset",
            "in_date": "at least one agreement is in date",
            "ended": "every agreement has ended",
        },
    ),
    fact("anyone_links_allowed", _T.FLAG, CLASSES, "its class allows links that anyone can open", "no"),
    fact("organisation_links_allowed", _T.FLAG, CLASSES, "its class allows links for the whole organisation", "no"),
    fact("guests_allowed", _T.FLAG, CLASSES, "its class allows guests", "yes"),
    fact("public_team_allowed", _T.FLAG, CLASSES, "its class allows public teams", "no"),
    # the site
    fact("site_title", _T.TEXT, SITES, "the site's title", "Planning casework"),
    fact("site_address", _T.ADDRESS, SITES, "the site's address", "https://wrenbridge.sharepoint.example/sites/planning-casework"),
    fact(
        "site_kind", _T.CHOICE, SITES, "the kind of site", "team",
        choices={
            "team": "there is a Team behind it",
            "communication": "a communication site",
            "group": "a Microsoft 365 group without a Team",
            "channel": "a private or shared channel of a Team",
            "personal": "somebody's OneDrive",
            "other": "another kind of site",
        },
    ),
    fact("site_created", _T.MOMENT, SITES, "the day the site was made", "2019-05-01"),
    fact("site_sharing", _T.LEVEL, ADMIN, "the site's sharing level", "new_guests", choices=LEVEL_WORDS),
    fact("site_sharing_allowed", _T.LEVEL, CLASSES, "the loosest sharing level of its class", "disabled", choices=LEVEL_WORDS),
    fact("site_owners", _T.NUMBER, GROUPS, "owners who can sign in", "2"),
    fact("site_guests", _T.NUMBER, GROUPS, "guests in the site's group", "0"),
    fact(
        "site_visibility", _T.CHOICE, GROUPS, "who may join the group", "private", choices={
            "public": "everybody in the organisation may join the group",
            "private": "an owner of the group lets people in",
        },
        missing="there is no group",
    ),
    fact("is_team", _T.FLAG, SITES, "there is a Team behind the site", "yes"),
)  # fmt: skip
"""Every kind has them."""

SITE = (fact("outside_people", _T.NUMBER, PERMISSIONS, "people from outside with access", "31"),)

LIBRARY = (
    fact("library_name", _T.TEXT, SITES, "the library's name", "Public register"),
    fact("library_address", _T.ADDRESS, SITES, "the library's address",
         "https://wrenbridge.sharepoint.example/sites/planning-casework/Letters"),
    fact("scheduled_entry", _T.TEXT, REGISTER, "the library's schedule entry", "RS-PLN-02", missing="no entry covers it"),
    fact("scheduled_label", _T.TEXT, REGISTER, "the schedule's label", "PLN-02 Pre-application advice 7y", missing="no entry covers it"),
    fact("scheduled_label_is_record", _T.FLAG, REGISTER, "the schedule's label declares a record", "no"),
)  # fmt: skip
"""Of a library and of what lies in it."""

FILES = (fact("files", _T.NUMBER, DELTA, "files in it", "4212"),)

ACTIVITY = (
    fact("size", _T.SIZE, DELTA, "the size of its files", "38 GB"),
    fact(
        "last_human_activity", _T.MOMENT, DELTA, "the last change by a person", "2024-03-14", missing="nothing is in it", bounded=True,
    ),
    fact(
        "activity_confidence", _T.CHOICE, DELTA, "how sure that is", "certain", choices={
            "certain": "who changed it, and when, is known",
            "file date": "taken from the file's own date, which survives migration",
        },
        missing="nothing is in it",
    ),
)  # fmt: skip

SHARED = (
    fact("shared_scope", _T.CHOICE, DELTA, "how it is shared", "anonymous",
         choices={
            "anonymous": "with everybody, also without sign-in",
            "organization": "with everybody in the organisation",
            "users": "with certain people",
            "unique": "it has permissions of its own",
        }, missing="not shared on its own"),
    fact("anyone_link", _T.FLAG, REACH, "a link that anyone can open reaches it, through a folder too", "no"),
)  # fmt: skip
"""Of a file or folder."""

SHARING = (
    fact("item_name", _T.TEXT, DELTA, "the shared item's name", "Disclosure.pdf", private=True),
    fact("item_is_folder", _T.FLAG, DELTA, "a whole folder is shared", "no"),
)
"""Of a link or a grant."""

PERSON = (
    fact("person", _T.TEXT, PERMISSIONS, "the person", "nurse@eastvale-nhs.example", missing="nobody is named"),
    fact(
        "person_domain", _T.DOMAIN, PERMISSIONS, "the person's organisation", "eastvale-nhs.example",
        missing="nobody is named",
    ),
    fact("under_agreement", _T.FLAG, REGISTER, "an in-date agreement covers person and asset", "no"),
)  # fmt: skip

# what a test of a policy may say of the tenant, besides facts of the kind itself
GIVEN = (
    "library_read",
    "site_access",
    "site_title",
    "site_created",
    "site_kind",
    "site_sharing",
    "site_owners",
    "site_guests",
    "site_visibility",
    "is_team",
)
GIVEN_ACTIVITY = ("last_human_activity", "changed_by", "file_date", "files", "size")
GIVEN_SHARING = ("item_name", "item_is_folder", "inherited")
