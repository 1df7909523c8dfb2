"""`_api/$batch`: many operations in one request, each charged, refused and answered by itself.

The body is `multipart/mixed`: queries (GET) stand in it directly, writes in change sets. A change set is no transaction: what
fails in it undoes nothing, and its answers stand among the others without an envelope of their own. All is done with the token
of the batch; an `Authorization` in a part means nothing. Microsoft publishes neither limit below.

Sources: https://learn.microsoft.com/sharepoint/dev/sp-add-ins/make-batch-requests-with-the-rest-apis,
https://www.odata.org/documentation/odata-version-3-0/batch-processing/
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesFeedParser, HeaderParser
from typing import Any

from aiohttp import web
from yarl import URL

from simulator.entra.identity import Caller
from simulator.refusal import Refused
from simulator.sharepoint import call, forms
from simulator.sharepoint.call import Asked, Service
from simulator.sharepoint.markup import INVALID, invalid
from simulator.trouble.answers import on_part

NAME = "$batch"
MOST_OPERATIONS = 100  # what clients send at most
LARGEST = 2 * 1024 * 1024  # CSOM's limit
_MOST_MESSAGES = 1 + 2 * MOST_OPERATIONS  # the batch itself, and each operation in a change set of its own
_DEEPEST = 2  # an operation in a change set in a batch
_REQUEST_LINE = re.compile(r"([A-Z]+) (\S.*) HTTP/1\.[01]")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_WRITES = ("POST", "PUT", "DELETE", "MERGE", "PATCH")

type Mime = Message[str, str]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a batch, as it is written: its address may be relative to that of the batch."""

    method: str
    address: str
    form: forms.Form
    body: bytes


async def answered(request: web.Request, service: Service) -> web.Response:
    """Answer a batch: 200 with one answer for each operation, in their order. A batch that cannot be read does nothing."""
    try:
        caller = call.checked(request, service)
        operations = parse(request.headers.get("Content-Type", ""), await _body(request))
    except Refused as refusal:
        form = forms.form_of(request.headers.get("Accept", ""), request.headers.get("OData-Version", ""))
        return forms.error(form, refusal)
    boundary = f"batchresponse_{uuid.uuid4()}"
    told = _multipart((_performed(request, service, caller, each) for each in operations), boundary)
    headers = forms.response_headers() | {"Content-Type": f"multipart/mixed; boundary={boundary}"}
    return web.Response(body=told, headers=headers)


def parse(content_type: str, body: bytes) -> list[Operation]:
    """The operations of a batch, in their order. Raises Refused 400."""
    root = _mime(content_type, body)
    if root.get_content_type() != "multipart/mixed" or not root.get_boundary():
        raise invalid("a batch has the Content-Type multipart/mixed with a boundary.")
    found = []
    for part in _parts(root):
        if part.get_content_type() == "multipart/mixed":
            found += [_operation(each, _WRITES, "a change set") for each in _parts(part)]
        else:
            found.append(_operation(part, ("GET",), "a batch outside its change sets"))
    if len(found) > MOST_OPERATIONS:
        raise _too_many()
    return found


class _Part(Message):
    """A message that knows how deep it stands. The parser attaches it before it reads what is inside."""

    depth = 0

    def attach(self, payload: Any) -> None:
        if self.depth == _DEEPEST:
            raise invalid("an operation holds no parts.")
        payload.depth = self.depth + 1
        super().attach(payload)


def _mime(content_type: str, body: bytes) -> Mime:
    """The MIME tree of a body. Its messages are counted, and its depth is looked at, while they are read."""
    count = 0

    def message(**given: Any) -> Mime:
        nonlocal count
        count += 1
        if count > _MOST_MESSAGES + 1:  # the parser makes one to try this function
            raise _too_many()
        return _Part(**given)

    parser = BytesFeedParser(message)
    parser.feed(b"Content-Type: " + content_type.encode("ascii", "replace") + b"\r\n\r\n")
    parser.feed(body)
    return parser.close()


def _parts(message: Mime) -> list[Mime]:
    if message.defects or not message.is_multipart():
        raise invalid("its parts do not stand between boundaries, of which the last is closed.")
    return [each for each in message.get_payload() if isinstance(each, Message)]


def _operation(part: Mime, methods: tuple[str, ...], where: str) -> Operation:
    if part.get_content_type() != "application/http" or part.defects:
        raise invalid("an operation is a part of the Content-Type application/http.")
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        raise invalid("an operation holds no parts.")
    head, *rest = _BLANK_LINE.split(raw.lstrip(), maxsplit=1)
    line, _, fields = head.decode("utf-8", "replace").partition("\n")
    match = _REQUEST_LINE.fullmatch(line.strip())
    headers = HeaderParser().parsestr(fields)
    if match is None or headers.defects:
        raise invalid("an operation begins with METHOD URL HTTP/1.1, and its headers.")
    method = str(headers.get("X-HTTP-Method", match[1])).upper()
    if method not in methods:
        raise invalid(f"{where} takes {', '.join(methods)}, not {method}.")
    form = forms.form_of(str(headers.get("Accept", "")), str(headers.get("OData-Version", "")))
    return Operation(method, match[2], form, rest[0] if rest else b"")


async def _body(request: web.Request) -> bytes:
    if (request.content_length or 0) <= LARGEST:
        body = await request.read()
        if len(body) <= LARGEST:
            return body
    raise Refused(413, INVALID, f"The request is larger than {LARGEST} bytes.")


def _performed(request: web.Request, service: Service, caller: Caller, operation: Operation) -> web.Response:
    try:
        url = _url(service, operation)
        trouble = on_part(request.app, operation.method, f"{request.path.removesuffix(f'/{NAME}')}{url.path_qs}")
        if trouble is not None:
            raise trouble
    except Refused as refusal:
        return forms.error(operation.form, refusal)
    asked = Asked(operation.method, url.path.lstrip("/"), url.query, operation.form, operation.body)
    return call.performed(request.app, service, caller, asked)


def _url(service: Service, operation: Operation) -> URL:
    """Where an operation leads below `_api`. Raises Refused 400 for one of another site, and for a batch in a batch."""
    root = URL(f"{service.base}/_api/")
    try:
        url = root.join(URL(operation.address))
        near = url.origin() == root.origin() and url.path.startswith(root.path)
    except ValueError as error:
        raise invalid(f"{operation.address} is no address.") from error
    if not near:
        raise invalid(f"{operation.address} is not at the site of the batch, {service.base}.")
    path = url.path.removeprefix(root.path)
    if path.lower() == NAME:
        raise invalid("a batch holds no other batch.")
    return URL.build(path=f"/{path}", query=url.query)


def _multipart(answers: Iterable[web.Response], boundary: str) -> bytes:
    parts = [_part(each) for each in answers]
    lead = f"--{boundary}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n".encode()
    return b"".join(lead + each + b"\r\n" for each in parts) + f"--{boundary}--\r\n".encode()


def _part(answer: web.Response) -> bytes:
    head = [f"HTTP/1.1 {answer.status} {answer.reason}"]
    head += [f"{name}: {value}" for name, value in answer.headers.items()]
    body = answer.body if isinstance(answer.body, bytes) else b""
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def _too_many() -> Refused:
    return invalid(f"it holds more than {MOST_OPERATIONS} operations.")
