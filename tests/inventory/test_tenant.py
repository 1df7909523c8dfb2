"""Discovery, mirror, changes, subscriptions and status against a simulated tenant, through the real SDKs."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import polars as pl
import pytest
from aiohttp import web

from custos.clock import Clock, clock_from
from custos.inventory import discover as discovery
from custos.inventory.drive_state import DriveStates, SyncState, Why
from custos.inventory.lakehouse import Lakehouse
from custos.inventory.mirror_reader import Tables, read_facts
from custos.inventory.subscriptions import Reconciled, Subscriptions, reconcile_subscriptions
from custos.inventory.sync import SyncReport, sync_drive
from custos.m365 import Microsoft365, connect, delta, sites, subscriptions
from custos.settings import Settings, settings_from
from custos.storage.account import Account
from local_host.azurite import Azurite
from tests.simulated_tenant import SimulatedTenant

REGISTER = "/sites/planning-casework/Public register"


@pytest.fixture(scope="module")
def own_settings(tenant: SimulatedTenant) -> Iterator[Settings]:
    """Storage of this module's own: libraries have the same ids in every simulated tenant."""
    with Azurite() as running:
        environment = {**tenant.environment, "AzureWebJobsStorage": running.connection_string}
        yield replace(settings_from(environment), units_per_minute=1_000_000)


@dataclass
class Office:
    """Custos's inventory at work."""

    account: Account
    lakehouse: Lakehouse
    m365: Microsoft365
    clock: Clock

    async def discover(self) -> discovery.DiscoveryReport:
        return await discovery.discover(self.m365, self.account, self.lakehouse, self.clock)

    async def sync(self, drive_id: str, *, full: bool = False) -> SyncReport:
        report = await sync_drive(
            self.m365, self.account, self.lakehouse, self.clock, drive_id, deadline_seconds=60, full=full
        )
        assert not report.more
        return report

    async def mirror(self, *drives: str) -> None:
        """Discover everything and mirror some libraries, unless an earlier test did."""
        if [state async for state in DriveStates.of(self.account).all()]:
            return
        await self.discover()
        for drive_id in drives:
            await self.sync(drive_id)

    async def facts(self) -> Tables:
        return await read_facts(self.account, self.lakehouse)

    def drive(self, url: str) -> str:
        drives = self.lakehouse.read("drives")
        found: str = drives.filter(pl.col("web_url").str.ends_with(url.replace(" ", "%20")))["drive_id"].item()
        return found

    def items(self, drive_id: str) -> pl.DataFrame:
        return self.lakehouse.read("items", drives=[drive_id])

    async def subscribe(self, url: str) -> Reconciled:
        return await reconcile_subscriptions(self.m365, self.account, self.lakehouse, self.clock, url)


@pytest.fixture
async def office(own_settings: Settings, tenant: SimulatedTenant) -> AsyncIterator[Office]:
    account = Account(own_settings)
    m365 = connect(own_settings, account, tenant.opening)
    yield Office(account, Lakehouse(account), m365, clock_from(own_settings.clock))
    await m365.close()
    await account.close()


@pytest.fixture
async def shared(tenant: SimulatedTenant) -> str:
    """The library with the most planted links that anyone can open."""
    planted = (await tenant.state_async())["planted"]["anyone_links"]
    (found, _), *_ = Counter(str(link["driveId"]) for link in planted).most_common()
    return found


@pytest.fixture
async def mirrored(office: Office, tenant: SimulatedTenant, shared: str) -> Office:
    """The office, with everything discovered and two libraries mirrored. All of them are in `tests.end_to_end.test_main_loop`."""
    public = next(
        str(drive["id"])
        for site in (await tenant.state_async())["sites"]
        for drive in site["drives"]
        if drive["url"].replace("%20", " ").endswith(REGISTER)
    )
    await office.mirror(public, shared)
    return office


async def test_what_is_mirrored_is_known(mirrored: Office, tenant: SimulatedTenant, shared: str) -> None:
    """Each item's facts and label are known, and each link that was planted in a library is in its mirror."""
    facts = await mirrored.facts()
    complete, expected = facts.coverage
    assert (complete, expected > 50) == (2, True)
    items = facts.frames["items"].lazy().collect()
    assert items["label"].null_count() == 0
    assert items.filter(pl.col("shared_scope") != "")["permissions_read_at"].null_count() == 0
    planted = (await tenant.state_async())["planted"]["anyone_links"]
    told = facts.frames["permissions"].lazy().filter(pl.col("scope") == "anonymous").collect()
    here = {link["permissionId"] for link in planted if link["driveId"] == shared}
    assert here
    assert here <= set(told["permission_id"])


