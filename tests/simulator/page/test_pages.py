"""The tenant's pages over HTTP: what they let in, what they say, and the same as JSON."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any, NoReturn

import aiohttp
import pytest

from simulator.tenant.model import Item
from tests.simulator.page.conftest import HOSTILE, MODULE
from tests.simulator.served_tenant import LABEL, PRIYA, ServedTenant

pytestmark = MODULE
PAGES = ("", "sites", "directory", "groups", "subscriptions", "traffic", "trouble", "search?q=plan", "chats")
LIBRARY = "/sites/planning-casework/Shared Documents"


async def fetched(served: ServedTenant, path: str, **headers: str) -> tuple[int, str, Any]:
    async with served.http.get(f"{served.base}{path}", headers=headers, allow_redirects=False) as answer:
        return answer.status, await answer.text(), answer.headers


async def told(served: ServedTenant, path: str) -> Any:
    """The JSON of a page."""
    async with served.http.get(f"{served.base}/sim/{path}") as answer:
        assert answer.content_type == "application/json"
        return await answer.json()


async def sent(served: ServedTenant, form: dict[str, str], **headers: str) -> tuple[int, str]:
    """Send a form as a page of the tenant would; its status and where it leads."""
    origin = {"Origin": served.base, **headers}
    async with served.http.post(f"{served.base}/sim/do", data=form, headers=origin, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", "")


def share(served: ServedTenant) -> dict[str, str]:
    item = served.tenant.item_at(f"{LIBRARY}/notes.docx")
    return {"verb": "share", "with": "anyone", "drive": item.drive.id, "item": item.id, "back": "/sim/sites"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://attacker.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Host": "attacker.example", "Origin": "http://attacker.example"},
        {"Host": "graph.microsoft.com", "Origin": "http://graph.microsoft.com"},
    ],
)
async def test_forms_of_other_sites_do_nothing(served: ServedTenant, headers: dict[str, str]) -> None:
    """A form from elsewhere, from nowhere, or sent to a rebound name is refused and changes nothing."""
    assert (await sent(served, share(served), **headers))[0] >= 400
    assert not served.tenant.item_at(f"{LIBRARY}/notes.docx").own


async def test_forms_without_an_origin_do_nothing(served: ServedTenant) -> None:
    """A form whose browser does not say where it stood is refused."""
    async with aiohttp.ClientSession() as http, http.post(f"{served.base}/sim/do", data=share(served)) as answer:
        assert answer.status == 403


@pytest.mark.parametrize("where", [*PAGES, "sites.json", "chats.json", "static/page.css"])
async def test_rebound_names_see_nothing(served: ServedTenant, where: str) -> None:
    """Under a name that is not of this machine no page, no data and no file is given."""
    assert (await fetched(served, f"/sim/{where}", Host="attacker.example"))[0] == 403


async def test_a_deed_leads_back_to_its_page(served: ServedTenant) -> None:
    """After a deed the page is loaded again, with what happened; an address elsewhere is not followed."""
    status, where = await sent(served, share(served))
    assert status == 303
    assert where.startswith("/sim/sites?note=")
    assert "notes.docx was shared." in (await fetched(served, where))[1]
    for elsewhere in (
        "https://attacker.example/sim/",
        "//attacker.example/sim/",
        "/\\attacker.example",
        "javascript:x",
    ):
        _, where = await sent(served, {**share(served), "back": elsewhere})
        assert where.startswith("/sim/?note=")
    await served.act("unshare", at=f"{LIBRARY}/notes.docx")


async def test_an_address_cannot_put_words_into_a_page(served: ServedTenant) -> None:
    """Only what the tenant itself has to tell of a deed is told."""
    _, text, _ = await fetched(served, "/sim/sites?note=Send%20money")
    assert "Send" not in text.replace("SEND", "")


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"verb": "edit", "size": "many"}, "That cannot be read"),
        ({"verb": "sing"}, "There is no verb"),
        ({"verb": "rename", "name": "Plans"}, "409 nameAlreadyExists"),
        ({"verb": "share", "with": "anyone", "expires": "2020-01-01T00:00"}, "must lie in the future"),
        ({"verb": "put-trouble-on", "kind": "weather"}, "There is no kind"),
        ({"verb": "put-trouble-on", "kind": "latency", "seconds": "long"}, "seconds must be a number"),
        ({"verb": "take-trouble-off", "which": "t999"}, "could not be found"),
        ({"verb": "advance-clock", "to": "soon"}, "is no moment"),
    ],
)
async def test_what_cannot_be_is_told_in_one_sentence(served: ServedTenant, form: dict[str, str], words: str) -> None:
    """A senseless or refused deed changes nothing and says why on the page."""
    _, where = await sent(served, {**share(served), "with": "", **form})
    _, text, _ = await fetched(served, where)
    note = text.partition('role="status"')[2].partition("</p>")[0]
    assert words in note


class Outline(HTMLParser):
    """What a page is made of: elements with their attributes, and texts."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.within: list[str] = []
        self.unlabelled: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.elements.append((tag, given))
        asks = tag in ("input", "select") and given.get("type") != "hidden"
        if asks and "label" not in self.within and "aria-label" not in given:
            self.unlabelled.append(str(given))
        if tag not in ("input", "meta", "link"):
            self.within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.within.pop() == tag


