"""Addresses of the registers in the mirror: found however they are written, told when they match nothing, kept through a rename."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from custos.engine.approval_coverage import Coverage
from custos.engine.evaluate import evaluate
from custos.engine.explain import explain
from custos.engine.facts import Facts, facts_from
from custos.engine.policy_reach import reach
from custos.engine.protection import current_state, protections
from custos.engine.register_locations import PlacedRegisters, place_registers
from custos.inventory.discover import _kept
from custos.inventory.schema import SITES
from custos.model.finding import Finding
from custos.model.live import Live
from custos.model.refusal import Code
from custos.model.subject import Kind
from custos.policy import Bundle, load_files
from custos.records.address import read_address
from tests.engine.inventory_builder import HOST, NOW, Inventory
from tests.engine.planned import plan_of
from tests.policy.policies import shipped

TENANCY, TENANCIES = "sites/housing-tenancy", "sites/tenancies"
HOLD = "H-061,litigation,L1,{asset},,{location},,,2026-11-01,,,"
EXEMPTION = "EX-77,labels-from-schedule,{asset},{location},audit,why not,SIRO,,,2026-10-01,2027-10-01,0"


def changed(register: str, row: str) -> Bundle:
    """The shipped policies with one more row in a register."""
    files = dict(shipped().files)
    name = f"register/{register}.csv"
    files[name] = files[name].rstrip(b"\n") + f"\n{row}\n".encode()
    return load_files(files)


def labelled(bundle: Bundle, facts: Facts) -> dict[str, list[str]]:
    """File ► the references of what protects it from the schedule's label."""
    found = evaluate(bundle, facts, NOW).findings("labels-from-schedule")
    return {
        one.subject.item_id: [why.reference for why in one.protections]
        for one in found
        if one.subject.kind is Kind.FILE
    }


def of_hold(bundle: Bundle, facts: Facts) -> list[Finding]:
    found = evaluate(bundle, facts, NOW).findings()
    return [one for one in found if any(why.code == Code.HOLD for why in one.protections)]


def two_smiths() -> Inventory:
    """A library with the folders Smith and Smith#2, a file in each."""
    inventory = Inventory()
    library = inventory.library(inventory.site(TENANCY), "Arrears")
    for folder in ("Smith", "Smith#2"):
        inventory.folder(library, folder)
        inventory.file(library, f"in {folder}", folder)
    return inventory


def test_a_hold_pasted_from_a_list_view_covers_the_library_it_shows() -> None:
    """`…/Forms/AllItems.aspx?id=…` is the library, at the plan as at the gate."""
    view = f"{HOST}/sites/canalside/Funding/Forms/AllItems.aspx?id=%2Fsites%2Fcanalside%2FFunding"
    inventory = Inventory()
    site = inventory.site("sites/canalside")
    for name in ("Funding", "Business case"):
        inventory.file(inventory.library(site, name), f"of {name}")
    held = labelled(changed("holds", HOLD.format(asset="IA-012", location=view)), inventory.facts())
    assert held == {"of Funding": ["H-061"], "of Business case": []}


@pytest.mark.parametrize(
    "held", ["HA/Forms", "HA/Forms/page.aspx", "HA/Lists/page.aspx", "HA/SitePages/Home.aspx", "HA"]
)
@pytest.mark.parametrize("register", ["holds", "exceptions"])
def test_what_is_called_like_a_view_is_protected_where_it_lies(register: str, held: str) -> None:
    """A page in a folder called Forms or Lists is held and exempt at the plan and, read again, at the gate; explain answers for it."""
    inventory = Inventory()
    library = inventory.library(inventory.site(TENANCY), "Arrears")
    at, parent = "root", ""
    for name in held.split("/")[:2]:
        at, parent = inventory.folder(library, name, at), f"{parent}/{name}"
    page = "Home.aspx" if "SitePages" in held else "page.aspx"
    path = (*parent.strip("/").split("/"), page)
    inventory.file(library, page, at)
    view = f"{HOST}/{TENANCY}/Arrears/Forms/AllItems.aspx?id=/{TENANCY}/Arrears/{held}"
    row = HOLD if register == "holds" else EXEMPTION
    bundle, facts = changed(register, row.format(asset="IA-005", location=view)), inventory.facts()
    reference = "H-061" if register == "holds" else "EX-77"
    assert labelled(bundle, facts) == {page: [reference]}
    [found] = evaluate(bundle, facts, NOW).findings("labels-from-schedule")
    placed = place_registers(bundle, facts)
    action = plan_of(placed.bundle, found, places=placed).actions[0]
    read = Live(found=True, values={"label": ""}, path=path, is_record=False, is_regulatory=False)
    assert [why.reference for why in protections(current_state(action, read, placed), placed, NOW)] == [reference]
    tried = explain(bundle, facts, NOW, read_address(f"{HOST}/{TENANCY}/Arrears/{'/'.join(path)}")).tried
    assert {one.subject.item_id for one in tried} == {page}


