"""Answers that are whole but for one entry: it costs itself, is counted, and is told; nothing else is undecided."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from custos.audit.events import What
from custos.bootstrap import Custos
from custos.inventory.drive_state import SyncState
from custos.jobs import discovery, evaluation, named_accounts, policies, shortfalls, sync
from custos.jobs.shortfalls import Of
from simulator.tenant import files
from tests.trouble.tiny_council import LIBRARY, World

FAR = "9999-12-31T23:59:59.9999999Z"
pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def healed(world: World) -> Any:
    """Whatever a test leaves unknown is read anew afterwards."""
    yield
    world.calm()
    whole(world)
    assert world.state().odd == 0


def whole(world: World) -> None:
    """The library is compared from beginning to end."""
    drive = world.drive(LIBRARY).id
    world.ask(lambda app: sync.sync(app, drive, full=True))


def row(world: World, item_id: str) -> dict[str, Any]:
    """The mirror of an item."""
    return world.mirror().row(by_predicate=pl.col("item_id") == item_id, named=True)


def undecided(world: World) -> int:
    """Of how many files a rule of the schedule's labels cannot decide."""
    found: int = world.ask(_undecided)
    return found


async def _undecided(app: Custos) -> int:
    unknown = (await evaluation.look(app)).evaluation.unknown
    return max((number for rule, number in unknown.items() if rule.startswith("labels-from-schedule/")), default=0)


@pytest.mark.usefixtures("healed")
def test_a_delta_entry_without_a_place_is_unknown(world: World) -> None:
    """Files whose entries have no name, or a folder that is none, are never acted on and are counted; a file uploaded beside them is
    labelled as ever.
    """
    nameless, homeless, good = world.upload(), world.upload(), world.upload()
    before = undecided(world)
    odd = {"kind": "odd", "path": "/root/delta", "times": 0}
    world.trouble(
        {**odd, "entry": nameless.name, "field": "name", "value": ""},
        {**odd, "entry": homeless.name, "field": "parentReference", "value": "7"},
    )
    world.sync()
    assert (world.state().state, world.state().odd) == (SyncState.COMPLETE, 2)
    assert row(world, nameless.id)["unreadable"] == "name"
    assert row(world, homeless.id)["unreadable"] == "parent_id"
    assert (world.done(good)[What.ACTION_DONE], world.done(nameless), world.done(homeless)) == (1, {}, {})
    assert undecided(world) == before + 2
    status = " ".join(world.custos("status").out.split())
    assert "2 entries could not be read and stay unknown: Annual reviews 2" in status
    assert "Annual reviews: 2 entries could not be read" in world.custos("doctor").out
    world.calm()
    whole(world)
    world.sync()
    assert [world.done(item)[What.ACTION_DONE] for item in (nameless, homeless)] == [1, 1]
    assert undecided(world) == before


@pytest.mark.usefixtures("healed")
def test_a_date_that_is_none_costs_that_date(world: World) -> None:
    """Odd dates leave the library complete and the files' other facts known."""
    changed, made = world.upload(), world.upload()
    odd = {"kind": "odd", "path": "/root/delta"}
    world.trouble(
        {**odd, "entry": changed.name, "field": "lastModifiedDateTime", "value": FAR},
        {**odd, "entry": made.name, "field": "createdDateTime", "value": "0001-01-01T00:00:00Z"},
    )
    world.sync()
    assert (world.state().state, world.state().odd) == (SyncState.COMPLETE, 2)
    assert (row(world, changed.id)["modified"], row(world, changed.id)["name"]) == (None, changed.name)
    assert (row(world, made.id)["created"], row(world, made.id)["name"]) == (None, made.name)


@pytest.mark.usefixtures("healed")
def test_an_entry_without_an_id_is_counted(world: World) -> None:
    """Nobody knows which file it was about: that is told, and the nightly comparison finds the file."""
    item = world.upload()
    world.trouble({"kind": "odd", "path": "/root/delta", "entry": item.name, "field": "id"})
    world.sync()
    assert (world.state().state, world.state().odd) == (SyncState.COMPLETE, 1)
    assert item.id not in world.mirror()["item_id"]
    assert "1 entry could not be read" in world.custos("status").out
    whole(world)
    assert (world.state().odd, world.is_true()) == (0, True)


def test_a_list_item_without_fields_is_read_by_itself(world: World) -> None:
    """The label of one file is missing in the list: it is asked for, and every other label is the list's."""
    item = world.upload()
    world.sync()
    world.trouble({"kind": "odd", "path": "/items?", "entry": item.name, "field": "fields", "times": 0})
    whole(world)
    assert world.happened()["odd"] > 0
    assert world.state().labels_complete
    assert world.is_true()


