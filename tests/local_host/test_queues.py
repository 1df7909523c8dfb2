"""Queue functions take messages, retry, and give hopeless ones up, as in Azure."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.local_host.own_queues import QueueRoom
from tests.local_host.served_app import Serving, eventually, serving


@pytest.fixture(scope="module")
def room(azurite: str) -> QueueRoom:
    return QueueRoom(azurite)


@pytest.fixture(scope="module")
def host(room: QueueRoom, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving("queues", tmp_path_factory.mktemp("state"), room.settings, "--hidden", "2") as running:
        yield running


def test_message_wakes_the_function_and_is_gone(host: Serving, room: QueueRoom) -> None:
    """A message reaches the function with its id, count and dates, and is deleted once the function succeeded."""
    room.put("hello ►")
    report = room.report("hello ►")
    assert (report["count"], report["dated"]) == (1, True)
    eventually(lambda: room.size("in") == 0)


def test_output_list_becomes_one_message_an_element(host: Serving, room: QueueRoom) -> None:
    """Each text of an `Out[List[str]]` is sent as it is, JSON or not."""
    room.put("many")
    eventually(lambda: {"one", '["two"]', '{"three": 3}'} <= set(room.waiting("out")))


def test_failing_message_is_tried_again_and_then_set_aside(host: Serving, room: QueueRoom) -> None:
    """After maxDequeueCount failures the message lies in the poison queue as it was sent, and nowhere else."""
    before = host.tally("work")["failed"]
    room.put("bad")
    eventually(lambda: "bad" in room.waiting("in-poison"))
    assert host.tally("work")["failed"] == before + 3
    eventually(lambda: room.size("in") == 0)


def test_message_that_is_not_base64_is_set_aside(host: Serving, room: QueueRoom) -> None:
    """A message in the wrong encoding never reaches the function and ends in the poison queue unchanged."""
    room.put("not base64!", encoded=False)
    eventually(lambda: "not base64!" in room.stored("in-poison"))


def test_message_can_be_given_by_hand(host: Serving, room: QueueRoom) -> None:
    """`POST /admin/functions/NAME` answers 202 and runs the function on the text that it was given."""
    assert host.admin("POST", "functions/work", json.dumps({"input": "by hand"}).encode()).status == 202
    assert room.report("by hand")["count"] == 1


def test_text_that_is_an_array_is_split_by_the_host(host: Serving, room: QueueRoom) -> None:
    """An `Out[str]` that looks like a JSON array becomes one message an element, the trap that Azure sets too."""
    assert host.ask("POST", "/api/put", body=b'["split", {"x": 1}]').status == 202
    assert room.report("split")
    assert room.report('{\n  "x": 1\n}')


def test_output_that_only_looks_like_json_fails_the_call(host: Serving) -> None:
    """What the host cannot write is a failure of the function: the caller sees 500, not 202."""
    assert host.ask("POST", "/api/put", body=b"{not json}").status == 500


def test_running_message_stays_hidden(host: Serving, room: QueueRoom) -> None:
    """A message that is worked on for longer than it was hidden is not handed out a second time."""
    before = host.tally("work")["succeeded"]
    room.put("slow 2.8")
    assert room.report("slow 2.8")["count"] == 1
    eventually(lambda: room.size("in") == 0)
    assert host.tally("work")["succeeded"] == before + 1


def test_message_of_a_killed_host_comes_again(azurite: str, host: Serving) -> None:
    """When the host dies at work, the message is seen again by the next one."""
    own = QueueRoom(azurite)
    own.put("slow 1.1")
    with serving("queues", host.state / "killed", own.settings, "--hidden", "2") as running:
        eventually(lambda: running.tally("work")["running"] == 1)
        running.child.process.kill()
    with serving("queues", host.state / "next", own.settings):
        assert own.reports(1)[0]["count"] == 2


def test_no_more_run_at_once_than_host_json_allows(host: Serving, room: QueueRoom) -> None:
    """At most batchSize + newBatchThreshold messages are worked on at a time."""
    before = host.tally("work")["succeeded"]
    for _ in range(12):
        room.put("slow 0.3")
    most = 0

    def all_done() -> bool:
        nonlocal most
        tally = host.tally("work")
        most = max(most, tally["running"])
        return tally["succeeded"] == before + 12

    eventually(all_done)
    assert 4 <= most <= 6


def test_running_message_is_finished_when_the_host_stops(azurite: str, host: Serving) -> None:
    """A message that runs when the host is told to stop is finished and deleted."""
    own = QueueRoom(azurite)
    own.put("slow 0.8")
    with serving("queues", host.state / "stopped", own.settings) as running:
        eventually(lambda: running.tally("work")["running"] == 1)
        assert running.child.stop() == 0
    assert own.report("slow 0.8")["count"] == 1
    assert own.size("in") == 0
