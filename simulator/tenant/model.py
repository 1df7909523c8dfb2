"""The things a tenant holds. Times are whole seconds since 1970 (0: none); ids are Microsoft's.

A million items fit because `Item` is a slotted struct outside the garbage collector and shares its actors, media types
and label stamps with its neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

Capability = Literal["disabled", "existing_guests", "new_guests", "anyone"]
OPENNESS: dict[str, int] = {"disabled": 0, "existing_guests": 1, "new_guests": 2, "anyone": 3}
LockState = Literal["Unlock", "NoAdditions", "ReadOnly", "NoAccess"]
LinkScope = Literal["anonymous", "organization", "users"]
LabelBasis = Literal["CreationAgeInDays", "ModificationAgeInDays", "TaggedAgeInDays", "EventAgeInDays"]
LabelKind = Literal["retain", "delete", "record", "regulatory"]
ChangeKind = Literal["content", "security"]
ArchiveStatus = Literal["", "recentlyArchived", "fullyArchived", "reactivating"]
ListTemplate = Literal["genericList", "events", "tasks"]


@dataclass(eq=False, slots=True)
class User:
    """A person in Entra ID, guests included (`guest`: userType is Guest)."""

    id: str
    upn: str
    name: str
    mail: str
    job_title: str = ""
    department: str = ""
    enabled: bool = True
    guest: bool = False
    manager_id: str = ""
    created: int = 0
    replies: str = "disabled"  # of the mailbox: disabled, alwaysEnabled, scheduled
    away_from: int = 0  # seconds, of scheduled replies
    away_until: int = 0

    @property
    def aliases(self) -> list[str]:
        """Other addresses of the same mailbox: that under the tenant's initial domain. A guest has no mailbox here."""
        name, _, domain = self.mail.partition("@")
        return [] if self.guest else [f"{name}@{domain.partition('.')[0]}.onmicrosoft.com"]

    @property
    def login(self) -> str:
        """The claim by which SharePoint knows the person."""
        return f"i:0#.f|membership|{self.upn.lower()}"

    @property
    def domain(self) -> str:
        """Domain of the person's mail address."""
        return self.mail.rpartition("@")[2].lower()


@dataclass(eq=False, slots=True)
class Channel:
    """A channel of a team. Private and shared ones have a site of their own (`site_id`).

    `folder_id` is "" until somebody first opens the channel's files. `shared_with` are ids of other teams.
    """

    id: str
    name: str
    membership: Literal["standard", "private", "shared"]
    created: int
    site_id: str
    drive_id: str
    folder_id: str
    owners: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    shared_with: list[str] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class Group:
    """A Microsoft 365 group, or a security group (`unified` False). Owners and members are user ids."""

    id: str
    name: str
    mail: str
    created: int
    unified: bool = True
    is_team: bool = False
    visibility: Literal["Private", "Public"] = "Private"
    owners: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    channels: list[Channel] = field(default_factory=list)
    site_id: str = ""
    groups: list[str] = field(default_factory=list)  # ids of groups that are members
    sensitivity: str = ""  # id of the container's sensitivity label
    settings: dict[str, str] = field(default_factory=dict)  # Group.Unified.Guest, if it has them
    team_flags: dict[str, bool] = field(default_factory=dict)  # `part/flag` of the team's settings, where changed
    archived: bool = False  # the team is frozen
    marked: bool = True  # False: a team that lacks "Team" among its provisioning options, as old ones do


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something: a user or an application. `system` marks apps and service accounts as no person's activity."""

    id: str
    name: str
    email: str = ""
    application: bool = False


@dataclass(frozen=True, slots=True)
class LabelDefinition:
    """A retention label of the tenant, as Purview holds it."""

    name: str
    tag_id: str
    days: int  # 0: for ever
    basis: LabelBasis
    kind: LabelKind = "retain"
    auto_delete: bool = False
    starts_unlocked: bool = False
    published: bool = True

    @property
    def is_record(self) -> bool:
        return self.kind in ("record", "regulatory")


