"""Timers fire on their schedule, once in the world, and make up for one missed run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from azure.storage.blob import ContainerClient

from tests.local_host.own_queues import QueueRoom
from tests.local_host.served_app import Serving, eventually, serving

_LONG_AGO = "2020-01-01T00:00:00+00:00"


@dataclass
class Pair:
    """Two hosts that serve the same app, the first of them keeping the timers; one timer has missed a run."""

    first: Serving
    second: Serving
    room: QueueRoom
    another: Callable[[], Serving]

    def fires(self) -> None:
        """Wait until the timer of each second has fired once more."""
        before = self.first.tally("often")["succeeded"]
        eventually(lambda: self.first.tally("often")["succeeded"] > before)


@pytest.fixture(scope="module")
def pair(azurite: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    room = QueueRoom(azurite)
    _pretend(room, "leap_day", _LONG_AGO)
    with ExitStack() as hosts:

        def another() -> Serving:
            return hosts.enter_context(serving("timers", tmp_path_factory.mktemp("host"), _settings(room)))

        first = another()
        eventually(lambda: first.tally("often")["succeeded"] > 0)
        yield Pair(first, another(), room, another)


@pytest.fixture(scope="module")
def still(azurite: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Serving, QueueRoom]]:
    """A host whose timers fire by hand alone, though one of them has missed a run."""
    room = QueueRoom(azurite)
    _pretend(room, "leap_day", _LONG_AGO)
    with serving("timers", tmp_path_factory.mktemp("state"), _settings(room), "--no-timers") as host:
        yield host, room


def _settings(room: QueueRoom) -> dict[str, str]:
    return {**room.settings, "OFTEN": "* * * * * *", "AzureFunctionsWebHost__hostid": room.name}


def _status_path(room: QueueRoom, function: str) -> str:
    return f"timers/{room.name}/Host.Functions.{function}/status"


def _pretend(room: QueueRoom, function: str, updated: str) -> None:
    with ContainerClient.from_connection_string(room.connection, "azure-webjobs-hosts") as container:
        if not container.exists():
            container.create_container()
        status = {"Last": updated, "Next": updated, "LastUpdated": updated}
        container.upload_blob(_status_path(room, function), json.dumps(status))


def test_timer_fires_on_its_schedule(pair: Pair) -> None:
    """A timer fires each second when a setting says so; so frequent a timer has no status and is never past due."""
    assert pair.room.reports(2, "out-often")[0] == {
        "past_due": False,
        "status": {},
        "schedule": {"AdjustForDST": True},
    }


def test_missed_run_is_made_up_for(pair: Pair) -> None:
    """A timer that was due while nothing ran fires once at start, and says that it is past due."""
    report = pair.room.reports(1, "out-leap-day")[0]
    assert (report["past_due"], report["status"]["Last"]) == (True, _LONG_AGO)


def test_first_start_knows_no_missed_run(pair: Pair) -> None:
    """Without a status nothing was missed: the timer waits for its time, and from now on is watched."""
    assert pair.first.tally("stubborn") == {"running": 0, "succeeded": 0, "failed": 0}
    with ContainerClient.from_connection_string(pair.room.connection, "azure-webjobs-hosts") as container:
        assert container.get_blob_client(_status_path(pair.room, "stubborn")).exists()


def test_two_hosts_fire_a_timer_once(pair: Pair) -> None:
    """Of two processes that serve the same app only one keeps the timers."""
    pair.fires()
    pair.fires()
    assert pair.second.tally("often")["succeeded"] == 0


def test_another_host_takes_over(pair: Pair) -> None:
    """When the process that kept the timers stops, the other goes on, and knows which runs were made up for already."""
    pair.first.child.stop()
    pair.first = pair.second
    eventually(lambda: pair.first.tally("often")["succeeded"] > 0)
    pair.second = pair.another()
    assert pair.first.tally("leap_day") == {"running": 0, "succeeded": 0, "failed": 0}


def test_timer_can_be_fired_by_hand_alone(still: tuple[Serving, QueueRoom], pair: Pair) -> None:
    """With --no-timers nothing fires by itself, not even a missed run, until somebody posts to its address."""
    host, room = still
    pair.fires()
    pair.fires()
    assert host.tally("often")["succeeded"] == host.tally("leap_day")["succeeded"] == 0
    assert host.admin("POST", "functions/leap_day").status == 202
    assert room.reports(1, "out-leap-day")[0]["past_due"] is False


def test_retry_policy_of_a_timer_is_followed(still: tuple[Serving, QueueRoom]) -> None:
    """A timer with `@app.retry` is run again when it fails, as often as the policy says."""
    host, room = still
    host.admin("POST", "functions/stubborn", b"{}")
    eventually(lambda: room.waiting("out-stubborn") == ["2"])
    eventually(lambda: host.tally("stubborn") == {"running": 0, "succeeded": 1, "failed": 2})
