"""The registers load as contracts say, and refuse what the contracts refuse."""

from __future__ import annotations

from datetime import date

import pytest

from custos.errors import BadInput, Severity
from custos.records.address import read_address
from custos.records.load import load_records
from custos.records.model import Posture
from custos.records.register_lookup import RegisterLookup
from custos.records.registers.schedule import least_label_days
from custos.records.remark import Matter
from custos.records.review import review
from tests.records.registers import changed, only, problems, shipped

HOST = "https://wrenbridge.sharepoint.example"


def test_the_sample_council_is_without_problems() -> None:
    """The shipped registers load, every row of them."""
    records, found = load_records(shipped())
    assert found == []
    assert len(records.assets) == 12
    assert len(records.schedule) == 20
    assert len(records.holds) == 4
    assert len(records.agreements) == 4
    assert [row.id for row in records.exemptions] == ["EX-01", "EX-02", "EX-03"]


def test_every_person_named_in_the_register_has_a_post() -> None:
    """IAOs, deputies, stewards, escalations and managers are all in people_roles.csv."""
    records, _ = load_records(shipped())
    named = {
        upn
        for asset in records.assets.values()
        for upn in (asset.iao, asset.deputy, asset.escalation, *asset.stewards)
        if upn
    } | {post.manager for post in records.posts.values() if post.manager}
    assert named <= records.posts.keys()


def test_a_library_follows_its_own_entry_before_its_assets() -> None:
    """Item, library, asset, entry: the most exact row of the site map wins."""
    places = RegisterLookup(load_records(shipped())[0])
    child = places.at(read_address(f"{HOST}/sites/csc-casework/Child%20protection/2024/plan.docx"))
    assert child.asset is not None
    assert child.entry is not None
    assert (child.asset.id, child.entry.id) == ("IA-001", "RS-CYP-02")


def test_a_new_library_of_a_site_with_one_entry_follows_it() -> None:
    """A library that the site map does not name takes its site's entry."""
    place = RegisterLookup(load_records(shipped())[0]).at(read_address(f"{HOST}/sites/housing-tenancy/New library"))
    assert place.entry is not None
    assert place.entry.id == "RS-HOU-01"


def test_a_new_library_of_a_site_with_many_entries_follows_none() -> None:
    """Where several entries could be meant none is guessed."""
    place = RegisterLookup(load_records(shipped())[0]).at(
        read_address(f"{HOST}/sites/planning-casework/Biodiversity net gain")
    )
    assert place.asset is not None
    assert place.entry is None


def test_the_public_register_is_public_and_its_neighbours_are_not() -> None:
    """IA-004 is internal except for its public library, and its site must allow what that library needs."""
    places = RegisterLookup(load_records(shipped())[0])
    assert places.at(read_address(f"{HOST}/sites/planning-casework/Public register")).posture is Posture.PUBLIC_VIEW
    assert places.at(read_address(f"{HOST}/sites/planning-casework/Public registers")).posture is Posture.INTERNAL
    assert places.loosest_posture(read_address(f"{HOST}/sites/planning-casework")) is Posture.PUBLIC_VIEW


def test_an_unregistered_site_has_no_place() -> None:
    """What no row covers is nobody's."""
    assert RegisterLookup(load_records(shipped())[0]).at(read_address(f"{HOST}/sites/gis-working")).asset is None


@pytest.mark.parametrize(
    ("period", "days"), [("P6Y", 2192), ("P4Y", 1461), ("P75Y", 27394), ("P100Y", 36525), ("P6M", 184), ("P60D", 60)]
)
def test_label_days_are_never_short(period: str, days: int) -> None:
    """A period in days is the longest that it can be."""
    assert least_label_days(period) == days