@dataclass(frozen=True, slots=True)
class Stamp:
    """A label on an item. `explicit`: set on the item itself, not inherited from a default."""

    label: LabelDefinition
    explicit: bool
    applied: int
    by: Actor
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody to whom access can be given.

    kind `user` carries a user id and mail; `group` a group id; `site_group` a number in the site; `everyone` and
    `everyone_internal` are SharePoint's claims.
    """

    kind: Literal["user", "group", "site_group", "everyone", "everyone_internal"]
    id: str
    name: str
    login: str
    email: str = ""


@dataclass(eq=False, slots=True)
class Link:
    """A sharing link. `people` is used for scope `users` only."""

    scope: LinkScope
    type: Literal["view", "edit"]
    url: str
    people: list[Principal] = field(default_factory=list)
    has_password: bool = False
    prevents_download: bool = False


@dataclass(eq=False, slots=True)
class Permission:
    """One entry of an item's sharing: a link, a direct grant to `grantee`, or an invitation not yet redeemed."""

    id: str
    role: Literal["read", "write", "owner"]
    created: int
    by: Actor
    link: Link | None = None
    grantee: Principal | None = None
    invited: str = ""
    share_id: str = ""
    expires: int = 0


class Item(msgspec.Struct, gc=False, eq=False):
    """A file, or a folder (`children` is a list). The root folder of a drive has no parent and list item id 0.

    `modified` is the server's time, `client_modified` the one in fileSystemInfo. `own` holds the item's own sharing
    entries; what it inherits is computed. `seq` is the drive's sequence number of the last change, `shared_seq` that of
    the last change of sharing.
    """

    id: str
    unique_id: str
    list_item_id: int
    drive: Drive
    parent: Item | None
    name: str
    size: int
    media: str
    content: int
    created: int
    modified: int
    client_created: int
    client_modified: int
    created_by: Actor
    modified_by: Actor
    version: int = 1
    seq: int = 0
    shared_seq: int = 0
    stamp: Stamp | None = None
    own: list[Permission] | None = None
    children: list[Item] | None = None
    inherits: bool = True
    checked_out: bool = False
    gone: bool = False

    @property
    def is_folder(self) -> bool:
        return self.children is not None

    @property
    def path(self) -> str:
        """Path below the library, `Folder/name.docx`; "" for the root."""
        above = self.parent
        if above is None:
            return ""
        path = self.name
        while above.parent is not None:
            path = f"{above.name}/{path}"
            above = above.parent
        return path

    def folder(self) -> list[Item]:
        """The children of a folder; raises TypeError on a file."""
        if self.children is None:
            raise TypeError(f"{self.name} is a file")
        return self.children


class Change(msgspec.Struct, gc=False, frozen=True):
    """One entry of a drive's log. A tombstone's item has `gone` set."""

    seq: int
    at: int
    item: Item
    sharing: bool


@dataclass(frozen=True, slots=True)
class Version:
    """A file's content as it was before an edit."""

    at: int
    by: Actor
    size: int


