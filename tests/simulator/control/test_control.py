"""The control addresses and the `act` command."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from simulator.act import VERBS
from tests.simulator.served_tenant import LABEL, PRIYA, SAM, ServedTenant

ROOT = Path(__file__).resolve().parents[3]
FILE = "/sites/planning-casework/Shared Documents/notes.docx"
LIBRARY = "/sites/planning-casework/Shared Documents"


async def command(served: ServedTenant, *words: str) -> tuple[int, str]:
    """Run `python -m simulator act` against the tenant: exit status and what it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulator", "act", "--at", served.base, *words,
        cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    printed, _ = await process.communicate()
    return process.returncode or 0, printed.decode()


async def now(served: ServedTenant) -> datetime:
    return datetime.fromisoformat((await served.control("GET", "/clock"))[1]["now"])


async def test_clock_moves_by_a_span_and_to_a_moment(served: ServedTenant) -> None:
    """The clock is advanced by an ISO 8601 duration and set to a moment; it starts on a Monday morning."""
    start = await now(served)
    assert start.isoformat()[:16] == "2026-11-23T09:00"
    await served.control("POST", "/clock", {"advance": "P1DT2H"})
    assert 26 * 3600 <= (await now(served) - start).total_seconds() < 26 * 3600 + 60
    await served.control("POST", "/clock", {"to": "2027-01-04T08:00:00Z"})
    assert (await now(served)).isoformat()[:16] == "2027-01-04T08:00"


@pytest.mark.parametrize("body", [{"advance": "two hours"}, {"advance": "P"}, {"to": "2027-01-04T08:00:00"}, {}, [1]])
async def test_senseless_times_are_refused(served: ServedTenant, body: Any) -> None:
    """What is no duration or moment with a zone is 400 and moves nothing."""
    before = await now(served)
    assert (await served.control("POST", "/clock", body))[0] == 400
    assert (await now(served) - before).total_seconds() < 60


async def test_environment_names_every_address(served: ServedTenant) -> None:
    """Every address that Custos needs lies on this tenant."""
    _, told = await served.control("GET", "/environment")
    assert told["CUSTOS_GRAPH_URL"] == f"{served.base}/graph/v1.0"
    assert told["IDENTITY_ENDPOINT"] == f"{served.base}/msi/token"
    assert told["CUSTOS_SHAREPOINT_URL"] == "https://wrenbridge.sharepoint.example"
    assert told["CUSTOS_UNITS_PER_MINUTE"] == "3750"
    assert all(isinstance(value, str) and value for value in told.values())


async def test_state_counts(served: ServedTenant) -> None:
    """The state tells how much there is, what was spent and who there is."""
    _, told = await served.control("GET", "/state")
    assert (told["counts"]["sites"], told["counts"]["items"]) == (3, 4)
    assert {each["name"]: each["enabled"] for each in told["people"]}[PRIYA]
    assert told["spent"]["units"] == 0


async def test_faults_are_handed_on(served: ServedTenant) -> None:
    """A fault that is asked for happens once, and is counted."""
    status, told = await served.control("POST", "/faults", {"kind": "status", "path": "/subscriptions", "status": 503})
    assert (status, told["waiting"]) == (200, 1)
    assert (await served.graph("GET", "/subscriptions"))[0] == 503
    assert (await served.graph("GET", "/subscriptions"))[0] == 200
    assert (await served.control("GET", "/faults"))[1]["happened"] == {"status": 1}
    await served.control("POST", "/faults", [{"kind": "status", "path": "/x"}])
    assert (await served.control("DELETE", "/faults"))[0] == 204
    assert (await served.control("GET", "/faults"))[1]["waiting"] == []


async def test_deeds_with_files(served: ServedTenant) -> None:
    """Upload, edit, rename, move, label and delete change the library."""
    made = await served.act("upload", at=LIBRARY, name="new.docx", size=7, by=PRIYA)
    item = served.drive.items[made["itemId"]]
    assert (item.size, item.created_by.name) == (7, PRIYA)
    await served.act("edit", at=made["url"], size=9, by=SAM)
    assert (item.size, item.modified_by.name) == (9, SAM)
    renamed = await served.act("rename", at=made["url"], name="newer.docx")
    moved = await served.act("move", at=renamed["url"], to=f"{LIBRARY}/Plans")
    assert moved["url"].endswith("/Plans/newer.docx")
    labels = []
    for name in (LABEL, ""):
        await served.act("label", at=moved["url"], label=name)
        labels.append(item.stamp.label.name if item.stamp else "")
    assert labels == [LABEL, ""]
    await served.act("delete", at=moved["url"])
    assert made["itemId"] not in served.drive.items