@pytest.mark.parametrize("written", ["Smith#2", "Smith%232"])
def test_a_hash_in_a_folders_name_is_part_of_it(written: str) -> None:
    """A hold on Smith#2 covers Smith#2 and not Smith, however it was written."""
    bundle = changed("holds", HOLD.format(asset="IA-005", location=f"{HOST}/{TENANCY}/Arrears/{written}"))
    facts = two_smiths().facts()
    assert labelled(bundle, facts) == {"in Smith": [], "in Smith#2": ["H-061"]}
    assert (
        explain(bundle, facts, NOW, read_address(f"{HOST}/{TENANCY}/Arrears/{written}")).tried[0].subject.item_id
        == "Smith#2"
    )


def test_an_exemption_that_matches_nothing_protects_nothing_and_is_told() -> None:
    """A folder that is gone exempts none of its neighbours; the row is listed with its place."""
    location = f"{HOST}/{TENANCY}/Arrears/Smith gone"
    bundle, facts = changed("exceptions", EXEMPTION.format(asset="", location=location)), two_smiths().facts()
    assert labelled(bundle, facts) == {"in Smith": [], "in Smith#2": []}
    [told] = [one for one in place_registers(bundle, facts).unplaced() if one.reference == "EX-77"]
    assert "nothing is exempt there" in told.sentence
    assert (told.mark.file, told.mark.line) == ("register/exceptions.csv", 5)


def test_a_hold_whose_folder_is_gone_covers_its_library_and_is_told() -> None:
    """In doubt a hold covers more, and the row is listed."""
    location = f"{HOST}/{TENANCY}/Arrears/Smith gone"
    bundle, facts = changed("holds", HOLD.format(asset="IA-005", location=location)), two_smiths().facts()
    assert labelled(bundle, facts) == {"in Smith": ["H-061"], "in Smith#2": ["H-061"]}
    [told] = [one for one in place_registers(bundle, facts).unplaced() if one.reference == "H-061"]
    assert "covers more" in told.sentence


def test_an_address_of_the_register_that_matches_nothing_is_always_told() -> None:
    """Every location of assets and of the site map that the tenant lacks is listed, with what follows."""
    facts = two_smiths().facts()
    told = {one.address.text: one.sentence for one in place_registers(shipped(), facts).unplaced()}
    assert f"{HOST}/sites/csc-casework" in told
    assert "covers nothing" in told[f"{HOST}/sites/csc-casework"]
    assert f"{HOST}/{TENANCY}" not in told


def test_before_the_first_discovery_nothing_is_called_missing() -> None:
    """An empty mirror is unknown, not a tenant without sites."""
    empty = facts_from({})
    assert list(place_registers(shipped(), empty).doubts()) == []


# renamed sites


def renamed(inventory: Inventory, path: str, to: str) -> Facts:
    """The mirror after discovery saw a site and its libraries under another address."""
    before = pl.DataFrame(inventory.rows["sites"], schema=SITES, orient="row")
    for row in (*inventory.rows["sites"], *inventory.rows["drives"]):
        row["web_url"] = row["web_url"].replace(f"{HOST}/{path}", f"{HOST}/{to}")
    after = _kept(inventory.rows["sites"], before)
    inventory.rows["sites"] = after.to_dicts()
    return inventory.facts()