@dataclass(eq=False, slots=True)
class Drive:
    """A document library. `order[list_item_id]` is the item (None once deleted); `log` the changes since loading.

    `system`: SharePoint's own, told only to those who ask for it; `pages`: a library of web pages. `history` holds the
    earlier versions of files that were edited since, oldest first, by item id.
    """

    id: str
    list_id: str
    site: Site
    name: str
    path: str  # segment of the web address
    created: int
    system: bool = False
    hold: bool = False  # the Preservation Hold Library
    pages: bool = False
    read_only: bool = False  # files that lie on a real disk
    default_label: LabelDefinition | None = None
    items: dict[str, Item] = field(default_factory=dict)
    order: list[Item | None] = field(default_factory=list)
    log: list[Change] = field(default_factory=list)
    history: dict[str, list[Version]] = field(default_factory=dict)
    sequence: int = 0
    epoch: int = 0  # delta tokens of an earlier epoch have expired
    resync: str = "resyncChangesApplyDifferences"  # and how their holder is told to begin anew

    @property
    def is_hidden(self) -> bool:
        """Whether people do not see it among the site's contents: Site Pages and Site Assets they see."""
        return self.system and not self.pages and self.path != "SiteAssets"

    @property
    def root(self) -> Item:
        first = self.order[0]
        assert first is not None
        return first

    @property
    def url(self) -> str:
        """Web address, not percent-encoded."""
        return f"{self.site.url}/{self.path}"


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row of a list that is no library. Rows are numbered from 1."""

    title: str
    created: int
    modified: int
    by: Actor
    fields: dict[str, Any] = field(default_factory=dict)  # of the list's own columns, as Graph tells them


@dataclass(frozen=True, slots=True)
class OwnColumn:
    """A column that somebody added to a list: `name` in answers, `title` for people, `kind` by its definition (`text`, `dateTime`, …)."""

    name: str
    title: str
    kind: str = "text"
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class PlainList:
    """A list that is no library: it has rows and no files, and is no drive."""

    id: str
    site: Site
    name: str
    path: str  # segments of the web address
    template: ListTemplate
    created: int
    rows: list[ListRow] = field(default_factory=list)
    columns: list[OwnColumn] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Web address, not percent-encoded."""
        return f"{self.site.url}/{self.path}"

    @property
    def modified(self) -> int:
        """When a row last changed."""
        return max((row.modified for row in self.rows), default=self.created)


@dataclass(frozen=True, slots=True)
class AppGrant:
    """What an application with Sites.Selected may do in one site: `read`, `write`, `owner` or `fullcontrol`."""

    id: str
    app_id: str
    app_name: str
    roles: tuple[str, ...]


@dataclass(eq=False, slots=True)
class Site:
    """A site collection with one web. `capability` is what the site itself allows; see `Tenant.capability`.

    `archived` is when it was archived, `reopens` when its reactivation ends and `reactivated` when one at a charge began (0:
    not); `remembered` are people who once had access: being listed is no access.
    """

    id: str
    collection_id: str
    web_id: str
    path: str  # "sites/x", "" for the root site
    name: str
    title: str
    url: str
    kind: Literal["team", "communication", "group", "channel", "personal"]
    created: int
    modified: int
    capability: Capability = "new_guests"
    lock: LockState = "Unlock"
    archived: int = 0
    reopens: int = 0
    reactivated: int = 0
    sensitivity: str = ""  # id of its sensitivity label
    company_links: bool = True  # whether links for the whole organisation can be made
    members_can_share: bool = True
    members_edit_membership: bool = True
    group_id: str = ""
    parent_group_id: str = ""  # of a channel site
    channel_type: Literal["", "private", "shared"] = ""
    admins: list[str] = field(default_factory=list)
    owners: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    visitors: list[str] = field(default_factory=list)
    permissions: list[Permission] = field(default_factory=list)
    app_grants: list[AppGrant] = field(default_factory=list)
    drives: list[Drive] = field(default_factory=list)
    lists: list[PlainList] = field(default_factory=list)
    remembered: list[Principal] = field(default_factory=list)
    asset: str = ""  # which asset of the council's register it belongs to: for the sample data alone

    @property
    def personal(self) -> bool:
        return self.kind == "personal"

    @property
    def template(self) -> str:
        """The web template that the site was made from, as SharePoint names it."""
        if self.channel_type:
            return "TEAMCHANNEL#0" if self.channel_type == "private" else "TEAMCHANNEL#1"
        return _TEMPLATES.get(self.kind, "STS#3")


_TEMPLATES = {"team": "STS#3", "communication": "SITEPAGEPUBLISHING#0", "group": "GROUP#0", "personal": "SPSPERS#10"}
