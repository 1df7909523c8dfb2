"""The first look: what is held, how open, and what to do first, out of the mirror and the registers alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from custos.jobs.first_look import FirstLook, look_at
from custos.kpi.inputs import Inputs
from custos.report.first_look import as_json, counted, page
from custos.report.shapes import text_of
from tests.engine.inventory_builder import NOW, Inventory
from tests.engine.planted_inventory import wrenbridge
from tests.policy.policies import shipped


def looked(inventory: Inventory) -> FirstLook:
    """The first look of the sample council's registers at an inventory."""
    return look_at(Inputs(shipped(), inventory.facts(), NOW))


@pytest.fixture(scope="module")
def first() -> FirstLook:
    """Of the sample council, with what is planted there."""
    return looked(wrenbridge())


def test_the_councils_own_policy_comes_first(first: FirstLook) -> None:
    """Its review was due in 2023, and its owner is who must act."""
    assert first.things[0].what.startswith("Information Management Policy, version 2.2, was due for review")
    assert first.things[0].who == "Head of IT Operations"
    assert len(first.documents) == 1


def test_the_ten_things_are_ordered_by_consequence(first: FirstLook) -> None:
    """Open links on sensitive data, sites of nobody that outsiders open, a vacant post; then the rest, of which it says how many."""
    told = [thing.what for thing in first.things]
    assert len(told) == 10
    assert first.more > 0
    assert told[1] == "Close or end 6 links that anyone can open in IA-010, Information rights casework."
    assert told[2] == "Close or end 2 links that anyone can open in IA-003, SEND and EHC plan files."
    assert told[3].startswith("Close or end 1 link that anyone can open in IA-011")
    assert "ext-flood-partners" in told[4]
    assert any("Nobody holds the post of head.send" in what for what in told)
    assert any("31 people from outside who can open IA-002" in what for what in told)


def test_what_is_held_adds_up(first: FirstLook) -> None:
    """24 open links, 114 people from outside, three sites that nobody claimed, every file in one age and one label."""
    assert first.total("exposed") == 24
    assert first.total("outside") == 114
    assert first.total("outside") - first.total("without") == 47
    assert [(site.url.rsplit("/", 1)[1], site.outside) for site in first.unclaimed] == [
        ("ext-flood-partners", 6),
        ("gis-working", 0),
        ("xmas-lights-2023", 0),
    ]
    files = first.total("files")
    assert sum(first.by("ages")) == sum(first.by("labels")) == files > 0
    assert first.whole


def test_a_link_that_anyone_can_open_is_no_person_from_outside() -> None:
    """Of a link nobody is named, so it lets in nobody whom one could count."""
    inventory = wrenbridge()
    for row in inventory.rows["permissions"]:
        if row["kind"] == "link":
            row["external"] = True
    assert {site.outside for site in looked(inventory).unclaimed} == {6, 0}


def test_a_mirror_half_read_says_at_least(first: FirstLook) -> None:
    """Reading the rest comes first, and a number of an asset that was not read whole is "at least"; one of nothing is unknown."""
    inventory = wrenbridge()
    for state in inventory.rows["states"]:
        if "/send-ehcp/" in state["drive_id"] or "hr-casework" in state["drive_id"]:
            state["state"] = "incomplete"
    inventory.rows["items"] = [row for row in inventory.rows["items"] if "hr-casework" not in row["drive_id"]]
    look = looked(inventory)
    assert not look.whole
    assert "were not read to their end" in look.things[0].what
    by_asset = {one.asset_id: one for one in look.holdings}
    assert counted(by_asset["IA-003"]).startswith("at least ")
    assert counted(by_asset["IA-007"]) == "unknown"
    assert "at least so much" in page(look)


def test_a_tenant_of_which_nothing_is_known_is_not_in_order() -> None:
    """An empty mirror says nothing about the tenant, and the page says that."""
    look = looked(Inventory())
    assert not look.whole
    told = page(look)
    assert "No library is known yet" in told
    assert "Nothing needs attention" not in told


def test_names_from_outside_stay_text_on_the_page(first: FirstLook) -> None:
    """A site's title with markup in it is shown as it is written, and no character that nobody sees is left."""
    site = replace(first.unclaimed[0], title='<script>alert("x")</script>\u202eevil')
    told = page(replace(first, unclaimed=(site,)))
    assert "<script" not in told
    assert "&lt;script&gt;" in told
    assert "\u202e" not in told


def test_no_name_of_a_file_is_on_the_page(first: FirstLook) -> None:
    """Neither the page nor the JSON names a file."""
    names = {row["name"] for row in wrenbridge().rows["items"] if not row["is_folder"]}
    for told in (page(first), text_of(as_json(first))):
        assert not [name for name in names if f">{name}<" in told or f'"{name}"' in told]


def test_the_same_look_is_the_same_page(first: FirstLook) -> None:
    """Byte for byte."""
    assert page(looked(wrenbridge())) == page(first)
