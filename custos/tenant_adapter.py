"""The tenant as the engine sees it: live readings, and the only calls in Custos that write to Microsoft 365.

Fulfils `custos.engine.ports.Tenant` over `custos.m365`. Everything it is told to write has passed the gate in
`custos.engine.act`; nothing else may hold one of these.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from custos.m365 import Microsoft365, errors, sharing, site_admin
from custos.m365.batch import BatchRequest
from custos.m365.bulk_labels import LARGEST_BULK, published_labels, set_labels_in_bulk
from custos.m365.errors import Malformed
from custos.m365.graph import Graph
from custos.m365.labels import ItemLabel, LabelFacet, clear_label, read_labels, set_label
from custos.m365.permissions import NAMELESS, Permission
from custos.m365.principals import Grantee
from custos.m365.timestamps import moment
from custos.model.action import Action
from custos.model.action_kind import ActionKind
from custos.model.live import Failure, Live, Reading
from custos.model.refusal import Code
from custos.model.subject import Kind, Subject
from custos.records.address import names_in

type Place = tuple[str, str]  # drive id, item id

_CODES: Mapping[type[errors.MicrosoftTrouble], str] = {
    errors.Throttled: "throttled",
    errors.Forbidden: "forbidden",
    errors.NotFound: "gone",
    errors.Gone: "gone",
    errors.Conflict: "conflict",
    errors.Precondition: "changed",
    errors.Locked: "locked",
    errors.Refused: "refused",
    errors.Unavailable: "unavailable",
    errors.Late: "late",
    errors.Malformed: "malformed",
}
_ITEM_FIELDS = (
    "id,name,parentReference,createdDateTime,lastModifiedDateTime,fileSystemInfo,file,folder,package,root,sharepointIds"
)
_WITH_LABEL = f"{_ITEM_FIELDS}&$expand=retentionLabel"


class _Ids(msgspec.Struct):
    list_item_id: str | None = msgspec.field(name="listItemId", default=None)
    site_url: str | None = msgspec.field(name="siteUrl", default=None)


class _OwnTimes(msgspec.Struct):
    created: str | None = msgspec.field(name="createdDateTime", default=None)
    modified: str | None = msgspec.field(name="lastModifiedDateTime", default=None)


class _Parent(msgspec.Struct):
    path: str = ""


class _Facet(msgspec.Struct):
    """Its presence is what counts."""


class _Item(msgspec.Struct):
    id: str
    name: str = ""
    parent: _Parent | None = msgspec.field(name="parentReference", default=None)
    created: str | None = msgspec.field(name="createdDateTime", default=None)
    modified: str | None = msgspec.field(name="lastModifiedDateTime", default=None)
    own: _OwnTimes | None = msgspec.field(name="fileSystemInfo", default=None)
    file: _Facet | None = None
    folder: _Facet | None = None
    package: _Facet | None = None
    root: _Facet | None = None
    ids: _Ids | None = msgspec.field(name="sharepointIds", default=None)
    label: LabelFacet | UnsetType | None = msgspec.field(name="retentionLabel", default=UNSET)

    @property
    def path(self) -> tuple[str, ...] | None:
        """Names from the library down to the item, None when they are not told.

        `webUrl` does not tell them: of an Office document it is the address of a viewer with the document's id.
        Source: https://learn.microsoft.com/graph/api/resources/itemreference (a percent-encoded path behind the first colon)
        """
        if self.root is not None:
            return ()
        _, colon, above = (self.parent.path if self.parent else "").partition(":")
        if not colon or not self.name:
            return None
        return (*names_in(above), self.name)

    @property
    def lived_from(self) -> datetime | None:
        """When the file was made; of a migrated one its own dates are older than SharePoint's. None when that is not known."""
        made = moment(self.created)
        own = (self.own.created, self.own.modified) if self.own else ()
        return min([made, *(when for text in own if (when := moment(text)) is not None)]) if made is not None else None

    @property
    def list_item_id(self) -> int:
        text = (self.ids and self.ids.list_item_id) or ""
        return int(text) if text.isdecimal() else 0


class _Drive(msgspec.Struct):
    url: str = msgspec.field(name="webUrl")


