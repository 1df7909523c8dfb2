"""The tenant's pages, as an admin meets them in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page

from simulator.entra.registrations import ACTOR_CLIENT_ID
from tests.simulator.page.conftest import HOSTILE, MODULE
from tests.simulator.served_tenant import LABEL, SAM, ServedTenant

pytestmark = [pytest.mark.browser, MODULE]
FILE = "/sites/planning-casework/Shared Documents/Plans/plan 1.docx"


async def entries(served: ServedTenant, name: str) -> list[str]:
    """Scopes of the links that Graph shows on a file of the folder Plans."""
    item = served.tenant.item_at(f"/sites/planning-casework/Shared Documents/Plans/{name}")
    _, told = await served.graph("GET", f"/drives/{item.drive.id}/items/{item.id}/permissions")
    return [each["link"]["scope"] for each in told["value"] if "link" in each]


async def open_file(served: ServedTenant, page: Page, name: str) -> None:
    item = served.tenant.item_at(f"/sites/planning-casework/Shared Documents/Plans/{name}")
    await page.goto(f"{served.base}/sim/items/{item.drive.id}/{item.id}")


async def test_an_item_is_reached_by_browsing(served: ServedTenant, page: Page) -> None:
    """From the front page to a site, a library, a folder and a file, with its label, its links and the way back."""
    await served.act("label", at=FILE, label=LABEL)
    await served.act("share", at=FILE, **{"with": "organization"})
    await page.goto(served.base)
    await page.get_by_role("navigation", name="Tenant").get_by_role("link", name="Sites").click()
    for name in ("Planning casework", "Documents", "Plans", "plan 1.docx"):
        await page.get_by_role("link", name=name).first.click()
        await page.get_by_role("heading", level=1, name=name).wait_for()
    about = page.get_by_role("region", name="About")
    assert LABEL in await about.inner_text()
    access = page.get_by_role("region", name="Who has access").first
    assert "The organisation, with the link" in await access.inner_text()
    way = page.get_by_role("navigation", name="The way here").get_by_role("link")
    assert await way.all_inner_texts() == ["Sites", "Planning casework", "Documents", "Plans"]


async def test_sharing_from_the_page_is_seen_by_graph(served: ServedTenant, page: Page) -> None:
    """The button makes an Anyone link that Graph shows, and Take back removes it."""
    await open_file(served, page, "plan 2.docx")
    await page.get_by_role("button", name="Share this file with anyone").click()
    await page.get_by_text("plan 2.docx was shared.").wait_for()
    assert await entries(served, "plan 2.docx") == ["anonymous"]
    await page.get_by_role("button", name="Take back: Anyone with the link").click()
    await page.get_by_text("was taken back").wait_for()
    assert await entries(served, "plan 2.docx") == []


async def test_what_an_app_does_appears_by_itself(served: ServedTenant, page: Page) -> None:
    """A link that an app takes back vanishes from the page while somebody looks, without loading it again."""
    made = await served.act("share", at=FILE.replace("1", "2"), **{"with": "anyone"})
    await open_file(served, page, "plan 2.docx")
    access = page.locator("#sharing")
    await access.get_by_text("Anyone with the link", exact=True).wait_for()
    place = f"/drives/{made['driveId']}/items/{made['itemId']}/permissions/{made['permissionId']}"
    status, told = await served.graph("DELETE", place, client=ACTOR_CLIENT_ID)
    assert status == 204, told
    await access.get_by_text("Anyone with the link", exact=True).wait_for(state="detached")


async def test_a_refusal_is_told_in_the_tenants_words(served: ServedTenant, page: Page) -> None:
    """What Microsoft 365 would refuse is refused, and the page says why."""
    await open_file(served, page, "plan 2.docx")
    await page.locator("summary", has_text="Rename").click()
    await page.get_by_label("New name").fill("plan 1.docx")
    await page.get_by_role("button", name="Rename").click()
    note = page.get_by_role("status")
    assert "An item with this name already exists. (409 nameAlreadyExists)" in await note.inner_text()


async def test_a_file_is_uploaded_and_deleted(served: ServedTenant, page: Page) -> None:
    """A folder takes a new file, and deleting it leads back to the folder."""
    folder = served.tenant.item_at("/sites/planning-casework/Shared Documents/Plans")
    await page.goto(f"{served.base}/sim/items/{folder.drive.id}/{folder.id}")
    await page.get_by_text("Upload a file here").click()
    await page.get_by_label("Name", exact=True).fill("new.docx")
    await page.get_by_label("By", exact=True).nth(1).fill(SAM)
    await page.get_by_role("button", name="Upload", exact=True).click()
    await page.get_by_role("link", name="new.docx").first.click()
    await page.get_by_role("heading", name="new.docx").wait_for()
    assert f"by {SAM}" in await page.locator("#glance").inner_text()
    await page.locator("summary", has_text="Delete").click()
    await page.get_by_role("button", name="Delete").click()
    await page.get_by_role("heading", level=1, name="Plans").wait_for()
    assert await page.locator("#content").get_by_text("new.docx").count() == 0


async def test_hostile_names_stay_text(served: ServedTenant, page: Page) -> None:
    """A file whose name is markup is shown by that name in every list, and no script of it runs."""
    await page.goto(f"{served.base}/sim/search?q=onerror")
    await page.get_by_role("link", name=HOSTILE).click()
    await page.get_by_role("heading", level=1, name=HOSTILE).wait_for()
    await page.get_by_role("button", name="Share this file with anyone").click()
    await page.get_by_role("status").wait_for()
    await page.goto(f"{served.base}/sim/")
    assert await page.locator("#changes").get_by_text(HOSTILE).count() == 1
    assert await page.locator("img").count() == 0
    assert "broken" not in await page.title()


async def test_units_and_missing_operations_are_shown(served: ServedTenant, page: Page) -> None:
    """What an app spends stands in the chart and the table, and what is not implemented is counted."""
    for _ in range(3):
        assert (await served.graph("GET", "/sites/root/insightsOfNobody"))[0] == 501
    assert (await served.graph("GET", f"/drives/{served.drive.id}/root/delta"))[0] == 200
    await page.goto(f"{served.base}/sim/traffic")
    await page.get_by_role("img", name=re.compile("Resource units in each")).wait_for()
    apps = page.get_by_role("region", name="By app").first
    assert "Custos observer" in await apps.inner_text()
    missing = page.get_by_role("row", name=re.compile("insightsOfNobody"))
    assert (await missing.inner_text()).split()[-1] == "3"


async def test_the_clock_is_moved(served: ServedTenant, page: Page) -> None:
    """A button at the top of a page lets two weeks pass, and leads back to that page."""
    before = served.tenant.clock.now()
    await page.goto(f"{served.base}/sim/groups")
    await page.locator(".clock summary").click()
    await page.get_by_role("button", name="+ 2 weeks").click()
    await page.get_by_role("heading", level=1, name="Groups and teams").wait_for()
    assert (served.tenant.clock.now() - before).days == 14


async def test_trouble_is_put_on_and_taken_off(served: ServedTenant, page: Page) -> None:
    """A trouble that is asked for on the page falls on Graph, is shown as standing, and ends when it is taken off."""
    await page.goto(f"{served.base}/sim/trouble")
    await page.locator("summary", has_text=re.compile("^status$")).click()
    ask = page.get_by_role("form", name="status", exact=True)
    await ask.get_by_label("path").fill("/subscriptions")
    await ask.get_by_label("times").fill("9")
    await ask.get_by_label("status").fill("504")
    await ask.get_by_role("button", name="Ask for it").click()
    await page.locator("#standing").get_by_text("path /subscriptions").wait_for()
    assert (await served.graph("GET", "/subscriptions"))[0] == 504
    await page.get_by_role("button", name=re.compile("Take off: status")).click()
    await page.get_by_text("One trouble was taken off.").wait_for()
    assert (await served.graph("GET", "/subscriptions"))[0] == 200


async def test_somebody_leaves(served: ServedTenant, page: Page) -> None:
    """The account of somebody who leaves is disabled, and enabled when they come back."""
    await page.goto(f"{served.base}/sim/directory?q=okafor")
    await page.get_by_role("button", name=f"{SAM}: Leaves").click()
    await page.get_by_role("button", name=f"{SAM}: Comes back").wait_for()
    assert not served.person(SAM).enabled
    await page.get_by_role("button", name=f"{SAM}: Comes back").click()
    await page.get_by_role("button", name=f"{SAM}: Leaves").wait_for()
    assert served.person(SAM).enabled


async def test_the_keyboard_comes_in_by_the_skip_link(served: ServedTenant, page: Page) -> None:
    """The first stop of the Tab key leads past the navigation to the content."""
    await page.goto(f"{served.base}/sim/sites")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.textContent") == "Skip to the content"
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "main"


async def test_a_theme_is_kept(served: ServedTenant, page: Page) -> None:
    """Dark is chosen once, and the next page is dark from its first paint."""
    await page.goto(f"{served.base}/sim/")
    await page.get_by_role("button", name="Dark").click()
    await page.goto(f"{served.base}/sim/sites")
    assert await page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


async def test_narrow_screens_need_no_sideways_scrolling(served: ServedTenant, page: Page) -> None:
    """On a screen of 360 pixels each page fits its width."""
    await page.set_viewport_size({"width": 360, "height": 740})
    for where in ("", "sites", "directory", "groups", "traffic", "trouble", f"items/{served.drive.id}/root"):
        await page.goto(f"{served.base}/sim/{where}")
        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, where
