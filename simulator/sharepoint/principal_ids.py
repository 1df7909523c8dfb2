"""The numbers by which SharePoint knows people and groups of a site."""

from __future__ import annotations

import zlib

from simulator.tenant.model import Actor, Principal
from simulator.tenant.state import Tenant

OWNERS, VISITORS, MEMBERS = 3, 4, 5
SYSTEM_ACCOUNT = 1_073_741_823
_FIRST = 10
_CLAIMS = 100_000


class Numbers:
    """Numbers of principals: people in the order of the directory, claims by their login."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._people: dict[str, int] = {}

    def person(self, user_id: str) -> int:
        """A person's number; SharePoint's own for somebody who is not in the directory."""
        if len(self._people) != len(self._tenant.users):
            self._people = {each: number for number, each in enumerate(self._tenant.users, start=_FIRST)}
        return self._people.get(user_id, SYSTEM_ACCOUNT)

    def author(self, actor: Actor) -> int:
        """The number of who did something; all apps share SharePoint's own."""
        return SYSTEM_ACCOUNT if actor.application else self.person(actor.id)

    def principal(self, principal: Principal) -> int:
        """The number of somebody to whom access was given."""
        if principal.kind == "site_group":
            return int(principal.id)
        if principal.kind == "user":
            return self.person(principal.id)
        return _CLAIMS + zlib.crc32(principal.login.encode()) % 900_000