def test_a_renamed_site_keeps_its_asset_its_holds_and_says_so() -> None:
    """The registers still name the old address; plan, holds and explain go on as before, and the row is told as old."""
    inventory = two_smiths()
    before = labelled(shipped(), inventory.facts())
    location = f"{HOST}/{TENANCY}/Arrears/Smith"
    bundle = changed("holds", HOLD.format(asset="IA-005", location=location))
    facts = renamed(inventory, TENANCY, "sites/tenancies")
    assert labelled(shipped(), facts).keys() == before.keys()
    assert labelled(bundle, facts) == {"in Smith": ["H-061"], "in Smith#2": []}
    placed = place_registers(bundle, facts)
    [told] = placed.moved()
    assert "is now https://wrenbridge.sharepoint.example/sites/tenancies" in told.sentence
    assert told.reference == "IA-005"
    assert explain(bundle, facts, NOW, read_address(f"{HOST}/sites/tenancies")).asset_id == "IA-005"


def succeeded() -> Facts:
    """The tenancy site was renamed, and somebody made another one at its old address, with a library and a folder of the same names."""
    inventory = two_smiths()
    renamed(inventory, TENANCY, TENANCIES)
    inventory.site(TENANCY, site_id="new", created=datetime(2026, 11, 1, tzinfo=UTC))
    library = inventory.library("new", "Arrears")
    inventory.rows["drives"][-1]["web_url"] = f"{HOST}/{TENANCY}/Arrears"
    inventory.folder(library, "Smith")
    inventory.file(library, "in the new Smith", "Smith")
    return inventory.facts()


def test_rows_follow_the_site_they_were_written_for() -> None:
    """A new site at a renamed site's old address gets none of its rows, and that is told until somebody writes which one is meant."""
    placed = place_registers(shipped(), succeeded())
    assert (_asset_at(placed, TENANCY), _asset_at(placed, "new")) == ("IA-005", "")
    [told] = placed.moved()
    assert "and another site is there" in told.sentence
    files = dict(shipped().files)
    for name in ("information_asset_register", "site_map"):
        path = f"register/{name}.csv"
        files[path] = files[path].replace(f"{HOST}/{TENANCY}".encode(), f"{HOST}/{TENANCIES}".encode())
    corrected = place_registers(load_files(files), succeeded())
    assert list(corrected.moved()) == []
    assert _asset_at(corrected, TENANCY) == "IA-005"


def test_a_hold_on_an_address_of_two_sites_covers_both() -> None:
    """Nobody can tell which site the hold means: it covers the files of both."""
    bundle = changed("holds", HOLD.format(asset="IA-005", location=f"{HOST}/{TENANCY}/Arrears/Smith"))
    placed = place_registers(bundle, succeeded())
    [hold] = [one for one in placed.records.holds if one.id == "H-061"]
    assert [one.text.removeprefix(f"{HOST}/") for one in hold.locations] == [
        f"{TENANCIES}/Arrears/Smith",
        f"{TENANCY}/Arrears/Smith",
    ]
    assert "H-061" in labelled(bundle, succeeded())["in Smith"]


def test_an_exemption_at_an_address_of_two_sites_covers_neither() -> None:
    """Until somebody writes the address that is meant, nothing is exempt at either; in force are all that have one meaning."""
    at = f"{HOST}/{TENANCY}/Arrears"
    bundle = changed("exceptions", EXEMPTION.format(asset="", location=at))
    assert all("EX-77" not in why for why in labelled(bundle, succeeded()).values())
    alone = renamed(two_smiths(), TENANCY, TENANCIES)
    assert labelled(bundle, alone) == {"in Smith": ["EX-77"], "in Smith#2": ["EX-77"]}


def _asset_at(placed: PlacedRegisters, site: str) -> str:
    asset = placed.lookup.at(placed.homes[site]).asset
    return asset.id if asset else ""


def test_a_hold_on_a_site_covers_libraries_of_other_assets_too() -> None:
    """Naming the site holds everything below it, whatever asset the map gives a library to."""
    files = dict(shipped().files)
    files["register/site_map.csv"] += f"{HOST}/{TENANCY}/Odd,IA-006,RS-FIN-01,nightly,\n".encode()
    files["register/holds.csv"] += (HOLD.format(asset="IA-005", location=f"{HOST}/{TENANCY}") + "\n").encode()
    inventory = Inventory()
    inventory.file(inventory.library(inventory.site(TENANCY), "Odd"), "letter")
    assert labelled(load_files(files), inventory.facts()) == {"letter": ["H-061"]}


