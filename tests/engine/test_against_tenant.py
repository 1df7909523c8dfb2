"""The hand on a real Graph and SharePoint: the simulated tenant, over HTTP, with the actor's own tokens."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from custos.clock import FixedClock
from custos.engine.gate import Purpose
from custos.engine.register_locations import PlacedRegisters
from custos.engine.run_store import RunResult
from custos.engine.undo import UndoScope
from custos.m365 import Microsoft365, connect
from custos.m365.delta import pages
from custos.m365.directory import groups, members
from custos.m365.errors import Locked
from custos.m365.labels import read_labels, set_label
from custos.m365.sharing import read_item_permissions
from custos.m365.site_admin import read_sharing
from custos.m365.sites import list_sites
from custos.model.action import Outcome
from custos.model.action_kind import ActionKind
from custos.model.duration import Duration
from custos.model.finding import Finding
from custos.model.policy import Bundle, Limits
from custos.model.refusal import Code
from custos.model.subject import Kind, Subject
from custos.records.address import Address, read_address
from custos.settings import Settings
from custos.storage.account import Account
from custos.tenant_adapter import LiveTenant
from tests.engine.planned import (
    ADMIN,
    LABEL,
    NOW,
    SITE,
    MirroredRegisters,
    bundle,
    finding,
    placed,
    plan_of,
    policy,
    sizes,
    step,
)
from tests.engine.wired_engine import AzureStore, Office, office
from tests.simulated_tenant import SimulatedTenant

LIMITS = Limits(percent_of_scope=100.0, actions_per_site_per_day=500)


@pytest.fixture
async def m365(settings: Settings, tenant: SimulatedTenant) -> AsyncIterator[Microsoft365]:
    account = Account(settings)
    wired = connect(settings, account, tenant.opening)
    yield wired
    await wired.close()
    await account.close()


@pytest.fixture
async def at(m365: Microsoft365, settings: Settings, account: Account) -> Office:
    """An office whose hand reaches the simulated tenant."""
    clock = FixedClock(NOW)
    live: Any = LiveTenant(m365, settings.actor_client_id)
    return office(AzureStore(account, clock), live, clock=clock, registers=Anywhere())


class Anywhere(MirroredRegisters):
    """Takes every library and site of the tenant for one of the council's own, as a mirror of it would."""

    async def placed(self, bundle: Bundle) -> PlacedRegisters:
        return replace(placed(bundle), homes=Everywhere())


class Everywhere(Mapping[str, Address]):
    """Any id is the council's site."""

    def __getitem__(self, _id: str) -> Address:
        return read_address(SITE)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


async def files_of(m365: Microsoft365, drive: str, count: int) -> list[Subject]:
    """Some unlabelled files of a library."""
    found: list[Subject] = []
    async for page in pages(m365.observer, drive, link=None):
        files = [item for item in page.items if not item.is_folder and item.deleted is None]
        labels = await read_labels(m365.observer, [(drive, item.id) for item in files[:40]])
        for item in files[:40]:
            label = labels[drive, item.id]
            if not isinstance(label, Exception) and not label.name:
                found.append(Subject(kind=Kind.FILE, site_id="site", drive_id=drive, item_id=item.id))
        if len(found) >= count:
            break
    return found[:count]


async def done(at: Office, wanted: Bundle, *found: Finding) -> str:
    """Plan, approve, dispatch and work. The run's id."""
    plan = await at.plans.save(plan_of(wanted, *found, places=await Anywhere().placed(wanted)), by=ADMIN)
    await at.enforce(wanted, plan)
    run = (await at.dispatcher.dispatch(plan, wanted, by=ADMIN, sizes=sizes(*wanted.policies))).run
    assert run is not None
    await at.drain(wanted)
    return run.id


