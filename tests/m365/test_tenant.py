"""The adapters together, through the real SDKs, against a simulated tenant."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from custos.m365 import (
    Microsoft365,
    activity_feed,
    app_installs,
    connect,
    delta,
    directory,
    errors,
    labels,
    mail,
    sharing,
    site_admin,
    sites,
    subscriptions,
)
from custos.m365.automatic_replies import AutomaticReplies, _replies, automatic_replies
from custos.m365.sharepoint import sharepoint_from
from custos.settings import Settings
from custos.storage.account import Account
from tests.m365.scripted_server import Wire
from tests.simulated_tenant import SimulatedTenant


@pytest.fixture
async def m365(settings: Settings, tenant: SimulatedTenant) -> AsyncIterator[Microsoft365]:
    """The tenant as Custos sees it, with more units than these tests can spend."""
    account = Account(settings)
    seen = connect(replace(settings, units_per_minute=1_000_000), account, tenant.opening)
    yield seen
    await seen.close()
    await account.close()


async def libraries(m365: Microsoft365) -> tuple[dict[str, sites.Site], list[sites.Drive]]:
    """The readable sites by id, and their libraries."""
    found, drives = {}, []
    for site in (await sites.list_sites(m365.observer)).values:
        try:
            drives += (await sites.drives_of(m365.observer, site.site_id)).values
        except errors.Locked:
            continue
        found[site.site_id] = site
    return found, drives


async def items_of(m365: Microsoft365, drive_id: str) -> list[delta.DriveItem]:
    return [item async for page in delta.pages(m365.observer, drive_id) for item in page.items]


async def shared_items(
    m365: Microsoft365, scope: str, count: int = 1
) -> list[tuple[sites.Site, sites.Drive, delta.DriveItem]]:
    """The first `count` files with sharing of their own of that scope."""
    found, drives = await libraries(m365)
    shared: list[tuple[sites.Site, sites.Drive, delta.DriveItem]] = []
    for drive in drives:
        items = await items_of(m365, drive.drive_id)
        shared += [
            (found[drive.site_id], drive, one) for one in items if one.shared_scope == scope and not one.is_folder
        ]
        if len(shared) >= count:
            break
    return shared[:count]


async def test_every_site_and_library_is_found_and_the_locked_one_is_told(m365: Microsoft365) -> None:
    """Locked is a fact about one site; the others are listed with their libraries."""
    access = {}
    for site in (await sites.list_sites(m365.observer)).values:
        assert site.collection_id
        access[site.site_id] = await sites.site_access(m365.observer, site.site_id)
    _, drives = await libraries(m365)
    assert sorted(set(access.values())) == ["locked", "readable"]
    assert len(drives) > 10
    assert all(drive.list_id and drive.web_url for drive in drives)


async def test_a_mirror_has_every_item_and_its_label(m365: Microsoft365) -> None:
    """Items by delta and labels by list item join on the list item's number."""
    _, drives = await libraries(m365)
    drive = next(drive for drive in drives if "Preservation" not in drive.name)
    items = {item.list_item_id: item for item in await items_of(m365, drive.drive_id) if item.root is None}
    rows = [row async for page in labels.label_pages(m365.observer, drive.site_id, drive.list_id) for row in page.rows]
    assert {row.list_item_id for row in rows} == set(items)
    assert all(row.name == (items[row.list_item_id].name) for row in rows)


async def test_changes_come_from_the_delta_link(m365: Microsoft365, tenant: SimulatedTenant) -> None:
    """What a person edits after the first round is all that the next round tells, besides its folders."""
    _, drives = await libraries(m365)
    for drive in drives:
        pages = [page async for page in delta.pages(m365.observer, drive.drive_id)]
        files = [item for page in pages for item in page.items if item.file is not None]
        if files and drive.web_url.count("/") == 5:
            break
    told = await tenant.act_async(verb="upload", at=drive.web_url, name="new paper.docx", size=10)
    again = [page async for page in delta.pages(m365.observer, drive.drive_id, link=pages[-1].delta_link)]
    changed = [item.name for page in again for item in page.items if not item.is_folder]
    assert changed == ["new paper.docx"], told


