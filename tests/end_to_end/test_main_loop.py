"""The main job from end to end: a council is mirrored, judged, governed, reacted to and accounted for."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import msgspec
import polars as pl
import pytest

from custos.audit.events import What
from custos.bootstrap import Custos
from custos.m365 import sharing
from custos.m365.labels import read_label
from custos.report.shapes.plans import Undo
from tests.limits import PATIENCE
from tests.running_stack import APPROVER, HOST, OPERATOR, Council

pytestmark = pytest.mark.timeout(600)
CASE_FILES = "/sites/send-ehcp/Annual reviews"

type Planned = dict[str, Any]


def planned(council: Council, policy: str, rule: str, kind: str = "") -> list[Planned]:
    """Actions of one rule in the plan that was made before anything was done."""
    return [
        action
        for action in council.first["actions"]
        if (action["policy"], action["rule"]) == (policy, rule) and kind in ("", action["kind"])
    ]


def subjects(actions: list[Planned]) -> int:
    """How many different things actions are about."""
    return len({action["subject"] for action in actions})


# -- the mirror -----------------------------------------------------------------------------------------------------------


def test_mirror_is_complete(council: Council) -> None:
    """Every governed library was read to its end, and the plan says so."""
    coverage = council.first["coverage"]
    assert coverage["read"] == coverage["expected"] > 50


def test_mirror_equals_the_tenant(council: Council) -> None:
    """Each library that is governed holds as many items in the mirror as in the tenant."""
    held = {drive["id"]: drive["items"] for site in council.stage.state()["sites"] for drive in site["drives"]}

    async def count(app: Custos) -> dict[str, int]:
        items = app.lakehouse.read("items", columns=["drive_id"])
        return dict(items.group_by("drive_id").len().iter_rows())

    council.quiet()
    mirrored = council.ask(count)
    assert len(mirrored) > 50
    assert mirrored == {drive_id: held[drive_id] for drive_id in mirrored}


def label_drift(council: Council) -> dict[str, Any]:
    """The incidents about labels that stand, by label."""
    told = council.custos("incidents", "--json").json()["incidents"]
    return {one["subject"]: one for one in told if one["kind"] == "label drift"}


def test_labels_that_differ_from_the_schedule_are_told_once(council: Council) -> None:
    """One label is missing and one keeps two days too few: two incidents, which another discovery does not repeat."""
    before = label_drift(council)
    assert set(before) == {"FIN-01 Council tax FYE 6y", "HR-02 Recruitment 6m"}
    assert "2 too few" in before["FIN-01 Council tax FYE 6y"]["detail"]
    council.fire("discover_sites", 120)
    assert label_drift(council) == before


# -- the worked answers ---------------------------------------------------------------------------------------------------


def test_twenty_four_links_are_exposed(council: Council) -> None:
    """Of 76 Anyone links 52 are allowed; the other 24 are found, 8 of them on special-category assets."""
    everyday = planned(council, "sharing-anyone-links", "anyone-link-not-allowed", "ask")
    sensitive = planned(council, "sharing-sensitive-links", "sensitive-anyone-link", "ask")
    assert subjects(everyday) + subjects(sensitive) == 24
    assert Counter(action["asset"] for action in sensitive) == {"IA-003": 2, "IA-010": 6, "IA-011": 1}
    found = {action["subject"].split("|")[-1] for action in (*everyday, *sensitive)}
    links = council.stage.state()["planted"]["anyone_links"]
    assert len(links) == 76
    assert found == {link["permissionId"] for link in links if not link["allowed"]}


def test_published_links_are_only_mentioned(council: Council) -> None:
    """The 52 allowed links lead to nothing but words."""
    kinds = {action["kind"] for action in planned(council, "sharing-anyone-links", "published-link-without-expiry")}
    assert kinds == {"tell"}
    assert subjects(planned(council, "sharing-anyone-links", "published-link-without-expiry")) == 52


def test_people_under_an_agreement_are_nobodys_finding(council: Council) -> None:
    """Of the people from outside on registered assets, those of an agreement in date are left in peace."""
    outside = planned(council, "sharing-outside-people", "person-outside-agreement", "ask")
    assert Counter(action["asset"] for action in outside) == {"IA-002": 31, "IA-004": 5, "IA-005": 4, "IA-011": 3}


def test_adult_social_care_is_asked_and_left_alone(council: Council) -> None:
    """IA-002: the agreement has ended, an exception runs: the owner is asked, and no access is touched."""
    asked = planned(council, "sharing-agreements", "agreement-ended")
    assert [(action["asset"], action["kind"]) for action in asked] == [("IA-002", "ask")]
    removals = [
        action
        for action in planned(council, "sharing-outside-people", "person-outside-agreement", "remove_grant")
        if action["asset"] == "IA-002"
    ]
    assert {action["refusal"] for action in removals} == {"exempt"}


def test_disclosures_get_an_end(council: Council) -> None:
    """IA-010: for six links without expiry an end is proposed, and the owner asked."""
    links = planned(council, "sharing-sensitive-links", "sensitive-anyone-link")
    assert Counter(action["kind"] for action in links if action["asset"] == "IA-010") == {"set_expiry": 6, "ask": 6}


def test_canalside_is_quiet_and_shared(council: Council) -> None:
    """IA-012: a quiet site, seven links and eighteen people whose exception is over."""
    quiet = planned(council, "stale-content", "quiet-site")
    assert {action["asset"] for action in quiet} == {"IA-012"}
    links = planned(council, "sharing-anyone-links", "anyone-link-not-allowed", "ask")
    assert sum(action["asset"] == "IA-012" for action in links) == 7
    guests = planned(council, "sharing-guests", "guest-after-the-end", "ask")
    others = planned(council, "sharing-guests", "outside-person-after-the-end", "ask")
    assert len(guests) + len(others) == 18


def test_old_advice_is_quiet_whatever_machines_did(council: Council) -> None:
    """The library that only the bot and the migration touched since is found by its last human activity."""
    stale = council.stage.state()["planted"]["stale_library"]
    quiet = {action["url"]: action for action in planned(council, "stale-content", "quiet-library")}
    assert "14 March 2024 (certain)" in quiet[stale["url"]]["because"]


def test_files_on_hold_get_no_label(council: Council) -> None:
    """The twelve files of FOI-2026-0417 are left out of labelling, and the plan says why."""
    held = set(council.stage.state()["planted"]["hold_h003"]["itemIds"])
    labels = planned(council, "labels-from-schedule", "unlabelled-file", "apply_label")
    of_hold = [action for action in labels if action["subject"].split("|")[-1] in held]
    assert {action["refusal"] for action in of_hold} == {"hold"}
    assert len(of_hold) == 12


def test_unregistered_sites_are_found(council: Council) -> None:
    """Three sites are in no register."""
    sites = {action["url"] for action in planned(council, "ownership", "unclaimed-site")}
    paths = ("/sites/xmas-lights-2023", "/sites/gis-working", "/teams/ext-flood-partners")
    assert sites == {f"{HOST}{path}" for path in paths}


# -- enforcement ----------------------------------------------------------------------------------------------------------


def test_run_did_what_was_planned(council: Council, governed: str) -> None:
    """Each action of the run is done, or says why not."""
    told = council.custos("run", governed)
    assert told.code == 0, told.out
    assert "waiting 0" in told.out


def test_held_files_kept_their_state(council: Council, governed: str) -> None:
    """No file on hold was labelled."""
    held = council.stage.state()["planted"]["hold_h003"]
    for item_id in held["itemIds"][:3]:
        assert _label(council, held["driveId"], item_id) == ""


def test_same_plan_does_nothing_twice(council: Council, governed: str) -> None:
    """A plan that was carried out is not applied again: it is said which run did it, and nothing is written a second time."""
    plan = council.ask(lambda app: app.runs.get(governed)).plan
    council.quiet()
    before = council.ask(_writes)
    again = council.custos("apply", plan, "--as", OPERATOR)
    assert again.code == 2
    assert f"was applied already: {governed} of" in again.err
    council.quiet()
    assert council.ask(_writes) == before


def test_chain_of_the_run_verifies(council: Council, governed: str) -> None:
    """Every intent and outcome of the run is in the chain, and the chain holds."""
    told = council.custos("audit", "verify")
    assert told.code == 0, told.out
    shown = council.custos("audit", "show", "--run", governed, "--last", "2000").out
    assert governed in shown or "action" in shown


# -- a live change --------------------------------------------------------------------------------------------------------


def test_link_that_somebody_makes_is_answered(council: Council, governed: str) -> None:
    """A link that anyone can open, made on the file of a child's plan, has an end soon after, without any timer."""
    drive_id = council.library(CASE_FILES)
    plain = ~pl.col("is_folder") & (pl.col("shared_scope") == "")
    items = council.items(drive_id).filter(plain).sort("item_id")
    parents = {row["item_id"]: row for row in council.items(drive_id).iter_rows(named=True)}
    row = items.row(0, named=True)
    path, parent = row["name"], parents[row["parent_id"]]
    while parent["parent_id"]:
        path, parent = f"{parent['name']}/{path}", parents[parent["parent_id"]]
    council.stage.act("share", at=f"{HOST}{CASE_FILES}/{path}", **{"with": "anyone"})

    council.ask(lambda app: _until_ended(app, drive_id, row["item_id"]))