async def undone(at: Office, wanted: Bundle, run: str) -> Mapping[Outcome, int]:
    at.clock.advance(timedelta(minutes=5))
    undo = await at.undoing.plan(UndoScope.RUN, run, bundle())
    plan = await at.plans.save(undo.plan, by=ADMIN)
    started = await at.dispatcher.dispatch(plan, wanted, by=ADMIN, sizes=sizes(), purpose=Purpose.UNDO, target=run)
    assert started.run is not None
    await at.drain(wanted)
    return (await at.runs.progress(started.run.id)).counts


async def test_labels_go_on_in_bulk_and_come_off_again(at: Office, m365: Microsoft365, tenant: SimulatedTenant) -> None:
    """Files of one library get their label through SharePoint's bulk call, read back; undo clears them all."""
    drive = tenant.state()["planted"]["stale_library"]["driveId"]
    subjects = await files_of(m365, drive, 30)
    wanted = bundle(policy(limits=LIMITS))
    run = await done(at, wanted, *(finding(subject) for subject in subjects))
    progress = await at.runs.progress(run)
    assert (progress.verdict, dict(progress.counts)) == (RunResult.OK, {Outcome.DONE: len(subjects)})
    labels = await read_labels(m365.observer, [(drive, subject.item_id) for subject in subjects])
    assert {getattr(label, "name", label) for label in labels.values()} == {LABEL}
    assert dict(await undone(at, wanted, run)) == {Outcome.DONE: len(subjects)}
    labels = await read_labels(m365.observer, [(drive, subject.item_id) for subject in subjects])
    assert {getattr(label, "name", label) for label in labels.values()} == {""}
    assert (await at.chain.verify()).holds


async def test_a_label_that_the_tenant_lacks_is_told_from_a_bad_file(
    at: Office, m365: Microsoft365, tenant: SimulatedTenant
) -> None:
    """The refusal is the label's, because its site publishes none of that name, and it is remembered of the label."""
    drive = tenant.state()["planted"]["stale_library"]["driveId"]
    lacked = "HR-02 Recruitment 6m"
    wanted = bundle(policy(step(ActionKind.APPLY_LABEL, label=lacked), limits=LIMITS))
    found = [finding(subject, scheduled_label=lacked) for subject in await files_of(m365, drive, 3)]
    run = await done(at, wanted, *found)
    assert {(one.outcome, one.code) async for one in at.runs.results(run)} == {(Outcome.FAILED, Code.LABEL_REFUSED)}
    assert list((await at.refusals.standing()).by_label) == [lacked]


async def test_a_label_that_somebody_chose_is_left(at: Office, m365: Microsoft365, tenant: SimulatedTenant) -> None:
    """A file that was labelled between plan and write keeps the label it was given."""
    drive = tenant.state()["planted"]["stale_library"]["driveId"]
    subject = (await files_of(m365, drive, 1))[0]
    assert m365.actor is not None
    await set_label(m365.actor, drive, subject.item_id, "GEN-01 Transitory 60d")
    run = await done(at, bundle(policy(limits=LIMITS)), finding(subject))
    assert [(one.outcome, one.code) async for one in at.runs.results(run)] == [(Outcome.SKIPPED, "changed")]


async def test_an_anyone_link_is_given_an_end_and_the_end_taken_off(
    at: Office, m365: Microsoft365, tenant: SimulatedTenant
) -> None:
    """The link ends when the plan said; undo takes the end away again."""
    link = planted_link(tenant, 0)
    wanted = bundle(policy(step(ActionKind.SET_EXPIRY, expiry=Duration(2, "day")), name="links", kind=Kind.LINK))
    run = await done(at, wanted, finding(link, of="links"))
    assert [one.outcome async for one in at.runs.results(run)] == [Outcome.DONE]
    assert (await permission(m365, link)).expires == NOW + timedelta(days=2)
    assert dict(await undone(at, wanted, run)) == {Outcome.DONE: 1}
    assert (await permission(m365, link)).expires is None


