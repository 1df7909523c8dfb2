"""Takes the pictures of the simulated tenant's page for docs/: `python -m docs.pictures --at http://127.0.0.1:PORT`.

The tenant should have Custos at work beside it, as `make run STAY=1` leaves it. Needs Debian's chromium.
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

IMAGES = Path(__file__).resolve().parent / "images"
LARGEST_BYTES = 150_000


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
    parser.add_argument("--at", required=True, metavar="URL", help="the tenant, http://127.0.0.1:PORT")
    tenant = parser.parse_args(arguments).at.rstrip("/")
    browser_path = shutil.which("chromium")
    if browser_path is None:
        print("The pictures are taken with chromium, which is not installed.", file=sys.stderr)
        return 2
    try:
        large = take(tenant, browser_path, IMAGES)
    except OSError as error:
        print(f"There is no simulated tenant at {tenant}: {error}", file=sys.stderr)
        return 2
    for name in large:
        print(f"docs/images/{name} has more than {LARGEST_BYTES:,} bytes: make its screen smaller.", file=sys.stderr)
    return 1 if large else 0


if __name__ == "__main__":
    sys.exit(main())
