"""A first site map: what the mirror suggests, and that nothing of it counts before somebody confirmed it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from custos.errors import BadInput
from custos.jobs.site_map_proposal import mirrored_sites
from custos.onboarding.confirmation import confirmed_one_by_one, proposal_file, read_confirmed
from custos.onboarding.site_map_proposal import MirroredLibrary, MirroredSite, Proposal, propose, site_map_row
from custos.policy import Bundle, load_files
from custos.records.address import read_address
from tests.policy.policies import shipped

HOST = "https://wrenbridge.sharepoint.example"


def place(path: str) -> MirroredSite:
    return MirroredSite(address=read_address(f"{HOST}/{path}"), title=path.rpartition("/")[2])


def without_map(*lost: str) -> Bundle:
    """The sample council without a site map, and without the sites of some assets."""
    files = dict(shipped().files)
    files["register/site_map.csv"] = b"location,asset_id\n"
    text = files["register/information_asset_register.csv"].decode()
    for number, path in enumerate(lost):
        text = text.replace(f"{HOST}/{path}", f"{HOST}/sites/somewhere-else-{number}")
    files["register/information_asset_register.csv"] = text.encode()
    return load_files(files)


def proposed(bundle: Bundle, *sites: MirroredSite) -> list[Proposal]:
    return propose(bundle.records, sites, bundle.settings.not_governed)


def test_a_site_is_matched_by_names_and_by_owners() -> None:
    """Words in common and an owner who answers for the asset speak for it, and are told; the front page is not asked about."""
    bundle = without_map("sites/housing-tenancy", "sites/regulatory")
    named = MirroredSite(address=read_address(f"{HOST}/sites/hsg"), title="Tenancy agreements")
    owned = MirroredSite(
        address=read_address(f"{HOST}/sites/rs"),
        title="Projects",
        owners=frozenset({"regulatory.support.officer@wrenbridge.example"}),
    )
    front = MirroredSite(address=read_address(HOST), title="Housing tenancy")
    found = {one.location.text: one for one in proposed(bundle, named, owned, front)}
    assert found.keys() == {f"{HOST}/sites/hsg", f"{HOST}/sites/rs"}
    assert (found[f"{HOST}/sites/hsg"].asset_id, found[f"{HOST}/sites/hsg"].schedule_ref) == ("IA-005", "RS-HOU-01")
    assert found[f"{HOST}/sites/rs"].asset_id == "IA-011"
    assert "regulatory.support.officer@wrenbridge.example answers for IA-011" in found[f"{HOST}/sites/rs"].why


def test_what_a_site_is_by_its_template_is_told() -> None:
    """A channel's site goes where its team goes, also when its own name says another thing; the kind of each is told with the reason."""
    bundle = without_map("sites/housing-tenancy")
    team = MirroredSite(address=read_address(f"{HOST}/sites/hsg"), title="Tenancy agreements", kind="team")
    channel = MirroredSite(
        address=read_address(f"{HOST}/sites/hsg-Planning"), title="Planning casework", kind="channel"
    )
    other = MirroredSite(address=read_address(f"{HOST}/sites/hsgx-qqq"), title="zzz", kind="channel")
    shows = MirroredSite(address=read_address(f"{HOST}/sites/zzz"), title="zzz", kind="communication")
    found = {one.location.segments[-1]: one for one in proposed(bundle, channel, team, other, shows)}
    assert (found["hsg"].asset_id, found["hsg-planning"].asset_id) == ("IA-005", "IA-005")
    assert (
        found["hsg-planning"].why == "a channel's site: by its address of the team Tenancy agreements, which is IA-005"
    )
    assert found["hsgx-qqq"].asset_id == ""
    assert found["zzz"].why == "a communication site, which shows what others wrote: no asset is like it"


def test_what_could_be_two_is_left_to_a_person() -> None:
    """Two assets that fit as well are both named and neither is proposed; so is what nothing is like."""
    bundle = without_map()
    both, none = proposed(bundle, place("sites/care"), place("sites/zzz"))
    assert both.asset_id == none.asset_id == ""
    assert both.why.startswith("could be IA-0")
    assert none.why == "no asset is like it"


def test_libraries_are_asked_about_where_an_asset_has_several_entries() -> None:
    """By their names, or by the label that their files bear already; where the asset has one entry, nobody is asked."""
    bundle = without_map()
    libraries = [
        MirroredLibrary(address=read_address(f"{HOST}/sites/planning-casework/{name}"), name=name, label=label)
        for name, label in (
            ("Enforcement cases", ""),
            ("Old things", "PLN-04 Building control 15y"),
            ("Photographs", ""),
        )
    ]
    planning = MirroredSite(
        address=read_address(f"{HOST}/sites/planning-casework"), title="Planning", libraries=libraries
    )
    housing = place("sites/housing-tenancy")
    found = {one.location.segments[-1]: one for one in proposed(bundle, planning, housing)}
    assert {name: one.schedule_ref for name, one in found.items()} == {
        "enforcement cases": "RS-PLN-03",
        "old things": "RS-PLN-04",
        "photographs": "",
    }
    assert {one.asset_id for one in found.values()} == {"IA-004"}


