"""Content: uploaded whole and in pieces, replaced, read back; and what is not there is 501, never an error of Microsoft's."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from simulator.tenant import sharing
from simulator.tenant.file_contents import quick_xor
from tests.simulator.graph.wider_tenant import FULL, WRITE, WiderTenant

PIECE = 320 * 1024


async def put(wider: WiderTenant, path: str, content: bytes, **headers: str) -> tuple[int, Any]:
    """PUT bytes, as the actor or, to an address of an upload session, as nobody."""
    url = path if path.startswith("http") else f"{wider.url}/graph/v1.0{path}"
    if not path.startswith("http"):
        await wider.read("/sites/root", roles=WRITE)
        headers = {"Authorization": f"Bearer {wider._tokens[tuple(sorted(WRITE))]}", **headers}
    async with wider.session.put(url, data=content, headers=headers) as answer:
        return answer.status, await answer.json() if answer.content_type == "application/json" else await answer.read()


async def got(wider: WiderTenant, item_id: str) -> bytes:
    """A file's content by way of its redirect, which leads to an address that needs no token."""
    reply = await wider.call("GET", f"/drives/{wider.drive.id}/items/{item_id}/content")
    assert reply.status == 302
    async with wider.session.get(reply.headers["Location"]) as answer:
        assert answer.status == 200
        return await answer.read()


@pytest.mark.parametrize("path", ["root:/Plans/new.txt:", "root:/new plan.txt:", "root:/Plans/Old/new.txt:"])
async def test_a_file_is_made_by_its_path(wider_unrecorded: WiderTenant, path: str) -> None:
    """201 with the new item, whose size and hash are those of what was sent; it is told in delta and can be read back.

    Source: https://learn.microsoft.com/graph/api/driveitem-put-content
    """
    link = await wider_unrecorded.delta_link()
    status, made = await put(
        wider_unrecorded, f"/drives/{wider_unrecorded.drive.id}/{path}/content", b"The contents of the file."
    )
    assert (status, made["size"], "file" in made) == (201, 25, True)
    assert made["file"]["hashes"]["quickXorHash"] == base64.b64encode(quick_xor(b"The contents of the file.")).decode()
    assert made["id"] in await wider_unrecorded.changes(link)
    assert await got(wider_unrecorded, made["id"]) == b"The contents of the file."


async def test_a_file_is_replaced(wider_unrecorded: WiderTenant) -> None:
    """200 with the same id and a new version; what was there before is in the versions."""
    where = f"{wider_unrecorded.root}:/Plans/a.docx:/content"
    status, made = await put(wider_unrecorded, where, b"anew")
    assert (status, made["id"], made["size"]) == (200, wider_unrecorded.items["a.docx"].id, 4)
    assert await got(wider_unrecorded, made["id"]) == b"anew"
    assert len((await wider_unrecorded.read(f"{wider_unrecorded.at('a.docx')}/versions"))["value"]) == 2
    status, refused = await put(wider_unrecorded, f"{where}?@microsoft.graph.conflictBehavior=fail", b"x")
    assert (status, refused["error"]["code"]) == (409, "nameAlreadyExists")


async def test_a_download_address_comes_with_what_has_content(wider_unrecorded: WiderTenant) -> None:
    """`@microsoft.graph.downloadUrl` is on the item itself; content that was never uploaded is 501, by name."""
    _, made = await put(wider_unrecorded, f"{wider_unrecorded.root}:/new.txt:/content", b"text")
    item = await wider_unrecorded.read(f"/drives/{wider_unrecorded.drive.id}/items/{made['id']}")
    async with wider_unrecorded.session.get(item["@microsoft.graph.downloadUrl"]) as answer:
        assert await answer.read() == b"text"
    assert "@microsoft.graph.downloadUrl" not in await wider_unrecorded.read(wider_unrecorded.at("b.docx"))
    assert (await wider_unrecorded.call("GET", f"{wider_unrecorded.at('b.docx')}/content")).status == 501
    assert (await wider_unrecorded.call("GET", f"{wider_unrecorded.root}:/nothing.txt:/content")).status == 404
    async with wider_unrecorded.session.get(f"{wider_unrecorded.url}/graph/downloads/guess") as answer:
        assert answer.status == 404


@pytest.mark.parametrize("size", [10, PIECE, 2 * PIECE + 17])
async def test_a_file_comes_in_pieces(wider_unrecorded: WiderTenant, size: int) -> None:
    """A session takes pieces in their order, tells what it expects next, and ends with the item.

    Source: https://learn.microsoft.com/graph/api/driveitem-createuploadsession
    """
    content = bytes(number % 251 for number in range(size))
    opened = await wider_unrecorded.call(
        "POST", f"{wider_unrecorded.root}:/Plans/large.bin:/createUploadSession", {}, roles=WRITE
    )
    address = opened.body["uploadUrl"]
    status, told = 0, None
    for first in range(0, size, PIECE):
        piece = content[first : first + PIECE]
        status, told = await put(
            wider_unrecorded, address, piece, **{"Content-Range": f"bytes {first}-{first + len(piece) - 1}/{size}"}
        )
        if first + PIECE < size:
            assert (status, told["nextExpectedRanges"]) == (202, [f"{first + PIECE}-"])
            again = await put(
                wider_unrecorded, address, piece, **{"Content-Range": f"bytes {first}-{first + len(piece) - 1}/{size}"}
            )
            assert again[0] == 416
    assert told is not None
    assert (status, told["size"]) == (201, size)
    assert await got(wider_unrecorded, told["id"]) == content
    assert (await put(wider_unrecorded, address, b"x", **{"Content-Range": "bytes 0-0/1"}))[0] == 404


