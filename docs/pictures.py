"""Takes the pictures for docs/. Needs Debian's chromium.

`python -m docs.pictures --notices` takes one of every notice that `custos preview` shows; `--at http://127.0.0.1:PORT` those of the
simulated tenant's page; `--pages http://127.0.0.1:PORT` those of the people's pages of an app. Tenant and app should be as
`make run STAY=1` leaves them.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import ViewportSize, sync_playwright

from custos.notices.card_page import card_page
from custos.notices.previews import DECLARED
from docs.reference.notices import picture

IMAGES = Path(__file__).resolve().parent / "images"
LARGEST_BYTES = 150_000
_PHONE = 430  # pixels
_OWNER, _SIRO = "director.planning@wrenbridge.example", "siro@wrenbridge.example"


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: its file's name, what it shows, and the screen that it is taken on."""

    name: str
    address: str
    theme: Literal["light", "dark"] = "light"
    width: int = 1040
    height: int = 660


def pictures(tenant: str) -> Iterator[Picture]:
    """The pictures of a running tenant, at `http://127.0.0.1:PORT`."""
    yield Picture("simulator-overview.png", "/sim/")
    yield Picture("simulator-file.png", _shared_file(tenant))
    yield Picture("simulator-card.png", "/sim/chats")
    yield Picture("simulator-traffic.png", "/sim/traffic", theme="dark", height=600)
    yield Picture("simulator-trouble.png", "/sim/trouble", theme="dark", width=420, height=660)


PAGES = (
    (_OWNER, Picture("pages-questions.png", "/api/page", width=800, height=880)),
    (_OWNER, Picture("pages-questions-phone.png", "/api/page", theme="dark", width=390, height=1000)),
    (_SIRO, Picture("pages-risk.png", "/api/page/risk", width=800, height=1050)),
    (_SIRO, Picture("pages-group.png", "/api/page/group", width=800, height=780)),
    (_SIRO, Picture("pages-clauses.png", "/api/page/clauses", width=800, height=900)),
    (_OWNER, Picture("pages-assets.png", "/api/page/assets", width=800, height=1120)),
)
"""The pictures of the people's pages, and who looks."""


def take_pages(app: str, browser_path: str, into: Path) -> list[str]:
    """Take one of each of the people's pages. Returns the names of those that are too large."""
    into.mkdir(exist_ok=True)
    large = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"])
        for who, each in PAGES:
            screen = ViewportSize(width=each.width, height=each.height)
            page = browser.new_page(viewport=screen, color_scheme=each.theme)
            page.goto(f"{app}{each.address}")
            page.get_by_label("Person").select_option(who)
            page.get_by_role("button", name="Sign in").click()
            page.get_by_role("heading", level=1).wait_for()
            if len(page.screenshot(path=into / each.name)) > LARGEST_BYTES:
                large.append(each.name)
            page.close()
        browser.close()
    return large


def take(tenant: str, browser_path: str, into: Path) -> list[str]:
    """Take all of them. Returns the names of those that are too large for a page of documentation."""
    into.mkdir(exist_ok=True)
    large = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"])
        for each in pictures(tenant):
            screen = ViewportSize(width=each.width, height=each.height)
            page = browser.new_page(viewport=screen, color_scheme=each.theme)
            page.goto(f"{tenant}{each.address}", wait_until="networkidle")
            taken = page.screenshot(path=into / each.name)
            if len(taken) > LARGEST_BYTES:
                large.append(each.name)
            page.close()
        browser.close()
    return large


def take_notices(browser_path: str, into: Path) -> list[str]:
    """Take one of each notice, as wide as on a phone. Returns the names of those that are too large."""
    into.mkdir(exist_ok=True)
    large = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"])
        for one in DECLARED.values():
            page = browser.new_page(viewport=ViewportSize(width=_PHONE, height=_PHONE))
            page.set_content(card_page(one.made().message.card, one.name), wait_until="load")
            path = into / picture(one.name)
            if len(page.locator("#card").screenshot(path=path)) > LARGEST_BYTES:
                large.append(path.name)
            page.close()
        browser.close()
    return large


def _shared_file(tenant: str) -> str:
    """A file that was shared with anyone, if there is one with a link to which an end was given."""
    links = _told(tenant, "/sim/state")["planted"]["anyone_links"]
    addresses = [f"/sim/items/{link['driveId']}/{link['itemId']}" for link in links]
    for address in addresses:
        entries = _told(tenant, f"{address}.json")["entries"]
        if any(each["kind"] == "anonymous" and each["expires"] for each in entries):
            return address
    return addresses[0]


def _told(tenant: str, address: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{tenant}{address}", timeout=60) as answer:
        told: dict[str, Any] = json.load(answer)
    return told


def main(arguments: list[str] | None = None) -> int:
    """Take the pictures. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m docs.pictures", description=__doc__)
    wanted = parser.add_mutually_exclusive_group(required=True)
    wanted.add_argument("--at", metavar="URL", help="the tenant, http://127.0.0.1:PORT")
    wanted.add_argument("--notices", action="store_true", help="every notice, from the fixture of `custos preview`")
    wanted.add_argument("--pages", metavar="URL", help="the function app, http://127.0.0.1:PORT")
    asked = parser.parse_args(arguments)
    browser_path = shutil.which("chromium")
    if browser_path is None:
        print("The pictures are taken with chromium, which is not installed.", file=sys.stderr)
        return 2
    try:
        if asked.notices:
            large = take_notices(browser_path, IMAGES)
        elif asked.pages:
            large = take_pages(asked.pages.rstrip("/"), browser_path, IMAGES)
        else:
            large = take(asked.at.rstrip("/"), browser_path, IMAGES)
    except OSError as error:
        where = "Microsoft's renderer is not there" if asked.notices else f"There is no simulated tenant at {asked.at}"
        print(f"{where}: {error}", file=sys.stderr)
        return 2
    for name in large:
        print(f"docs/images/{name} has more than {LARGEST_BYTES:,} bytes: make its screen smaller.", file=sys.stderr)
    return 1 if large else 0


if __name__ == "__main__":
    sys.exit(main())
