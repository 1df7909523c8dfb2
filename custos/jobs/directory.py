"""The accounts of everybody whom the registers name, as Entra has them now."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from custos.m365 import directory
from custos.notices.assignment import Directory, Person, upns_named
from custos.policy import Bundle
from custos.records.model import Records
from custos.storage.rows import Row

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_KEPT_SECONDS = 900.0
_ROW = ("people", "notpeople")
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
    if also:
        await _remember(app, {person.upn: person.user_id for person in people if person.upn in also}, also)
    read = Directory.of(people, app.clock.now())
    _kept.clear()
    _kept[app.instance, wanted] = (time.monotonic(), read)
    return read


async def not_people(app: Custos, bundle: Bundle) -> dict[str, str]:
    """Sign-in name ► object id of the accounts that the settings call no people, as Entra last said.

    Entra is asked only when it never was about exactly these names.
    """
    names = bundle.settings.not_people
    kept = await app.account.rows("switches").get(*_ROW)
    if kept is None or kept.text("names") != _listed(names):
        found = await accounts(app, bundle.records, also=names)
        return {person.upn: person.user_id for person in found.people.values() if person.upn in names}
    ids: dict[str, str] = json.loads(kept.text("ids"))
    return ids


async def _remember(app: Custos, ids: dict[str, str], names: frozenset[str]) -> None:
    """Keep it for those who ask without calling Entra."""
    rows, kept = app.account.rows("switches"), json.dumps(ids, sort_keys=True)
    known = await rows.get(*_ROW)
    if known is None or (known.text("names"), known.text("ids")) != (_listed(names), kept):
        await rows.upsert(Row(*_ROW, {"names": _listed(names), "ids": kept}))


def _listed(names: frozenset[str]) -> str:
    return "\n".join(sorted(names))
