"""What is in files that somebody uploaded while the tenant runs. All others have a size and a hash, and no content.

Source: https://learn.microsoft.com/onedrive/developer/code-snippets/quickxorhash
"""

from __future__ import annotations

from functools import reduce
from operator import xor

from simulator.tenant import files
from simulator.tenant.model import Actor, Item
from simulator.tenant.state import Tenant, child_named

_WIDTH, _SHIFT = 160, 11


def put(tenant: Tenant, folder: Item, name: str, content: bytes, *, by: Actor) -> tuple[Item, bool]:
    """Put a file into a folder, over one of that name; True when it is new. Raises Refused."""
    there = child_named(folder, name)
    if there is None:
        item = files.upload(tenant, folder, name, size=len(content), by=by)
    else:
        item = there
        files.edit(tenant, item, by=by, size=len(content))
    item.content = int.from_bytes(quick_xor(content))
    tenant.contents[item.id] = (item.version, content)
    return item, there is None


def content_of(tenant: Tenant, item: Item) -> bytes | None:
    """What is in a file as it is now; None when that was never uploaded."""
    kept = tenant.contents.get(item.id)
    return kept[1] if kept is not None and kept[0] == item.version else None


def quick_xor(content: bytes) -> bytes:
    """QuickXorHash: 20 bytes, each of the content turned by 11 bits more than the one before it, and its length."""
    total = 0
    for place in range(min(_WIDTH, len(content))):
        turned = reduce(xor, content[place::_WIDTH]) << (place * _SHIFT % _WIDTH)
        total ^= (turned & (1 << _WIDTH) - 1) | (turned >> _WIDTH)
    digest = bytearray(total.to_bytes(_WIDTH // 8, "little"))
    for at, byte in enumerate(len(content).to_bytes(8, "little")):
        digest[12 + at] ^= byte
    return bytes(digest)
