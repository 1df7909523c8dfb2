"""Content: put into a file, whole or in pieces, and read back.

Only what was uploaded has content; of any other file it is 501. Addresses of upload sessions and downloads need no token:
who has one may use it, for an hour.
Sources: https://learn.microsoft.com/graph/api/driveitem-put-content, driveitem-createuploadsession, driveitem-get-content
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from aiohttp import web

from simulator.app_keys import TENANT
from simulator.graph.calls import READ_FILES, WRITE_FILES, Answer, Call, Operation, answer
from simulator.graph.items import encoder
from simulator.refusal import Refused, bad_request, not_found
from simulator.tenant import file_contents
from simulator.tenant.clock import instant
from simulator.tenant.files import check_site
from simulator.tenant.model import Actor, Item
from simulator.tenant.state import Tenant, child_named

LARGEST = 250 * 1024 * 1024  # bytes in one request; a session takes more
_PIECE = 320 * 1024  # every piece but the last is a multiple of this
_VALID_SECONDS = 3_600
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


@dataclass
class Session:
    """An upload that is under way."""

    folder: Item
    name: str
    by: Actor
    ends: int
    conflict: str
    received: bytearray = field(default_factory=bytearray)


def routes(tenant: Tenant) -> Iterable[web.RouteDef]:  # noqa: ARG001  # every module of the simulator has this face
    """The addresses that need no token."""
    return [
        web.put("/graph/uploads/{ticket}", _piece),
        web.get("/graph/uploads/{ticket}", _standing),
        web.delete("/graph/uploads/{ticket}", _cancel),
        web.get("/graph/downloads/{ticket}", _download),
    ]


def download_url(call: Call, item: Item) -> str:
    """A preauthenticated address of a file's content, "" for one without."""
    if file_contents.content_of(call.tenant, item) is None:
        return ""
    ticket = secrets.token_urlsafe(24)
    call.tenant.downloads[ticket] = (item, call.tenant.now() + _VALID_SECONDS)
    return f"{_outside(call)}/downloads/{ticket}"


def _outside(call: Call) -> str:
    return call.base.removesuffix("/v1.0")


def _body(item: Item, status: int) -> Answer:
    return Answer(encoder(frozenset(), hierarchical=False)(item).encode(), status)


def _replace(call: Call) -> Answer:
    item = call.tenant.item(call["drive"], call["item"])
    check_site(item.drive, writing=True)
    if item.parent is None or item.is_folder:
        raise bad_request("A folder has no content.")
    return _put(call, item.parent, item.name)


def _create(call: Call) -> Answer:
    folder = call.tenant.item(call["drive"], call["item"])
    check_site(folder.drive, writing=True)
    return _put(call, folder, call["name"])


def _put(call: Call, folder: Item, name: str) -> Answer:
    if len(call.body) > LARGEST:
        raise Refused(413, "maxRequestLengthExceeded", "More than 250 MB need an upload session.")
    _check_conflict(folder, name, call.query.get("@microsoft.graph.conflictBehavior", "replace"))
    made, is_new = file_contents.put(call.tenant, folder, name, call.body, by=call.actor)
    return _body(made, 201 if is_new else 200)


def _check_conflict(folder: Item, name: str, behaviour: str) -> None:
    if behaviour not in ("replace", "fail"):
        raise Refused(501, "notSupported", f"The simulated tenant does not have conflictBehavior={behaviour}")
    if behaviour == "fail" and child_named(folder, name) is not None:
        raise Refused(409, "nameAlreadyExists", "An item with this name already exists.")


def _absent(_call: Call) -> Answer:
    raise not_found("The item")


def _content(call: Call) -> Answer:
    """302 to a preauthenticated address, as documented."""
    item = call.tenant.item(call["drive"], call["item"])
    check_site(item.drive, writing=False)
    if item.is_folder:
        raise bad_request("A folder has no content.")
    address = download_url(call, item)
    if not address:
        raise call.absent("the content of a file that was not uploaded")
    return Answer(None, 302, {"Location": address})


