"""Who and what findings are about: inheritance, named people, holds by place, labels that compete, parts of the tenant."""

from __future__ import annotations

import pytest

from custos.engine.evaluate import evaluate
from custos.engine.partial_evaluation import Extent
from custos.model.finding import Finding
from custos.model.subject import Kind
from custos.policy import load_files
from tests.engine.inventory_builder import NOW, Inventory, day
from tests.policy.policies import POLICIES, policy, shipped, with_policy

TENANCY, PLANNING = "sites/housing-tenancy", "sites/planning-casework"


def found(inventory: Inventory, name: str = "") -> list[Finding]:
    """The findings of the shipped policies, of one rule when it is named."""
    return [one for one in evaluate(shipped(), inventory.facts(), NOW).findings() if name in ("", one.rule)]


@pytest.fixture
def inventory() -> Inventory:
    """The housing site with one library."""
    made = Inventory()
    made.library(made.site(TENANCY), "Tenancy files")
    return made


LIBRARY = f"{TENANCY}/Tenancy files"


def test_an_inherited_grant_is_found_where_it_was_made_and_nowhere_else(inventory: Inventory) -> None:
    """A folder shared with somebody is one finding, however many files lie in it."""
    inventory.folder(LIBRARY, "T-1")
    inventory.grant(LIBRARY, "T-1", "shared", "a@partner.example")
    for number in range(5):
        inventory.file(LIBRARY, f"letter-{number}", "T-1")
        inventory.grant(LIBRARY, f"letter-{number}", "shared", "a@partner.example", inherited=True)
    people = found(inventory, "person-outside-agreement")
    assert [one.subject.item_id for one in people] == ["T-1"]


def test_an_inherited_grant_whose_origin_was_not_read_is_unknown(inventory: Inventory) -> None:
    """Nothing is done at a child, and the question stays open."""
    inventory.file(LIBRARY, "letter")
    inventory.grant(LIBRARY, "letter", "shared", "a@partner.example", inherited=True)
    evaluation = evaluate(shipped(), inventory.facts(), NOW)
    assert evaluation.counts["sharing-outside-people/person-outside-agreement"].matched == 0
    assert evaluation.unknown["sharing-outside-people/person-outside-agreement"] == 1


def test_each_person_named_on_a_link_is_a_finding_of_their_own(inventory: Inventory) -> None:
    """Two outsiders and a colleague on one link: two findings, told apart."""
    inventory.file(LIBRARY, "letter")
    for number, mail in enumerate(["a@partner.example", "b@partner.example", "c@wrenbridge.example"]):
        inventory.grant(
            LIBRARY, "letter", "link", mail, kind="link", scope="users", link_type="view", grantee=number,
            external=not mail.endswith("wrenbridge.example"),
        )  # fmt: skip
    people = found(inventory, "person-outside-agreement")
    assert [(one.subject.grantee, one.facts["person"]) for one in people] == [
        (0, "a@partner.example"),
        (1, "b@partner.example"),
    ]
    assert all(one.facts["through"] == "link" for one in people)
    assert len({one.id for one in people}) == 2


def test_a_link_is_one_finding_whoever_is_named_on_it(inventory: Inventory) -> None:
    """A link for the organisation has one row and one finding, of the link as a whole."""
    inventory.rows["sites"][0].update(web_url="https://wrenbridge.sharepoint.example/sites/procurement")
    inventory.rows["drives"][0].update(web_url="https://wrenbridge.sharepoint.example/sites/procurement/Tenders")
    inventory.file(LIBRARY, "tender")
    for number in range(3):
        inventory.link(LIBRARY, "tender", "org", scope="organization", grantee=number)
    links = found(inventory, "organisation-link-not-allowed")
    assert [one.subject.grantee for one in links] == [-1]


def test_a_link_that_names_nobody_is_found(inventory: Inventory) -> None:
    """The mirror's row of an Anyone link has no grantee, which is numbered -1: it is one finding like any other."""
    inventory.file(LIBRARY, "letter")
    inventory.link(LIBRARY, "letter", "anyone", scope="anonymous", grantee=-1)
    assert [one.subject.grantee for one in found(inventory, "anyone-link-not-allowed")] == [-1]


