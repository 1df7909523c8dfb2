"""The accounts of everybody whom the registers name, as Entra has them now."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from custos.m365 import directory
from custos.notices.assignment import Directory, Person, upns_named
from custos.records.model import Records

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_KEPT_SECONDS = 900.0
_kept: dict[tuple[str, frozenset[str]], tuple[float, Directory]] = {}


async def accounts(app: Custos, records: Records, *, also: frozenset[str] = frozenset()) -> Directory:
    """Look up everybody, and the sign-in names `also`; what this process knows is a quarter of an hour old at most.

    Raises a Trouble when Entra cannot be read: then no case changes hands.
    """
    wanted = upns_named(records) | {upn for upn in also if "@" in upn}
    known = _kept.get((app.instance, wanted))
    if known is not None and time.monotonic() - known[0] < _KEPT_SECONDS:
        return known[1]
    found = await directory.users_by_upn(app.m365.observer, sorted(wanted))
    people = [
        Person(user_id=user.user_id, upn=upn, name=user.name, mail=user.mail, enabled=bool(user.enabled))
        for upn, user in found.items()
        if user is not None
    ]
    read = Directory.of(people, app.clock.now())
    _kept.clear()
    _kept[app.instance, wanted] = (time.monotonic(), read)
    return read