async def test_mirror_says_what_a_fresh_reading_says(mirrored: Office) -> None:
    """The mirror of a library holds exactly the items that its delta enumerates."""
    drive_id = mirrored.drive(REGISTER)
    fresh = {
        item.id: (item.name, item.parent_id)
        async for page in delta.pages(mirrored.m365.observer, drive_id)
        for item in page.items
    }
    kept = mirrored.items(drive_id).select("item_id", "name", "parent_id").rows()
    assert {item: (name, parent) for item, name, parent in kept} == fresh


async def test_excluded_places_say_why(mirrored: Office) -> None:
    """Personal sites and hold libraries are known, not governed, and say why."""
    found_sites, drives = mirrored.lakehouse.read("sites"), mirrored.lakehouse.read("drives")
    assert found_sites.filter(pl.col("kind") == "personal")["excluded"].unique().to_list() == ["personal"]
    left_alone = drives.filter(~pl.col("governed"))
    assert set(left_alone["excluded"]) == {"hold", "system"}
    assert set(left_alone.filter(excluded="system")["name"]) == {"Site Assets"}


async def test_libraries_are_governed_and_lists_and_site_pages_are_not(mirrored: Office) -> None:
    """Of what every site has, "Documents" is governed, also where nobody uses it; Site Pages and Site Assets are SharePoint's own, and a
    list that is no library has no files."""
    drives = mirrored.lakehouse.read("drives")
    assert drives.filter(name="Documents")["governed"].all()
    assert drives.filter(name="Documents").height > 13
    assert drives.filter(pl.col("name").is_in(["Site Pages", "Risk register", "Consultees", "Site visits"])).is_empty()


async def test_locked_site_is_a_state(mirrored: Office) -> None:
    """A locked site is listed as locked, and spoils nothing."""
    locked = mirrored.lakehouse.read("sites").filter(pl.col("access") == "locked")
    assert locked.height == 1


async def test_people_of_groups_are_counted(mirrored: Office) -> None:
    """Owners, members and guests of a site's group are known; a site without a group has no count."""
    rows = mirrored.lakehouse.read("sites").filter(pl.col("kind").is_in(["team", "group"]))
    assert rows["owner_count"].null_count() == 0
    members = mirrored.lakehouse.read("members")
    assert set(members["role"]) == {"owner", "member"}
    assert members.filter("is_guest").height > 0


async def test_without_an_actor_sharing_capability_is_unknown(mirrored: Office) -> None:
    """What only the actor may read is null without one, and the group of a site is still found."""
    reader = Office(
        mirrored.account,
        Lakehouse(mirrored.account, root="az://inventory/observer-only"),
        replace(mirrored.m365, sharepoint=None, actor=None),
        mirrored.clock,
    )
    await reader.discover()
    alone, both = reader.lakehouse.read("sites"), mirrored.lakehouse.read("sites")
    assert alone["sharing_capability"].null_count() == alone.height
    groups = ["site_id", "group_id"]
    kinds = pl.col("kind").is_in(["team", "group", "channel"])
    assert set(alone.filter(kinds).select(groups).rows()) == set(both.filter(kinds).select(groups).rows())


async def test_changes_of_people_reach_the_mirror(mirrored: Office, tenant: SimulatedTenant) -> None:
    """An upload, a share with anyone, a label and a deletion are in the mirror after one sync."""
    drive_id = mirrored.drive(REGISTER)
    uploaded = await tenant.act_async(verb="upload", at=REGISTER, name="plan 1.docx", by="Priya Nair")
    await tenant.act_async(verb="share", at=f"{REGISTER}/plan 1.docx", **{"with": "anyone"})
    await tenant.act_async(verb="upload", at=REGISTER, name="plan 2.docx", by="Priya Nair")
    await mirrored.sync(drive_id)
    await tenant.act_async(verb="label", at=f"{REGISTER}/plan 1.docx", label="PLN-02 Pre-application advice 7y")
    await tenant.act_async(verb="delete", at=f"{REGISTER}/plan 2.docx")
    await mirrored.sync(drive_id)
    rows = mirrored.items(drive_id)
    row = rows.filter(pl.col("item_id") == uploaded["itemId"]).row(0, named=True)
    assert (row["label"], row["shared_scope"]) == ("PLN-02 Pre-application advice 7y", "anonymous")
    assert "plan 2.docx" not in rows["name"]
    links = mirrored.lakehouse.read("permissions", drives=[drive_id]).filter(pl.col("item_id") == uploaded["itemId"])
    assert "anonymous" in links["scope"].to_list()


