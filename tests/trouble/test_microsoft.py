"""Trouble with Microsoft Graph: what could not be read is unknown, nothing acts on it, and nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from custos.inventory.drive_state import SyncState
from tests.running_stack import HOST, Council

pytestmark = pytest.mark.timeout(600)
LIBRARY = "/sites/revs-bens/Letters"
_numbers = iter(range(1, 1_000))


@pytest.fixture
def drive_id(council: Council) -> Iterator[str]:
    """A library at rest; whatever trouble is left over is taken away afterwards."""
    council.quiet()
    yield council.library(LIBRARY)
    council.control("DELETE", "faults")
    council.quiet()


def upload(council: Council) -> str:
    """Somebody puts a file into the library; its name."""
    name = f"Letter {next(_numbers)}.docx"
    council.stage.act("upload", at=LIBRARY, name=name)
    return name


def trouble(council: Council, drive_id: str, kind: str, **more: object) -> None:
    """The next delta pages of the library go wrong."""
    council.control("POST", "faults", {"kind": kind, "path": f"/drives/{drive_id}/root/delta", **more})


def names(council: Council, drive_id: str) -> set[str]:
    """Files and folders of the mirror."""
    return set(council.items(drive_id)["name"])


def in_tenant(council: Council, drive_id: str) -> int:
    """How many items the tenant holds."""
    drives = (drive for site in council.stage.state()["sites"] for drive in site["drives"])
    return next(int(drive["items"]) for drive in drives if drive["id"] == drive_id)


def recovered(council: Council, drive_id: str, name: str) -> None:
    """After the trouble the mirror is what the tenant is."""
    council.control("DELETE", "faults")
    council.sync(drive_id)
    council.until(lambda: council.state(drive_id).state is SyncState.COMPLETE)
    assert name in names(council, drive_id)
    assert council.items(drive_id).height == in_tenant(council, drive_id)


@pytest.mark.parametrize("kind", ["truncated", "html", "dropped", "midway"])
def test_one_bad_answer_is_asked_for_again(council: Council, drive_id: str, kind: str) -> None:
    """An answer that fails once is asked for again, and the change arrives."""
    trouble(council, drive_id, kind, times=1)
    name = upload(council)
    council.until(lambda: name in names(council, drive_id) or council.state(drive_id).state is SyncState.INCOMPLETE)
    recovered(council, drive_id, name)


def test_library_that_cannot_be_read_is_incomplete(council: Council, drive_id: str) -> None:
    """A library whose pages stay broken is incomplete with a reason, its mirror is kept, and it heals by itself."""
    before = names(council, drive_id)
    trouble(council, drive_id, "truncated", times=500)
    name = upload(council)
    council.until(lambda: council.state(drive_id).state is SyncState.INCOMPLETE, 120, "the library to be incomplete")
    assert council.state(drive_id).why != ""
    assert names(council, drive_id) == before
    assert "incomplete" in council.custos("status").out
    recovered(council, drive_id, name)


def test_nothing_acts_on_an_incomplete_library(council: Council, drive_id: str) -> None:
    """While a library is incomplete the plan does nothing there and says so."""
    trouble(council, drive_id, "truncated", times=500)
    name = upload(council)
    council.until(lambda: council.state(drive_id).state is SyncState.INCOMPLETE, 120, "the library to be incomplete")
    plan = council.custos("plan", "--json").json()
    assert plan["coverage"]["read"] == plan["coverage"]["expected"] - 1
    assert any("not read completely" in note for note in plan["notes"])
    here = f"{HOST}{LIBRARY}".replace(" ", "%20")
    acting = [action for action in plan["actions"] if action["url"].startswith(here) and not action["refused"]]
    assert not [action for action in acting if action["kind"] not in ("tell", "ask")]
    recovered(council, drive_id, name)


def test_forgotten_place_is_read_anew(council: Council, drive_id: str) -> None:
    """When Microsoft forgets our place (410), the library is read anew and nothing is missing."""
    council.control("POST", "faults", {"kind": "expired", "path": drive_id})
    name = upload(council)
    council.until(lambda: name in names(council, drive_id), 120, "the library read anew")
    recovered(council, drive_id, name)


def test_throttled_worker_waits_as_told(council: Council, drive_id: str) -> None:
    """After a 429 nobody asks again before the time that Microsoft named, and the change arrives then."""
    wait = 4
    trouble(council, drive_id, "status", times=1, status=429, retry_after=wait)
    began = time.monotonic()
    name = upload(council)
    council.until(lambda: name in names(council, drive_id), 120, "the change after the wait")
    assert time.monotonic() - began >= wait
    assert council.stage.state()["faults"]["status"] >= 1
    recovered(council, drive_id, name)


def test_lost_notification_loses_nothing(council: Council, drive_id: str) -> None:
    """A change of which nobody was told is in the mirror after the backstop sync."""
    council.control("POST", "faults", {"kind": "lost"})
    name = upload(council)
    council.until(lambda: council.control("GET", "faults")["waiting"] == [])
    recovered(council, drive_id, name)
