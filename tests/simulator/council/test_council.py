"""The council "Wrenbridge": its numbers and the facts planted in it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from simulator.council import build_council
from simulator.council.data import read_council
from simulator.council.fill import item_count
from simulator.councils import SAMPLE, folder_of
from simulator.tenant.clock import START, moment
from simulator.tenant.model import Drive, Item
from simulator.tenant.sharing import scope_of
from simulator.tenant.state import Tenant

ASSETS = {
    "IA-001": (2, 9, 61_400, 148, 0, 26), "IA-002": (1, 6, 48_900, 112, 0, 31), "IA-003": (1, 4, 22_300, 61, 2, 9),
    "IA-004": (1, 7, 183_000, 940, 14, 5), "IA-005": (1, 5, 74_200, 133, 3, 4), "IA-006": (1, 4, 92_700, 120, 0, 0),
    "IA-007": (1, 3, 18_400, 29, 0, 0), "IA-008": (1, 5, 15_900, 44, 1, 12), "IA-009": (1, 4, 27_600, 58, 40, 0),
    "IA-010": (1, 3, 9_800, 35, 6, 0), "IA-011": (1, 4, 31_500, 77, 1, 3), "IA-012": (2, 6, 12_600, 210, 7, 18),
    "": (3, 5, 4_100, 19, 2, 6),
}  # fmt: skip
"""Sites, libraries, items, gigabytes, Anyone links and outside people of each asset; "" is unregistered."""


@pytest.fixture(scope="module", params=[0.0005, 0.02])
def council(request: pytest.FixtureRequest) -> Tenant:
    """The council at a very small and at a small scale."""
    return build_council(scale=request.param)


def _governed(tenant: Tenant) -> list[Drive]:
    wanted: Any = tenant.planted["governed_sites"]
    sites = [tenant.sites[each] for each in wanted]
    own = (drive for site in sites for drive in site.drives if not drive.system and not drive.hold)
    return [drive for drive in own if drive.path != "SiteAssets"]


def _items(drive: Drive) -> list[Item]:
    return [each for each in drive.order[1:] if each is not None]


def _is_person(tenant: Tenant, item: Item) -> bool:
    return not item.modified_by.application and item.modified_by.email != tenant.planted["migration_account"]


def test_the_estate_has_the_numbers_of_each_asset() -> None:
    """Sites, libraries, items and gigabytes at full scale are those of the register."""
    general = {"teams/canalside-delivery", "teams/ext-flood-partners"}  # their folder General is an item too
    for asset, expected in ASSETS.items():
        sites = [site for site in read_council(folder_of(SAMPLE)).sites.sites if site.asset == asset]
        libraries = [library for site in sites for library in site.libraries]
        items = sum(item_count(library, 1.0) for library in libraries) + len({site.path for site in sites} & general)
        assert (len(sites), len(libraries), items, sum(library.gb for library in libraries)) == expected[:4], asset


def test_links_and_people_hold_at_any_scale(council: Tenant) -> None:
    """76 Anyone links, of each asset its own number, and 114 outside people, each another person."""
    links = Counter(
        drive.site.asset
        for drive in _governed(council)
        for item in _items(drive)
        for entry in item.own or ()
        if entry.link is not None and entry.link.scope == "anonymous"
    )
    assert links == Counter({asset: numbers[4] for asset, numbers in ASSETS.items()})
    told: Any = council.planted["anyone_links"]
    assert (len(told), sum(each["allowed"] for each in told)) == (76, 52)
    people: Any = council.planted["outside_people"]
    guests = {user.upn for user in council.users.values() if user.guest}
    assert {each["upn"] for each in people} == guests
    assert len(guests) == 114
    by_asset = Counter(council.drives[each["driveId"]].site.asset if "driveId" in each else "team" for each in people)
    by_asset.subtract({asset: numbers[5] for asset, numbers in ASSETS.items() if asset not in ("IA-012", "")})
    assert {asset: number for asset, number in by_asset.items() if number} == {"team": 17, "IA-012": 7}


def test_seventeen_sites_and_sixty_five_libraries(council: Tenant) -> None:
    """The governed estate, with others beside it that rules exclude."""
    assert len(_governed(council)) == 65 + 13  # thirteen "Documents" that nobody uses
    kinds = Counter(site.kind for site in council.sites.values())
    assert kinds["personal"] == kinds["channel"] == 1
    assert len(council.sites) == 23
    assert [site.path for site in council.sites.values() if site.lock == "NoAccess"] == ["sites/leisure-trust-2019"]
    assert {drive.path for drive in council.drives.values() if drive.system} == {
        "Style Library",
        "PreservationHoldLibrary",
        "SitePages",
        "SiteAssets",
    }
    for site in {drive.site.id: drive.site for drive in _governed(council)}.values():
        assert {"Shared Documents", "SitePages", "SiteAssets"} <= {drive.path for drive in site.drives}, site.path


def test_the_request_on_hold_has_twelve_files(council: Tenant) -> None:
    """FOI-2026-0417 lies at the top of the old advice library, where the hold register points."""
    folder = council.item_at(
        f"{council.root_url}/sites/planning-casework/Pre-application advice 2012 to 2020/FOI-2026-0417"
    )
    held: Any = council.planted["hold_h003"]
    assert [each.id for each in folder.folder()] == held["itemIds"]
    assert len(folder.folder()) == 12


def test_old_advice_is_stale_to_people_alone(council: Tenant) -> None:
    """The last human touch is of 14 March 2024, though apps and the migration touched files afterwards."""
    told: Any = council.planted["stale_library"]
    items = _items(council.drives[told["driveId"]])
    by_people = max(each.modified for each in items if _is_person(council, each))
    assert moment("2024-03-14T00:00:00Z") < by_people < moment("2024-03-15T00:00:00Z")
    assert max(each.modified for each in items) > moment("2025-06-01T00:00:00Z")
    assert max(each.client_modified for each in items) < moment("2024-03-15T00:00:00Z")
    files = [each for each in items if not each.is_folder]
    assert min(each.created for each in files) == moment("2012-05-02T09:00:00Z")
    young = [each for each in files if each.created > moment("2019-11-22T00:00:00Z")]
    assert (len(files), len(young)) == (told["files"], told["withinPeriod"])


def test_canalside_is_stale_and_the_others_are_not(council: Tenant) -> None:
    """Nobody has worked in either Canalside site since March 2025; people worked in the live libraries this month."""
    stale = {"sites/canalside", "teams/canalside-delivery", "sites/xmas-lights-2023"}
    for drive in _governed(council):
        worked = [each.modified for each in _items(drive) if _is_person(council, each)]
        if not worked:
            assert (drive.path, len(drive.items)) == ("Shared Documents", 1)
            continue
        last = max(worked)
        if drive.site.path in stale or drive.id == council.planted["stale_library"]["driveId"]:  # type: ignore[index]  # a dict
            assert last < moment("2025-04-01T00:00:00Z"), drive.url
        else:
            assert last > START.timestamp() - 21 * 86400, drive.url


def test_nothing_lies_in_the_future(council: Tenant) -> None:
    """Every time is before the tenant's start, and nothing was modified before it was made."""
    for drive in council.drives.values():
        for item in _items(drive):
            assert item.created <= item.modified <= START.timestamp()