@dataclass
class LiveTenant:
    """The tenant through both identities: the observer reads, the actor writes.

    `actor_id` is the actor's client id: a label that it set is Custos's own, not a person's choice.
    """

    m365: Microsoft365
    actor_id: str
    _libraries: dict[str, str] = field(default_factory=dict, init=False)
    _site_urls: dict[str, str] = field(default_factory=dict, init=False)

    # readings

    async def read(self, actions: Sequence[Action]) -> Mapping[str, Reading]:
        """See `custos.engine.ports.Tenant`. 1 unit a file with its label, 6 a link or grant, 2 a site."""
        files = [action for action in actions if action.kind is ActionKind.APPLY_LABEL]
        shared = [action for action in actions if action.finding.subject.kind in (Kind.LINK, Kind.GRANT)]
        sites = [action for action in actions if action.kind is ActionKind.RESTRICT_SITE]
        read = await asyncio.gather(self._read_files(files), self._read_shared(shared), self._read_sites(sites))
        found = {key: reading for part in read for key, reading in part.items()}
        unreadable = Failure(code="refused", detail="Custos has no way to read this.")
        return {action.key: found.get(action.key, unreadable) for action in actions}

    async def _read_files(self, actions: Sequence[Action]) -> dict[str, Reading]:
        if not actions:
            return {}
        places = list(dict.fromkeys(_place(action.finding.subject) for action in actions))
        items = await self._items(places, fields=_WITH_LABEL)
        labels = await self._labels_of(items)
        return {
            action.key: self._file(items[place], labels[place])
            for action in actions
            for place in [_place(action.finding.subject)]
        }

    async def _read_shared(self, actions: Sequence[Action]) -> dict[str, Reading]:
        if not actions:
            return {}
        places = list(dict.fromkeys(_place(action.finding.subject) for action in actions))
        items, permissions = await asyncio.gather(self._items(places), self._permissions(places))
        return {
            action.key: _shared(action, items[place], permissions[place])
            for action in actions
            for place in [_place(action.finding.subject)]
        }

    async def _read_sites(self, actions: Sequence[Action]) -> dict[str, Reading]:
        readings = await asyncio.gather(*(self._read_site(action.finding.subject) for action in actions))
        return {action.key: reading for action, reading in zip(actions, readings, strict=True)}

    async def _read_site(self, site: Subject) -> Reading:
        if self.m365.sharepoint is None:
            return Failure(code="forbidden", detail="Only the actor may read a site's sharing, and none is set.")
        try:
            told = await site_admin.read_sharing(self.m365.sharepoint, site.url)
        except errors.MicrosoftTrouble as trouble:
            return Live(found=False) if isinstance(trouble, errors.NotFound) else _trouble(trouble)
        return Live(found=True, values={"sharing": told.capability}, path=())

    async def _items(
        self, places: Sequence[Place], *, fields: str = _ITEM_FIELDS
    ) -> dict[Place, _Item | errors.MicrosoftTrouble]:
        requests = [
            BatchRequest(id=str(number), path=f"/drives/{drive}/items/{item}?$select={fields}", units=1)
            for number, (drive, item) in enumerate(places)
        ]
        try:
            answers = await self.m365.observer.batch(requests)
        except errors.MicrosoftTrouble as trouble:
            return dict.fromkeys(places, trouble)
        found: dict[Place, _Item | errors.MicrosoftTrouble] = {}
        for number, place in enumerate(places):
            try:
                found[place] = msgspec.json.decode(answers[str(number)].read(), type=_Item)
            except errors.MicrosoftTrouble as trouble:
                found[place] = trouble
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                found[place] = Malformed(f"item {place[1]}: {error}.")
        return found

    async def _labels_of(
        self, items: Mapping[Place, _Item | errors.MicrosoftTrouble]
    ) -> Mapping[Place, ItemLabel | errors.MicrosoftTrouble]:
        """The labels that came with the items; one that Microsoft left out is asked for, never taken for none."""
        found: dict[Place, ItemLabel | errors.MicrosoftTrouble] = {}
        for place, item in items.items():
            if isinstance(item, errors.MicrosoftTrouble):
                found[place] = item
            elif not isinstance(item.label, UnsetType):
                found[place] = item.label.record() if item.label is not None else ItemLabel()
        left_out = [place for place in items if place not in found]
        return {**found, **(await self._labels(left_out) if left_out else {})}

    async def _labels(self, places: Sequence[Place]) -> Mapping[Place, ItemLabel | errors.MicrosoftTrouble]:
        try:
            return await read_labels(self.m365.observer, places)
        except errors.MicrosoftTrouble as trouble:
            return dict.fromkeys(places, trouble)

    async def _permissions(self, places: Sequence[Place]) -> Mapping[Place, list[Permission] | errors.MicrosoftTrouble]:
        try:
            return await sharing.read_permissions(self.m365.observer, places)
        except errors.MicrosoftTrouble as trouble:
            return dict.fromkeys(places, trouble)

    def _file(self, item: _Item | errors.MicrosoftTrouble, label: ItemLabel | errors.MicrosoftTrouble) -> Reading:
        for part in (item, label):
            if isinstance(part, errors.MicrosoftTrouble):
                return Live(found=False) if isinstance(part, errors.NotFound) else _trouble(part)
        assert isinstance(item, _Item)
        assert isinstance(label, ItemLabel)
        if item.ids is not None and item.ids.site_url:
            self._site_urls[item.id] = item.ids.site_url
        ours = bool(label.applied_by) and label.applied_by == self.actor_id
        return Live(
            found=True,
            values={"label": label.name},
            path=item.path,
            created=item.lived_from,
            modified=moment(item.modified),
            is_folder=item.file is None,
            is_record=label.is_record,
            is_regulatory=label.is_regulatory,
            label_explicit=False if ours else label.is_explicit,
            label_locked=None if label.is_update_allowed is None else not label.is_update_allowed,
            list_item_id=item.list_item_id,
        )

    # writes

    async def apply_labels(
        self, label: str, files: Sequence[tuple[Subject, Live]], *, until: float
    ) -> Mapping[str, Failure | None]:
        """See `custos.engine.ports.Tenant`. In bulk through SharePoint (2 units by our count), else 2 units a file."""
        answers: dict[str, Failure | None] = {}
        together = [(subject, live) for subject, live in files if live.list_item_id]
        if len(together) > 1:
            trouble = await self._in_bulk(label, together, until)
            if trouble is None or trouble.maybe_done or trouble.passing or trouble.code == Code.LABEL_REFUSED:
                answers = dict.fromkeys((subject.key for subject, _ in together), trouble)
        for subject, _ in files:
            if subject.key not in answers:
                answers[subject.key] = await self._one_label(label, subject, until)
        return answers

    async def _in_bulk(self, label: str, files: Sequence[tuple[Subject, Live]], until: float) -> Failure | None:
        """One call for files of one library. When SharePoint refuses it, each file is tried by itself."""
        assert self.m365.sharepoint is not None, "the gate lets nothing through without an actor"
        subject = files[0][0]
        site_url = self._site_urls.get(subject.item_id, "")
        if not site_url or len(files) > LARGEST_BULK or len({one.drive_id for one, _ in files}) > 1:
            return Failure(code="refused", detail="These files cannot be labelled in one call.")
        ids = [live.list_item_id for _, live in files]
        try:
            library = await self._library(subject.drive_id)
            await set_labels_in_bulk(self.m365.sharepoint, site_url, library, label, ids, until=until)
        except errors.MicrosoftTrouble as trouble:
            return await self._label_or_file(label, site_url, _trouble(trouble))
        return None

    async def _one_label(self, label: str, subject: Subject, until: float) -> Failure | None:
        if not label:
            return await _done(clear_label(self._actor, subject.drive_id, subject.item_id, until=until))
        trouble = await _done(set_label(self._actor, subject.drive_id, subject.item_id, label, until=until))
        if trouble is None:
            return None
        return await self._label_or_file(label, self._site_urls.get(subject.item_id, ""), trouble)

    async def _label_or_file(self, label: str, site_url: str, trouble: Failure) -> Failure:
        """Whether a refusal was meant for the label or for the file: a label that the site publishes is not the reason.

        Microsoft answers 400 for a name that the tenant lacks, and for much else. 2 units by our count.
        Source: https://learn.microsoft.com/graph/api/driveitem-setretentionlabel
        """
        if trouble.code != "refused" or not label or not site_url or self.m365.sharepoint is None:
            return trouble
        try:
            published = await published_labels(self.m365.sharepoint, site_url)
        except errors.MicrosoftTrouble:
            return trouble
        if any(one.name == label for one in published):
            return trouble
        detail = f"The tenant does not take the label “{label}”, which {site_url} does not publish. {trouble.detail}"
        return replace(trouble, code=Code.LABEL_REFUSED, detail=detail)

    async def set_expiry(self, link: Subject, expires: datetime | None, *, until: float) -> Failure | None:
        """See `custos.engine.ports.Tenant`. 5 units."""
        where = (self._actor, link.drive_id, link.item_id, link.permission_id)
        return await _done(sharing.set_link_expiry(*where, expires, until=until))

    async def remove_link(self, link: Subject, *, until: float) -> Failure | None:
        """See `custos.engine.ports.Tenant`. 5 units."""
        where = (self._actor, link.drive_id, link.item_id, link.permission_id)
        return await _done(sharing.remove_permission(*where, until=until))

    async def remove_grant(self, grant: Subject, *, person: str, through: str, until: float) -> Failure | None:
        """See `custos.engine.ports.Tenant`. 5 units."""
        where = (self._actor, grant.drive_id, grant.item_id, grant.permission_id)
        if through != "link":
            return await _done(sharing.remove_permission(*where, until=until))
        if grant.user_id:
            return await _done(sharing.remove_people(*where, user_ids=[grant.user_id], until=until))
        return await _done(sharing.remove_people(*where, emails=[person], until=until))

    async def restore_grant(self, grant: Subject, *, person: str, roles: str, until: float) -> Failure | None:
        """See `custos.engine.ports.Tenant`. 5 units; Microsoft sends no mail."""
        listed = [role for role in roles.split(",") if role]
        where = (self._actor, grant.drive_id, grant.item_id)
        return await _done(sharing.invite(*where, emails=[person], roles=listed, until=until))

    async def restrict_site(self, site: Subject, sharing: str, *, until: float) -> Failure | None:
        """See `custos.engine.ports.Tenant`. 2 units by our count."""
        assert self.m365.sharepoint is not None, "the gate lets nothing through without an actor"
        return await _done(site_admin.set_sharing_capability(self.m365.sharepoint, site.url, sharing, until=until))

    @property
    def _actor(self) -> Graph:
        assert self.m365.actor is not None, "the gate lets nothing through without an actor"
        return self.m365.actor

    async def _library(self, drive_id: str) -> str:
        """The library's own public address, which SharePoint's bulk call wants."""
        if drive_id not in self._libraries:
            answer = await self.m365.observer.get(f"/drives/{drive_id}", units=1, params={"$select": "webUrl"})
            try:
                self._libraries[drive_id] = msgspec.json.decode(answer, type=_Drive).url
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                raise Malformed(f"drive {drive_id}: {error}.") from error
        return self._libraries[drive_id]