# -- undo -----------------------------------------------------------------------------------------------------------------


def test_what_the_run_did_stands_in_the_tenant_until_it_is_undone(council: Council, governed: str) -> None:
    """A file that the run labelled has its label in the tenant, as a person would see it, and a link its end; after the undo,
    which is a run of its own, the files are as they were before.
    """
    labelled = council.ask(lambda app: _labelled(app, governed))
    for drive_id, item_id, label in labelled[:5]:
        assert _label(council, drive_id, item_id) == label
    wanted = planned(council, "sharing-sensitive-links", "sensitive-anyone-link", "set_expiry")
    links = {link["permissionId"]: link for link in council.stage.state()["planted"]["anyone_links"]}
    for action in [action for action in wanted if not action["refusal"]][:3]:
        link = links[action["subject"].split("|")[-1]]
        left = council.permissions(link["driveId"], link["itemId"])
        assert [one.expires for one in left if one.permission_id == link["permissionId"]] != [None]
    dry = council.custos("undo", governed, "--dry-run")
    assert dry.code == 0
    assert "Nothing was changed." in dry.out
    told = msgspec.json.decode(council.custos("undo", governed, "--dry-run", "--json").out, type=Undo)
    assert told.target == governed
    assert told.back
    undone = council.custos("undo", governed, "--why", "a rehearsal", "--as", OPERATOR)
    if "awaits approval" in undone.out:
        run = undone.out.rpartition("custos run ")[2].split()[0]
        undone = council.custos("run", run, "--release", "--why", "it was a rehearsal", "--as", APPROVER)
    assert undone.code == 0, undone.out
    for drive_id, item_id, _ in labelled[:5]:
        assert _label(council, drive_id, item_id) == ""