def test_labels_are_a_believable_mix(council: Tenant) -> None:
    """By default and by hand, right and other, records and one regulatory record, and many without."""
    stamps = [item.stamp for drive in _governed(council) for item in _items(drive) if not item.is_folder]
    kinds = Counter(
        "none" if stamp is None else stamp.label.kind if stamp.label.is_record else stamp.explicit for stamp in stamps
    )
    assert kinds["regulatory"] == 1
    assert min(kinds["none"], kinds[True], kinds[False], kinds["record"]) > 15
    deeds = council.drives[str(council.planted["record_library"])]
    assert any(item.stamp is not None and item.stamp.label.kind == "record" for item in _items(deeds))


def test_drift_is_planted(council: Tenant) -> None:
    """FIN-01 keeps two days too few and HR-02 does not exist."""
    assert council.labels["FIN-01 Council tax FYE 6y"].days == 2190
    assert not any(name.startswith("HR-02") for name in council.labels)


def test_people_and_places_that_are_wrong(council: Tenant) -> None:
    """A leaver who still owns, an ownerless site, a public team, a grant to everyone, a site looser than its class."""
    leaver = council.users_by_upn["head.send@wrenbridge.example"]
    assert not leaver.enabled
    assert leaver.id in council.sites_by_path["sites/send-ehcp"].owners
    ownerless = council.sites[str(council.planted["ownerless_site"])]
    assert council.groups[ownerless.group_id].owners == []
    assert [group.name for group in council.groups.values() if group.visibility == "Public"] == ["Canalside delivery"]
    everyone = [
        item
        for drive in council.drives.values()
        for item in _items(drive)
        for entry in item.own or ()
        if entry.grantee is not None and entry.grantee.kind == "everyone_internal"
    ]
    assert [item.drive.site.path for item in everyone] == ["sites/hr-casework"]
    assert scope_of(everyone[0]) == "users"
    assert council.sites_by_path["sites/hr-casework"].capability == "anyone"


def test_folders_add_up(council: Tenant) -> None:
    """Names are unique in a folder and its size is that of its content."""
    for drive in council.drives.values():
        for folder in filter(None, drive.order):
            if folder.children is not None:
                assert folder.size == sum(child.size for child in folder.children)
                assert len({child.name.casefold() for child in folder.children}) == len(folder.children)


def test_a_seed_makes_one_tenant() -> None:
    """The same seed gives the same ids, names and dates; another seed gives others."""
    one, same, other = (build_council(scale=0.0005, seed=seed) for seed in (5, 5, 6))

    def told(tenant: Tenant) -> list[tuple[str, str, int]]:
        return [(item.id, item.name, item.modified) for drive in tenant.drives.values() for item in _items(drive)]

    assert told(one) == told(same)
    assert one.planted == same.planted
    assert told(one) != told(other)
