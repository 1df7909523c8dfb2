"""The facts that Custos must find at a council, at any scale: links, outside people, a hold, leavers, odd labels.

What was planted stands in `tenant.planted`, by name, with ids and addresses.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence

from simulator.council.fill import NOW, Dates
from simulator.council.people import People, outsiders
from simulator.council.shapes import CouncilData, Held, Links, Outside, SitesFile, Stale
from simulator.graph.items import web_url
from simulator.tenant.clock import moment
from simulator.tenant.files import media_type
from simulator.tenant.model import Actor, Drive, Item, LinkScope, Permission, Stamp, User
from simulator.tenant.sharing import everyone, grant_id, hang, new_link
from simulator.tenant.state import Tenant

_DAY = 86400


def plant(tenant: Tenant, data: CouncilData, people: People) -> None:
    """Put all of it into a filled tenant."""
    rng = random.Random(f"{tenant.seed}/planted")
    facts, planted = data.facts, tenant.planted
    for held in facts.held:
        at, by = moment(f"{held.begun}T10:00:00Z"), tenant.actor(people.by_role[held.by])
        planted[held.name] = _case(_drive(tenant, held.library), held.folder, held.files, at, by)
    if facts.stale_library is not None:
        planted["stale_library"] = _stale(tenant, facts.stale_library, facts.held, data.sites)
    planted["anyone_links"] = [each for links in facts.anyone_links for each in _link(tenant, links, "anonymous", rng)]
    planted["organisation_links"] = [
        each for links in facts.organisation_links for each in _link(tenant, links, "organization", rng)
    ]
    planted["outside_people"] = _outside(tenant, data, rng)
    _oddities(tenant, data, people)


def _drive(tenant: Tenant, where: str) -> Drive:
    return tenant.drive_at(f"{tenant.root_url}/{where}")


def _files(drive: Drive) -> list[Item]:
    return [each for each in drive.order if each is not None and not each.is_folder and not each.own]


def _folders(drive: Drive) -> list[Item]:
    return [each for each in drive.order[1:] if each is not None and _is_case(each)]


def _is_case(item: Item) -> bool:
    """A folder of files without sharing of its own; not a folder of a year."""
    return bool(item.children) and not item.own and not any(child.is_folder for child in item.folder())


def _spread(items: Sequence[Item], count: int) -> list[Item]:
    """`count` of the items, evenly over the library, round again if they are few."""
    return [items[(at * len(items) // max(count, 1)) % len(items)] for at in range(count)]


def _told(item: Item, permission: Permission, where: str) -> dict[str, object]:
    return {"library": where, "url": web_url(item), "driveId": item.drive.id, "itemId": item.id,
            "permissionId": permission.id}  # fmt: skip


def _link(tenant: Tenant, links: Links, scope: LinkScope, rng: random.Random) -> Iterable[dict[str, object]]:
    drive = _drive(tenant, links.library)
    targets = _spread(_folders(drive), links.on_folders) + _spread(_files(drive), links.count - links.on_folders)
    for number, item in enumerate(targets):
        created = min(item.created + rng.randrange(60) * _DAY, NOW - 3 * _DAY)
        expires = moment("2026-12-31T00:00:00Z") if number < links.expiring else 0
        made = new_link(tenant, item, scope=scope, kind=links.kind, by=_person(tenant, item), created=created,
                        expires=expires)  # fmt: skip
        hang(item, made)
        yield _told(item, made, links.library) | {"allowed": links.allowed}


def _person(tenant: Tenant, item: Item) -> Actor:
    """Who shared it: the file's author, or a member of the site where an app or a folder has none."""
    if item.created_by.application:
        return tenant.actor(tenant.users[item.drive.site.members[0]])
    return item.created_by