async def test_a_mirror_survives_trouble(m365: Microsoft365, tenant: SimulatedTenant) -> None:
    """Throttled, failed, dropped and half answers change nothing of what is read; a part left out of a batch is
    read.
    """
    _, drives = await libraries(m365)
    sizes = {drive.drive_id: len(await items_of(m365, drive.drive_id)) for drive in drives}
    drive_id = max(sizes, key=lambda one: sizes[one])
    calm = await items_of(m365, drive_id)
    places = [(drive_id, item.id) for item in calm[:12]]
    permissions = await sharing.read_permissions(m365.observer, places)
    trouble = [
        {"kind": "status", "path": "/delta", "status": 429, "retry_after": 0.3},
        {"kind": "status", "path": "/delta", "status": 500},
        {"kind": "dropped", "path": "/delta"},
        {"kind": "midway", "path": "/delta"},
        {"kind": "batch_missing", "path": "$batch"},
        {"kind": "status", "path": "/permissions", "status": 429, "retry_after": 0.3, "times": 3},
    ]
    await tenant.control_async("POST", "faults", trouble)
    assert [item.id for item in await items_of(m365, drive_id)] == [item.id for item in calm]
    assert await sharing.read_permissions(m365.observer, places) == permissions
    faults = await tenant.control_async("GET", "faults")
    assert faults["waiting"] == []
    assert m365.throttle.spent().throttles >= 2


@pytest.mark.parametrize("kind", ["truncated", "html"])
async def test_an_answer_that_lies_about_being_whole_is_malformed(
    m365: Microsoft365, tenant: SimulatedTenant, kind: str
) -> None:
    """Half a page that claims to be whole is Malformed; a page in HTML is asked for again."""
    _, drives = await libraries(m365)
    await tenant.control_async("POST", "faults", {"kind": kind, "path": "/delta"})
    if kind == "truncated":
        with pytest.raises(errors.Malformed):
            await items_of(m365, drives[0].drive_id)
    else:
        assert await items_of(m365, drives[0].drive_id)


async def test_a_lapsed_delta_link_is_gone_and_says_where_to_go(m365: Microsoft365, tenant: SimulatedTenant) -> None:
    """410 comes with a location that can be followed."""
    _, drives = await libraries(m365)
    drive_id = drives[0].drive_id
    link = await delta.latest(m365.observer, drive_id)
    await tenant.control_async("POST", "faults", {"kind": "expired", "path": drive_id})
    with pytest.raises(errors.Gone) as raised:
        [page async for page in delta.pages(m365.observer, drive_id, link=link)]
    restart = raised.value.location
    assert [page async for page in delta.pages(m365.observer, drive_id, link=restart or None, full=True)]


async def test_a_label_is_set_read_back_and_taken_off(m365: Microsoft365) -> None:
    """The actor labels one file; the observer reads it; then it is as before."""
    assert m365.actor is not None
    assert m365.sharepoint is not None
    [(site, drive, item), *_] = await shared_items(m365, "anonymous")
    assert (await labels.read_label(m365.observer, drive.drive_id, item.id)).is_record is not True
    published = await labels.published_labels(m365.sharepoint, site.web_url)
    name = next(label.name for label in published if not label.is_record)
    await labels.set_label(m365.actor, drive.drive_id, item.id, name)
    back = await labels.read_label(m365.observer, drive.drive_id, item.id)
    assert (back.name, back.is_explicit) == (name, True)
    await labels.clear_label(m365.actor, drive.drive_id, item.id)
    assert (await labels.read_label(m365.observer, drive.drive_id, item.id)).name == ""


async def test_the_observer_cannot_write(m365: Microsoft365) -> None:
    """The role is missing: Forbidden, from Microsoft."""
    _, drives = await libraries(m365)
    [item, *_] = [item for item in await items_of(m365, drives[0].drive_id) if item.file is not None]
    with pytest.raises(errors.Forbidden):
        await labels.set_label(m365.observer, drives[0].drive_id, item.id, "anything")


