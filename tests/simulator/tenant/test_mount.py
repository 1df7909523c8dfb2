"""A real directory as a document library."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from simulator.refusal import Refused
from simulator.tenant import files, labelling, sharing
from simulator.tenant.mount import mount
from simulator.tenant.state import Tenant
from tests.simulator.graph_tenant import CLASS, GraphTenant, small_graph_tenant


def _tree(at: Path) -> Path:
    (at / "Reports" / "Ünïcode & odd (1)").mkdir(parents=True)
    file = at / "Reports" / "Ünïcode & odd (1)" / "résumé 100%.txt"
    file.write_text("hello")
    os.utime(file, (1_500_000_000, 1_500_000_000))
    (at / "link.txt").symlink_to(file)
    return at


def _steward(tenant: Tenant) -> None:
    user = next(iter(tenant.users.values()))
    tenant.users_by_upn[f"records.manager@{tenant.domain}"] = user


async def test_names_sizes_and_times_are_those_of_the_disk(graph: GraphTenant, tmp_path: Path) -> None:
    """The tree appears under /sites/mounted with its own names, sizes and times; symbolic links are left out."""
    _steward(graph.tenant)
    drive = mount(graph.tenant, "Real", _tree(tmp_path))
    found = {
        entry["name"]: entry for page in await graph.pages(f"/drives/{drive.id}/root/delta") for entry in page["value"]
    }
    assert set(found) == {"root", "Reports", "Ünïcode & odd (1)", "résumé 100%.txt"}
    assert (found["résumé 100%.txt"]["size"], found["résumé 100%.txt"]["lastModifiedDateTime"]) == (
        5,
        "2017-07-14T02:40:00Z",
    )
    assert found["résumé 100%.txt"]["webUrl"].endswith(
        "/sites/mounted/Real/Reports/%C3%9Cn%C3%AFcode%20&%20odd%20(1)/r%C3%A9sum%C3%A9%20100%25.txt"
    )
    assert graph.tenant.item_at(found["résumé 100%.txt"]["webUrl"]).size == 5


def test_nothing_on_disk_is_changed(tmp_path: Path) -> None:
    """Edits, moves and deletions are refused; labels and sharing live in memory."""
    graph = small_graph_tenant()
    _steward(graph.tenant)
    drive = mount(graph.tenant, "Real", _tree(tmp_path))
    item = next(each for each in drive.items.values() if each.name.endswith(".txt"))
    for deed in (
        lambda: files.edit(graph.tenant, item, by=graph.by),
        lambda: files.delete(graph.tenant, item),
        lambda: files.move(graph.tenant, item, graph.drive.root, by=graph.by),
        lambda: files.upload(graph.tenant, drive.root, "x", size=1, by=graph.by),
    ):
        with pytest.raises(Refused, match="read-only"):
            deed()
    labelling.set_label(graph.tenant, item, CLASS, by=graph.by)
    sharing.create_link(graph.tenant, item, scope="anonymous", kind="view", by=graph.by)
    assert sorted(path.name for path in tmp_path.rglob("*")) == sorted(
        ["Reports", "Ünïcode & odd (1)", "résumé 100%.txt", "link.txt"]
    )