@pytest.mark.parametrize(
    ("register", "old", "new", "said"),
    [
        ("site_map", "Decided applications,IA-004", "Decided applications,IA-4", 'There is no asset "IA-4".'),
        ("information_asset_register", "RS-HOU-01", "RS-HOU-1", 'There is no schedule entry "RS-HOU-1".'),
        ("holds", "H-002,inquiry,COVID-19 inquiry,IA-011", "H-002,inquiry,COVID-19 inquiry,IA-111", '"IA-111"'),
        ("sharing_agreements", "eastvale-nhs.example;", "eastvale nhs;", "is not a mail domain"),
        (
            "retention_schedule",
            "P6Y,HOU-01 Tenancy ended 6y,2192",
            "P6Y,HOU-01 Tenancy ended 6y,2190",
            "shorter than P6Y",
        ),
        ("retention_schedule", "PLN-02 Pre-application advice 7y", "PLN-02 " + "x" * 58, "takes 64"),
        ("retention_schedule", "none,none,,Town and Country", "none,destroy,,Town and Country", "cannot be destroyed"),
        ("exceptions", "EX-01,sharing-anyone-links,IA-009", "EX-01,sharing-anyone-links,", "covers nothing"),
        ("exceptions", "CIG 2026-05/4,,2026-05-20,2027-05-31", "CIG 2026-05/4,,2026-05-20,", '"expires" is empty'),
        ("people_roles", "siro@wrenbridge.example", "the siro", "is not a sign-in name"),
        ("delegations", "review_labels", "review_label", "is not a value"),
    ],
)
def test_an_error_names_the_cell_and_the_remedy(register: str, old: str, new: str, said: str) -> None:
    """Each mistake of one cell is one problem with file, line and column."""
    found = only(changed(register, old, new))
    assert said in str(found)
    assert found.severity is Severity.ERROR
    assert found.mark.file == f"register/{register}.csv"
    assert found.mark.line > 1
    lines = changed(register, old, new)[found.mark.file].decode().splitlines()
    assert found.mark.column <= len(lines[found.mark.line - 1]) + 1


def test_the_nearest_name_is_offered() -> None:
    """A misspelt id comes with the one that was probably meant."""
    found = only(changed("site_map", "Decided applications,IA-004", "Decided applications,IA-0004"))
    assert 'Did you mean "IA-004"?' in found.remedy


def test_special_category_data_cannot_be_public() -> None:
    """public_view on sensitive data is refused, not reported."""
    found = only(changed("information_asset_register", "agreements_only,,SA-01", "public_view,,SA-01"))
    assert "cannot be public_view" in found.what


PUBLIC = f"{HOST}/sites/planning-casework/Public register"


@pytest.mark.parametrize("library", ["csc-casework/Child protection", "csc-casework/Not mapped"])
def test_special_category_data_cannot_be_made_public_by_another_row(library: str) -> None:
    """Another asset's row names the library as public: refused at its cell, and nothing of it is public."""
    files = changed("information_asset_register", PUBLIC, f"{HOST}/sites/{library}")
    found = only(files)
    assert (found.code, found.severity) == ("public", Severity.ERROR)
    assert "is of IA-001, whose special_category data cannot be public" in found.what
    assert RegisterLookup(load_records(files)[0]).at(read_address(f"{HOST}/sites/{library}")).posture is not (
        Posture.PUBLIC_VIEW
    )


@pytest.mark.parametrize(
    ("site", "whose"), [("housing-tenancy", "belongs to IA-005"), ("gis-working", "is in no asset's place")]
)
def test_a_public_library_of_another_asset_makes_nothing_public(site: str, whose: str) -> None:
    """Neither the library nor its site is opened by a row that it does not belong to, and `validate` and `register` say so."""
    library = f"{HOST}/sites/{site}/Maps"
    files = changed("information_asset_register", PUBLIC, library)
    found = only(files)
    assert (found.code, found.severity) == ("contradiction", Severity.WARNING)
    assert f"{whose}: nothing is public there" in found.what
    records = load_records(files)[0]
    before, places = RegisterLookup(load_records(shipped())[0]), RegisterLookup(records)
    for address in map(read_address, (library, f"{HOST}/sites/{site}")):
        assert places.at(address).posture == before.at(address).posture
        assert places.loosest_posture(address) == before.loosest_posture(address)
    told = [one.sentence for one in review(records, date(2026, 11, 23)) if one.matter is Matter.NOT_PUBLIC]
    assert len(told) == 1


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("planning-casework/Enforcement cases/2020.pdf", "is a file"),
        (
            "planning-casework/Enforcement cases/Forms/AllItems.aspx?id=%2Fsites%2Fplanning-casework%2FA%2FB",
            "is a folder",
        ),
    ],
)
def test_a_row_that_names_what_lies_inside_a_library_is_refused(written: str, said: str) -> None:
    """Where the address itself shows it, in the map, among an asset's places and among its public libraries."""
    mapped = "sites/planning-casework/Decided applications"
    for files in (
        changed("site_map", mapped, f"sites/{written}"),
        changed("information_asset_register", f"{HOST}/sites/planning-casework,", f"{HOST}/sites/{written},"),
        changed("information_asset_register", PUBLIC, f"{HOST}/sites/{written}"),
    ):
        found = [one for one in problems(files) if one.severity is Severity.ERROR]
        assert [one.code for one in found] == ["address"]
        assert f"{said}. Name the site or the library." in str(found[0])


