"""The tenant: everything it holds, how to find it, and whom to tell when it changes.

What people and apps do to it lives beside it: `files` (upload, edit, rename, move, delete), `labelling`, `sharing`,
`directory` (people leave, members come and go). Each takes the tenant first and raises `Refused`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from simulator.councils import DOMAIN, HOST
from simulator.refusal import Refused, not_found
from simulator.tenant.audit import AuditQuery
from simulator.tenant.clock import START, TenantClock
from simulator.tenant.identifiers import guid
from simulator.tenant.model import (
    OPENNESS,
    Actor,
    Capability,
    Change,
    ChangeKind,
    Drive,
    Group,
    Item,
    LabelDefinition,
    PlainList,
    Principal,
    Site,
    User,
)
from simulator.tenant.snapshots import Snapshots

Listener = Callable[[str, ChangeKind], None]


@dataclass(eq=False, slots=True)
class TenantSharing:
    """Sharing settings of the whole tenant."""

    capability: Capability = "anyone"
    resharing_by_guests: bool = False
    blocked_domains: list[str] = field(default_factory=list)
    allowed_domains: list[str] = field(default_factory=list)
    anyone_link_days: int = 0


@dataclass(eq=False, slots=True)
class TenantRecords:
    """Records management settings of the whole tenant, as people and apps meet them.

    Source: https://learn.microsoft.com/sharepoint/dev/apis/csom-methods-for-applying-retention-labels
    """

    labelled_can_be_deleted: bool = True
    labelled_can_be_deleted_onedrive: bool = True
    record_versioning_disabled: bool = False
    record_properties_locked: bool = False


@dataclass(eq=False, slots=True)
class Limits:
    """Limits that Microsoft sets, smaller only where a test or a rehearsal wants to meet them with few items.

    Source: https://learn.microsoft.com/office365/servicedescriptions/sharepoint-online-service-description/sharepoint-online-limits
    """

    list_view: int = 5_000
    inheritance_items: int = 100_000


@dataclass(eq=False, slots=True)
class Quirks:
    """Ways in which real tenants differ or misbehave, off unless a test or a rehearsal asks for them.

    `folder_tombstones_only`: a deleted folder's content gets no tombstones of its own. `hide_inherited_from`: inherited
    entries lack the key, as Microsoft's reference says of SharePoint. `audit_says_truncated`: audit log queries carry the
    properties that say so, documented since September 2026 and not yet in the service description.
    """

    folder_tombstones_only: bool = False
    hide_inherited_from: bool = False
    audit_says_truncated: bool = False


@dataclass(eq=False)
class Tenant:
    """A Microsoft 365 tenant.

    `listeners` are called as `(drive_id, kind)` after each change of a drive, kind `content` or `security`.
    """

    id: str
    seed: int
    scale: float = 0.01
    licences: int = 8000
    service_plans: tuple[str, ...] = ("SHAREPOINTENTERPRISE", "TEAMS1", "INFO_GOVERNANCE", "RECORDS_MANAGEMENT")
    host: str = HOST
    domain: str = DOMAIN
    council: str = "A council"
    short_name: str = "A council"
    mailbox: str = "custos"  # of the service that sends mail, before the @
    service_accounts: frozenset[str] = frozenset()  # sign-in names of accounts that are nobody's
    clock: TenantClock = field(default_factory=TenantClock)
    sharing: TenantSharing = field(default_factory=TenantSharing)
    records: TenantRecords = field(default_factory=TenantRecords)
    limits: Limits = field(default_factory=Limits)
    quirks: Quirks = field(default_factory=Quirks)
    users: dict[str, User] = field(default_factory=dict)
    users_by_upn: dict[str, User] = field(default_factory=dict)
    directory_roles: dict[str, frozenset[str]] = field(default_factory=dict)  # names of Entra's roles, by user id
    groups: dict[str, Group] = field(default_factory=dict)
    sites: dict[str, Site] = field(default_factory=dict)
    sites_by_path: dict[str, Site] = field(default_factory=dict)
    drives: dict[str, Drive] = field(default_factory=dict)
    drives_by_list: dict[str, Drive] = field(default_factory=dict)
    labels: dict[str, LabelDefinition] = field(default_factory=dict)
    sensitivity_labels: dict[str, str] = field(default_factory=dict)  # names by id, for groups and sites
    snapshots: Snapshots = field(default_factory=Snapshots)
    audit_queries: dict[str, AuditQuery] = field(default_factory=dict)
    most_audit_records: int = 1_000_000  # of one query
    names_concealed: bool = True  # in usage reports
    planted: dict[str, object] = field(default_factory=dict)
    listeners: list[Listener] = field(default_factory=list)
    contents: dict[str, tuple[int, bytes]] = field(default_factory=dict)  # of uploaded files: version, bytes
    uploads: dict[str, Any] = field(default_factory=dict)  # sessions under way, by ticket
    downloads: dict[str, tuple[Item, int]] = field(default_factory=dict)  # ticket ► file, until when
    unanswered: dict[str, int] = field(default_factory=dict)  # operations that were asked for and are not here
    began: int = int(START.timestamp())  # before that, no library has a log
    _serial: int = 0

    @property
    def root_url(self) -> str:
        """Root of SharePoint as it stands in web addresses."""
        return f"https://{self.host}"

    def now(self) -> int:
        """The tenant's time in whole seconds since 1970."""
        return int(self.clock.seconds())

    def new_id(self, kind: str) -> str:
        """A GUID for something made while the tenant runs."""
        self._serial += 1
        return guid(self.seed, kind, self._serial)

    # -- finding ----------------------------------------------------------------------------------------------------

    def site(self, key: str) -> Site:
        """A site by Graph id, by its collection's GUID or by path (`sites/x`); `root` is the root site. 404 else."""
        if key == "root":
            key = ""
        found = self.sites.get(key) or self.sites_by_path.get(key.strip("/").lower())
        if found is None:
            found = next((each for each in self.sites.values() if each.collection_id == key), None)
        if found is None:
            raise not_found("The site")
        self.reopen(found)
        return found

    def reopen(self, site: Site) -> None:
        """Let an archived site be active again if its reactivation has ended."""
        if 0 < site.reopens <= self.now():
            site.archived = site.reopens = 0

    def site_at(self, url: str) -> Site:
        """The site that a web address lies in. Raises Refused 404."""
        parts = [each for each in unquote(urlsplit(url).path).split("/") if each]
        candidates = ["/".join(parts[:2]).lower()] if len(parts) >= 2 else []
        for path in [*candidates, ""]:
            if path in self.sites_by_path:
                return self.sites_by_path[path]
        raise not_found("The site")

    def drive(self, drive_id: str) -> Drive:
        """A drive by Graph id. Raises Refused 404."""
        found = self.drives.get(drive_id)
        if found is None:
            raise not_found("The drive")
        if found.site.reopens:
            self.reopen(found.site)
        return found

    def list_of(self, site: Site, key: str) -> Drive:
        """A site's library by its list's id or title. Raises Refused 404."""
        wanted = key.lower()
        for drive in site.drives:
            if wanted in (drive.list_id, drive.name.lower(), drive.path.lower()):
                return drive
        raise not_found("The list")

    def plain_list(self, site: Site, key: str) -> PlainList | None:
        """A site's list that is no library, by its id or title; None where there is none."""
        wanted = key.lower()
        return next((each for each in site.lists if wanted in (each.id, each.name.lower())), None)

    def item(self, drive_id: str, item_id: str) -> Item:
        """An item by drive and item id; `root` is the root folder. Raises Refused 404."""
        drive = self.drive(drive_id)
        if item_id == "root":
            return drive.root
        found = drive.items.get(item_id)
        if found is None:
            raise not_found("The item")
        return found

    def item_in_list(self, list_id: str, list_item_id: int) -> Item:
        """An item by its list and its number in the list. Raises Refused 404."""
        drive = self.drives_by_list.get(list_id.lower())
        if drive is None or not 0 < list_item_id < len(drive.order):
            raise not_found("The item")
        found = drive.order[list_item_id]
        if found is None:
            raise not_found("The item")
        return found

    def drive_at(self, url: str) -> Drive:
        """The library that a web address (or server-relative path) lies in. Raises Refused 404."""
        path = unquote(urlsplit(url).path).strip("/").lower()
        site = self.site_at(url)
        for drive in site.drives:
            prefix = f"{site.path}/{drive.path}".strip("/").lower()
            if path == prefix or path.startswith(prefix + "/"):
                return drive
        raise not_found("The library")

    def item_at(self, url: str) -> Item:
        """The file, folder or library root at a web address. Raises Refused 404."""
        drive = self.drive_at(url)
        prefix = f"{drive.site.path}/{drive.path}".strip("/")
        return self.item_below(drive.root, unquote(urlsplit(url).path).strip("/")[len(prefix) :])

    def item_below(self, item: Item, path: str) -> Item:
        """The item at a path below a folder, names compared without case. Raises Refused 404."""
        for name in filter(None, path.split("/")):
            child = None if item.children is None else child_named(item, name)
            if child is None:
                raise not_found("The item")
            item = child
        return item

    def user(self, key: str) -> User:
        """A user by id or user principal name. Raises Refused 404."""
        found = self.users.get(key) or self.users_by_upn.get(key.lower())
        if found is None:
            raise Refused(404, "Request_ResourceNotFound", f"Resource '{key}' does not exist.")
        return found

    def guest_by_mail(self, mail: str) -> User | None:
        """The directory's account with a mail address, guest or not."""
        return next((each for each in self.users.values() if each.mail.lower() == mail.lower()), None)

    def group(self, group_id: str) -> Group:
        """A group by id. Raises Refused 404."""
        found = self.groups.get(group_id)
        if found is None:
            raise Refused(404, "Request_ResourceNotFound", f"Resource '{group_id}' does not exist.")
        return found

    def label(self, name: str) -> LabelDefinition:
        """A retention label by name. Raises Refused 400."""
        found = self.labels.get(name)
        if found is None:
            raise Refused(400, "invalidRequest", f"The retention label '{name}' does not exist.")
        return found

    def capability(self, site: Site) -> Capability:
        """What sharing a site really allows: the tighter of its own setting and the tenant's."""
        return min(site.capability, self.sharing.capability, key=OPENNESS.__getitem__)

    # -- holding ----------------------------------------------------------------------------------------------------

    def add_user(self, user: User) -> User:
        """Take a person into the directory."""
        self.users[user.id] = user
        self.users_by_upn[user.upn.lower()] = user
        return user

    def add_site(self, site: Site) -> Site:
        """Take a site into the tenant."""
        self.sites[site.id] = site
        self.sites_by_path[site.path.lower()] = site
        return site

    def add_drive(self, drive: Drive) -> Drive:
        """Take a library into its site."""
        drive.site.drives.append(drive)
        self.drives[drive.id] = drive
        self.drives_by_list[drive.list_id.lower()] = drive
        return drive

    def keep_sites(self, paths: Iterable[str]) -> None:
        """Be a smaller tenant: of all sites only those at these paths, and the root. Raises Refused 404 when one is not there."""
        kept = {self.site(path).id for path in (*paths, "root")}
        for site in [site for site in self.sites.values() if site.id not in kept]:
            del self.sites[site.id], self.sites_by_path[site.path.lower()]
            for drive in site.drives:
                del self.drives[drive.id], self.drives_by_list[drive.list_id.lower()]

    def actor(self, user: User) -> Actor:
        """The user as author of a change."""
        return Actor(user.id, user.name, user.mail)

    def principal(self, user: User) -> Principal:
        """The user as somebody to whom access is given."""
        return Principal("user", user.id, user.name, user.login, user.mail)

    # -- changing ---------------------------------------------------------------------------------------------------

    def changed(self, item: Item, *, sharing: bool = False) -> None:
        """Put an item into its drive's log, so that delta reports it, and tell the listeners."""
        self.log([item], sharing=sharing)

    def log(self, items: Iterable[Item], *, sharing: bool = False) -> None:
        """Put items of one drive into its log and tell the listeners once."""
        at = self.now()
        drive: Drive | None = None
        for item in items:
            drive = item.drive
            drive.sequence += 1
            item.seq = drive.sequence
            if sharing:
                item.shared_seq = drive.sequence
            else:
                item.version += 1  # sharing leaves the eTag as it is
            drive.log.append(Change(drive.sequence, at, item, sharing))
        if drive is not None:
            drive.site.modified = at
            for listener in self.listeners:
                listener(drive.id, "security" if sharing else "content")


def child_named(folder: Item, name: str) -> Item | None:
    """The child of a folder by name, compared without case."""
    wanted = name.casefold()
    return next((each for each in folder.folder() if each.name.casefold() == wanted), None)