async def test_an_unknown_label_is_refused(m365: Microsoft365) -> None:
    """A name that does not exist is refused by Microsoft."""
    assert m365.actor is not None
    _, drives = await libraries(m365)
    [item, *_] = [item for item in await items_of(m365, drives[0].drive_id) if item.file is not None]
    with pytest.raises(errors.Refused):
        await labels.set_label(m365.actor, drives[0].drive_id, item.id, "No such label")


async def test_labels_are_set_in_bulk(m365: Microsoft365) -> None:
    """One call through SharePoint labels many files, which are read back in a batch."""
    assert m365.sharepoint is not None
    found, drives = await libraries(m365)
    for drive in drives:
        items = [
            item for item in await items_of(m365, drive.drive_id) if item.file is not None and not item.shared_scope
        ]
        rows = [
            row async for page in labels.label_pages(m365.observer, drive.site_id, drive.list_id) for row in page.rows
        ]
        unlabelled = {row.list_item_id for row in rows if not row.label}
        chosen = [item for item in items if item.list_item_id in unlabelled][:5]
        if len(chosen) == 5:
            break
    site = found[drive.site_id]
    [name, *_] = [one.name for one in await labels.published_labels(m365.sharepoint, site.web_url) if not one.is_record]
    numbers = [item.list_item_id for item in chosen if item.list_item_id is not None]
    await labels.set_labels_in_bulk(m365.sharepoint, site.web_url, drive.web_url, name, numbers)
    back = await labels.read_labels(m365.observer, [(drive.drive_id, item.id) for item in chosen])
    assert {one.name for one in back.values() if isinstance(one, labels.ItemLabel)} == {name}


async def test_an_anyone_link_is_given_an_expiry_and_removed(m365: Microsoft365) -> None:
    """The least step first: an expiry, and back; then the link goes, and going twice is no error."""
    assert m365.actor is not None
    [(_, drive, item), *_] = await shared_items(m365, "anonymous")
    place = (drive.drive_id, item.id)
    [link] = [one for one in await sharing.read_item_permissions(m365.observer, *place) if one.scope == "anonymous"]
    when = datetime.now(UTC).replace(microsecond=0) + timedelta(days=40)
    assert (await sharing.set_link_expiry(m365.actor, *place, link.permission_id, when)).expires == when
    assert not (await sharing.set_link_expiry(m365.actor, *place, link.permission_id, None)).has_expiry
    assert await sharing.remove_permission(m365.actor, *place, link.permission_id)
    assert not await sharing.remove_permission(m365.actor, *place, link.permission_id)
    left = await sharing.read_item_permissions(m365.observer, *place)
    assert link.permission_id not in {one.permission_id for one in left}


async def test_permissions_of_many_items_are_read(m365: Microsoft365) -> None:
    """A batch tells direct grants, links and inherited grants, and knows a guest by the login name."""
    shared = await shared_items(m365, "users", 20)
    found = await sharing.read_permissions(m365.observer, [(drive.drive_id, item.id) for _, drive, item in shared])
    lists = [one for one in found.values() if isinstance(one, list)]
    assert len(lists) == len(shared)
    assert any(grantee.external for one in lists for permission in one for grantee in permission.grantees)
    assert any(permission.inherited for one in lists for permission in one)


async def test_a_sites_sharing_is_read_and_tightened(m365: Microsoft365) -> None:
    """The administration's capability goes down and is read back; a foreign address is refused unsent."""
    assert m365.sharepoint is not None
    found, _ = await libraries(m365)
    site = next(one for one in found.values() if not one.is_personal and "/sites/" in one.web_url)
    before = await site_admin.read_sharing(m365.sharepoint, site.web_url)
    assert before.collection_id == site.collection_id
    await site_admin.set_sharing_capability(m365.sharepoint, site.web_url, site_admin.DISABLED)
    for _ in range(50):
        after = await site_admin.read_sharing(m365.sharepoint, site.web_url)
        if after.capability == site_admin.DISABLED:
            break
        await asyncio.sleep(0.1)
    assert after.capability == site_admin.DISABLED
    with pytest.raises(errors.Refused):
        await site_admin.read_sharing(m365.sharepoint, "https://evil.example/sites/x")


