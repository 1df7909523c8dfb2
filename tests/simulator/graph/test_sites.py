"""Sites: search, what changed, archive and locks, and the apps that are granted one."""

from __future__ import annotations

from datetime import timedelta

from simulator.tenant.archiving import archive
from simulator.tenant.directory import delete_site, lock_site
from tests.simulator.graph.wider_tenant import FULL, READ, WiderTenant


async def test_search_is_no_inventory(wider: WiderTenant) -> None:
    """`sites?search=*` knows neither locked nor archived sites, which getAllSites lists.

    Source: https://learn.microsoft.com/graph/api/site-search
    """
    lock_site(wider.tenant, wider.tenant.site("sites/plans-own"), "NoAccess")
    assert await wider.names("/sites?search=*") == ["Root", "Plans"]
    assert await wider.names("/sites?search=plan") == ["Plans"]
    assert len(await wider.names("/sites/getAllSites")) == 3


async def test_root_site_of_each_geography(wider: WiderTenant) -> None:
    """The documented filter brings the root sites, which alone say where data lies.

    Source: https://learn.microsoft.com/graph/api/site-list
    """
    path = "/sites?$filter=siteCollection/root ne null&$select=siteCollection,webUrl"
    (root,) = (await wider.read(path))["value"]
    assert root["siteCollection"]["dataLocationCode"] == "GBR"
    assert "dataLocationCode" not in (await wider.read(wider.site_path))["siteCollection"]


async def test_sites_delta_tells_new_changed_and_deleted_sites(wider_unrecorded: WiderTenant) -> None:
    """After a round come the sites that changed, deleted ones with id, name and the deleted facet.

    The facet is documented; the service description has none on a site.
    Source: https://learn.microsoft.com/graph/api/site-delta
    """
    everything, link = await wider_unrecorded.after("/sites/delta?$top=2")
    assert len(everything) == 3
    wider_unrecorded.site.title = "Plans and designs"
    delete_site(wider_unrecorded.tenant, wider_unrecorded.tenant.site("sites/plans-own"))
    (changed, deleted), following = await wider_unrecorded.after(link)
    assert changed["displayName"] == "Plans and designs"
    assert (deleted["name"], deleted["deleted"]) == ("plans-own", {"state": "deleted"})
    assert (await wider_unrecorded.after(following))[0] == []


async def test_sites_delta_can_begin_now(wider: WiderTenant) -> None:
    """`token=latest` is an empty page with a link for what comes; work in a site is no change of the site.

    Source: https://learn.microsoft.com/graph/api/site-delta
    """
    body = await wider.read("/sites/delta?token=latest")
    assert body["value"] == []
    wider.tenant.changed(wider.items["d.pdf"])
    assert (await wider.after(body["@odata.deltaLink"]))[0] == []


async def test_sites_delta_expires(wider: WiderTenant) -> None:
    """An old link answers 410 with the Location of a fresh enumeration; `$expand` is refused.

    Source: https://learn.microsoft.com/graph/api/site-delta
    """
    _, link = await wider.after("/sites/delta")
    wider.tenant.snapshots.forget("sites")
    gone = await wider.call("GET", link)
    assert (gone.status, gone.code) == (410, "resyncChangesApplyDifferences")
    assert len((await wider.after(gone.headers["Location"]))[0]) == 3
    assert (await wider.call("GET", "/sites/delta?$expand=drives")).code == "notSupported"


async def test_archived_site_answers_423_and_says_why_when_asked(wider: WiderTenant) -> None:
    """All of an archived site is 423; its status comes when siteCollection is selected, and only then.

    Source: https://learn.microsoft.com/graph/api/resources/sitearchivaldetails
    """
    archive(wider.tenant, wider.site)
    for path in (wider.site_path, f"{wider.site_path}/drives", f"{wider.site_path}/lists", f"{wider.root}/delta"):
        reply = await wider.call("GET", path)
        assert (reply.status, reply.code) == (423, "notAllowed"), path
    told = await wider.read(f"{wider.site_path}?$select=id,siteCollection")
    assert told["siteCollection"]["archivalDetails"] == {"archiveStatus": "recentlyArchived"}
    listed = (await wider.read("/sites/getAllSites?$select=siteCollection"))["value"]
    assert sum("archivalDetails" in each["siteCollection"] for each in listed) == 1
    assert all(
        "archivalDetails" not in each["siteCollection"] for each in (await wider.read("/sites/getAllSites"))["value"]
    )


