"""Identifiers in the forms that Microsoft 365 uses, made deterministically from a seed and a name."""

from __future__ import annotations

import base64
import hashlib
import uuid


def guid(seed: int, *parts: object) -> str:
    """A GUID that depends on the seed and the parts alone."""
    digest = hashlib.blake2b("/".join((str(seed), *map(str, parts))).encode(), digest_size=16).digest()
    return str(uuid.UUID(bytes=digest, version=4))


def site_id(host: str, collection: str, web: str) -> str:
    """Graph's id of a site: `host,siteCollectionGuid,webGuid`."""
    return f"{host},{collection},{web}"


def drive_id(collection: str, web: str, list_id: str) -> str:
    """Graph's id of a document library: `b!` and the three GUIDs in base64url."""
    raw = b"".join(uuid.UUID(each).bytes_le for each in (collection, web, list_id))
    return "b!" + base64.urlsafe_b64encode(raw).decode().rstrip("=")


def item_ids(drive: str, count: int, *, start: int = 0) -> list[tuple[str, str]]:
    """(drive item id, list item unique id) of the items `start` … `start + count - 1` that a drive ever held."""
    shelf = hashlib.blake2b(drive.encode(), digest_size=16)
    prefix = "01" + base64.b32encode(shelf.digest()).decode()[:6]
    found = []
    for number in range(start, start + count):
        each = shelf.copy()
        each.update(number.to_bytes(8))
        raw = each.digest()
        text = raw.hex()
        unique = f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"
        found.append((prefix + base64.b32encode(raw).decode()[:26], unique))
    return found