def _label(council: Council, drive_id: str, item_id: str) -> str:
    return council.ask(lambda app: read_label(app.m365.observer, drive_id, item_id)).name


async def _until_ended(app: Custos, drive_id: str, item_id: str) -> None:
    """Wait until the Anyone link of an item has an end."""
    async with asyncio.timeout(PATIENCE):
        while True:
            left = await sharing.read_item_permissions(app.m365.observer, drive_id, item_id)
            if any(one.scope == "anonymous" and one.expires for one in left):
                return
            await asyncio.sleep(0.2)


async def _labelled(app: Custos, run_id: str) -> list[tuple[str, str, str]]:
    """Drive, item and label of what a run labelled, in order."""
    plan = await app.plans.load((await app.runs.get(run_id)).plan)
    done = {
        recorded.event.subject
        async for recorded in app.audit.read(run=run_id)
        if recorded.event.what is What.ACTION_DONE
    }
    return sorted(
        (action.finding.subject.drive_id, action.finding.subject.item_id, str(action.after["label"]))
        for action in plan.actions
        if action.kind == "apply_label" and action.finding.subject.key in done
    )


async def _writes(app: Custos) -> int:
    """How many actions were ever done."""
    return len([one async for one in app.audit.read() if one.event.what is What.ACTION_DONE])