async def test_a_removed_link_cannot_be_put_back_and_undo_says_so(
    at: Office, m365: Microsoft365, tenant: SimulatedTenant
) -> None:
    """Removing a link is final: the undo plan lists it under what cannot be put back, with the reason."""
    link = planted_link(tenant, 1)
    wanted = bundle(policy(step(ActionKind.REMOVE_LINK), name="links", kind=Kind.LINK))
    run = await done(at, wanted, finding(link, of="links"))
    assert [one.outcome async for one in at.runs.results(run)] == [Outcome.DONE]
    assert link.permission_id not in {one.permission_id for one in await permissions(m365, link)}
    undo = await at.undoing.plan(UndoScope.RUN, run, bundle())
    assert [(action.refusal, undo.back) for action in undo.cannot] == [("irreversible", ())]


async def test_a_site_is_closed_to_outsiders_and_opened_again(
    at: Office, m365: Microsoft365, settings: Settings
) -> None:
    """A site's sharing level is lowered through SharePoint administration, read back, and put back by undo."""
    url = f"{settings.sharepoint_url}/sites/planning-casework"
    assert m365.sharepoint is not None
    before = (await read_sharing(m365.sharepoint, url)).capability
    assert before != "disabled"
    site = next(site for site in (await list_sites(m365.observer)).values if site.web_url == url)
    subject = Subject(kind=Kind.SITE, site_id=site.site_id, url=url)
    wanted = bundle(policy(step(ActionKind.RESTRICT_SITE, level="disabled"), name="sites", kind=Kind.SITE))
    found = replace(finding(subject, of="sites"), facts={"site_sharing": before, "site_sharing_allowed": "disabled"})
    run = await done(at, wanted, found)
    assert [one.outcome async for one in at.runs.results(run)] == [Outcome.DONE]
    assert (await read_sharing(m365.sharepoint, url)).capability == "disabled"
    assert dict(await undone(at, wanted, run)) == {Outcome.DONE: 1}
    assert (await read_sharing(m365.sharepoint, url)).capability == before


async def test_a_site_is_archived_and_reactivated(at: Office, m365: Microsoft365, settings: Settings) -> None:
    """A site goes into Microsoft 365 Archive, where nobody can open it, and is read back; undo reactivates it."""
    url = f"{settings.sharepoint_url}/sites/planning-casework"
    site = next(site for site in (await list_sites(m365.observer)).values if site.web_url == url)
    subject = Subject(kind=Kind.SITE, site_id=site.site_id, url=url)
    wanted = bundle(policy(step(ActionKind.ARCHIVE_SITE), name="sites", kind=Kind.SITE, fact="files"))
    run = await done(at, wanted, replace(finding(subject, of="sites"), facts={"files": 3}))
    assert [one.outcome async for one in at.runs.results(run)] == [Outcome.DONE]
    with pytest.raises(Locked):
        await m365.observer.get(f"/sites/{site.site_id}", units=1)
    undo = await at.undoing.plan(UndoScope.RUN, run, bundle())
    assert [action.after for action in undo.at_a_price] == [{"state": "active"}]
    assert dict(await undone(at, wanted, run)) == {Outcome.DONE: 1}
    assert await m365.observer.get(f"/sites/{site.site_id}", units=1)
    assert (await at.chain.verify()).holds


async def test_a_guest_leaves_a_team_and_is_put_back(at: Office, m365: Microsoft365, tenant: SimulatedTenant) -> None:
    """A guest is taken out of the team's group, read back, and put back by undo."""
    group, guest = await guest_of_a_team(m365)
    subject = Subject(kind=Kind.GUEST, site_id="site", group_id=group, user_id=guest)
    wanted = bundle(policy(step(ActionKind.REMOVE_GUEST), name="guests", kind=Kind.GUEST, fact="person"))
    found = replace(finding(subject, of="guests"), facts={"person_domain": "nowhere.example"})
    run = await done(at, wanted, found)
    assert [one.outcome async for one in at.runs.results(run)] == [Outcome.DONE]
    assert guest not in {one.user_id for one in (await members(m365.observer, group)).values}
    assert dict(await undone(at, wanted, run)) == {Outcome.DONE: 1}
    assert guest in {one.user_id for one in (await members(m365.observer, group)).values}