async def test_archive_is_a_matter_of_beta(wider_unrecorded: WiderTenant) -> None:
    """Archive is 204 and unarchive 202 in beta with their own role, and both are 501 in v1.0.

    Sources: https://learn.microsoft.com/graph/api/site-archive and https://learn.microsoft.com/graph/api/site-unarchive
    """
    roles, beta = (*READ, "Sites.Archive.All"), f"{wider_unrecorded.url}/graph/beta{wider_unrecorded.site_path}"
    assert (await wider_unrecorded.call("POST", f"{wider_unrecorded.site_path}/archive", roles=roles)).status == 501
    assert (await wider_unrecorded.call("POST", f"{beta}/archive")).status == 403
    assert (await wider_unrecorded.call("POST", f"{beta}/archive", roles=roles)).status == 204
    assert (await wider_unrecorded.call("GET", wider_unrecorded.site_path)).status == 423
    assert (await wider_unrecorded.call("POST", f"{beta}/unarchive", roles=roles)).status == 202
    assert (await wider_unrecorded.call("GET", wider_unrecorded.site_path)).status == 200


async def test_a_site_that_came_back_at_a_charge_is_not_archived_again(wider_unrecorded: WiderTenant) -> None:
    """Reactivated after its seven days, a site comes back in a day and cannot be archived for 120 days.

    Source: https://pnp.github.io/cli-microsoft365/cmd/spo/site/site-unarchive
    """
    roles, beta = (*READ, "Sites.Archive.All"), f"{wider_unrecorded.url}/graph/beta{wider_unrecorded.site_path}"
    clock = wider_unrecorded.tenant.clock
    assert (await wider_unrecorded.call("POST", f"{beta}/archive", roles=roles)).status == 204
    clock.advance(timedelta(days=8))
    assert (await wider_unrecorded.call("POST", f"{beta}/unarchive", roles=roles)).status == 202
    clock.advance(timedelta(days=2))
    assert (await wider_unrecorded.call("POST", f"{beta}/archive", roles=roles)).status == 400
    clock.advance(timedelta(days=120))
    assert (await wider_unrecorded.call("POST", f"{beta}/archive", roles=roles)).status == 204


async def test_one_locked_site_is_its_own_matter(wider: WiderTenant) -> None:
    """A locked site is 423, never 404, and the others answer as before; a read-only one can be read.

    Source: https://learn.microsoft.com/sharepoint/manage-lock-status
    """
    lock_site(wider.tenant, wider.site, "NoAccess")
    assert (await wider.call("GET", f"{wider.list_path}/items")).status == 423
    assert (await wider.call("GET", f"{wider.site_path}/analytics")).status == 423
    assert (await wider.call("GET", "/sites/root/drives")).status == 200
    lock_site(wider.tenant, wider.site, "ReadOnly")
    assert (await wider.call("GET", f"{wider.root}/children")).status == 200
    refused = await wider.call("DELETE", wider.at("d.pdf"), roles=FULL)
    assert (refused.status, refused.code) == (423, "notAllowed")


async def test_site_permissions_are_apps(wider: WiderTenant) -> None:
    """A site's permissions list applications, and nobody of its owners and members.

    Source: https://learn.microsoft.com/graph/api/site-list-permissions
    """
    path = f"{wider.site_path}/permissions"
    assert (await wider.read(path, roles=FULL))["value"] == []
    app = {"id": "89ea5c94-7736-4e25-95ad-3fa95f62b66e", "displayName": "Scanner"}
    asked = {"roles": ["read"], "grantedToIdentities": [{"application": app}]}
    made = await wider.call("POST", path, asked, roles=FULL)
    assert made.status == 201
    (grant,) = (await wider.read(path, roles=FULL))["value"]
    assert grant["grantedToIdentitiesV2"] == [{"application": app}]
    assert (await wider.call("DELETE", f"{path}/{grant['id']}", roles=FULL)).status == 204


async def test_site_has_no_subsites(wider: WiderTenant) -> None:
    """`sites/{id}/sites` lists the webs below a site: none here.

    Source: https://learn.microsoft.com/graph/api/site-list-subsites
    """
    assert await wider.names(f"{wider.site_path}/sites") == []
