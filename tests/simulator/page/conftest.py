"""One small tenant with a mounted directory of hostile names, and one browser, for each module of page tests."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

from simulator.tenant import files
from simulator.tenant.identifiers import guid
from simulator.tenant.model import User
from simulator.tenant.mount import mount
from tests.simulator.served_tenant import SAM, Listener, ServedTenant, listening, running, small_tenant

MODULE = pytest.mark.asyncio(loop_scope="module")
_MAIL = ("about:srcdoc", "img-src data:")  # scripts and images of a mail are kept out, and the browser says so
HOSTILE = "<img src=x onerror=\"document.title='broken'\"> & 'co'.txt"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServedTenant]:
    """The small tenant that the tests of a module share."""
    async with small_served_tenant(tmp_path_factory.mktemp("mounted")) as found:
        yield found


@asynccontextmanager
async def small_served_tenant(directory: Path) -> AsyncIterator[ServedTenant]:
    """The small tenant, with a file whose name is markup, and a folder of 230 files."""
    (directory / HOSTILE).write_text("text", encoding="utf-8")
    tenant = small_tenant()
    steward = f"records.manager@{tenant.domain}"
    tenant.add_user(User(guid(1, "user", steward), steward, "Beth Adeyemi", steward))
    mount(tenant, "Mounted", directory)
    by = tenant.actor(next(user for user in tenant.users.values() if user.name == SAM))
    drive = next(drive for drive in tenant.drives.values() if drive.name == "Documents")
    many = files.create_folder(tenant, drive.root, "Many", by=by)
    for number in range(230):
        files.upload(tenant, many, f"letter {number:03}.docx", size=number, by=by)
    async with running(tenant) as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Debian's chromium."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("chromium is not installed")
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page that knows nothing of the others; what its console complains of fails the test."""
    context = await browser.new_context()
    opened = await context.new_page()
    opened.set_default_timeout(10_000)
    complaints: list[str] = []

    def hear(told: ConsoleMessage) -> None:
        if told.type == "error" and not any(each in told.text for each in _MAIL):
            complaints.append(told.text)

    opened.on("console", hear)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("dialog", lambda dialog: complaints.append(dialog.message))
    yield opened
    await context.close()
    assert complaints == []


@pytest_asyncio.fixture(loop_scope="module")
async def listener() -> AsyncIterator[Listener]:
    """A server to which the tenant can send."""
    async with listening() as found:
        yield found