def test_a_row_of_the_map_is_for_one_address() -> None:
    """Two addresses in its cell are told as two rows to be, and not as two addresses that lack what stands between them."""
    one = f"{HOST}/sites/planning-casework/Decided applications"
    found = only(changed("site_map", one, f"{one};{HOST}/sites/planning-casework/Appeals"))
    assert '"location" has 2 addresses, and a row is for one. Write a row for each.' in str(found)


@pytest.mark.parametrize(
    ("hidden", "name"),
    [
        ("\x1b[31m", "the control character u+001b"),
        ("\u202e", "right-to-left override"),
        ("\u200b", "zero width space"),
    ],
)
def test_a_cell_with_hidden_characters_is_refused(hidden: str, name: str) -> None:
    """What moves a terminal, turns the text or is not seen at all is refused at its cell, in a column that people only read, too."""
    found = only(changed("exceptions", "Hospital discharge", f"Hospital {hidden}discharge"))
    assert (found.code, found.mark.file) == ("invisible", "register/exceptions.csv")
    assert f"cannot be seen: {name}. Delete it." in str(found).lower().replace("delete", "Delete")


def test_a_row_deeper_than_a_library_is_doubted() -> None:
    """A folder's address looks like that of a library of a site below the site: the row serves, and is told at its cell."""
    found = only(changed("site_map", "planning-casework/Decided applications", "planning-casework/Decided/ENF-2012"))
    assert (found.code, found.severity, found.mark.column) == ("folder", Severity.WARNING, 1)
    assert "If it is a folder, this counts for nothing." in found.what


def test_a_draft_entry_cannot_be_followed() -> None:
    """An asset may not follow an entry that nobody has approved."""
    found = problems(changed("retention_schedule", "2026-12-31,approved", "2026-12-31,draft"))
    assert found
    assert all("RS-HOU-01" in problem.what and "draft" in problem.what for problem in found)


def test_a_library_belongs_to_one_asset() -> None:
    """Two rows for one library are refused, with both lines."""
    row = "\nhttps://wrenbridge.sharepoint.example/sites/revs-bens/letters/,IA-005,RS-HOU-01,nightly,"
    files = shipped()
    files["register/site_map.csv"] = files["register/site_map.csv"].rstrip() + row.encode()
    found = only(files)
    assert "line" in found.what
    assert "IA-006" in found.what


@pytest.mark.parametrize("again", ["IA-012", "ia-012", " IA-012 ", "IA- 012"])
def test_ids_that_differ_by_case_or_spaces_are_the_same(again: str) -> None:
    """A second row under the same id is found, however it is written."""
    files = changed("information_asset_register", "IA-011,Environmental", f"{again},Environmental")
    assert any("IA-012" in problem.what or again.strip() in problem.what for problem in problems(files))
    assert any(problem.code == "duplicate" for problem in problems(files))


def test_all_problems_of_all_files_come_at_once() -> None:
    """One run shows every mistake."""
    files = changed("site_map", "Decided applications,IA-004", "Decided applications,IA-4")
    files["register/holds.csv"] = files["register/holds.csv"].replace(b"2021-06-01", b"06/01/2021")
    files["register/calendar.csv"] = files["register/calendar.csv"].replace(b"2026-12-25", b"2026-12-52")
    assert {problem.mark.file for problem in problems(files)} == {
        "register/site_map.csv",
        "register/holds.csv",
        "register/calendar.csv",
    }


def test_a_missing_register_is_named() -> None:
    """Without holds.csv nothing loads: its absence is not an empty register."""
    files = shipped()
    del files["register/holds.csv"]
    assert only(files).mark.file == "register/holds.csv"