async def test_idle_library_costs_one_unit(mirrored: Office) -> None:
    """A sync of a library in which nothing happened costs one unit and one request."""
    drive_id = mirrored.drive(REGISTER)
    await mirrored.sync(drive_id)
    report = await mirrored.sync(drive_id)
    assert (report.units, report.requests, report.changed) == (1, 1, 0)


async def test_silent_deletion_is_found_at_night(mirrored: Office, tenant: SimulatedTenant) -> None:
    """What retention deleted without a word in delta is found by the reconciliation, and counted."""
    drive_id = mirrored.drive(REGISTER)
    await tenant.act_async(verb="upload", at=REGISTER, name="doomed.docx", by="Priya Nair")
    await mirrored.sync(drive_id)
    await tenant.act_async(verb="delete", at=f"{REGISTER}/doomed.docx", silently=True)
    await mirrored.sync(drive_id)
    assert "doomed.docx" in mirrored.items(drive_id)["name"]
    await mirrored.sync(drive_id, full=True)
    state = await DriveStates.of(mirrored.account).get(drive_id)
    assert state is not None
    assert state.drift == 1
    assert "doomed.docx" not in mirrored.items(drive_id)["name"]


async def test_plan_can_be_read_again_as_it_was_made(mirrored: Office, tenant: SimulatedTenant) -> None:
    """The facts of a moment can be read after the mirror went on."""
    drive_id = mirrored.drive(REGISTER)
    before = await mirrored.facts()
    await tenant.act_async(verb="upload", at=REGISTER, name="later.docx", by="Priya Nair")
    await mirrored.sync(drive_id)
    again = await read_facts(mirrored.account, mirrored.lakehouse, versions=before.versions)
    for facts, is_there in ((again, False), (await mirrored.facts(), True)):
        assert ("later.docx" in facts.frames["items"].lazy().select("name").collect()["name"]) is is_there


async def test_incomplete_library_is_left_out_of_the_coverage(mirrored: Office) -> None:
    """A library that could not be read is incomplete for every reader, and counts again when it was read."""
    drive_id = mirrored.drive(REGISTER)
    states = DriveStates.of(mirrored.account)
    state = await states.get(drive_id)
    assert state is not None
    await states.save(state, state=SyncState.INCOMPLETE, why=Why.MALFORMED, detail="A page was cut short.")
    unread = (await mirrored.facts()).incomplete - {drive_id}
    assert (await mirrored.facts()).incomplete == unread | {drive_id}
    await mirrored.sync(drive_id)
    assert (await mirrored.facts()).incomplete == unread


async def test_listed_site_is_not_forgotten_when_it_cannot_be_confirmed_gone(mirrored: Office) -> None:
    """A site that is no longer listed but still answers is kept; one that answers 404 is gone, and its libraries too."""
    rows = mirrored.lakehouse.read("sites")
    strange = rows.head(1).with_columns(site_id=pl.lit("wrenbridge.sharepoint.example,0,0"), access=pl.lit("readable"))
    mirrored.lakehouse.append("sites", strange)
    ghost = mirrored.lakehouse.read("drives").head(1)
    ghost = ghost.with_columns(drive_id=pl.lit("b!ghost"), site_id=pl.lit("wrenbridge.sharepoint.example,0,0"))
    mirrored.lakehouse.append("drives", ghost)
    found = await mirrored.discover()
    access = dict(mirrored.lakehouse.read("sites").select("site_id", "access").rows())
    assert access["wrenbridge.sharepoint.example,0,0"] == "gone"
    assert found.gone == 1
    listed = [site.site_id for site in (await sites.list_sites(mirrored.m365.observer)).values]
    assert "gone" not in {access[site_id] for site_id in listed}
    facts = await mirrored.facts()
    assert "b!ghost" not in facts.frames["drives"].lazy().collect()["drive_id"]
    for table in ("sites", "drives"):
        mirrored.lakehouse.delete(table, "site_id = 'wrenbridge.sharepoint.example,0,0'")


