"""The accounts of everybody whom the registers name, as Entra has them now."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from custos.m365 import Microsoft365, directory
from custos.m365.directory import User
from custos.m365.errors import Malformed
from custos.notices.assignment import Accountability, Directory, Person, upns_named, upns_of
from custos.policy import Bundle
from custos.records.model import Records
from custos.records.named_people import named_people
from custos.records.remark import Matter, Remark
from custos.records.roles import out_of_post, post_of
from custos.storage.account import Account
from custos.storage.rows import Row

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_KEPT_SECONDS = 900.0
_KEPT_AT_A_PRESS = 120.0
_ROW = ("people", "notpeople")


async def accounts(app: Custos, records: Records, *, also: frozenset[str] = frozenset()) -> Directory:
    """Look up everybody, and the sign-in names `also`; what this process knows is a quarter of an hour old at most.

    An account whose entry cannot be read, and that was never known, is `unread`. Raises a MicrosoftTrouble when Entra cannot be
    read: then no case changes hands.
    """
    wanted = upns_named(records) | {upn for upn in also if "@" in upn}
    read = await _looked_up(app, wanted, _KEPT_SECONDS)
    if also and not any(read.is_unread(upn) for upn in also):
        people = read.people.values()
        await _remember(app.account, {person.upn: person.user_id for person in people if person.upn in also}, also)
    return read


async def accountable(app: Custos, records: Records, asset_id: str) -> Accountability:
    """Who answers for an asset at this moment, by the registers and Entra as it was two minutes ago at most.

    Raises a MicrosoftTrouble when Entra cannot be read: then nobody's press counts.
    """
    today = app.clock.now().astimezone(app.zone).date()
    found = await _looked_up(app, upns_of(records, asset_id, today), _KEPT_AT_A_PRESS)
    return Accountability(records=records, directory=found, today=today)


async def called(m365: Microsoft365, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Name of a person ► sign-in names of the colleagues who are called so. Raises a MicrosoftTrouble when Entra cannot be read."""
    found = await directory.people_called(m365.observer, names)
    return {name: tuple(user.upn for user in people) for name, people in found.items()}


async def strangers(app: Custos, records: Records, today: date) -> list[Remark]:
    """Whom the registers name although Entra has no such account, or it is switched off. Whose post has ended is not told.

    Raises a MicrosoftTrouble when Entra cannot be read.
    """
    named = [one for one in named_people(records) if not out_of_post(post_of(records, one.upn), today)]
    found = await _looked_up(app, frozenset(one.upn.casefold() for one in named), _KEPT_SECONDS)
    remarks = []
    for one in named:
        person = found.find(one.upn)
        if found.is_unread(one.upn) or (person is not None and person.enabled):
            continue
        why = "which the directory does not have" if person is None else "whose account is switched off"
        said = f"{one.reference} names {one.upn} as {one.role}, {why}."
        remarks.append(
            Remark(
                matter=Matter.NO_ACCOUNT, reference=one.reference, asset_id=one.asset_id, sentence=said, mark=one.mark
            )
        )
    return remarks


async def _looked_up(app: Custos, wanted: frozenset[str], oldest: float) -> Directory:
    """The accounts behind sign-in names; those that were looked up less than `oldest` seconds ago are not asked for again."""
    kept, now = app.accounts, app.clock.now().timestamp()
    stale = sorted(upn for upn in wanted if upn not in kept or not 0 <= now - kept[upn][0] <= oldest)
    if stale:
        for upn, user in (await directory.users_by_upn(app.m365.observer, stale)).items():
            if isinstance(user, Malformed) or (user is not None and user.enabled is None):
                continue  # what was known of that account counts on
            kept[upn] = (now, _person(upn, user) if user is not None else None)
    people = [person for upn in sorted(wanted & kept.keys()) if (person := kept[upn][1]) is not None]
    return Directory.of(people, app.clock.now(), unread=wanted - kept.keys())


def _person(upn: str, user: User) -> Person:
    return Person(user_id=user.user_id, upn=upn, name=user.name, mail=user.mail, enabled=user.enabled is True)


async def not_people(app: Custos, bundle: Bundle) -> dict[str, str]:
    """Sign-in name ► object id of the accounts that the settings call no people, as Entra last said.

    Entra is asked only when it never was about exactly these names.
    """
    names = bundle.settings.not_people
    kept = await app.account.rows("control").get(*_ROW)
    if kept is None or kept.text("names") != _listed(names):
        found = await accounts(app, bundle.records, also=names)
        return {person.upn: person.user_id for person in found.people.values() if person.upn in names}
    ids: dict[str, str] = json.loads(kept.text("ids"))
    return ids


async def _remember(account: Account, ids: dict[str, str], names: frozenset[str]) -> None:
    """Keep it for those who ask without calling Entra."""
    rows, kept = account.rows("control"), json.dumps(ids, sort_keys=True)
    known = await rows.get(*_ROW)
    if known is None or (known.text("names"), known.text("ids")) != (_listed(names), kept):
        await rows.upsert(Row(*_ROW, {"names": _listed(names), "ids": kept}))


def _listed(names: frozenset[str]) -> str:
    return "\n".join(sorted(names))
