"""What a policy may be about: one thing in the tenant, and the facts of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

type Fact = str | int | float | bool | datetime | None


class Kind(StrEnum):
    """What a finding is about. A kind's declaration is the module of its word in `custos.kinds`."""

    SITE = "site"
    TEAM = "team"
    LIBRARY = "library"
    FOLDER = "folder"
    FILE = "file"
    LINK = "link"  # a sharing link on an item
    GRANT = "grant"  # a direct permission on an item
    GUEST = "guest"  # a guest in a team's group
    CHANNEL = "channel"  # a channel of a team


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One thing in the tenant. Ids that its kind does not have are "". `item_id`: of the file or folder that it is, or hangs on; of what
    lies in no library, its own.
    """

    kind: Kind
    site_id: str
    drive_id: str = ""
    item_id: str = ""
    permission_id: str = ""
    grantee: int = -1  # which of a link's named people; -1 the link as a whole
    user_id: str = ""
    group_id: str = ""  # of the team that a guest is in
    name: str = ""
    url: str = ""

    @property
    def key(self) -> str:
        """Stable across runs: the same thing has the same key."""
        parts = (self.kind, self.site_id, self.drive_id, self.item_id, self.permission_id, self.user_id)
        return "|".join(part for part in parts if part)