@asynccontextmanager
async def _endpoint() -> AsyncIterator[str]:
    """An address that answers Graph's handshake."""

    async def reply(request: web.Request) -> web.Response:
        return web.Response(text=request.query.get("validationToken", ""), content_type="text/plain")

    app = web.Application()
    app.router.add_post("/api/graph/notifications", reply)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}/api/graph/notifications?code=k"
    await runner.cleanup()


async def test_refused_subscriptions_are_counted(mirrored: Office, tenant: SimulatedTenant) -> None:
    """When Microsoft refuses one more subscription, what is watched is told against what should be, and why not more."""
    async with _endpoint() as url:
        refusal = {"kind": "status", "path": "/subscriptions", "method": "POST", "status": 403, "after": 5, "times": 0}
        await tenant.control_async("POST", "faults", refusal)
        made = await mirrored.subscribe(url)
        await tenant.control_async("DELETE", "faults")
        assert (made.held, len(made.troubles)) == (5, made.wanted - 5)
        assert "as many subscriptions as Microsoft lets it have" in next(iter(made.troubles.values()))
        healed = await mirrored.subscribe(url)
        assert (healed.held, healed.troubles) == (made.wanted, {})


async def test_an_odd_list_of_subscriptions_loses_none(mirrored: Office, tenant: SimulatedTenant) -> None:
    """One subscription that cannot be read is kept as it was written down; one without an end is renewed."""
    async with _endpoint() as url:
        await mirrored.subscribe(url)
        table = Subscriptions(mirrored.account)
        before = {one.subscription_id: one.drive_id for one in await table.all()}
        odd = {"kind": "odd", "path": "/subscriptions", "method": "GET"}
        first, second, *_ = before
        for field in ("resource", "id"):
            await tenant.control_async("POST", "faults", {**odd, "entry": first, "field": field, "value": "7"})
            told = await mirrored.subscribe(url)
            assert (told.odd, told.created, told.removed, told.renewed) == (1, 0, 0, 0)
        far = {**odd, "entry": second, "field": "expirationDateTime", "value": "9999-12-31T23:59:59.9999999Z"}
        await tenant.control_async("POST", "faults", far)
        told = await mirrored.subscribe(url)
        assert (told.odd, told.created, told.removed, told.renewed) == (0, 0, 0, 1)
        assert {one.subscription_id: one.drive_id for one in await table.all()} == before


async def test_subscriptions_follow_what_is_wanted(mirrored: Office, tenant: SimulatedTenant) -> None:
    """Missing ones are created with secrets of their own, a second look changes nothing, old ones are renewed, lost ones
    come back, unwanted ones go.
    """
    table = Subscriptions(mirrored.account)
    async with _endpoint() as url:
        made = await mirrored.subscribe(url)
        assert made.created == made.wanted == made.held > 50
        known = await table.all()
        assert len({one.client_state for one in known}) == made.wanted
        assert max(len(one.client_state) for one in known) <= 128
        again = await mirrored.subscribe(url)
        assert (again.created, again.renewed, again.removed, again.adopted) == (0, 0, 0, 0)
        await subscriptions.delete(mirrored.m365.observer, known[0].subscription_id)
        await table.forget(known[1].subscription_id)
        healed = await mirrored.subscribe(url)
        assert (healed.created, healed.adopted) == (1, 1)
        assert await Subscriptions(mirrored.account).known(known[0].subscription_id) is None
        adopted = await Subscriptions(mirrored.account).known(known[1].subscription_id)
        assert adopted is not None
        assert adopted.client_state == known[1].client_state
        await asyncio.to_thread(mirrored.lakehouse.delete, "drives", f"drive_id = '{mirrored.drive(REGISTER)}'")
        advanced = await asyncio.to_thread(tenant.advance, "P18D")
        while mirrored.clock.now() < advanced:  # noqa: ASYNC110  # it asks the tenant twice a second
            await asyncio.sleep(0.05)
        later = await mirrored.subscribe(url)
        assert (later.removed, later.renewed) == (1, made.wanted - 1)
    await mirrored.discover()


async def test_channels_of_teams_are_mirrored(mirrored: Office) -> None:
    """Each channel is told with its team's group and who is in it; groups without a Team have none."""
    channels = mirrored.lakehouse.read("channels")
    told = dict(channels.select("name", "membership").unique().iter_rows())
    assert told == {"General": "standard", "Commercial": "private"}
    teams = mirrored.lakehouse.read("sites").filter("is_team")["group_id"]
    assert set(channels["group_id"]) == set(teams)
    assert channels["created"].null_count() == 0
