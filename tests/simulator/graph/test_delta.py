"""driveItem delta: enumeration, changes, deletions, sharing, and what goes wrong."""

from __future__ import annotations

from urllib.parse import quote

from simulator.council.empty_sites import place
from simulator.tenant import files, labelling, sharing
from simulator.tenant.clock import instant
from tests.simulator.graph_tenant import CLASS, LONG_AGO, GraphTenant

ALL = {"root", "Plans", "Old", "a.docx", "b.docx", "c.pdf", "d.pdf"}
SHARING = "hierarchicalsharing, deltashowsharingchanges, deltashowremovedasdeleted, deltatraversepermissiongaps"


async def test_enumeration_is_whole(graph: GraphTenant) -> None:
    """Following nextLinks from no token meets every item, the root first, and ends with a deltaLink.

    Source: https://learn.microsoft.com/graph/api/driveitem-delta
    """
    pages = await graph.pages(f"{graph.root}/delta?$top=2")
    assert {entry["name"] for page in pages for entry in page["value"]} == ALL
    assert pages[0]["value"][0]["root"] == {}
    assert "@odata.deltaLink" in pages[-1]
    assert all("@odata.deltaLink" not in page for page in pages[:-1])


async def test_the_sdk_spelling_is_the_same_function(graph: GraphTenant) -> None:
    """`items/root/delta()` answers as `root/delta` does."""
    one = await graph.get(f"{graph.root}/delta")
    other = await graph.get(f"/drives/{graph.drive.id}/items/root/delta()")
    assert one.body["value"] == other.body["value"]


async def test_entries_carry_no_path_and_no_ctag(graph: GraphTenant) -> None:
    """A parent is known by its id alone.

    Source: https://learn.microsoft.com/graph/api/driveitem-delta
    """
    entry = (await graph.get(f"{graph.root}/delta")).body["value"][-1]
    assert "path" not in entry["parentReference"]
    assert "cTag" not in entry
    assert entry["parentReference"]["siteId"] == graph.site.collection_id


async def test_top_is_a_hint(graph: GraphTenant) -> None:
    """Pages differ in size, never hold more than 1000, and an item may come again on the next page.

    Source: https://learn.microsoft.com/graph/api/driveitem-delta
    """
    for number in range(40):
        place(graph.drive, graph.drive.root, f"{number}.txt", at=LONG_AGO, by=graph.by)
    pages = await graph.pages(f"{graph.root}/delta?$top=5")
    sizes = {len(page["value"]) for page in pages[:-1]}
    seen = [entry["id"] for page in pages for entry in page["value"]]
    assert len(sizes) > 1
    assert max(sizes) <= 6
    assert len(seen) > len(set(seen)) == 47


async def test_latest_enumerates_nothing(graph: GraphTenant) -> None:
    """`token=latest` answers an empty page with a deltaLink for now.

    Source: https://learn.microsoft.com/graph/api/driveitem-delta
    """
    reply = await graph.get(f"{graph.root}/delta?token=latest")
    assert reply.body["value"] == []
    assert await graph.changes(reply.body["@odata.deltaLink"]) == {}


async def test_a_moment_as_token_replays_what_changed_since(graph: GraphTenant) -> None:
    """A timestamp token brings the items modified at or after it.

    Source: https://learn.microsoft.com/graph/api/driveitem-delta
    """
    moment = quote(instant(LONG_AGO + 250))
    entries = await graph.changes(f"{graph.root}/delta?token={moment}")
    assert {entry["name"] for entry in entries.values()} >= {"c.pdf", "d.pdf"}
    assert "a.docx" not in {entry["name"] for entry in entries.values()}


async def test_files_from_before_1970_are_told_like_others(graph: GraphTenant) -> None:
    """A scanned plan of 1931 is in the children of its folder, in the enumeration and in the changes."""
    link = await graph.delta_link()
    old = place(graph.drive, graph.drive.root, "1931.tif", at=-1_230_000_000, by=graph.by)
    files.edit(graph.tenant, old, by=graph.by)
    old.modified = old.client_modified = -1_230_000_000
    pages = await graph.pages(f"{graph.root}/delta")
    assert {entry["name"] for page in pages for entry in page["value"]} == {*ALL, "1931.tif"}
    changed = (await graph.changes(link))[old.id]
    assert (
        changed["lastModifiedDateTime"] == changed["fileSystemInfo"]["lastModifiedDateTime"] == instant(-1_230_000_000)
    )
    since = quote("1930-06-01T00:00:00Z")
    assert old.id in await graph.changes(f"{graph.root}/delta?token={since}")


