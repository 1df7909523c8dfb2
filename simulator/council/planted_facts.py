"""The facts that Custos must find at Wrenbridge, at any scale: links, outside people, a hold, leavers, odd labels.

What was planted stands in `tenant.planted`, by name, with ids and addresses.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from simulator.council.fill import NOW, Dates
from simulator.council.labels import LEFTOVER, REGULATORY
from simulator.council.people import MIGRATION_ACCOUNT, People, outsiders
from simulator.council.roles import LEFT
from simulator.graph.items import web_url
from simulator.tenant.clock import moment
from simulator.tenant.files import media_type
from simulator.tenant.model import Actor, Drive, Item, LinkScope, Permission, Stamp, User
from simulator.tenant.sharing import everyone, grant_id, hang, new_link
from simulator.tenant.state import Tenant

_DAY = 86400
STALE_LIBRARY = "Pre-application advice 2012 to 2020"
_PRE_APPLICATION = f"sites/planning-casework/{STALE_LIBRARY}"
_ON_HOLD_FILES = (
    "01 Enquiry form.pdf", "02 Location plan.pdf", "03 Sketch scheme.pdf", "04 Email to agent.msg",
    "05 Meeting note.docx", "06 Heritage comment.docx", "07 Highways comment.docx", "08 Draft advice.docx",
    "09 Advice letter.docx", "10 Fee receipt.pdf", "11 Reply from agent.msg", "12 Closing note.docx",
)  # fmt: skip
_TENANCY_FILES = (
    "Tenancy agreement.pdf", "Disrepair claim.pdf", "Survey report.pdf", "Letter before action.pdf", "Reply.docx",
    "Photographs.jpg", "Rent account.xlsx", "Counsel's note.docx",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Links:
    """Links of one scope in a library; `on_folders` of them hang on folders, `expiring` of them end some day."""

    library: str
    count: int
    kind: Literal["view", "edit"] = "view"
    allowed: bool = False
    on_folders: int = 0
    expiring: int = 0


@dataclass(frozen=True, slots=True)
class Outside:
    """Outside people with access in a library: by direct grants on folders and files, or by links for named people."""

    library: str
    count: int
    domain: str
    by_link: bool = False


ANYONE = (
    Links("sites/send-ehcp/Annual reviews", 2, "edit"),
    Links("sites/planning-casework/Public register", 12, allowed=True),
    Links("sites/planning-casework/Current applications", 2),
    Links("sites/housing-tenancy/Repairs correspondence", 3, "edit", expiring=1),
    Links("sites/procurement/Tenders", 1),
    Links("sites/democratic-services/Committees", 24, allowed=True),
    Links("sites/democratic-services/Council", 10, allowed=True),
    Links("sites/democratic-services/Executive decisions", 6, allowed=True),
    Links("sites/information-rights/Disclosures", 6),
    Links("sites/regulatory/Licences", 1),
    Links("sites/canalside/Funding", 3, on_folders=1),
    Links("sites/canalside/Programme board", 2),
    Links("teams/canalside-delivery/Shared Documents", 2),
    Links("sites/gis-working/Map layers", 1, "edit"),
    Links("sites/xmas-lights-2023/Shared Documents", 1),
)
ORGANISATION = (
    Links("sites/asc-casework/Assessments", 3, "edit"),
    Links("sites/revs-bens/Letters", 4),
    Links("sites/hr-casework/Recruitment", 2),
    Links("sites/housing-tenancy/Arrears", 3),
    Links("sites/regulatory/Inspections", 4, "edit"),
    Links("sites/procurement/Contracts", 2),
    Links("sites/planning-casework/Enforcement cases", 3, on_folders=1),
    Links("sites/gis-working/Shared Documents", 3, "edit"),
)
OUTSIDE = (
    Outside("sites/csc-casework/Child protection", 14, "eastvale-nhs.example"),
    Outside("sites/csc-casework/Looked after children", 7, "wrenshire-police.example", by_link=True),
    Outside("sites/csc-fostering/Panel papers", 5, "eastvale-nhs.example"),
    Outside("sites/asc-casework/Hospital discharge", 23, "eastvale-nhs.example"),
    Outside("sites/asc-casework/Safeguarding adults", 8, "eastvale-nhs.example", by_link=True),
    Outside("sites/send-ehcp/EHC plans", 9, "wrenshire-schools.example"),
    Outside("sites/planning-casework/Current applications", 5, "ardenconsulting.example", by_link=True),
    Outside("sites/housing-tenancy/Repairs correspondence", 4, "bridgebuild.example"),
    Outside("sites/procurement/Legal advice", 12, "hollispike.example"),
    Outside("sites/regulatory/Prosecutions", 3, "castlechambers.example"),
    Outside("sites/canalside/Funding", 7, "levelfund.example"),
)
TEAM_GUESTS = (
    ("teams/canalside-delivery", 11, "corbelarchitects.example"),
    ("teams/ext-flood-partners", 6, "riverwatch.example"),
)


def plant(tenant: Tenant, people: People) -> None:
    """Put all of it into a filled tenant."""
    rng = random.Random(f"{tenant.seed}/planted")
    _holds(tenant, people)
    tenant.planted["anyone_links"] = [each for links in ANYONE for each in _link(tenant, links, "anonymous", rng)]
    tenant.planted["organisation_links"] = [
        each for links in ORGANISATION for each in _link(tenant, links, "organization", rng)
    ]
    tenant.planted["outside_people"] = _outside(tenant, rng)
    _oddities(tenant, people)


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


def _outside(tenant: Tenant, rng: random.Random) -> list[dict[str, object]]:
    told: list[dict[str, object]] = []
    for outside in OUTSIDE:
        drive = _drive(tenant, outside.library)
        guests = outsiders(tenant, outside.domain, outside.count, rng)
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
    for path, count, domain in TEAM_GUESTS:
        group = tenant.groups[tenant.sites_by_path[path].group_id]
        for guest in outsiders(tenant, domain, count, rng):
            group.members.append(guest.id)
            group.channels[0].members.append(guest.id)
            told.append({"library": path, "groupId": group.id, "upn": guest.upn, "mail": guest.mail})
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


def advice_dates(files: int) -> Dates:
    """When each of so many files of old advice was made: 225 in 4,212 are within their seven years.

    The oldest is of 2 May 2012, the newest of 11 December 2020.
    """
    oldest, turn, end = (moment(f"{day}T09:00:00Z") for day in ("2012-05-02", "2019-11-20", "2020-12-11"))
    edge = 1 - _within_period(files) / files

    def made(part: float) -> int:
        if part < edge:
            return int(oldest + (turn - oldest) * max(0.0, part - 0.5 / files) / edge)
        return int(turn + 10 * _DAY + (end - turn - 10 * _DAY) * (part - edge) / (1 - edge))

    return made


def _within_period(files: int) -> int:
    return max(1, round(files * 225 / 4_212))


def _holds(tenant: Tenant, people: People) -> None:
    """The twelve files of FOI-2026-0417 and the tenancy in litigation."""
    advice, tenancies = _drive(tenant, _PRE_APPLICATION), _drive(tenant, "sites/housing-tenancy/Tenancy files")
    planner = tenant.actor(people.by_role["Planning Systems Officer"])
    held = _case(advice, "FOI-2026-0417", _ON_HOLD_FILES, moment("2018-04-17T10:00:00Z"), planner)
    tenant.planted["hold_h003"] = held
    housing = tenant.actor(people.by_role["Housing Systems Officer"])
    held = _case(tenancies, "T-20718", _TENANCY_FILES, moment("2021-09-06T10:00:00Z"), housing)
    tenant.planted["hold_h004"] = held
    files = _files(advice)
    tenant.planted["stale_library"] = {
        "url": web_url(advice.root),
        "driveId": advice.id,
        "lastHumanActivity": "2024-03-14",
        "files": len(files),
        "withinPeriod": _within_period(len(files)),
        "onHold": len(_ON_HOLD_FILES),
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


def _oddities(tenant: Tenant, people: People) -> None:
    """The regulatory record, the grant to everyone, and the names of what was planted elsewhere."""
    council = _files(_drive(tenant, "sites/democratic-services/Council"))[0]
    officer = tenant.actor(people.by_role["Democratic Services Officer"])
    council.stamp = Stamp(tenant.labels[REGULATORY], explicit=True, applied=council.modified, by=officer, locked=True)
    recruitment = _folders(_drive(tenant, "sites/hr-casework/Recruitment"))[0]
    grant = hang(recruitment, Permission(grant_id(everyone(tenant).login), "read", recruitment.created, officer,
                                         grantee=everyone(tenant)))  # fmt: skip
    by_path = tenant.sites_by_path
    tenant.planted.update(
        {
            "regulatory_record": {"url": web_url(council), "driveId": council.drive.id, "itemId": council.id},
            "everyone_grant": _told(recruitment, grant, "sites/hr-casework/Recruitment"),
            "explicit_other_label": LEFTOVER,
            "record_library": _drive(tenant, "sites/procurement/Deeds").id,
            "leavers": [people.by_role[LEFT].upn],
            "ownerless_site": by_path["sites/gis-working"].id,
            "public_team": by_path["teams/canalside-delivery"].group_id,
            "looser_site": by_path["sites/hr-casework"].id,
            "stale_sites": [by_path["sites/canalside"].id, by_path["teams/canalside-delivery"].id],
            "unregistered_sites": [
                by_path[path].id for path in ("sites/xmas-lights-2023", "sites/gis-working", "teams/ext-flood-partners")
            ],
            "locked_site": by_path["sites/leisure-trust-2019"].id,
            "migration_account": f"{MIGRATION_ACCOUNT}@{tenant.domain}",
            "apps": [people.flow.id, people.system.id],
            "governed_sites": [site.id for site in tenant.sites.values() if site.asset or _unregistered(site.path)],
        }
    )


def _unregistered(path: str) -> bool:
    return path in ("sites/xmas-lights-2023", "sites/gis-working", "teams/ext-flood-partners")