async def test_an_upload_session_can_be_given_up(wider_unrecorded: WiderTenant) -> None:
    """DELETE ends it, and nothing was made."""
    opened = await wider_unrecorded.call(
        "POST", f"{wider_unrecorded.root}:/x.bin:/createUploadSession", {}, roles=WRITE
    )
    async with wider_unrecorded.session.delete(opened.body["uploadUrl"]) as answer:
        assert answer.status == 204
    assert (await wider_unrecorded.call("GET", f"{wider_unrecorded.root}:/x.bin")).status == 404


@pytest.mark.parametrize(
    ("content", "digest"), [(b"", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="), (b"J", "SgAAAAAAAAAAAAAAAQAAAAAAAAA=")]
)
def test_the_hash_is_microsofts(content: bytes, digest: str) -> None:
    """QuickXorHash of nothing is nothing, of one byte the byte and the length.

    Source: https://learn.microsoft.com/onedrive/developer/code-snippets/quickxorhash
    """
    assert base64.b64encode(quick_xor(content)).decode() == digest


async def test_lists_are_filtered(wider_unrecorded: WiderTenant) -> None:
    """`$filter` on a site's lists takes their names and template; another one is 501, by name, not a refusal of Microsoft's."""
    lists = f"/sites/{wider_unrecorded.site.id}/lists"
    assert await wider_unrecorded.names(f"{lists}?$filter=displayName eq '{wider_unrecorded.drive.name}'") == [
        wider_unrecorded.drive.name
    ]
    assert await wider_unrecorded.names(f"{lists}?$filter=displayName eq 'Nothing'") == []
    reply = await wider_unrecorded.call("GET", f"{lists}?$filter=startsWith(displayName,'D')")
    assert (reply.status, list(wider_unrecorded.tenant.unanswered)) == (
        501,
        ["$filter=startsWith(displayName,'D') of a site's lists"],
    )


async def test_an_invitation_may_end_what_is_inherited(wider_unrecorded: WiderTenant) -> None:
    """`retainInheritedPermissions`: true, and left out, keeps what the folder gives; false leaves only who was invited.

    Source: https://learn.microsoft.com/graph/api/driveitem-invite
    """
    wider_unrecorded.site.capability = "new_guests"
    body = {"recipients": [{"email": "a@partner.example"}], "roles": ["read"], "requireSignIn": True}
    for name, retain in (("a.docx", True), ("b.docx", False)):
        path = f"{wider_unrecorded.at(name)}/invite"
        asked = {**body, "retainInheritedPermissions": retain}
        assert (await wider_unrecorded.call("POST", path, asked, roles=FULL)).status == 200
        inherited = [one for one, above in sharing.entries(wider_unrecorded.items[name]) if above]
        assert bool(inherited) is retain
    assert (
        await wider_unrecorded.call("POST", path, {**body, "retainInheritedPermissions": "no"}, roles=FULL)
    ).status == 400


async def test_a_link_that_exists_is_returned_as_it_is(wider_unrecorded: WiderTenant) -> None:
    """Asked for again with an end, the link that exists comes back unchanged: an end is set by PATCH.

    Source: https://learn.microsoft.com/graph/api/driveitem-createlink ("the existing sharing link is returned")
    """
    wider_unrecorded.site.capability = "anyone"
    path, asked = f"{wider_unrecorded.at('a.docx')}/createLink", {"type": "view", "scope": "anonymous"}
    first = await wider_unrecorded.call("POST", path, asked, roles=WRITE)
    again = await wider_unrecorded.call(
        "POST", path, {**asked, "expirationDateTime": "2026-12-24T00:00:00Z"}, roles=WRITE
    )
    assert (first.status, again.status) == (201, 200)
    assert again.body == first.body


async def test_two_slashes_are_one(wider_unrecorded: WiderTenant) -> None:
    """An SDK whose base address ends in a slash finds everything, also what other modules answer."""
    for path in ("//sites/root", "//subscriptions", f"//drives/{wider_unrecorded.drive.id}"):
        assert (await wider_unrecorded.call("GET", path)).status == 200


async def test_a_moment_as_token_tells_deletions_too(wider: WiderTenant) -> None:
    """From a moment after the tenant began, delta tells changes as from a deltaLink: the deleted, and nothing that is old.

    Source: https://learn.microsoft.com/graph/api/driveitem-delta
    """
    wider.tenant.began = 0
    gone = wider.items["c.pdf"]
    await wider.call("DELETE", wider.at("c.pdf"), roles=WRITE)
    since = "2026-11-01T00:00:00Z"
    told = await wider.changes(f"{wider.root}/delta?token={since}")
    assert {key: "deleted" in entry for key, entry in told.items()} == {gone.id: True}
    assert await wider.changes(f"{wider.root}/delta?token=2099-01-01T00:00:00Z") == {}