async def test_select_trims_and_adds(graph: GraphTenant) -> None:
    """`$select` limits the properties and brings sharepointIds, which do not come by themselves.

    Source: https://learn.microsoft.com/graph/api/driveitem-delta
    """
    entry = (await graph.get(f"{graph.root}/delta?$select=name,sharepointIds")).body["value"][-1]
    assert set(entry) == {"id", "name", "sharepointIds"}
    assert entry["sharepointIds"]["listItemId"] == "6"


async def test_expanding_fails(graph: GraphTenant) -> None:
    """`$expand` is not supported on delta.

    Source: https://learn.microsoft.com/graph/api/driveitem-delta
    """
    reply = await graph.get(f"{graph.root}/delta?$expand=permissions")
    assert (reply.status, reply.code) == (400, "notSupported")


async def test_every_change_shows(graph: GraphTenant) -> None:
    """Uploads, edits, renames, labels and moves within the drive appear since a deltaLink, ids unchanged.

    Source: https://learn.microsoft.com/graph/api/driveitem-delta
    """
    link = await graph.delta_link()
    made = files.upload(graph.tenant, graph.items["Old"], "e.txt", size=5, by=graph.by)
    files.edit(graph.tenant, graph.items["a.docx"], by=graph.by, size=101)
    files.rename(graph.tenant, graph.items["b.docx"], "bb.docx", by=graph.by)
    labelling.set_label(graph.tenant, graph.items["c.pdf"], CLASS, by=graph.by)
    files.move(graph.tenant, graph.items["d.pdf"], graph.items["Old"], by=graph.by)
    changes = await graph.changes(link)
    assert {entry["name"] for entry in changes.values()} == {"e.txt", "a.docx", "bb.docx", "c.pdf", "d.pdf"}
    assert changes[made.id]["size"] == 5
    assert changes[graph.items["d.pdf"].id]["parentReference"]["id"] == graph.items["Old"].id


async def test_ancestors_are_repeated_unless_excluded(graph: GraphTenant) -> None:
    """Unchanged folders above a change come along, parents first, unless deltaExcludeParent is sent.

    Source: https://learn.microsoft.com/graph/api/driveitem-delta
    """
    link = await graph.delta_link()
    files.edit(graph.tenant, graph.items["c.pdf"], by=graph.by)
    names = [entry["name"] for entry in (await graph.get(link)).body["value"]]
    assert names == ["root", "Plans", "Old", "c.pdf"]
    assert [entry["name"] for entry in (await graph.get(link, deltaExcludeParent="true")).body["value"]] == ["c.pdf"]


async def test_deletion_leaves_a_tombstone(graph: GraphTenant) -> None:
    """A deleted item has the deleted facet and neither name nor eTag.

    Source: https://learn.microsoft.com/graph/api/driveitem-delta
    """
    link = await graph.delta_link()
    files.delete(graph.tenant, graph.items["a.docx"])
    (entry,) = (await graph.changes(link)).values()
    assert entry == {
        "id": graph.items["a.docx"].id,
        "deleted": {"state": "deleted"},
        "parentReference": {
            "driveType": "documentLibrary",
            "driveId": graph.drive.id,
            "siteId": graph.site.collection_id,
        },
    }


async def test_a_deleted_folder_takes_its_content_along(graph: GraphTenant) -> None:
    """Everything below a deleted folder gets a tombstone.

    Source: https://learn.microsoft.com/graph/api/driveitem-delta
    """
    link = await graph.delta_link()
    files.delete(graph.tenant, graph.items["Plans"])
    changes = await graph.changes(link)
    assert set(changes) == {graph.items[name].id for name in ("Plans", "Old", "a.docx", "b.docx", "c.pdf")}
    assert all("deleted" in entry for entry in changes.values())


