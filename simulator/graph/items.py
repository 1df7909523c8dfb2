"""driveItem in JSON, fast: one small function a property, put together once for each `$select`.

Sources: https://learn.microsoft.com/graph/api/resources/driveitem and /api/driveitem-delta
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Callable
from functools import cache
from json.encoder import encode_basestring
from urllib.parse import quote

from simulator.tenant.clock import instant
from simulator.tenant.model import Actor, Drive, Item
from simulator.tenant.sharing import scope_of

_PLAIN = re.compile(r"[A-Za-z0-9 _.,:/()-]*")  # most addresses; quoting them letter by letter takes ten times as long

Fragment = Callable[[Item], str]
Encoder = Callable[[Item], str]


_IDENTITIES: dict[str, tuple[Actor, str]] = {}


def identity(actor: Actor) -> str:
    """An identitySet with its user or application."""
    known = _IDENTITIES.get(actor.id)
    if known is not None and (known[0] is actor or known[0] == actor):
        return known[1]
    text = _identity(actor)
    _IDENTITIES[actor.id] = (actor, text)
    return text


def _identity(actor: Actor) -> str:
    if actor.application:
        return f'{{"application":{{"id":"{actor.id}","displayName":{encode_basestring(actor.name)}}}}}'
    email = f',"email":{encode_basestring(actor.email)}' if actor.email else ""
    return f'{{"user":{{"id":"{actor.id}","displayName":{encode_basestring(actor.name)}{email}}}}}'


def drive_type(drive: Drive) -> str:
    """`business` for a OneDrive, else `documentLibrary`."""
    return "business" if drive.site.personal else "documentLibrary"


def web_url(item: Item) -> str:
    """Percent-encoded web address."""
    path = item.path
    url = f"{item.drive.url}/{path}" if path else item.drive.url
    return url.replace(" ", "%20") if _PLAIN.fullmatch(url) else quote(url, safe="/:()'!,;=@+&$")


def etag(item: Item) -> str:
    """The item's eTag, quotes included."""
    return f'"{{{item.unique_id.upper()}}},{item.version}"'


def quick_xor_hash(item: Item) -> str:
    """The content's hash: 20 bytes in base64."""
    return b2a_base64(item.content.to_bytes(20), newline=False).decode()


def _file(item: Item) -> str:
    if item.children is not None:
        return ""
    return f'"file":{{"mimeType":"{item.media}","hashes":{{"quickXorHash":"{quick_xor_hash(item)}"}}}}'


def _folder(item: Item) -> str:
    return "" if item.children is None else f'"folder":{{"childCount":{len(item.children)}}}'


def _times(item: Item) -> str:
    created = instant(item.client_created)
    modified = created if item.client_modified == item.client_created else instant(item.client_modified)
    return f'"fileSystemInfo":{{"createdDateTime":"{created}","lastModifiedDateTime":"{modified}"}}'


def _parent(item: Item) -> str:
    drive = item.drive
    above = "" if item.parent is None else f',"id":"{item.parent.id}"'
    return (
        f'"parentReference":{{"driveType":"{drive_type(drive)}","driveId":"{drive.id}"{above},'
        f'"siteId":"{drive.site.collection_id}"}}'
    )


def _parent_with_path(item: Item) -> str:
    """With the escaped path of the folder above, which delta leaves out.

    Source: https://learn.microsoft.com/graph/api/resources/itemreference
    """
    if item.parent is None:
        return _parent(item)
    above = quote("/" + item.parent.path if item.parent.path else "")
    return f'{_parent(item)[:-1]},"path":"/drives/{item.drive.id}/root:{above}"}}'


def _sharepoint_ids(item: Item) -> str:
    if item.parent is None:
        return ""
    site = item.drive.site
    return (
        f'"sharepointIds":{{"listId":"{item.drive.list_id}","listItemId":"{item.list_item_id}",'
        f'"listItemUniqueId":"{item.unique_id}","siteId":"{site.collection_id}","siteUrl":"{site.url}",'
        f'"webId":"{site.web_id}"}}'
    )


def _shared(item: Item, scope: str) -> str:
    own = item.own[0] if item.own else None
    by = f',"sharedBy":{identity(own.by)},"sharedDateTime":"{instant(own.created)}"' if own is not None else ""
    return f'"shared":{{"scope":"{scope}","owner":{identity(item.created_by)}{by}}}'


def shared_roots(item: Item) -> str:
    """With `Prefer: hierarchicalsharing`: only what an item has of its own; empty when its sharing was taken away."""
    if item.own is None:
        return ""
    scope = scope_of(item)
    return _shared(item, scope) if scope else '"shared":{}'


def shared_anyhow(item: Item) -> str:
    """Without the header: own and inherited sharing look the same."""
    at: Item | None = item
    while at is not None:
        scope = scope_of(at)
        if scope:
            return _shared(item, scope)
        at = at.parent
    return ""


FRAGMENTS: dict[str, Fragment] = {
    "id": lambda item: f'"id":"{item.id}"',
    "name": lambda item: f'"name":{encode_basestring(item.name)}',
    "size": lambda item: f'"size":{item.size}',
    "eTag": lambda item: f'"eTag":{encode_basestring(etag(item))}',
    "createdDateTime": lambda item: f'"createdDateTime":"{instant(item.created)}"',
    "lastModifiedDateTime": lambda item: f'"lastModifiedDateTime":"{instant(item.modified)}"',
    "createdBy": lambda item: f'"createdBy":{identity(item.created_by)}',
    "lastModifiedBy": lambda item: f'"lastModifiedBy":{identity(item.modified_by)}',
    "fileSystemInfo": _times,
    "parentReference": _parent,
    "parentReference with path": _parent_with_path,
    "file": _file,
    "folder": _folder,
    "root": lambda item: '"root":{}' if item.parent is None else "",
    "webUrl": lambda item: f'"webUrl":"{web_url(item)}"',
    "sharepointIds": _sharepoint_ids,
}
ON_REQUEST = frozenset({"sharepointIds"})
"""Properties that come only when they are selected."""
ALWAYS = frozenset({"id"})


@cache
def encoder(select: frozenset[str], *, hierarchical: bool, in_delta: bool = False) -> Encoder:
    """The function that writes an item with the selected properties (none selected: the default ones)."""
    names = (select | ALWAYS) if select else frozenset(FRAGMENTS) - ON_REQUEST - {"parentReference with path"}
    if not in_delta and "parentReference" in names:
        names = names - {"parentReference"} | {"parentReference with path"}
    fragments = tuple(fragment for name, fragment in FRAGMENTS.items() if name in names)
    if not select or "shared" in select:
        fragments = (*fragments, shared_roots if hierarchical else shared_anyhow)

    def encode(item: Item) -> str:
        return "{" + ",".join(filter(None, [fragment(item) for fragment in fragments])) + "}"

    return encode


def tombstone(item: Item) -> str:
    """A deleted item as delta reports it: neither name nor tags."""
    drive = item.drive
    return (
        f'{{"id":"{item.id}","deleted":{{"state":"deleted"}},"parentReference":{{"driveType":"{drive_type(drive)}",'
        f'"driveId":"{drive.id}","siteId":"{drive.site.collection_id}"}}}}'
    )