async def test_the_observer_cannot_read_administration(m365: Microsoft365, settings: Settings) -> None:
    """SharePoint REST says 401 where a role is missing: Forbidden."""
    found, _ = await libraries(m365)
    observing = sharepoint_from(settings, m365.identities.observer, m365.throttle)
    with pytest.raises(errors.Forbidden):
        await site_admin.read_sharing(observing, next(iter(found.values())).web_url)


async def test_people_and_groups_are_found(m365: Microsoft365) -> None:
    """Groups, their owners and members, guests, teams and their channels; nobody is None."""
    graph = m365.observer
    groups = (await directory.groups(graph)).values
    teams = [group for group in groups if group.is_team]
    assert 0 < len(teams) < len(groups)
    people = [person for group in groups for person in (await directory.members(graph, group.group_id)).values]
    owners = [person for group in groups for person in (await directory.owners(graph, group.group_id)).values]
    assert any(person.is_guest for person in people)
    assert owners
    asked = [people[0].upn, people[0].user_id, "nobody@wrenbridge.example"]
    by_upn = await directory.users_by_upn(graph, asked)
    assert by_upn[asked[0]] == by_upn[asked[1]] == people[0]
    assert by_upn[asked[2]] is None
    assert all(guest.is_guest for guest in (await directory.guests(graph)).values)
    channels = (await sites.channels_of(graph, teams[0].group_id)).values
    assert "General" in {channel.name for channel in channels}
    assert (await sites.group_site(graph, teams[0].group_id)).web_url


async def test_people_are_reached(m365: Microsoft365, settings: Settings, tenant: SimulatedTenant) -> None:
    """The app is installed, a card is sent and updated, the feed is nudged, a mail goes."""
    assert m365.bot is not None
    groups = (await directory.groups(m365.observer)).values
    owners = [one for group in groups for one in (await directory.owners(m365.observer, group.group_id)).values]
    person = next(one for one in owners if one.enabled and not one.is_guest)
    app = settings.teams_app_id
    await app_installs.install(m365.observer, person.user_id, app)
    await app_installs.install(m365.observer, person.user_id, app)
    conversation = await m365.bot.open_conversation(person.user_id)
    card = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": "one"}]}
    sent = await m365.bot.send_card(conversation, card, summary="Two things to decide")
    await m365.bot.update_card(conversation, sent, card | {"body": []}, summary="Decided")
    await activity_feed.notify(
        m365.observer, user_id=person.user_id, topic="Custos", link="https://teams.microsoft.com/l/x", text="Two things"
    )
    to = [person.mail or person.upn]
    await mail.send(m365.observer, mailbox=settings.mailbox, to=to, subject="Two things", html="<p>Two</p>")


async def test_a_person_without_the_app_cannot_be_nudged(m365: Microsoft365) -> None:
    """Without the installation the feed is Forbidden, so that the next way is taken."""
    guests = (await directory.guests(m365.observer)).values
    with pytest.raises((errors.Forbidden, errors.NotFound)):
        await activity_feed.notify(
            m365.observer, user_id=guests[0].user_id, topic="x", link="https://teams.microsoft.com/l/x", text="x"
        )


async def test_what_is_spent_agrees_with_the_tenant(m365: Microsoft365, tenant: SimulatedTenant) -> None:
    """We count what the tenant charges, or a unit more for a later page of a full round, whose price Microsoft leaves
    open."""
    before = (await tenant.state_async())["spent"]
    _, drives = await libraries(m365)
    for drive in drives[:5]:
        items = await items_of(m365, drive.drive_id)
        await sharing.read_permissions(m365.observer, [(drive.drive_id, item.id) for item in items[:3]])
    after = (await tenant.state_async())["spent"]
    charged = [sum(app["units"] for app in spent["apps"].values()) for spent in (before, after)]
    assert 0 <= m365.throttle.spent().units - (charged[1] - charged[0]) <= 10