@pytest.mark.parametrize("where", [*PAGES, "sites/root", "items/{drive}/root"])
async def test_pages_can_be_read_by_anybody(served: ServedTenant, where: str) -> None:
    """Each page has its language, landmarks, one first heading, headed tables and labelled inputs, and no inline code."""
    status, text, headers = await fetched(served, f"/sim/{where.format(drive=served.drive.id)}")
    assert status == 200
    outline = Outline()
    outline.feed(text)
    tags = [tag for tag, _ in outline.elements]
    assert [tags.count(each) for each in ("h1", "main", "header", "title")] == [1, 1, 1, 1]
    assert outline.elements[0] == ("html", {"lang": "en-GB"})
    assert all("scope" in given for tag, given in outline.elements if tag == "th")
    assert tags.count("table") == tags.count("caption")
    assert outline.unlabelled == []
    assert not [
        given for _, given in outline.elements if any(name.startswith("on") or name == "style" for name in given)
    ]
    assert all("src" in given for tag, given in outline.elements if tag == "script")
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert ("unsafe-inline" in policy) == (where == "chats")


class Uncounted(dict[str, Item]):
    """The items of a library, which may be looked up and numbered but not gone through."""

    def __iter__(self) -> NoReturn:
        raise AssertionError("a page went through all items of a library")

    def values(self) -> NoReturn:
        return self.__iter__()

    def items(self) -> NoReturn:
        return self.__iter__()


async def test_no_page_goes_through_all_items(served: ServedTenant) -> None:
    """However many items a library has, a page reads one folder of it and numbers that are kept."""
    drive = served.drive
    kept = drive.items
    drive.items = Uncounted(kept)
    try:
        folder = served.tenant.item_at(f"{LIBRARY}/Many")
        looked_at = [where for where in PAGES if "search" not in where]
        for where in (*looked_at, f"sites/{drive.site.collection_id}", f"items/{drive.id}/{folder.id}"):
            assert (await fetched(served, f"/sim/{where}"))[0] == 200, where
    finally:
        drive.items = kept


async def test_the_root_leads_to_the_page(served: ServedTenant) -> None:
    """Who opens the tenant's address in a browser sees its front page."""
    assert (await fetched(served, "/"))[2]["Location"] == "/sim/"


async def test_what_is_not_there_is_404(served: ServedTenant) -> None:
    """An item or site that does not exist is said not to be there, on the page and in its data."""
    for where in (f"items/{served.drive.id}/none", "items/none/none", "sites/none"):
        status, text, _ = await fetched(served, f"/sim/{where}")
        assert (status, "could not be found" in text) == (404, True)
        assert (await fetched(served, f"/sim/{where}.json"))[0] == 404


async def test_a_folder_comes_a_page_at_a_time(served: ServedTenant) -> None:
    """Of a long folder a hundred rows are told at once, folders first and by name, and the page leads on."""
    folder = served.tenant.item_at(f"{LIBRARY}/Many")
    names: list[str] = []
    for first in (0, 100, 200):
        part = (await told(served, f"items/{folder.drive.id}/{folder.id}.json?first={first}"))["children"]
        assert part["total"] == 230
        names += [each["name"] for each in part["rows"]]
    assert names == [f"letter {number:03}.docx" for number in range(230)]
    _, text, _ = await fetched(served, f"/sim/items/{folder.drive.id}/{folder.id}?first=100")
    assert "101 to 200 of 230" in text
    assert 'href="?first=200"' in text


async def test_items_are_found_by_the_words_of_their_path(served: ServedTenant) -> None:
    """Words may stand in site, library, folder or name; a path or web address finds the one item at it."""
    found = await told(served, "search.json?q=planning+many+123")
    assert [hit["item"]["name"] for hit in found["hits"]] == ["letter 123.docx"]
    exact = await told(served, f"search.json?q=https://wrenbridge.sharepoint.example{LIBRARY}/Plans/plan 1.docx")
    assert (exact["exact"], [hit["item"]["name"] for hit in exact["hits"]]) == (True, ["plan 1.docx"])
    many = await told(served, "search.json?q=letter")
    assert (len(many["hits"]), many["more"]) == (100, True)
    assert (await told(served, "search.json?q=nowhere/to/be/found"))["hits"] == []


async def test_an_item_is_told_with_label_and_sharing(served: ServedTenant) -> None:
    """The data of a file has its label, its own and its inherited entries, and where those come from."""
    await served.act("label", at=f"{LIBRARY}/Plans/plan 1.docx", label=LABEL)
    await served.act("share", at=f"{LIBRARY}/Plans/plan 1.docx", **{"with": "anyone"})
    await served.act("share", at=f"{LIBRARY}/Plans", **{"with": PRIYA})
    item = served.tenant.item_at(f"{LIBRARY}/Plans/plan 1.docx")
    data = await told(served, f"items/{item.drive.id}/{item.id}.json")
    assert (data["item"]["label"], data["item"]["explicit"], data["item"]["scope"]) == (LABEL, True, "anonymous")
    assert [(each["kind"], each["inheritedFrom"]) for each in data["entries"]] == [
        ("anonymous", ""),
        ("grant", "Plans"),
    ]
    assert [each["kind"] for each in data["changes"]][:2] == ["sharing", "content"]


async def test_hostile_names_are_escaped_wherever_they_stand(served: ServedTenant) -> None:
    """No page that has a name of markup in it has that markup in its source."""
    served.person(PRIYA).job_title = HOSTILE
    drive = next(each for each in served.tenant.drives.values() if each.name == "Mounted")
    for where in ("directory", f"items/{drive.id}/root", "search?q=onerror"):
        _, text, _ = await fetched(served, f"/sim/{where}")
        assert "<img" not in text
        assert "&lt;img src=x" in text
