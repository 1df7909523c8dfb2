"""The words of a file of tests: its keys, what may be given of a subject, and what it may come to."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from custos.kinds import DECLARED
from custos.kinds.fact import FactType
from custos.model.subject import Kind

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
GIVEN: Mapping[Kind, tuple[str, ...]] = {kind: declared.given for kind, declared in DECLARED.items()}


class Expectation(StrEnum):
    """What a test comes to."""

    ACT = "act"
    WAIT = "wait"
    TELL = "tell"
    KEEP = "keep"
    EXEMPT = "exempt"
    UNKNOWN = "unknown"
