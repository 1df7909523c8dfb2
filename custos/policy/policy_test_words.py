"""The words of a file of tests: its keys, what may be given of a subject, and what it may come to."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from custos.model.subject import Kind
from custos.policy.catalogue import FactType

TEST_KEYS = ("name", "rule", "now", "at", "given", "expect", "because")
FILE_KEYS = ("policy", "tests")
UNKNOWN, MISSING = "unknown", "is_missing"
CHANGED_BY = {"person": "person", "application": "app"}
WORDS = {"changed_by": tuple(CHANGED_BY), "site_access": ("readable", "locked", "forbidden", "gone")}
OTHERS = {
    "library_read": FactType.FLAG,
    "inherited": FactType.FLAG,
    "file_date": FactType.MOMENT,
    "changed_by": FactType.CHOICE,
    "site_access": FactType.CHOICE,
}
_ANY = (
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
_ACTIVITY_GIVEN = ("last_human_activity", "changed_by", "file_date", "files", "size")
_SHARED_GIVEN = ("item_name", "item_is_folder", "inherited")
GIVEN: Mapping[Kind, tuple[str, ...]] = {
    Kind.SITE: (*_ANY, "outside_people", *_ACTIVITY_GIVEN),
    Kind.TEAM: (*_ANY, "outside_people", *_ACTIVITY_GIVEN),
    Kind.LIBRARY: (*_ANY, *_ACTIVITY_GIVEN),
    Kind.FOLDER: (*_ANY, "folder_name", "folder_created", *_ACTIVITY_GIVEN, "library_last_human_activity"),
    Kind.FILE: (
        *_ANY, "file_name", "file_extension", "label", "label_explicit", "is_record", "file_created", "file_modified", "changed_by",
        "file_date", "shared_scope", "size",
    ),
    Kind.LINK: (*_ANY, *_SHARED_GIVEN, "link_scope", "link_type", "link_expires", "link_has_password"),
    Kind.GRANT: (*_ANY, *_SHARED_GIVEN, "person", "person_is_outside", "principal", "through", "access"),
    Kind.GUEST: (*_ANY, "person", "person_enabled"),
}  # fmt: skip


class Expectation(StrEnum):
    """What a test comes to."""

    ACT = "act"
    WAIT = "wait"
    TELL = "tell"
    KEEP = "keep"
    EXEMPT = "exempt"
    UNKNOWN = "unknown"