def _outside(tenant: Tenant, data: CouncilData, rng: random.Random) -> list[dict[str, object]]:
    told: list[dict[str, object]] = []
    for outside in data.facts.outside:
        drive = _drive(tenant, outside.library)
        guests = outsiders(tenant, data.people, outside.domain, outside.count, rng)
        if outside.by_link:
            told += _by_links(tenant, drive, outside, guests, rng)
        else:
            folders = _folders(drive)
            targets = _spread(folders, min(outside.count // 2, 2 * len(folders)))
            targets += _spread(_files(drive), outside.count - len(targets))
            for guest, item in zip(guests, targets, strict=True):
                made = Permission(grant_id(guest.login), "read", _when(item, rng), _person(tenant, item),
                                  grantee=tenant.principal(guest))  # fmt: skip
                told.append(_told(item, hang(item, made), outside.library) | {"upn": guest.upn, "mail": guest.mail})
    for invited in data.facts.team_guests:
        group = tenant.groups[tenant.sites_by_path[invited.team].group_id]
        for guest in outsiders(tenant, data.people, invited.domain, invited.count, rng):
            group.members.append(guest.id)
            group.channels[0].members.append(guest.id)
            told.append({"library": invited.team, "groupId": group.id, "upn": guest.upn, "mail": guest.mail})
    return told


def _by_links(
    tenant: Tenant, drive: Drive, outside: Outside, guests: list[User], rng: random.Random
) -> list[dict[str, object]]:
    """Three people a link."""
    told = []
    targets = _spread(_files(drive), (len(guests) + 2) // 3)
    for at, item in enumerate(targets):
        invited = guests[3 * at : 3 * at + 3]
        people = [tenant.principal(each) for each in invited]
        made = new_link(tenant, item, scope="users", kind="view", by=_person(tenant, item), created=_when(item, rng),
                        people=people)  # fmt: skip
        hang(item, made)
        told += [_told(item, made, outside.library) | {"upn": each.upn, "mail": each.mail} for each in invited]
    return told


def _when(item: Item, rng: random.Random) -> int:
    return min(item.created + rng.randrange(90) * _DAY, NOW - 2 * _DAY)


def stale_dates(stale: Stale) -> Callable[[int], Dates]:
    """When each of so many files of a stale library was made: from the oldest day to the newest, few of them after the turn."""

    def of(files: int) -> Dates:
        oldest, turn, end = (moment(f"{day}T09:00:00Z") for day in (stale.oldest, stale.turn, stale.newest))
        edge = 1 - _within_period(stale, files) / files

        def made(part: float) -> int:
            if part < edge:
                return int(oldest + (turn - oldest) * max(0.0, part - 0.5 / files) / edge)
            return int(turn + 10 * _DAY + (end - turn - 10 * _DAY) * (part - edge) / (1 - edge))

        return made

    return of


def _within_period(stale: Stale, files: int) -> int:
    return max(1, round(files * stale.within / stale.of))


def _stale(tenant: Tenant, stale: Stale, held: Iterable[Held], sites: SitesFile) -> dict[str, object]:
    drive = _drive(tenant, stale.library)
    files = _files(drive)
    last = {f"{site.path}/{one.path or one.name}": one.last_human for site in sites.sites for one in site.libraries}
    return {
        "url": web_url(drive.root),
        "driveId": drive.id,
        "lastHumanActivity": last[stale.library],
        "files": len(files),
        "withinPeriod": _within_period(stale, len(files)),
        "onHold": sum(len(one.files) for one in held if one.library == stale.library),
    }


def _case(drive: Drive, name: str, files: Sequence[str], at: int, by: Actor) -> dict[str, object]:
    """Make the case that lies nearest to a date into one of this name with exactly these files; the numbers stay."""
    by_age = sorted(_folders(drive), key=lambda folder: abs(folder.created - at))
    folder, spare = by_age[0], by_age[1]
    near = [each for case in by_age[:3] for each in case.folder()]
    held = sorted(near, key=lambda each: abs(each.created - at))[: len(files)]
    for each in [each for each in folder.folder() if each not in held]:
        _put(each, spare)
    _put(folder, drive.root)
    folder.name, folder.created, folder.modified = name, at, at
    for number, (item, called) in enumerate(zip(held, files, strict=True)):
        _put(item, folder)
        item.name, item.media, item.stamp = called, media_type(called), None
        item.created = item.modified = item.client_created = item.client_modified = at + number * 3 * _DAY
        item.created_by = item.modified_by = by
    folder.children = held
    return {"folder": web_url(folder), "driveId": drive.id, "itemIds": [each.id for each in held]}


def _put(item: Item, folder: Item) -> None:
    """Place an item into another folder before the tenant runs."""
    assert item.parent is not None
    if item.parent is folder:
        return
    item.parent.folder().remove(item)
    if any(each.name == item.name for each in folder.folder()):
        stem, dot, extension = item.name.rpartition(".")
        item.name = f"{stem} ({item.list_item_id}){dot}{extension}"
    for start, by in ((item.parent, -item.size), (folder, item.size)):
        above: Item | None = start
        while above is not None:
            above.size += by
            above = above.parent
    item.parent = folder
    folder.folder().append(item)


def _oddities(tenant: Tenant, data: CouncilData, people: People) -> None:
    """The locked record, the grant to everyone, and the names of what was planted elsewhere."""
    facts, planted = data.facts, tenant.planted
    if facts.locked_record is not None:
        record = _files(_drive(tenant, facts.locked_record.library))[0]
        by = tenant.actor(people.by_role[facts.locked_record.by])
        label = tenant.labels[facts.locked_record.label]
        record.stamp = Stamp(label, explicit=True, applied=record.modified, by=by, locked=True)
        planted["regulatory_record"] = {"url": web_url(record), "driveId": record.drive.id, "itemId": record.id}
    if facts.open_to_everyone is not None:
        folder = _folders(_drive(tenant, facts.open_to_everyone.library))[0]
        by = tenant.actor(people.by_role[facts.open_to_everyone.by])
        grantee = everyone(tenant)
        grant = hang(folder, Permission(grant_id(grantee.login), "read", folder.created, by, grantee=grantee))
        planted["everyone_grant"] = _told(folder, grant, facts.open_to_everyone.library)
    by_path, governed = tenant.sites_by_path, {site.path for site in data.sites.sites}
    named = facts.named
    if named is not None:
        planted.update({name: _drive(tenant, library).id for name, library in named.libraries.items()})
        planted.update({name: by_path[path].id for name, path in named.sites.items()})
        planted.update({name: by_path[path].group_id for name, path in named.groups.items()})
        planted.update({name: [by_path[path].id for path in paths] for name, paths in named.site_lists.items()})
    planted.update(
        {
            "explicit_other_label": data.council.set_by_hand[0],
            "leavers": [people.by_role[post.post].upn for post in data.people.posts if post.left],
            "migration_account": f"{data.council.accounts.migration}@{tenant.domain}",
            "apps": [people.flow.id, people.system.id],
            "governed_sites": [site.id for site in tenant.sites.values() if site.path in governed],
        }
    )
