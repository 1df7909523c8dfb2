"""`shares/{id}`: an item by its sharing link or its web address, in base64url behind `u!`.

An app without a user opens what the link names, if the link is alive: SharePoint knows no anonymous access this way.

Source: https://learn.microsoft.com/graph/api/shares-get
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

from simulator.graph import vocabulary
from simulator.graph.calls import WRITE_FILES, Answer, Call, Operation, answer, chosen
from simulator.graph.items import encoder, identity
from simulator.graph.list_items import list_item
from simulator.graph.lists import list_body
from simulator.graph.options import EXPAND, SELECT, selected
from simulator.graph.permissions import permission_body
from simulator.graph.sites import site_body
from simulator.refusal import Refused, not_found
from simulator.tenant.files import check_site
from simulator.tenant.model import Item, Permission
from simulator.tenant.sharing import is_dead


def _shared(call: Call) -> tuple[Item, Permission | None]:
    """The item behind a share, and the link if it is one. Raises Refused 400, 403 for a dead link, 404."""
    key = call["share"]
    if not key.startswith("u!"):
        raise Refused(400, "invalidRequest", "The sharing token is not valid.")
    try:
        url = base64.urlsafe_b64decode(key[2:] + "=" * (-len(key[2:]) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Refused(400, "invalidRequest", "The sharing token is not valid.") from error
    item, link = _behind(call, url)
    check_site(item.drive, writing=False)
    if link is not None and is_dead(call.tenant, item, link):
        raise Refused(403, "accessDenied", "The sharing link no longer exists, or you do not have permission.")
    return item, link


def _behind(call: Call, url: str) -> tuple[Item, Permission | None]:
    wanted = url.partition("?")[0]
    for drive in call.tenant.drives.values():
        for item in drive.items.values():
            for entry in item.own or ():
                if entry.link is not None and entry.link.url == wanted:
                    return item, entry
    if "/:" in wanted:
        raise not_found("The sharing link")
    return call.tenant.item_at(wanted), None


def _share(call: Call) -> Answer:
    item, _ = _shared(call)
    call.expand()
    body = {"id": call["share"], "name": item.name, "owner": msgspec.Raw(identity(item.created_by).encode())}
    return answer(chosen(body, call.select()))


def _drive_item(call: Call) -> Answer:
    item, _ = _shared(call)
    expand, hierarchical = call.expand("children"), "hierarchicalsharing" in call.prefer
    text = encoder(call.select(), hierarchical=hierarchical)(item)
    if "children" in expand and item.children is not None:
        inner = selected(expand["children"].get("$select", ""), vocabulary.DRIVE_ITEM)
        write = encoder(inner, hierarchical=hierarchical)
        text = f'{text[:-1]},"children":[{",".join(write(child) for child in item.children)}]}}'
    return Answer(text.encode())


def _list_item(call: Call) -> Answer:
    item, _ = _shared(call)
    if item.parent is None:
        raise not_found("The list item")
    return Answer(list_item(item, {}).encode())


def _list(call: Call) -> Answer:
    return answer(list_body(_shared(call)[0].drive))


def _site(call: Call) -> Answer:
    return answer(site_body(call.tenant, _shared(call)[0].drive.site))


def _permission(call: Call) -> Answer:
    _, link = _shared(call)
    if link is None:
        raise not_found("The permission")
    body: dict[str, Any] = permission_body(link, inherited=False, mark_inherited=False)
    return answer(chosen(body, call.select()))


_ONE, _NAMES = "shares/{share}", vocabulary.DRIVE_ITEM
OPERATIONS = (
    Operation("GET", _ONE, _share, WRITE_FILES, 1, options=EXPAND, names=vocabulary.SHARED_ITEM),
    Operation("GET", _ONE + "/driveItem", _drive_item, WRITE_FILES, 1, options=EXPAND, names=_NAMES),
    Operation("GET", _ONE + "/root", _drive_item, WRITE_FILES, 1, options=EXPAND, names=_NAMES),
    Operation("GET", _ONE + "/listItem", _list_item, WRITE_FILES, 1),
    Operation("GET", _ONE + "/list", _list, WRITE_FILES, 1),
    Operation("GET", _ONE + "/site", _site, WRITE_FILES, 1),
    Operation("GET", _ONE + "/permission", _permission, WRITE_FILES, 5, options=SELECT, names=vocabulary.PERMISSION),
)