async def guest_of_a_team(m365: Microsoft365) -> tuple[str, str]:
    """A group and one of its guests."""
    for group in (await groups(m365.observer)).values:
        for one in (await members(m365.observer, group.group_id)).values:
            if one.is_guest:
                return group.group_id, one.user_id
    raise AssertionError("no team has a guest")


async def test_a_regulatory_record_is_never_touched(at: Office, tenant: SimulatedTenant) -> None:
    """Whatever a plan says, an item that carries a regulatory label is refused when it is read again."""
    planted = tenant.state()["planted"]["regulatory_record"]
    subject = Subject(kind=Kind.FILE, site_id="site", drive_id=planted["driveId"], item_id=planted["itemId"])
    run = await done(at, bundle(policy(limits=LIMITS)), finding(subject))
    assert [(one.outcome, one.code) async for one in at.runs.results(run)] == [(Outcome.REFUSED, "regulatory")]


async def test_a_person_loses_access_and_gets_it_again(at: Office, m365: Microsoft365, tenant: SimulatedTenant) -> None:
    """A direct grant to somebody outside is removed and read back; undo invites the same person with the same role."""
    grant, found = await outside_person(m365, tenant)
    wanted = bundle(policy(step(ActionKind.REMOVE_GRANT), name="grants", kind=Kind.GRANT, fact="person"))
    run = await done(at, wanted, finding(grant, of="grants", **found))
    assert [one.outcome async for one in at.runs.results(run)] == [Outcome.DONE]
    assert not await has_access(m365, grant, str(found["person"]))
    assert dict(await undone(at, wanted, run)) == {Outcome.DONE: 1}
    assert await has_access(m365, grant, str(found["person"]))


async def test_a_deleted_item_is_skipped(at: Office) -> None:
    """An item that is no longer in the tenant is skipped as gone, and the run is ok."""
    drive = "b!bm90aGluZw"
    run = await done(at, bundle(), finding(Subject(kind=Kind.FILE, site_id="site", drive_id=drive, item_id="01GONE")))
    assert [(one.outcome, one.code) async for one in at.runs.results(run)] == [(Outcome.SKIPPED, "gone")]
    assert (await at.runs.progress(run)).verdict is RunResult.OK


async def outside_person(m365: Microsoft365, tenant: SimulatedTenant) -> tuple[Subject, dict[str, Any]]:
    """A planted person from outside with access of their own to one item."""
    for planted in tenant.state()["planted"]["outside_people"]:
        listed = await read_item_permissions(m365.observer, planted["driveId"], planted["itemId"])
        for one in listed:
            people = [person for person in one.grantees if person.external and person.email]
            if one.kind in ("grant", "link") and not one.inherited and people:
                subject = Subject(
                    kind=Kind.GRANT,
                    site_id="site",
                    drive_id=planted["driveId"],
                    item_id=planted["itemId"],
                    permission_id=one.permission_id,
                    grantee=0,
                    user_id=people[0].user_id,
                )
                facts = {"person": people[0].email, "through": one.kind, "access": ",".join(one.roles)}
                return subject, facts
    raise AssertionError("nobody from outside is planted")


async def has_access(m365: Microsoft365, grant: Subject, person: str) -> bool:
    listed = await read_item_permissions(m365.observer, grant.drive_id, grant.item_id)
    return any(person == one.email for permission in listed for one in permission.grantees)


def planted_link(tenant: SimulatedTenant, number: int) -> Subject:
    link = [one for one in tenant.state()["planted"]["anyone_links"] if not one["allowed"]][number]
    return Subject(
        kind=Kind.LINK,
        site_id="site",
        drive_id=link["driveId"],
        item_id=link["itemId"],
        permission_id=link["permissionId"],
        url=link["url"],
    )


async def permissions(m365: Microsoft365, link: Subject) -> list[Any]:
    return list(await read_item_permissions(m365.observer, link.drive_id, link.item_id))


async def permission(m365: Microsoft365, link: Subject) -> Any:
    return next(one for one in await permissions(m365, link) if one.permission_id == link.permission_id)
