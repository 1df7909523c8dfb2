"""Files and folders as they stand now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from custos.m365 import errors
from custos.m365.batch import BatchRequest
from custos.m365.errors import Malformed
from custos.m365.labels import LabelFacet
from custos.m365.timestamps import moment
from custos.model.subject import Subject
from custos.records.address import names_in
from custos.tenant_adapter.connections import Connections

type Place = tuple[str, str]  # drive id, item id

_FIELDS = (
    "id,name,parentReference,createdDateTime,lastModifiedDateTime,fileSystemInfo,file,folder,package,root,sharepointIds"
)
_WITH_LABEL = f"{_FIELDS}&$expand=retentionLabel"


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


class Item(msgspec.Struct):
    """A file or folder. `label` UNSET: Microsoft left it out, which is not the same as having none."""

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
        """Its number in the library's list, 0 when that is not told."""
        text = (self.ids and self.ids.list_item_id) or ""
        return int(text) if text.isdecimal() else 0


def place(subject: Subject) -> Place:
    """Where a subject inside a library lies."""
    return subject.drive_id, subject.item_id


async def read_items(
    at: Connections, places: Sequence[Place], *, labels: bool = False
) -> dict[Place, Item | errors.MicrosoftTrouble]:
    """The items, each with its trouble where it has one; `labels`: with their retention labels. 1 unit each."""
    fields = _WITH_LABEL if labels else _FIELDS
    requests = [
        BatchRequest(id=str(number), path=f"/drives/{drive}/items/{item}?$select={fields}", units=1)
        for number, (drive, item) in enumerate(places)
    ]
    try:
        answers = await at.observer.batch(requests)
    except errors.MicrosoftTrouble as trouble:
        return dict.fromkeys(places, trouble)
    found: dict[Place, Item | errors.MicrosoftTrouble] = {}
    for number, one in enumerate(places):
        try:
            found[one] = msgspec.json.decode(answers[str(number)].read(), type=Item)
        except errors.MicrosoftTrouble as trouble:
            found[one] = trouble
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            found[one] = Malformed(f"item {one[1]}: {error}.")
    return found