def test_access_that_grants_nothing_new_is_no_link(inventory: Inventory) -> None:
    """existingAccess links are left out."""
    inventory.file(LIBRARY, "letter")
    inventory.link(LIBRARY, "letter", "none", scope="existingAccess")
    assert found(inventory, "anyone-link-not-allowed") == []


def test_folders_are_never_labelled(inventory: Inventory) -> None:
    """Only files are about retention labels."""
    inventory.folder(LIBRARY, "T-1")
    inventory.file(LIBRARY, "letter", "T-1")
    labelled = found(inventory, "unlabelled-file")
    assert [(one.subject.kind, one.subject.item_id) for one in labelled] == [(Kind.FILE, "letter")]


def test_libraries_that_custos_does_not_govern_are_left_out() -> None:
    """Preservation hold and system libraries have no findings and are not expected."""
    inventory = Inventory()
    inventory.site(PLANNING)
    inventory.file(inventory.library(PLANNING, "Preservation Hold Library", governed=False), "kept")
    evaluation = evaluate(shipped(), inventory.facts(), NOW)
    assert all(one.subject.kind is Kind.SITE for one in evaluation.findings())
    assert evaluation.coverage == (0, 0)


def test_a_hold_on_a_folder_covers_all_below_it(inventory: Inventory) -> None:
    """H-004 covers T-20718 with its folders, whatever the case of the names, and not its neighbours."""
    inventory.folder(LIBRARY, "t-20718")
    inventory.folder(LIBRARY, "Evidence", "t-20718")
    inventory.folder(LIBRARY, "T-20719")
    for folder in ("t-20718", "Evidence", "T-20719"):
        inventory.file(LIBRARY, f"in {folder}", folder)
    held = {one.subject.name: bool(one.protections) for one in found(inventory, "unlabelled-file")}
    assert held == {"in t-20718": True, "in Evidence": True, "in T-20719": False}


def test_a_hold_on_a_folder_that_is_not_in_the_mirror_covers_its_library(inventory: Inventory) -> None:
    """A folder that was renamed is not lost to its hold: the whole library is kept, and the sentence says why."""
    inventory.file(LIBRARY, "letter")
    inventory.file(inventory.library(TENANCY, "Arrears"), "other")
    by_name = {one.subject.name: one.protections for one in found(inventory, "unlabelled-file")}
    assert by_name["letter"][0].reference == "H-004"
    assert "is not in the mirror" in by_name["letter"][0].sentence
    assert by_name["other"] == ()


def test_a_hold_at_an_address_that_nobody_knows_covers_the_whole_asset() -> None:
    """A mistyped library in holds.csv holds too much, never too little."""
    files = dict(shipped().files)
    files["register/holds.csv"] = files["register/holds.csv"].replace(b"Tenancy files/T-20718", b"Tennancy/T-20718")
    inventory = Inventory()
    inventory.site(TENANCY)
    inventory.file(inventory.library(TENANCY, "Arrears"), "letter")
    kept = list(evaluate(load_files(files), inventory.facts(), NOW).findings("labels-from-schedule"))
    assert [one.protections[0].reference for one in kept] == ["H-004"]


def test_where_two_policies_label_one_file_the_winner_does() -> None:
    """The loser finds nothing where the winner finds, and everything elsewhere is its own."""
    text = (POLICIES / "examples" / "conflict" / "labels-letters.yaml").read_text() + "priority: 200\n"
    bundle = load_files(with_policy(text, "labels-letters.yaml", alone=False))
    inventory = Inventory()
    inventory.site("sites/revs-bens")
    for name in ("Letters", "Appeals"):
        inventory.file(inventory.library("sites/revs-bens", name), "letter")
    labelled = [one for one in evaluate(bundle, inventory.facts(), NOW).findings() if one.facts.get("label") == ""]
    assert {(one.policy, one.subject.drive_id) for one in labelled} == {
        ("labels-letters", "sites/revs-bens/Letters"),
        ("labels-from-schedule", "sites/revs-bens/Appeals"),
    }