def test_only_what_was_confirmed_becomes_a_row(tmp_path: Path) -> None:
    """yes becomes a row as it was corrected, no and a blank do not."""
    file = tmp_path / "map.csv"
    bundle = without_map("sites/housing-tenancy")
    file.write_bytes(proposal_file(proposed(bundle, place("sites/tenancy"), place("sites/care"), place("sites/zzz"))))
    assert read_confirmed(file, bundle.records).rows == []
    lines = file.read_text().splitlines()
    lines[1] = f"no,{lines[1][1:]}"
    lines[2] = f"yes,{lines[2][1:]}"
    lines[3] = f"yes,{HOST}/sites/zzz,IA-007,RS-HR-01,live,,mine"
    file.write_text("\n".join(lines))
    found = read_confirmed(file, bundle.records)
    assert (found.declined, found.open) == (1, 0)
    assert list(found.rows) == [
        {"location": f"{HOST}/sites/tenancy", "asset_id": "IA-005", "schedule_ref": "RS-HOU-01"},
        {"location": f"{HOST}/sites/zzz", "asset_id": "IA-007", "schedule_ref": "RS-HR-01", "watch": "live"},
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("maybe,{host}/sites/a,IA-001,,,,", 'map.csv:2:1  "maybe" neither confirms nor declines. Write yes or no.'),
        ("yes,{host}/sites/a,IA-999,,,,", 'map.csv:2:51  There is no asset "IA-999".'),
        ("yes,{host}/sites/a,IA-001,RS-XYZ-01,,,", 'There is no schedule entry "RS-XYZ-01".'),
        ("yes,{host}/sites/a,,,,,", "map.csv:2"),
        ("yes,not an address,IA-001,,,,", "map.csv:2:5"),
        ("yes,{host}/sites/a,=1+1,,,,", "begins like a spreadsheet formula"),
    ],
)
def test_a_slip_in_what_was_confirmed_is_refused(tmp_path: Path, row: str, said: str) -> None:
    """With file, line and column, and nothing is taken."""
    file = tmp_path / "map.csv"
    file.write_text(f"confirmed,location,asset_id,schedule_ref,watch,team,why\n{row.format(host=HOST)}\n")
    with pytest.raises(BadInput) as refused:
        read_confirmed(file, shipped().records)
    assert said in str(refused.value)


def test_what_has_no_address_costs_itself_alone() -> None:
    """A site or library whose address Microsoft did not tell, or told as none, is counted; the others are proposed as they are spelt."""
    site = {"kind": "team", "access": "readable", "excluded": "", "group_id": "g"}
    sites = [
        site | {"site_id": "1", "web_url": f"{HOST}/sites/a", "title": "A"},
        site | {"site_id": "2", "web_url": None, "title": "B"},
        site | {"site_id": "3", "web_url": "nonsense", "title": None},
    ]
    drives = [
        {
            "drive_id": "x",
            "site_id": "1",
            "name": "100% done",
            "web_url": f"{HOST}/sites/a/100%25%20done",
            "governed": True,
        },
        {"drive_id": "y", "site_id": "1", "name": "?", "web_url": None, "governed": True},
        {"drive_id": "z", "site_id": "2", "name": "Z", "web_url": f"{HOST}/sites/b/Z", "governed": True},
    ]
    frames = {
        "sites": pl.DataFrame(sites),
        "drives": pl.DataFrame(drives),
        "members": pl.DataFrame({"role": ["owner", "owner"], "group_id": ["g", "g"], "upn": [None, "O@x.example"]}),
        "items": pl.DataFrame({"drive_id": ["x"], "label": [""], "is_folder": [False]}),
    }
    (found,), unplaced = mirrored_sites(frames)
    assert unplaced == 3
    assert found.owners == {"o@x.example"}
    (library,) = found.libraries
    row = site_map_row(Proposal(location=library.address, asset_id="IA-001", schedule_ref="", why=""))
    assert read_address(row["location"]) == library.address


def test_rows_are_confirmed_one_by_one(tmp_path: Path) -> None:
    """Each row that proposes an asset is asked about: yes and no are kept, later leaves it open, stop leaves all that follow open."""
    bundle = shipped()
    rows = [
        Proposal(
            location=read_address(f"{HOST}/sites/{number}"), asset_id=asset, schedule_ref="", why="its name says so"
        )
        for number, asset in enumerate(("IA-005", "", "IA-011", "IA-005", "IA-011"))
    ]
    answers, asked = iter(["Y", "no", "stop"]), list[str]()

    def ask(question: str) -> str:
        asked.append(question)
        return next(answers)

    said = confirmed_one_by_one(rows, ask)
    assert said == {0: "yes", 2: "no"}
    assert len(asked) == 3
    assert asked[0].startswith(f"1 of 4: {HOST}/sites/0 is IA-005, because its name says so. yes, no, later or stop")
    file = tmp_path / "site_map.proposal.csv"
    file.write_bytes(proposal_file(rows, said))
    found = read_confirmed(file, bundle.records)
    assert ([row["asset_id"] for row in found.rows], found.declined, found.open) == (
        ["IA-005"],
        1,
        3,
    )
