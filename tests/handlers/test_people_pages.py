"""The people's pages on the whole product: behind Easy Auth, over HTTP and in a real browser, beside the cards in Teams."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from custos.bootstrap import Custos
from custos.jobs import health, incidents
from custos.jobs.incidents import Incident
from custos.jobs.refused_requests import FORGED_SIGN_IN, Door
from custos.notices.answer_rights import offers
from custos.notices.assignment import Role
from custos.notices.model import Case, CaseState, Verb
from custos.pages import wiring
from custos.pages.http import Request
from custos.settings import REPOSITORY
from tests.running_stack import Answer, Council, desk

pytestmark = pytest.mark.timeout(600)
COUNCIL = ("/risk", "/workload", "/group", "/clauses")
PATHS = ("", "/assets", "/worklist", "/stewards", "/item?of=nothing", "/nowhere")
AXE = REPOSITORY / "node_modules" / "axe-core" / "axe.min.js"
_AXE_RUN = """async () => (await axe.run()).violations.map(
    one => `${one.id}: ${one.nodes.map(node => node.target.join(' ')).join(', ')}`)"""


def told(council: Council) -> list[Case]:
    """What owners were asked in Teams and can keep as it is."""

    async def read(app: Custos) -> list[Case]:
        return [stored.case for stored in await app.cases.all()]

    return [
        case
        for case in sorted(council.ask(read), key=lambda case: case.id)
        if case.state is CaseState.TOLD
        and case.cards
        and case.assignee.role is Role.IAO
        and any(offer.verb is Verb.KEEP for offer in offers(case))
    ]


@pytest.fixture(scope="module")
def asked(council: Council, governed: str) -> Council:
    """The governed council, with its owners asked in Teams."""
    if len(told(council)) < 3:
        for timer in ("evaluate_all", "digests"):
            council.quiet()
            council.fire(timer)
        council.quiet()
    return council


def session(council: Council, upn: str) -> str:
    """The cookie of somebody who signed in."""
    form = urlencode({"upn": upn, "to": "/api/page"}).encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = council.post("/.auth/login/aad", form, headers=kind)
    assert (answer.status, answer.headers["location"]) == (302, "/api/page")
    return answer.headers["set-cookie"].partition(";")[0]


def look(council: Council, path: str = "", **headers: str) -> Answer:
    """Ask for a page."""
    return council.post(f"/api/page{path}", method="GET", headers=headers)


def claims(council: Council, user_id: str) -> str:
    """A header that says that somebody is signed in, such as anybody can write."""
    tenant = council.stage.environment["CUSTOS_TENANT_ID"]
    told = [{"typ": "oid", "val": user_id}, {"typ": "tid", "val": tenant}]
    return base64.b64encode(json.dumps({"auth_typ": "aad", "claims": told}).encode()).decode()


def test_a_forged_header_is_refused_on_every_way_and_is_an_incident(asked: Council) -> None:
    """The page sends it to the sign-in; where nobody signs in it is answered 403, counted, and an incident that makes nothing unwell."""
    header = {"X-MS-CLIENT-PRINCIPAL": claims(asked, told(asked)[0].assignee.user_id)}
    page = look(asked, **header)
    assert (page.status, page.headers["location"].partition("?")[0]) == (302, "/.auth/login/aad")
    doors = {Door.HEALTH: "/api/health", Door.BOT: "/api/messages", Door.NOTIFICATION: asked.webhook}
    before = {door: asked.refused(door)[FORGED_SIGN_IN] for door in doors}
    well = asked.ask(health.check).troubles
    for door, path in doors.items():
        answer = asked.post(path, method="GET" if door is Door.HEALTH else "POST", headers=header)
        assert (answer.status, answer.body) == (403, b""), door
    assert {door: asked.refused(door)[FORGED_SIGN_IN] - before[door] for door in doors} == dict.fromkeys(doors, 1)
    assert {(Incident.SIGN_IN, door.value) for door in doors} <= asked.incidents().keys()
    assert asked.ask(health.check).troubles == well
    for door in doors:
        asked.ask(lambda app, door=door: incidents.end(app, Incident.SIGN_IN, door.value))  # type: ignore[misc]  # the loop's


@pytest.mark.parametrize("changed", [{"CUSTOS_PAGE_CLIENT_ID": ""}, {"WEBSITE_AUTH_ENABLED": "False"}])
def test_without_easy_auth_nobody_is_let_in(asked: Council, changed: dict[str, str]) -> None:
    """Where Easy Auth is not switched on, by the operator's word or by Azure's, its very headers are refused and counted."""
    header = {"x-ms-client-principal": claims(asked, told(asked)[0].assignee.user_id)}

    async def ask(app: Custos) -> tuple[int, bool]:
        reply = await wiring.respond(app, Request(method="GET", path="", headers=header))
        return reply.status, bool(reply.refused)

    with desk({**asked.stage.environment, **changed}) as other:
        assert other.ask(ask) == (403, True)


def test_easy_auth_says_who_it_is_and_no_header_of_ours(asked: Council) -> None:
    """Somebody who is signed in and claims to be somebody else sees their own page; where the sign-in leads on is no other site."""
    mine, other = (case.assignee for case in (told(asked)[0], told(asked)[-1]))
    answer = look(asked, Cookie=session(asked, mine.who.upn), **{"X-MS-CLIENT-PRINCIPAL": claims(asked, other.user_id)})
    assert (answer.status, mine.who.name in answer.text) == (200, True)
    away = urlencode({"upn": mine.who.upn, "to": "//elsewhere.example/"}).encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert asked.post("/.auth/login/aad", away, headers=kind).headers["location"] == "/"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's chromium."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield launched
        launched.close()


def signed_in(browser: Browser, council: Council, upn: str, complaints: list[str]) -> Page:
    """A browser in which somebody came to the page and signed in; what its console says is noted."""
    page = browser.new_context(viewport={"width": 1100, "height": 800}).new_page()
    page.set_default_timeout(20_000)
    page.add_init_script(path=AXE)
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{council.stage.host}/api/page")
    page.get_by_label("Person").select_option(upn)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", level=1).wait_for()
    return page


def kept(council: Council) -> int:
    """How many questions cards in Teams say were kept by whoever looks."""
    return json.dumps(council.control("GET", "chats.json")).count("Kept as it is by you")


@pytest.mark.browser
def test_an_owner_answers_by_keyboard_and_the_card_says_so(asked: Council, browser: Browser) -> None:
    """Signed in, an owner finds the question, opens the answer and gives it by keyboard alone; it is decided, and shown on their card."""
    case, shown = told(asked)[0], kept(asked)
    complaints: list[str] = []
    page = signed_in(browser, asked, case.assignee.who.upn, complaints)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.locator(f"#q-{case.id} details.answer > summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("status").get_by_text("Kept as it is by you").wait_for()
    asked.quiet()

    async def now(app: Custos) -> Case:
        stored = await app.cases.get(case.id)
        assert stored is not None
        return stored.case

    decided = asked.ask(now)
    assert (decided.state, decided.decision, decided.answers[-1].who.user_id) == (
        CaseState.DECIDED,
        Verb.KEEP,
        case.assignee.user_id,
    )
    assert kept(asked) == shown + 1
    assert complaints == []
    page.context.close()


@pytest.mark.browser
def test_everybody_can_use_the_pages(asked: Council, browser: Browser) -> None:
    """axe finds nothing that keeps anybody out, at a desktop's and a telephone's width, light and dark; nothing has to be scrolled
    sideways, and no page runs a script."""
    asked.fire("measure_kpis")
    complaints: list[str] = []
    owner, siro = told(asked)[-1].assignee.who.upn, "siro@wrenbridge.example"
    for who, paths in ((owner, PATHS), (siro, COUNCIL)):
        page = signed_in(browser, asked, who, complaints)
        barriers(page, asked, paths)
        page.context.close()
    assert [said for said in complaints if "404" not in said] == []


def barriers(page: Page, council: Council, paths: tuple[str, ...]) -> None:
    """Look for them."""
    for width, theme in ((1100, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # one of its words
        for path in paths if width == 1100 else paths[:2]:
            page.goto(f"{council.stage.host}/api/page{path}")
            for folded in page.locator("details").all():
                folded.evaluate("element => { element.open = true }")
            assert page.evaluate(_AXE_RUN) == [], (path, width)
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (path, width)
            assert page.evaluate("document.scripts.length") == 0