def test_the_loser_waits_while_the_winner_is_unknown() -> None:
    """A file whose winner cannot be decided is labelled by nobody."""
    winner = policy(when="is_record: no", steps="- apply_label: GEN-01 Transitory 60d", more="priority: 200")
    bundle = load_files(with_policy(winner, alone=False) | dict(shipped().files))
    inventory = Inventory()
    inventory.site("sites/revs-bens")
    inventory.file(inventory.library("sites/revs-bens", "Letters"), "letter", is_record=None)
    evaluation = evaluate(bundle, inventory.facts(), NOW)
    assert list(evaluation.findings()) == []
    assert evaluation.unknown["labels-from-schedule/unlabelled-file"] == 1


def test_evaluating_some_libraries_finds_what_evaluating_all_finds_there(inventory: Inventory) -> None:
    """What just changed is judged by the same rules; what depends on other libraries is unknown, not guessed."""
    inventory.file(LIBRARY, "old", modified=day("2015-01-01"), client_modified=day("2015-01-01"))
    inventory.file(inventory.library(TENANCY, "Arrears"), "new")
    whole = [one.id for one in found(inventory) if one.subject.drive_id == LIBRARY]
    evaluation = evaluate(shipped(), inventory.facts(), NOW, extent=Extent.whole([LIBRARY]))
    assert [one.id for one in evaluation.findings() if one.subject.drive_id] == whole
    assert evaluation.unknown["stale-content/quiet-site"] == 1
    assert evaluation.coverage == (1, 1)


def test_a_few_changed_files_are_judged_as_among_all(inventory: Inventory) -> None:
    """Of the items that changed all is found that is found when everything is looked at, and of the others nothing."""
    inventory.folder(LIBRARY, "T-1")
    for number in range(4):
        inventory.file(LIBRARY, f"letter-{number}", "T-1", shared_scope="anonymous", permissions_read_at=NOW)
        inventory.link(LIBRARY, f"letter-{number}", f"link-{number}")
    of_items = (Kind.FILE, Kind.LINK, Kind.GRANT)
    whole = [one for one in found(inventory) if one.subject.kind in of_items]
    changed = frozenset({"letter-1", "letter-3", "long gone"})
    extent = Extent({LIBRARY: changed}, frozenset([LIBRARY]))
    evaluation = evaluate(shipped(), inventory.facts(), NOW, extent=extent)
    few = [one for one in evaluation.findings() if one.subject.kind in of_items]
    assert {one.subject.item_id for one in few} == {"letter-1", "letter-3"}
    assert few == [one for one in whole if one.subject.item_id in changed]
    assert evaluation.counts["labels-from-schedule/unlabelled-file"].covered == 2


def test_very_many_findings_come_in_the_order_of_few() -> None:
    """A rule that finds more than are held at once finds each exactly once, library by library."""
    inventory = Inventory()
    site = inventory.site(TENANCY)
    libraries = [inventory.library(site, f"Tenancy files {number}") for number in range(3)]
    files = [(library, f"file-{number:05}") for library in libraries for number in range(7_000)]
    for library, name in files:
        inventory.file(library, name)
    bundle = load_files(with_policy(policy()))
    told = [one.subject for one in evaluate(bundle, inventory.facts(), NOW).findings("test-policy")]
    assert [(one.drive_id, one.item_id) for one in told] == files


def test_addresses_are_built_from_names_and_parents(inventory: Inventory) -> None:
    """A finding carries the web address, escaped."""
    inventory.folder(LIBRARY, "T-1 & son")
    inventory.folder(LIBRARY, "2024", "T-1 & son")
    inventory.file(LIBRARY, "Rent #1.pdf", "2024")
    url = found(inventory, "unlabelled-file")[0].subject.url
    assert url == f"https://wrenbridge.sharepoint.example/{LIBRARY}/T-1%20%26%20son/2024/Rent%20%231.pdf"


def test_a_site_that_is_nobodys_asset_by_decision_is_left_out() -> None:
    """The sites of `not_governed` have no findings."""
    inventory = Inventory()
    inventory.file(inventory.library(inventory.site("sites/intranet"), "Documents"), "page")
    assert found(inventory) == []
