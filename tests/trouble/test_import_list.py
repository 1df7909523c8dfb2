"""`custos import … --online` takes a SharePoint list: columns by the names that people see, people by who they are."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from custos.errors import BadInput
from custos.importing.list_sheet import sheet_of
from custos.m365.lists import ColumnType, ListColumn, SharePointList
from custos.records.csv_file import MOST_ROWS
from simulator.tenant.model import ListRow, OwnColumn, PlainList
from tests.trouble.tiny_council import LIBRARY, World

LONDON = ZoneInfo("Europe/London")
POSTS = "Who holds which post"


def _put_up(world: World) -> str:
    """A list of posts with a column of people, and the list in which the site explains their numbers. Its address."""
    site, tenant = world.drive(LIBRARY).site, world.server.tenant
    user = next(each for each in tenant.users.values() if each.enabled and not each.guest)
    by, now = tenant.actor(user), tenant.now()

    def make() -> None:
        people = PlainList("l-people", site, "User Information List", "_catalogs/users", "genericList", now)
        people.rows.append(ListRow(user.name, now, now, by, {"UserName": user.upn, "EMail": user.mail}))
        posts = PlainList("l-posts", site, POSTS, f"Lists/{POSTS}", "genericList", now)
        posts.columns += [
            OwnColumn("Officer", "Officer", "personOrGroup", {"allowMultipleSelection": False}),
            OwnColumn("Job_x0020_title", "Job title"),
            OwnColumn("Directorate", "Department", "choice", {"choices": ["Legal"]}),
        ]
        told = {"Job_x0020_title": "Keeper of the lists", "Directorate": "Legal"}
        posts.rows += [
            ListRow("1", now, now, by, {"OfficerLookupId": "1", **told}),
            ListRow("2", now, now, by, {"OfficerLookupId": "99", **told}),
        ]
        site.lists += [people, posts]

    world.server.do(make)
    return user.upn


def test_a_list_becomes_a_register(world: World, tmp_path: Path) -> None:
    """Whoever a number means stands in the register; a number that nobody explains costs its row, with its place in the list."""
    upn = _put_up(world)
    policies, mapping = tmp_path / "policies", tmp_path / "posts.yaml"
    shutil.copytree(world.environment["CUSTOS_POLICIES"], policies)
    site = world.drive(LIBRARY).site
    typed = (
        "import",
        "people_roles",
        f"{site.url}/Lists/Who%20holds%20which%20post/AllItems.aspx",
        "--into",
        str(policies),
        "--mapping",
        str(mapping),
    )
    offline = world.custos(*typed)
    assert (offline.code, "A list of SharePoint is read with --online." in offline.err) == (2, True)
    said = world.custos(*typed, "--online")
    assert mapping.exists(), said.out + said.err
    told = " ".join(said.out.split())
    assert f"{POSTS}:item 2:Officer" in told
    assert "Microsoft does not tell who person 99 is." in told
    world.custos(*typed, "--online")
    rows = (policies / "register" / "people_roles.csv").read_text(encoding="utf-8")
    assert [line for line in rows.splitlines() if line.startswith(f"{upn},") and "Keeper of the lists" in line]
    missing = world.custos(
        "import",
        "people_roles",
        f"{site.url}/Lists/Nothing",
        "--into",
        str(policies),
        "--online",
        "--mapping",
        str(mapping),
    )
    assert (missing.code, "There is no list at" in missing.err, missing.out) == (2, True, "")
    world.server.do(site.lists.clear)


def _list(columns: list[ListColumn], fields: dict[str, object], people: dict[str, str] | None = None) -> SharePointList:
    return SharePointList("Holds", columns, {"7": fields}, people or {}, 0)


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (ColumnType.DAY, "2026-06-30T23:00:00Z", date(2026, 7, 1).isoformat()),
        (ColumnType.DAY, "2026-12-01T00:00:00Z", "2026-12-01"),
        (ColumnType.TEXT, True, "yes"),
        (ColumnType.TEXT, 6.0, "6"),
        (ColumnType.TEXT, ["RS-1", "RS-2"], "RS-1; RS-2"),
        (ColumnType.TEXT, {"Url": "https://x.example/y", "Description": "y"}, "https://x.example/y"),
        (ColumnType.TEXT, None, ""),
    ],
)
def test_what_stands_in_a_cell(kind: ColumnType, value: object, text: str) -> None:
    """A day is the council's, although SharePoint keeps the moment at which it began; the rest is text as people see it."""
    sheet = sheet_of(_list([ListColumn("x", "X", kind)], {"x": value}), LONDON)
    cell = sheet.rows[1][0]
    assert (cell.text, cell.fault, cell.place) == (text, "", "Holds:item 7:X")


@pytest.mark.parametrize(
    ("kind", "fields", "fault"),
    [
        (ColumnType.DAY, {"x": "soon"}, "that is none"),
        (ColumnType.TEXT, {"x": {"odd": 1}}, "not understood"),
        (ColumnType.PERSON, {"xLookupId": "5"}, "who person 5 is"),
        (ColumnType.PERSON, {"x": [{"LookupId": 5}, {"LookupId": 6, "Email": "a@x.example"}]}, "who everybody here is"),
    ],
)
def test_what_cannot_be_known_is_a_fault_of_its_cell(kind: ColumnType, fields: dict[str, object], fault: str) -> None:
    """Nothing is guessed: the cell says why, and has no text."""
    cell = sheet_of(_list([ListColumn("x", "X", kind)], fields), LONDON).rows[1][0]
    assert (cell.text, fault in cell.fault) == ("", True)


def test_several_people_in_a_cell() -> None:
    """Each by the address that Microsoft tells, or by the list of the site's people."""
    fields: dict[str, object] = {"x": [{"LookupId": 5}, {"LookupId": 6, "Email": "a@x.example"}]}
    cell = sheet_of(_list([ListColumn("x", "X", ColumnType.PERSON)], fields, {"5": "b@x.example"}), LONDON).rows[1][0]
    assert cell.text == "b@x.example; a@x.example"


def test_people_that_could_not_be_read_are_one_sentence() -> None:
    """Where nobody's number can be explained that is said once, with its reason; who is named by address needs no explanation."""
    columns = [ListColumn("x", "Officer", ColumnType.PERSON)]
    rows = {str(number): {"xLookupId": str(number)} for number in range(50)}
    unread = "Microsoft answered 403."
    with pytest.raises(
        BadInput, match=r"Whom the column Officer means could not be read: Microsoft answered 403\."
    ) as refused:
        sheet_of(SharePointList("Posts", columns, rows, {}, 0, unread), LONDON)
    assert len(refused.value.problems) == 1
    told: dict[str, dict[str, object]] = {"1": {"x": [{"LookupId": 6, "Email": "a@x.example"}]}, "2": {}}
    sheet = sheet_of(SharePointList("Posts", columns, told, {}, 0, unread), LONDON)
    assert [row[0].text for row in sheet.rows] == ["Officer", "a@x.example", ""]


def test_a_list_without_end_is_refused() -> None:
    """More rows than a register may have is one sentence."""
    rows = {str(number): {} for number in range(MOST_ROWS + 1)}
    with pytest.raises(BadInput, match="more than"):
        sheet_of(SharePointList("Holds", [], rows, {}, 0), LONDON)
