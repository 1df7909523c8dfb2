"""`_api/$batch`: many operations in one request, each answered, charged and refused by itself.

Source: https://learn.microsoft.com/sharepoint/dev/sp-add-ins/make-batch-requests-with-the-rest-apis
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from email import message_from_bytes
from io import BytesIO
from typing import Any

import pytest
from office365.sharepoint.client_context import ClientContext
from office365.sharepoint.sharing.object_sharing_information import ObjectSharingInformation

from simulator.app_keys import METER, TROUBLES
from simulator.entra.identity import AUTHORITY, SHAREPOINT, SHAREPOINT_ADMIN
from simulator.entra.registrations import ACTOR_CLIENT_ID
from simulator.sharepoint import batch
from simulator.sharepoint.call import PERMISSION_UNITS, UNITS
from simulator.trouble.script import script_from
from tests.simulator.served_tenant import ServedTenant
from tests.simulator.sharepoint.clients import anyone_link, item, row, with_library

NOMETADATA = "Accept: application/json;odata=nometadata"
INVALID = "-1, Microsoft.SharePoint.Client.InvalidClientQueryException"


@dataclass(frozen=True)
class Told:
    """The answer to a batch, or to one of its operations."""

    status: int
    headers: dict[str, str]
    body: Any


def api(served: ServedTenant, path: str, site: str = "/sharepoint/sites/planning-casework") -> str:
    return f"{served.base}{site}/_api/{path}"


def operation(line: str, *headers: str, body: str = "") -> str:
    """One operation as a part."""
    head = "\r\n".join((f"{line} HTTP/1.1", *headers))
    return f"Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n{head}\r\n\r\n{body}\r\n"


def get(served: ServedTenant, path: str, *headers: str) -> str:
    return operation(f"GET {api(served, path)}", NOMETADATA, *headers)


def post(served: ServedTenant, path: str, *headers: str, body: str = "{}") -> str:
    return operation(f"POST {api(served, path)}", NOMETADATA, *headers, body=body)


def between(boundary: str, *parts: str) -> str:
    return "".join(f"--{boundary}\r\n{each}\r\n" for each in parts) + f"--{boundary}--\r\n"


def change_set(*parts: str) -> str:
    return f"Content-Type: multipart/mixed; boundary=changeset_1\r\n\r\n{between('changeset_1', *parts)}"


async def send(
    served: ServedTenant,
    body: str,
    *,
    form: str = "multipart/mixed; boundary=batch_1",
    token: str = "",
    url: str = "",
) -> Told:
    """Send a body to `$batch` as the actor."""
    told = token or served.token(ACTOR_CLIENT_ID, SHAREPOINT)
    headers = {"Authorization": f"Bearer {told}", "Content-Type": form, "Accept": "application/json;odata=nometadata"}
    async with served.http.post(url or api(served, "$batch"), data=BytesIO(body.encode()), headers=headers) as answer:
        return Told(answer.status, dict(answer.headers), await answer.read())


async def ask(served: ServedTenant, *parts: str, token: str = "", url: str = "") -> list[Told]:
    """Send parts, and read the answers."""
    whole = await send(served, between("batch_1", *parts), token=token, url=url)
    assert whole.status == 200, whole.body
    message = message_from_bytes(f"Content-Type: {whole.headers['Content-Type']}\r\n\r\n".encode() + whole.body)
    assert message.get_content_type() == "multipart/mixed"
    assert not message.defects
    return [_told(each.get_payload(decode=True)) for each in message.walk() if each is not message]


def _told(raw: Any) -> Told:
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *rest = head.decode().split("\r\n")
    return Told(
        int(first.split(" ")[1]), dict(each.split(": ", 1) for each in rest), json.loads(body) if body else None
    )


def code(raw: bytes) -> str:
    found: str = json.loads(raw)["odata.error"]["code"]
    return found


async def test_library_reads_in_one_request(served: ServedTenant) -> None:
    """office365-rest-python-client gets the answers of its batch, reads and sharing information, each in its place.

    Source: https://learn.microsoft.com/sharepoint/dev/sp-add-ins/make-batch-requests-with-the-rest-apis
    """
    anyone_link(served)
    rows = [item(served, path).list_item_id for path in ("notes.docx", "Plans/plan 1.docx")]

    def work(it: ClientContext) -> tuple[str, int, list[bool]]:
        web, lists = it.web.select(["Title"]).get(), it.web.lists.get()
        told = [
            ObjectSharingInformation.get_list_item_sharing_information(
                it, served.drive.list_id, each, retrieve_anonymous_links=True
            )
            for each in rows
        ]
        it.execute_batch()
        return str(web.title), len(lists), [bool(each.anonymous_view_link) for each in told]

    before = served.app[METER].spent()
    title, count, open_to_anyone = await with_library(served, work)
    assert (title, open_to_anyone) == ("Planning casework", [True, False])
    assert count > 0
    assert not before
    assert served.app[METER].spent()[ACTOR_CLIENT_ID].requests == 5  # and the form digest


async def test_library_writes_what_it_can(served: ServedTenant) -> None:
    """A write that is refused in a change set does not undo the others, and the library knows which one it was.

    Source: https://learn.microsoft.com/sharepoint/dev/sp-add-ins/make-batch-requests-with-the-rest-apis
    """

    def work(it: ClientContext) -> int:
        rows = it.web.lists.get_by_title("Documents").items
        with it.collect_batch_failures() as failures:
            for each in (999, item(served).list_item_id):
                rows.get_by_id(each).break_role_inheritance(copy_role_assignments=False, clear_sub_scopes=False)  # type: ignore[no-untyped-call]  # the library
            it.execute_batch()
        return len(failures)

    assert await with_library(served, work) == 1
    assert not item(served).inherits


async def test_answers_come_in_the_order_of_the_operations(served: ServedTenant) -> None:
    """Each operation has its own status, in its own form, and answers of a change set stand flat among the others."""
    first, second, third = await ask(
        served,
        get(served, "web?$select=Title"),
        change_set(post(served, "contextinfo")),
        operation(
            f"GET {api(served, 'web/lists/getByTitle(%27Nowhere%27)')}", "Accept: application/json;odata=verbose"
        ),
    )
    assert (first.status, first.body) == (200, {"Title": "Planning casework"})
    assert second.body["WebFullUrl"] == api(served, "").removesuffix("/_api/")
    assert (third.status, set(third.body)) == (404, {"error"})
    assert third.headers["Content-Type"].startswith("application/json;odata=verbose")


async def test_addresses_may_be_relative_to_the_batch(served: ServedTenant) -> None:
    """An address is absolute, or relative to that of the batch.

    Source: https://www.odata.org/documentation/odata-version-3-0/batch-processing/
    """
    (told,) = await ask(served, operation("GET web?$select=Title", NOMETADATA))
    assert told.body == {"Title": "Planning casework"}


async def test_other_sites_and_batches_are_no_operations(served: ServedTenant) -> None:
    """An operation at another site, on another host, or that is a batch is refused with 400, the rest are done.

    Source: https://learn.microsoft.com/sharepoint/dev/sp-add-ins/make-batch-requests-with-the-rest-apis
    """
    told = await ask(
        served,
        operation(f"GET {api(served, 'web', '/sharepoint/sites/canalside')}"),
        operation("GET http://elsewhere.example/sharepoint/sites/planning-casework/_api/web"),
        operation("GET http://[/_api/web"),
        change_set(post(served, "$batch")),
        get(served, "web"),
    )
    assert [each.status for each in told] == [400, 400, 400, 400, 200]


async def test_every_operation_is_charged(served: ServedTenant) -> None:
    """A batch saves requests over the wire, not resource units.

    Source: https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online
    """
    await ask(served, get(served, "web"), get(served, "site"), get(served, f"{row(served)}/RoleAssignments"))
    spent = served.app[METER].spent()[ACTOR_CLIENT_ID]
    assert (spent.requests, spent.units) == (3, 2 * UNITS + PERMISSION_UNITS)


async def test_operations_are_throttled_one_by_one(served: ServedTenant) -> None:
    """What comes after the budget is 429 with a Retry-After of its own, while the batch answers 200.

    Source: https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online
    """
    served.app[METER].charge(ACTOR_CLIENT_ID, served.app[METER].limit - UNITS)
    passed, throttled = await ask(served, get(served, "web"), get(served, "web"))
    assert (passed.status, throttled.status) == (200, 429)
    assert int(throttled.headers["Retry-After"]) > 0


async def test_trouble_falls_on_one_operation(served: ServedTenant) -> None:
    """A trouble of the kind `part` breaks an operation, and not the batch."""
    served.app[TROUBLES].add(script_from({"kind": "part", "path": "/_api/site", "status": 503, "times": 1}))
    told = await ask(served, get(served, "web"), get(served, "site"))
    assert [each.status for each in told] == [200, 503]


async def test_token_of_an_operation_means_nothing(served: ServedTenant) -> None:
    """All is done with the token of the batch: a better one in a part changes nothing, a bad one neither."""
    better = f"Authorization: Bearer {served.token(ACTOR_CLIENT_ID, SHAREPOINT)}"
    reader = served.app[AUTHORITY].issue(ACTOR_CLIENT_ID, SHAREPOINT, roles=["Sites.Read.All"])
    read, written = await ask(
        served,
        get(served, "web", "Authorization: Bearer nonsense"),
        change_set(post(served, f"{row(served)}/breakroleinheritance(false,false)", better)),
        token=reader,
    )
    assert (read.status, written.status) == (200, 401)
    assert item(served).inherits
    assert (await send(served, between("batch_1", get(served, "web", better)), token="nonsense")).status == 401


async def test_administration_takes_batches(served: ServedTenant) -> None:
    """SharePoint administration answers a batch, for a token of its own."""
    url = api(served, "$batch", "/sharepoint-admin")
    part = operation(f"GET {api(served, 'SPO.Tenant', '/sharepoint-admin')}", NOMETADATA)
    (told,) = await ask(served, part, url=url, token=served.token(ACTOR_CLIENT_ID, SHAREPOINT_ADMIN))
    assert told.status == 200
    assert (await send(served, between("batch_1", part), url=url)).status == 401


def nested(depth: int) -> str:
    """A change set in a change set in a …"""
    text = ""
    for level in range(depth):
        text = f"Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n{text}\r\n--b{level}--\r\n"
    return text


@pytest.mark.parametrize(
    "body",
    [
        "",
        "--batch_1--\r\n",
        "--batch_1\r\nContent-Type: application/http\r\n\r\nGET web HTTP/1.1\r\n",
        between("batch_2", operation("GET web")),
        between("batch_1", "Content-Type: application/json\r\n\r\n{}"),
        between("batch_1", "Content-Type: multipart/mixed; charset=undefined\r\n\r\nGET w\u00e9b HTTP/1.1\r\n\r\n"),
        between("batch_1", operation("web")),
        between("batch_1", operation("GET web", "no header")),
        between("batch_1", operation("POST contextinfo")),
        between("batch_1", change_set(operation("GET web"))),
        between("batch_1", change_set(change_set(operation("POST contextinfo")))),
        between("batch_1", nested(2_000)),
        between("batch_1", *[operation("GET web")] * (batch.MOST_OPERATIONS + 1)),
        between("batch_1", change_set(*[operation("POST contextinfo")] * 150)),
    ],
    ids=[
        "empty", "no part", "not closed", "other boundary", "no operation", "no boundary", "no request line", "no header",
        "write outside a change set", "query in a change set", "change set in a change set", "deep", "too many",
        "too many in a change set",
    ],
)  # fmt: skip
async def test_what_cannot_be_read_is_refused_whole(served: ServedTenant, body: str) -> None:
    """A batch that is malformed is 400 in SharePoint's shape, and nothing of it is done.

    Source: https://www.odata.org/documentation/odata-version-3-0/batch-processing/
    """
    told = await send(served, body)
    assert (told.status, code(told.body)) == (400, INVALID)
    assert not served.app[METER].spent()


@pytest.mark.parametrize("form", ["application/json", "multipart/mixed", "multipart/form-data; boundary=batch_1"])
async def test_a_batch_is_multipart_mixed(served: ServedTenant, form: str) -> None:
    """Any other Content-Type is refused with 400, and so is one without a boundary."""
    told = await send(served, between("batch_1", get(served, "web")), form=form)
    assert (told.status, code(told.body)) == (400, INVALID)


async def test_a_hundred_operations_are_answered(served: ServedTenant) -> None:
    """As many as clients send at most are answered, also when each stands in a change set of its own."""
    parts = [change_set(post(served, "contextinfo"))] * batch.MOST_OPERATIONS
    assert {each.status for each in await ask(served, *parts)} == {200}


async def test_a_batch_has_a_largest_size(served: ServedTenant) -> None:
    """A body that is too large is 413, before it is read."""
    assert (await send(served, "x" * (batch.LARGEST + 1))).status == 413
