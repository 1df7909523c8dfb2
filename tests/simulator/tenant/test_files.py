"""What people do to files."""

from __future__ import annotations

import pytest

from simulator.refusal import Refused
from simulator.tenant import files
from simulator.tenant.directory import lock_site
from tests.simulator.graph_tenant import GraphTenant, small_graph_tenant


@pytest.fixture
def still() -> GraphTenant:
    """A small tenant that is not served."""
    return small_graph_tenant()


def test_names_are_unique_without_regard_to_case(still: GraphTenant) -> None:
    """A second item of one name in a folder answers 409."""
    with pytest.raises(Refused) as refusal:
        files.upload(still.tenant, still.items["Plans"], "A.DOCX", size=1, by=still.by)
    assert (refusal.value.status, refusal.value.code) == (409, "nameAlreadyExists")


@pytest.mark.parametrize("name", ["", "a/b", "what?", " x", "a*b"])
def test_bad_names_are_refused(still: GraphTenant, name: str) -> None:
    """SharePoint's forbidden characters answer 400."""
    with pytest.raises(Refused, match="no valid name"):
        files.upload(still.tenant, still.drive.root, name, size=1, by=still.by)


def test_a_folder_does_not_move_into_itself(still: GraphTenant) -> None:
    """A move below itself is refused."""
    with pytest.raises(Refused, match="into itself"):
        files.move(still.tenant, still.items["Plans"], still.items["Old"], by=still.by)


def test_a_late_upload_keeps_the_clients_time(still: GraphTenant) -> None:
    """An old document uploaded today is new to the server and old to the client."""
    item = files.upload(still.tenant, still.drive.root, "old.txt", size=1, by=still.by, client_modified=1_400_000_000)
    assert item.client_modified == 1_400_000_000
    assert item.modified > 1_790_000_000


def test_an_apps_touch_moves_the_servers_time_alone(still: GraphTenant) -> None:
    """A property change leaves the client's time and the content as they were."""
    item = still.items["a.docx"]
    content, client = item.content, item.client_modified
    files.touch(still.tenant, item, by=still.by)
    assert (item.content, item.client_modified) == (content, client)
    assert item.modified > client


def test_an_edit_changes_content_and_version(still: GraphTenant) -> None:
    """An edit brings another hash and another version."""
    item = still.items["a.docx"]
    content, version = item.content, item.version
    files.edit(still.tenant, item, by=still.by, size=150)
    assert item.content != content
    assert item.version == version + 1
    assert still.drive.root.size == 1050


def test_a_read_only_site_takes_no_change(still: GraphTenant) -> None:
    """A site locked read-only refuses writes with 423; the root site cannot be locked."""
    lock_site(still.tenant, still.site, "ReadOnly")
    with pytest.raises(Refused) as refusal:
        files.edit(still.tenant, still.items["a.docx"], by=still.by)
    assert refusal.value.status == 423
    with pytest.raises(Refused, match="root site"):
        lock_site(still.tenant, still.tenant.site("root"), "NoAccess")


def test_things_are_found_by_address(still: GraphTenant) -> None:
    """Sites, libraries and items are found by web address, encoded or not, and by list and number."""
    url = f"{still.site.url}/Shared%20Documents/Plans/Old/c.pdf"
    assert still.tenant.item_at(url) is still.items["c.pdf"]
    assert still.tenant.drive_at(f"{still.site.url}/Shared Documents") is still.drive
    assert still.tenant.site_at(url) is still.site
    assert still.tenant.item_in_list(still.drive.list_id, 3) is still.items["a.docx"]
    with pytest.raises(Refused):
        still.tenant.item_at(f"{still.site.url}/Shared Documents/none")