async def _done(call: Awaitable[object]) -> Failure | None:
    """The trouble of a write, None when Microsoft accepted it."""
    try:
        await call
    except errors.MicrosoftTrouble as trouble:
        return _trouble(trouble)
    return None


def _trouble(trouble: errors.MicrosoftTrouble) -> Failure:
    asked = trouble.retry_after if isinstance(trouble, errors.Throttled) else None
    # 423 `notAllowed` is a site that an administrator locked or archived; else the file is open or checked out.
    site = isinstance(trouble, errors.Locked) and trouble.code == "notAllowed"
    return Failure(
        code=Code.SITE_LOCKED if site else _CODES.get(type(trouble), "refused"),
        detail=f"{trouble}" + (f" (request {trouble.request_id})" if trouble.request_id else ""),
        maybe_done=isinstance(trouble, errors.Malformed)
        or (isinstance(trouble, errors.Unavailable) and trouble.maybe_done),
        passing=trouble.passing,
        retry_after=asked or 0.0,
    )


def _place(subject: Subject) -> Place:
    return subject.drive_id, subject.item_id


def _shared(
    action: Action, item: _Item | errors.MicrosoftTrouble, permissions: list[Permission] | errors.MicrosoftTrouble
) -> Reading:
    for part in (item, permissions):
        if isinstance(part, errors.MicrosoftTrouble):
            return Live(found=False) if isinstance(part, errors.NotFound) else _trouble(part)
    assert isinstance(item, _Item)
    assert isinstance(permissions, list)
    if action.kind is ActionKind.RESTORE_GRANT:
        return _access_of(str(action.after["person"]), item, permissions)
    subject = action.finding.subject
    permission = next((one for one in permissions if one.permission_id == subject.permission_id), None)
    if permission is None:
        nameless = any(one.permission_id.startswith(NAMELESS) for one in permissions)
        return _UNREADABLE if nameless else Live(found=False)
    if not permission.is_known:
        return _UNREADABLE
    if subject.kind is Kind.LINK:
        values = {"link": permission.scope, "expires": permission.expires}
        if permission.has_expiry is None:
            del values["expires"]
        return _live(item, permission, values)
    person = str(action.before.get("person") or "")
    if person and not _names(permission.grantees, person):
        return Live(found=False)
    given = {"access": ",".join(permission.roles), "person": person, "through": permission.kind}
    return _live(item, permission, given)


_UNREADABLE = Failure(
    code="malformed", detail="Microsoft told its sharing in a way that cannot be understood.", passing=True
)


def _access_of(person: str, item: _Item, permissions: Sequence[Permission]) -> Reading:
    """What a person may do with the item by a grant of its own."""
    if not all(one.is_known for one in permissions):
        return _UNREADABLE
    own = [one for one in permissions if one.kind != "link" and not one.inherited and _names(one.grantees, person)]
    access = ",".join(own[0].roles) if own else ""
    return _live(item, None, {"access": access, "person": person})


def _live(item: _Item, permission: Permission | None, values: Mapping[str, str | datetime | None]) -> Live:
    return Live(
        found=True,
        values=values,
        path=item.path,
        created=item.lived_from,
        modified=moment(item.modified),
        is_folder=item.file is None,
        inherited=permission.inherited if permission else None,
    )


def _names(grantees: Iterable[Grantee], person: str) -> bool:
    """Whether a person (mail, login name or object id) is among them."""
    wanted = person.casefold()
    return any(wanted in (one.email.casefold(), one.login.casefold(), one.user_id.casefold()) for one in grantees)