async def test_a_drive_is_watched(m365: Microsoft365) -> None:
    """Create (our address is called and answers), list, renew, reauthorise, delete twice."""

    async def handshake(request: web.Request) -> web.Response:
        return web.Response(text=request.query["validationToken"])

    _, drives = await libraries(m365)
    graph, drive_id = m365.observer, drives[0].drive_id
    soon, later = (datetime.now(UTC).replace(microsecond=0) + timedelta(days=days) for days in (10, 20))
    async with Wire() as ours:
        ours.script("POST", "/api/graph", handshake)
        made = await subscriptions.create(
            graph,
            drive_id=drive_id,
            notification_url=f"{ours.url}/api/graph",
            lifecycle_url=f"{ours.url}/api/graph",
            client_state="secret",
            expires=soon,
        )
        assert (made.drive_id, made.expires) == (drive_id, soon)
        with pytest.raises(errors.Conflict):
            await subscriptions.create(
                graph,
                drive_id=drive_id,
                notification_url=f"{ours.url}/api/graph",
                lifecycle_url=f"{ours.url}/api/graph",
                client_state="other",
                expires=soon,
            )
        assert (await subscriptions.renew(graph, made.subscription_id, later)).expires == later
        await subscriptions.reauthorise(graph, made.subscription_id)
        assert [one.subscription_id for one in (await subscriptions.list_all(graph)).values] == [made.subscription_id]
        await subscriptions.delete(graph, made.subscription_id)
        await subscriptions.delete(graph, made.subscription_id)
        with pytest.raises(errors.NotFound):
            await subscriptions.renew(graph, made.subscription_id, later)


async def test_a_subscription_that_nobody_answers_is_refused(m365: Microsoft365) -> None:
    """Microsoft calls the address first; without an answer there is no subscription."""
    _, drives = await libraries(m365)
    with pytest.raises(errors.Refused):
        await subscriptions.create(
            m365.observer,
            drive_id=drives[0].drive_id,
            notification_url="http://127.0.0.1:9/api/graph",
            lifecycle_url="http://127.0.0.1:9/api/graph",
            client_state="secret",
            expires=datetime.now(UTC) + timedelta(days=2),
        )
    assert (await subscriptions.list_all(m365.observer)).values == []


async def test_who_is_away_is_read_from_mailboxes(m365: Microsoft365, tenant: SimulatedTenant) -> None:
    """Replies that are planned have both ends, those without a plan none; off, nobody is away; a guest's mailbox is unknown."""
    graph, now = m365.observer, tenant.now()
    people = tenant.state()["people"]
    planned, endless, there = (person["upn"] for person in people[:3])
    ids = await directory.users_by_upn(graph, [planned, endless, there])
    found = {upn: user.user_id for upn, user in ids.items() if isinstance(user, directory.User)}
    await tenant.act_async(verb="away", person=planned, until=(now + timedelta(days=5)).strftime("%Y-%m-%dT%H:%M:%SZ"))
    await tenant.act_async(verb="away", person=endless)
    guest = (await directory.guests(graph)).values[0].user_id
    try:
        told = await automatic_replies(graph, [*found.values(), guest])
    finally:
        for person in (planned, endless):
            await tenant.act_async(verb="back", person=person)
    scheduled = told[found[planned]]
    assert scheduled is not None
    assert scheduled.ends is not None
    assert scheduled.at(now + timedelta(days=4))
    assert not scheduled.at(now + timedelta(days=6))
    assert told[found[endless]] == AutomaticReplies(on=True)
    assert told[found[there]] == AutomaticReplies(on=False)
    assert told[guest] is None


@pytest.mark.parametrize(
    "told",
    [
        {"status": "onTuesdays"},
        {"status": "scheduled"},
        {
            "status": "scheduled",
            "scheduledStartDateTime": None,
            "scheduledEndDateTime": {"dateTime": "soon", "timeZone": "UTC"},
        },
        {
            "status": "Scheduled",
            "scheduledStartDateTime": {"dateTime": "2026-11-23T08:00:00.0000000", "timeZone": "GMT Standard Time"},
            "scheduledEndDateTime": {"dateTime": "2026-11-30T08:00:00.0000000", "timeZone": "GMT Standard Time"},
        },
        {},
    ],
)
def test_what_cannot_be_understood_of_a_mailbox_is_unknown(told: dict[str, object]) -> None:
    """An answer without a status that is known, without both moments, or in a zone of Windows' names says nothing about anybody."""
    assert _replies(json.dumps(told).encode()) is None