async def test_a_tenant_may_report_the_folder_alone(graph: GraphTenant) -> None:
    """With the quirk on, the content of a deleted folder has no tombstones of its own."""
    graph.tenant.quirks.folder_tombstones_only = True
    link = await graph.delta_link()
    files.delete(graph.tenant, graph.items["Plans"])
    assert set(await graph.changes(link)) == {graph.items["Plans"].id}


async def test_retention_jobs_delete_in_silence(graph: GraphTenant) -> None:
    """An item deleted silently is gone although delta never says so.

    Source: https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/2847
    """
    link = await graph.delta_link()
    files.delete(graph.tenant, graph.items["a.docx"], silently=True)
    assert await graph.changes(link) == {}
    assert (await graph.get(graph.at("a.docx"))).status == 404


async def test_moving_to_another_library_makes_another_item(graph: GraphTenant) -> None:
    """Across drives the old id gets a tombstone and the new drive an item with a new id and the same label.

    Source: https://learn.microsoft.com/graph/api/driveitem-move
    """
    other = next(drive for drive in graph.site.drives if drive is not graph.drive)
    labelling.set_label(graph.tenant, graph.items["c.pdf"], CLASS, by=graph.by)
    link = await graph.delta_link()
    moved = files.move(graph.tenant, graph.items["Old"], other.root, by=graph.by)
    changes = await graph.changes(link)
    assert set(changes) == {graph.items["Old"].id, graph.items["c.pdf"].id}
    there = await graph.get(f"/drives/{other.id}/root/delta")
    assert {entry["name"] for entry in there.body["value"]} == {"root", "Old", "c.pdf"}
    assert moved.folder()[0].stamp == graph.items["c.pdf"].stamp


async def test_what_changes_during_an_enumeration_comes_again(graph: GraphTenant) -> None:
    """An item changed after its page was read appears later in the same round, and the last occurrence is the truth.

    Source: https://learn.microsoft.com/graph/api/driveitem-delta
    """
    first = (await graph.get(f"{graph.root}/delta?$top=3&$select=name")).body
    assert graph.items["Plans"].id in {entry["id"] for entry in first["value"]}
    files.rename(graph.tenant, graph.items["Plans"], "Plans 2", by=graph.by)
    files.delete(graph.tenant, graph.items["d.pdf"])
    rest = await graph.pages(first["@odata.nextLink"])
    latest = {entry["id"]: entry for page in [first, *rest] for entry in page["value"]}
    assert latest[graph.items["Plans"].id]["name"] == "Plans 2"
    assert "deleted" in latest[graph.items["d.pdf"].id]


async def test_pages_of_changes_resume(graph: GraphTenant) -> None:
    """Many changes come in pages, and the deltaLink after them brings only what is newer.

    Source: https://learn.microsoft.com/graph/api/driveitem-delta
    """
    link = await graph.delta_link()
    for number in range(30):
        files.upload(graph.tenant, graph.drive.root, f"{number}.txt", size=1, by=graph.by)
    pages = await graph.pages(f"{link}&$top=7", prefer="deltaExcludeParent")
    assert len(pages) > 3
    assert len({entry["id"] for page in pages for entry in page["value"]}) == 30
    assert await graph.changes(pages[-1]["@odata.deltaLink"]) == {}


async def test_the_last_page_may_be_empty(graph: GraphTenant) -> None:
    """Some drives end an enumeration with an empty page that holds the deltaLink.

    Source: https://learn.microsoft.com/graph/api/driveitem-delta
    """
    sizes = set()
    for drive in graph.site.drives:
        for digit in "0123":
            drive.list_id = digit + drive.list_id[1:]
            sizes.add(len((await graph.pages(f"/drives/{drive.id}/root/delta"))[-1]["value"]) == 0)
    assert sizes == {True, False}


async def test_expired_tokens_answer_410(graph: GraphTenant) -> None:
    """After expiry a deltaLink answers 410 with a Location from which the whole drive can be read again.

    Source: https://learn.microsoft.com/graph/api/driveitem-delta
    """
    link = await graph.delta_link()
    graph.fault(kind="expired", path=graph.drive.id)
    reply = await graph.get(link)
    assert (reply.status, reply.code) == (410, "resyncChangesApplyDifferences")
    pages = await graph.pages(reply.headers["Location"])
    assert {entry["name"] for page in pages for entry in page["value"]} == ALL