def test_a_permission_that_cannot_be_read_is_not_acted_on(world: World) -> None:
    """A link of which Microsoft garbles the scope is unknown and is left alone until it can be read; others are ended."""
    odd, good = world.upload(), world.upload()
    link = world.share(odd)
    world.share(good)
    world.trouble({"kind": "odd", "path": "/permissions", "entry": link, "field": "link", "value": "7", "times": 0})
    world.sync()
    assert world.state().state is SyncState.COMPLETE
    kept = world.ask(lambda app: _permissions(app, world.drive(LIBRARY).id)).filter(pl.col("permission_id") == link)
    assert kept.select("kind", "scope", "external").rows() == [(None, None, None)]
    labelled, ended = world.done(odd)[What.ACTION_DONE], world.done(good)[What.ACTION_DONE] - 1
    assert (labelled, ended) == (1, 1)
    world.calm()
    world.server.do(lambda: files.edit(world.server.tenant, odd, by=odd.modified_by, size=2_000))
    world.sync()
    assert world.done(odd)[What.ACTION_DONE] == 2


async def _permissions(app: Custos, drive_id: str) -> pl.DataFrame:
    return app.lakehouse.read("permissions", drives=[drive_id])


def test_what_discovery_cannot_read_stays_as_it_was(world: World) -> None:
    """Sites without an address or an id, odd libraries, groups and people cost themselves: all others are discovered."""
    before = world.ask(_places)
    drive = world.drive(LIBRARY)
    others = [one for one in drive.site.drives if one is not drive and not one.system]
    libraries = f"/sites/{drive.site.id}/drives"
    world.trouble(
        {"kind": "odd", "path": "getAllSites", "entry": "/sites/hr-casework", "field": "webUrl"},
        {"kind": "odd", "path": "getAllSites", "entry": "/sites/regulatory", "field": "id"},
        {"kind": "odd", "path": "getAllSites", "entry": "/sites/canalside", "field": "createdDateTime", "value": FAR},
        {"kind": "odd", "path": libraries, "entry": drive.id, "field": "webUrl"},
        {"kind": "odd", "path": libraries, "entry": others[0].id, "field": "id"},
        {"kind": "odd", "path": "/groups?", "field": "id", "value": "7"},
        {"kind": "odd", "path": "/groups?", "entry": "Canalside", "field": "displayName", "value": "7"},
        {"kind": "odd", "path": "/members/", "field": "id"},
        {"kind": "odd", "path": "/owners/", "field": "userType", "value": "7"},
    )
    report = world.ask(discovery.discover)
    assert world.happened()["odd"] >= 9
    assert world.ask(_places) == before
    assert len(report.troubles) >= 5, "\n".join(report.troubles)
    told = world.custos("doctor").out
    for sentence in (
        "its entry in the list of sites cannot be read",
        "1 without an id in the list of sites",
        "1 without an id in the list of groups",
        "1 without an id among the members of groups",
        "2 in the list of its libraries cannot be read",
    ):
        assert sentence in told
    said = f"{len(report.troubles)} things could not be read; what was known of them is kept"
    assert said in world.custos("status").out
    assert world.ask(discovery.discover).troubles == ()
    assert not world.ask(lambda app: shortfalls.last(app.account, Of.DISCOVERY))
    assert "could not be read" not in world.custos("status").out


async def _places(app: Custos) -> tuple[set[Any], set[Any]]:
    """Sites and libraries as they are known."""
    sites, drives = app.lakehouse.read("sites"), app.lakehouse.read("drives")
    return (
        set(sites.select("site_id", "web_url", "title", "access", "kind", "excluded").rows()),
        set(drives.select("drive_id", "name", "web_url", "governed", "excluded").rows()),
    )


def test_an_account_that_cannot_be_read_costs_that_account(world: World) -> None:
    """Of everybody whom the registers name one account comes garbled: policies are evaluated, and the others are asked."""
    owner = "head.send@wrenbridge.example"
    odd = {"kind": "odd", "path": f"/users/{owner}", "times": 0}
    world.trouble({**odd, "field": "accountEnabled", "value": "maybe"})

    async def asked(app: Custos) -> tuple[bool, int]:
        app.accounts.clear()
        found = await named_accounts.accounts(app, (await policies.in_force(app)).bundle.records)
        await evaluation.evaluate(app)
        return found.is_unread(owner), len(found.people)

    unread, known = world.ask(asked)
    world.calm()
    assert (unread, known > 10) == (True, True)
    assert world.happened()["odd"] > 0