async def test_deeds_take_addresses_as_a_browser_shows_them(served: ServedTenant) -> None:
    """A list view names the folder that it shows, and what is no place is refused in words."""
    view = f"https://wrenbridge.sharepoint.example{LIBRARY}/Forms/AllItems.aspx?id={LIBRARY.replace('/', '%2F')}%2Fnotes.docx"
    status, told = await served.control("POST", "/act", {"verb": "label", "at": view, "label": LABEL, "by": PRIYA})
    assert (status, told["name"]) == (200, "notes.docx")
    status, told = await served.control(
        "POST", "/act", {"verb": "label", "at": "https://x.example/:f:/s/a/E1", "label": LABEL}
    )
    assert status == 400
    assert "sharing link" in str(told)


async def test_deeds_with_sharing(served: ServedTenant) -> None:
    """Anyone links, organisation links and people are shared with and taken back."""
    anyone = await served.act("share", at=FILE, edit=True, expires="2026-12-24T00:00:00Z", **{"with": "anyone"})
    assert anyone["link"].startswith("https://wrenbridge.sharepoint.example/:w:/")
    await served.act("share", at=FILE, **{"with": "organization"})
    await served.act("share", at=FILE, **{"with": "bea@fabrikam.example"})
    item = served.tenant.item_at(FILE)
    assert len(item.own or ()) == 3
    await served.act("unshare", at=FILE, permission=anyone["permissionId"])
    assert len(item.own or ()) == 2
    await served.act("unshare", at=FILE)
    assert not item.own


async def test_refusals_come_through(served: ServedTenant) -> None:
    """What the tenant refuses, control refuses with the same words; unknown verbs and people are named."""
    deed = {"verb": "edit", "at": "/sites/planning-casework/Shared Documents/none.docx"}
    assert (await served.control("POST", "/act", deed))[0] == 404
    assert (await served.control("POST", "/act", {"verb": "leave", "person": "Nobody"}))[0] == 404
    status, told = await served.control("POST", "/act", {"verb": "sing"})
    assert status == 400
    assert "upload" in told["error"]["message"]


@pytest.mark.parametrize(
    "headers", [{"Host": "attacker.example"}, {"Origin": "https://attacker.example"}, {"Origin": "null"}]
)
async def test_pages_of_other_sites_cannot_control(served: ServedTenant, headers: dict[str, str]) -> None:
    """A rebound name or another page's script is refused with 403."""
    async with aiohttp.ClientSession() as http:
        deed = {"verb": "leave", "person": PRIYA}
        async with http.post(f"{served.base}/sim/act", json=deed, headers=headers) as answer:
            assert answer.status == 403
    assert served.person(PRIYA).enabled


async def test_act_command_does_a_deed(served: ServedTenant) -> None:
    """The command prints what happened, and exits 1 with the reason when it was refused."""
    status, printed = await command(served, "share", FILE, "anyone", "--edit")
    assert status == 0, printed
    assert served.tenant.item_at(FILE).own
    status, printed = await command(served, "edit", "/sites/planning-casework/Shared Documents/none.docx")
    assert status == 1
    assert "could not be found" in printed


async def test_act_command_moves_the_clock(served: ServedTenant) -> None:
    """`advance-clock P14D` moves the tenant a fortnight on."""
    before = await now(served)
    assert (await command(served, "advance-clock", "P14D"))[0] == 0
    assert (await now(served) - before).days == 14


async def test_every_verb_is_explained(served: ServedTenant) -> None:
    """Each verb of the command is one that the tenant knows, and its help gives an example."""
    _, told = await served.control("POST", "/act", {"verb": "?"})
    for verb in VERBS:
        assert f" {verb.name}" in told["error"]["message"]
        assert verb.example.startswith(verb.name)
    status, printed = await command(served, "press", "--help")
    assert status == 0
    assert "example: python -m simulator act" in " ".join(printed.split())


async def test_name_of_two_people_is_refused(served: ServedTenant) -> None:
    """A name that two people share is answered with the names that tell them apart."""
    served.person(SAM).name = PRIYA
    status, told = await served.control("POST", "/act", {"verb": "leave", "person": PRIYA})
    assert status == 409
    assert "sam.okafor@wrenbridge.example" in told["error"]["message"]