async def test_nonsense_tokens_are_refused(graph: GraphTenant) -> None:
    """A token that was never given out answers 400.

    Source: https://learn.microsoft.com/graph/api/driveitem-delta
    """
    assert (await graph.get(f"{graph.root}/delta?token=nonsense")).status == 400


async def test_inheritance_hides_behind_the_header(graph: GraphTenant) -> None:
    """Without hierarchicalsharing all below a shared folder look shared; with it only the folder does.

    Source: https://learn.microsoft.com/graph/api/driveitem-delta
    """
    sharing.create_link(graph.tenant, graph.items["Plans"], scope="anonymous", kind="view", by=graph.by)
    plain = (await graph.get(f"{graph.root}/delta")).body["value"]
    rooted = (await graph.get(f"{graph.root}/delta", prefer=SHARING)).body["value"]
    assert {entry["name"] for entry in plain if "shared" in entry} == {"Plans", "Old", "a.docx", "b.docx", "c.pdf"}
    assert {entry["name"]: entry["shared"]["scope"] for entry in rooted if "shared" in entry} == {"Plans": "anonymous"}


async def test_sharing_taken_away_leaves_an_empty_facet(graph: GraphTenant) -> None:
    """With hierarchicalsharing an item that is no longer shared has `shared: {}`.

    Source: https://learn.microsoft.com/graph/api/driveitem-delta
    """
    made, _ = sharing.create_link(graph.tenant, graph.items["a.docx"], scope="organization", kind="view", by=graph.by)
    link = await graph.delta_link()
    sharing.unshare(graph.tenant, graph.items["a.docx"], made.id)
    (entry,) = (await graph.changes(link, prefer=SHARING)).values()
    assert entry["shared"] == {}


async def test_sharing_changes_are_marked_for_full_control_on_files(graph: GraphTenant) -> None:
    """The mark needs the header and Sites.FullControl.All, and folders never have it.

    Source: https://learn.microsoft.com/graph/api/driveitem-delta
    """
    link = await graph.delta_link()
    for name in ("a.docx", "Plans"):
        sharing.create_link(graph.tenant, graph.items[name], scope="anonymous", kind="view", by=graph.by)
    files.edit(graph.tenant, graph.items["b.docx"], by=graph.by)
    mark = "@microsoft.graph.sharedChanged"
    as_actor = await graph.changes(link, actor=True, prefer=SHARING)
    assert {entry["name"] for entry in as_actor.values() if entry.get(mark) == "True"} == {"a.docx"}
    assert not any(mark in entry for entry in (await graph.changes(link, prefer=SHARING)).values())
    assert not any(mark in entry for entry in (await graph.changes(link, actor=True)).values())


async def test_a_person_added_to_a_link_is_a_blind_spot(graph: GraphTenant) -> None:
    """Another person on a link for specific people shows in the permissions and not in delta.

    Source: https://github.com/microsoftgraph/microsoft-graph-docs/issues/7254
    """
    made = sharing.invite(
        graph.tenant, graph.items["a.docx"], mails=["x@out.example"], role="read", by=graph.by, as_link=True
    )[0]
    link = await graph.delta_link()
    sharing.add_to_link(graph.tenant, graph.items["a.docx"], made.id, mail="y@out.example")
    assert await graph.changes(link, prefer=SHARING) == {}
    found = (await graph.get(graph.at("a.docx") + "/permissions")).body["value"][0]
    assert [each["user"]["email"] for each in found["grantedToIdentitiesV2"]] == ["x@out.example", "y@out.example"]


async def test_listeners_hear_of_changes(graph: GraphTenant) -> None:
    """Whoever listens is told the drive and whether content or security changed."""
    heard: list[tuple[str, str]] = []
    graph.tenant.listeners.append(lambda drive_id, kind: heard.append((drive_id, kind)))
    files.edit(graph.tenant, graph.items["a.docx"], by=graph.by)
    sharing.create_link(graph.tenant, graph.items["a.docx"], scope="anonymous", kind="view", by=graph.by)
    assert heard == [(graph.drive.id, "content"), (graph.drive.id, "security")]