def test_problems_make_one_error_in_order_of_place() -> None:
    """BadInput lists its problems by file and line."""
    found = problems(changed("holds", "2021-06-01", "01/06/2021"))
    assert str(BadInput(found)).startswith("register/holds.csv:3:")


def test_posts_and_delegations_end() -> None:
    """Whoever left holds no post, and a delegation ends with its last day."""
    records, _ = load_records(shipped())
    assert not records.posts["head.send@wrenbridge.example"].holds(date(2026, 11, 1))
    assert records.posts["head.send@wrenbridge.example"].holds(date(2026, 10, 31))
    assert records.delegations[0].in_force(date(2027, 3, 31))
    assert not records.delegations[0].in_force(date(2027, 4, 1))


@pytest.mark.parametrize(
    ("old", "new", "differs"),
    [
        ("P4Y,DEM-02 Background papers 4y,1461,none,destroy", "P4Y,DEM-01 Committee records permanent,1461,none,destroy", "days"),
        ("P6M,HR-02 Recruitment 6m,184,none,destroy", "P6Y,HR-01 Leaver 6y,2192,none,destroy", "final_action"),
        ("created,Created,P60D,GEN-01 Transitory 60d,60", "created,Created,P6M,HR-02 Recruitment 6m,184", "trigger_kind"),
        (",event,Post filled,P6M,HR-02 Recruitment 6m,184,", ",dob,Born,P4Y,DEM-02 Background papers 4y,1461,", "trigger_kind"),
        ("P6M,HR-02 Recruitment 6m,184,none,destroy", "P6Y,HR-01 LEAVER 6Y,2192,record,destroy_after_review", "record_type"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("turned", [False, True])
def test_unequal_entries_cannot_share_a_label(old: str, new: str, differs: str, turned: bool) -> None:
    """A tenant has one label of a name: whichever row comes first, both are named and what differs is said."""
    files = changed("retention_schedule", old, new)
    if turned:
        header, *rows = files["register/retention_schedule.csv"].decode().splitlines()
        files["register/retention_schedule.csv"] = "\n".join([header, *reversed(rows)]).encode()
    found = only(files)
    assert found.code == "unequal-labels"
    assert found.what.count("RS-") == 2
    assert differs in found.what


def test_equal_entries_may_share_a_label() -> None:
    """Two classes of records that are kept alike can carry one label."""
    old, new = "P6M,HR-02 Recruitment 6m,184,none,destroy", "P6Y,HR-01 Leaver 6y,2192,none,destroy_after_review"
    assert problems(changed("retention_schedule", old, new)) == []


@pytest.mark.parametrize(
    ("register", "old", "new", "said"),
    [
        ("information_asset_register", ",,SA-01,electronic", ",,SA-99,electronic", 'There is no agreement "SA-99".'),
        ("retention_schedule", "approved,,1", "approved,RS-PLN-99,1", 'There is no schedule entry "RS-PLN-99".'),
    ],
)
def test_what_one_register_says_of_another_is_looked_up(register: str, old: str, new: str, said: str) -> None:
    """Agreements and successors that are in no file are refused at their cell."""
    found = only(changed(register, old, new))
    assert said in found.what
    assert found.mark.column > 1


def test_an_agreement_that_does_not_name_the_asset_is_told() -> None:
    """An asset that relies on an agreement which covers another is a warning."""
    found = only(changed("information_asset_register", ",,SA-01,electronic", ",,SA-01;SA-02,electronic"))
    assert (found.severity, found.code) == (Severity.WARNING, "agreement")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("P60D", "P0D", "keeps nothing for any time"),
        ("P6M", "P0M", "keeps nothing for any time"),
        ("P4Y,DEM-02 Background papers 4y,1461", "P1462D,DEM-02 Background papers 4y,1461", "shorter than P1462D"),
        ("P4Y,DEM-02 Background papers 4y,1461", "P52W,DEM-02 Background papers 4y,1461", "Write it in days: P364D."),
        ("P4Y,DEM-02 Background papers 4y,1461", "P3Y6M,DEM-02 Background papers 4y,1461", "Write it in months: P42M."),
        ("P4Y,DEM-02 Background papers 4y,1461", "p4y,DEM-02 Background papers 4y,1461", "Write P4Y."),
        (
            "P4Y,DEM-02 Background papers 4y,1461",
            "P99999Y,DEM-02 Background papers 4y,",
            "longer than a label can keep",
        ),
        ("DEM-01 Committee records permanent,,", "DEM-01 Committee records permanent,365,", "Leave label_days empty"),
        (
            "meeting_date,Meeting held,P4Y",
            "permanent,Meeting held,P4Y",
            "Nothing is counted from permanent, and P4Y is",
        ),
        ("P4Y,DEM-02 Background papers 4y,1461", "P04Y,DEM-02 Background papers 4y,1461", "is not a period"),
    ],
)
def test_a_period_is_right_or_its_fault_is_named(old: str, new: str, said: str) -> None:
    """Each wrong period is one problem that says what is wrong with it, not something else."""
    assert said in str(only(changed("retention_schedule", old, new)))


def test_a_period_in_days_may_have_four_digits() -> None:
    """P1461D is four years."""
    assert problems(changed("retention_schedule", "P4Y,DEM-02", "P1461D,DEM-02")) == []


@pytest.mark.parametrize("name", ["Permanent (100 Years)", "Health & Safety 40y", "CYP_01"])
def test_labels_that_tenants_have_are_taken(name: str) -> None:
    """Purview takes such names by hand; only the import of a file plan does not, and that is a warning."""
    found = only(changed("retention_schedule", "PLN-02 Pre-application advice 7y", name))
    assert (found.severity, found.code) == (Severity.WARNING, "label-name")
    assert name in found.what


@pytest.mark.parametrize(
    ("place", "said"),
    [("sites/hr-casework/Recruitment", "belongs to IA-007"), ("sites/intranet", "is in no asset's place")],
)
def test_an_exception_whose_asset_and_place_contradict_is_told(place: str, said: str) -> None:
    """It would exempt nothing, and nobody would know: the row serves, and what it says is doubted at its cell."""
    found = only(
        changed(
            "exceptions",
            "EX-02,sharing-outside-people,IA-002,,",
            f"EX-02,sharing-outside-people,IA-002,{HOST}/{place},",
        )
    )
    assert (found.code, found.severity, found.mark.column) == ("contradiction", Severity.WARNING, 37)
    assert said in found.what


@pytest.mark.parametrize(
    ("row", "said", "column"),
    [
        (f"H-X,other,,IA-006,,{HOST}/sites/housing-tenancy/Tenancy files,,,2026-11-01,,,", "all of IA-006", 20),
        (f"H-X,other,,IA-006,,{HOST}/sites/intranet/News,,,2026-11-01,,,", "is in no asset's place", 20),
        ("H-X,other,,IA-011,RS-HOU-01,,,,2026-11-01,,,", "which no library there follows", 19),
    ],
)
def test_a_hold_that_contradicts_itself_is_told_at_its_cell(row: str, said: str, column: int) -> None:
    """It covers a whole asset that nobody meant: `validate` says so, without a mirror, where it stands."""
    files = shipped()
    files["register/holds.csv"] += f"{row}\n".encode()
    found = only(files)
    assert (found.code, found.severity, found.mark.column) == ("contradiction", Severity.WARNING, column)
    assert said in found.what


@pytest.mark.parametrize(
    ("register", "old", "new", "code", "column"),
    [
        ("site_map", "\n", f"\n{HOST}/sites/hr-casework/Leavers,IA-001,,,\n", "mapped-twice", 1),
        ("information_asset_register", "/sites/hr-casework", "/sites/procurement", "mapped-twice", 0),
        (
            "retention_schedule",
            "DEM-02 Background papers 4y",
            "DEM-01 Committee records permanent",
            "unequal-labels",
            0,
        ),
    ],
)
def test_what_is_wrong_with_a_cell_is_told_at_the_cell(
    register: str, old: str, new: str, code: str, column: int
) -> None:
    """What two rows say against each other is told in line and column, not at a row alone."""
    found = [problem for problem in problems(changed(register, old, new)) if problem.code == code]
    assert found
    assert all(problem.mark.column == column or (column == 0 < problem.mark.column) for problem in found)