def _open_new(call: Call) -> Answer:
    return _open(call, call.tenant.item(call["drive"], call["item"]), call["name"])


def _open_existing(call: Call) -> Answer:
    item = call.tenant.item(call["drive"], call["item"])
    if item.parent is None or item.is_folder:
        raise bad_request("A folder has no content.")
    return _open(call, item.parent, item.name)


def _open(call: Call, folder: Item, name: str) -> Answer:
    check_site(folder.drive, writing=True)
    asked = call.json().get("item") if call.body else None
    behaviour = asked.get("@microsoft.graph.conflictBehavior", "replace") if isinstance(asked, dict) else "replace"
    _check_conflict(folder, name, str(behaviour))
    ticket, ends = secrets.token_urlsafe(24), call.tenant.now() + _VALID_SECONDS
    call.tenant.uploads[ticket] = Session(folder, name, call.actor, ends, str(behaviour))
    return answer({"uploadUrl": f"{_outside(call)}/uploads/{ticket}", "expirationDateTime": instant(ends)})


def _session(request: web.Request) -> Session:
    tenant = request.app[TENANT]
    session: Session | None = tenant.uploads.get(request.match_info["ticket"])
    if session is None or session.ends < tenant.now():
        raise not_found("The upload session")
    return session


def _told(session: Session, status: int) -> web.Response:
    told = {"expirationDateTime": instant(session.ends), "nextExpectedRanges": [f"{len(session.received)}-"]}
    return web.json_response(told, status=status)


async def _piece(request: web.Request) -> web.Response:
    """202 for a piece, 201 or 200 with the item for the last one, 416 for one that does not follow."""
    session, tenant = _session(request), request.app[TENANT]
    asked = _RANGE.fullmatch(request.headers.get("Content-Range", ""))
    body = await request.read()
    if asked is None:
        raise bad_request("Content-Range must be bytes FIRST-LAST/TOTAL.")
    first, last, total = map(int, asked.groups())
    if last - first + 1 != len(body) or last >= total:
        raise bad_request("Content-Range does not fit the body.")
    if first != len(session.received):
        raise Refused(416, "invalidRange", "The piece is not the one that is expected next.")
    if last + 1 < total and len(body) % _PIECE:
        raise bad_request(f"A piece must be a multiple of {_PIECE} bytes.")
    session.received += body
    if len(session.received) < total:
        return _told(session, 202)
    del tenant.uploads[request.match_info["ticket"]]
    _check_conflict(session.folder, session.name, session.conflict)
    made, is_new = file_contents.put(tenant, session.folder, session.name, bytes(session.received), by=session.by)
    done = _body(made, 201 if is_new else 200)
    return web.Response(body=done.body, status=done.status, content_type="application/json")


async def _standing(request: web.Request) -> web.Response:
    return _told(_session(request), 200)


async def _cancel(request: web.Request) -> web.Response:
    _session(request)
    del request.app[TENANT].uploads[request.match_info["ticket"]]
    return web.Response(status=204)


async def _download(request: web.Request) -> web.Response:
    tenant = request.app[TENANT]
    item, until = tenant.downloads.get(request.match_info["ticket"], (None, 0))
    content = file_contents.content_of(tenant, item) if item is not None and not item.gone else None
    if item is None or content is None or until < tenant.now():
        raise not_found("The content")
    return web.Response(body=content, content_type=item.media or "application/octet-stream")


_ITEM = "drives/{drive}/items/{item}"
_NAMED = _ITEM + "/children/{name}"
OPERATIONS = (
    Operation("PUT", _ITEM + "/content", _replace, WRITE_FILES, 2),
    Operation("GET", _ITEM + "/content", _content, READ_FILES, 1),
    Operation("PUT", _NAMED + "/content", _create, WRITE_FILES, 2),
    Operation("GET", _NAMED + "/content", _absent, READ_FILES, 1),
    Operation("POST", _ITEM + "/createUploadSession", _open_existing, WRITE_FILES, 2),
    Operation("POST", _NAMED + "/createUploadSession", _open_new, WRITE_FILES, 2),
)