def test_a_hold_whose_classes_fit_nothing_is_not_narrowed_by_them() -> None:
    """A hold that names another asset's entry covers what else it names."""
    row = HOLD.format(asset="IA-005", location=f"{HOST}/{TENANCY}/Arrears").replace("IA-005,,", "IA-005,RS-PLN-02,")
    assert labelled(changed("holds", row), two_smiths().facts()) == {"in Smith": ["H-061"], "in Smith#2": ["H-061"]}


def test_a_migrated_file_lived_when_its_own_dates_say() -> None:
    """A file moved into SharePoint in 2024 and last changed in 2021 is under a hold on 2020 to 2022."""
    inventory = Inventory()
    library = inventory.library(inventory.site(TENANCY), "Arrears")
    late, own = datetime(2024, 2, 1, tzinfo=UTC), datetime(2021, 2, 1, tzinfo=UTC)
    inventory.file(library, "moved", created=late, modified=late, client_modified=own)
    inventory.file(library, "new", created=late, modified=late, client_modified=late)
    row = HOLD.format(asset="IA-005", location="").replace(",,,2026-11-01", ",2020-03-01,2022-06-30,2026-11-01")
    assert labelled(changed("holds", row), inventory.facts()) == {"moved": ["H-061"], "new": []}


def test_an_address_of_a_policy_that_matches_nothing_is_told() -> None:
    """What a policy covers or leaves out, and what the settings leave alone, is looked for too."""
    files = dict(shipped().files)
    files["settings.yaml"] = files["settings.yaml"].replace(b"sites/intranet", b"sites/intranett")
    told = [one.reference for one in place_registers(load_files(files), two_smiths().facts()).unplaced()]
    assert "not_governed" in told


@pytest.mark.parametrize("name", ["Smith", "in Smith", "gone"])
def test_a_row_that_names_a_folder_counts_for_nothing_and_is_told(name: str) -> None:
    """The map gives a folder, a file or what is not there to another asset: its library's asset stays, the row is listed with its place,
    and no approval waits for it.
    """
    place = "Arrears/Smith/in Smith" if name == "in Smith" else f"Arrears/{name}"
    bundle, facts = changed("site_map", f"{HOST}/{TENANCY}/{place},IA-006,RS-FIN-01,,"), two_smiths().facts()
    placed = place_registers(bundle, facts)
    [told] = [one for one in placed.unplaced() if one.asset_id == "IA-006" and "Arrears" in one.address.text]
    assert told.mark.file == "register/site_map.csv"
    wrong = {
        "Smith": "is a folder, and not a site or a library",
        "in Smith": "is a file",
        "gone": "is not in the mirror",
    }
    assert f"{wrong[name]}" in told.sentence
    assert "It covers nothing" in told.sentence
    assert {one.asset_id for one in evaluate(bundle, facts, NOW).findings("labels-from-schedule")} == {"IA-005"}
    policy = bundle.policies["labels-from-schedule"]
    before, today = reach(shipped(), policy), reach(bundle, policy)
    assert Coverage(before, today).grown
    assert not Coverage(before, today, placed.ground).grown


def test_a_policy_that_leaves_out_a_folder_is_doubted() -> None:
    """It leaves nothing out, and whoever wrote it believes that it does: said where the file is checked, and where it is placed."""
    files, folder = dict(shipped().files), f"{HOST}/{TENANCY}/Arrears/Smith"
    files["settings.yaml"] = files["settings.yaml"].replace(f"{HOST}/sites/intranet".encode(), folder.encode())
    bundle = load_files(files)
    assert [one.mark.file for one in bundle.warnings if one.code == "folder"] == ["settings.yaml"]
    told = [one.sentence for one in place_registers(bundle, two_smiths().facts()).unplaced()]
    assert any("Smith is a folder, and not a site or a library. Nothing is left alone there." in one for one in told)
