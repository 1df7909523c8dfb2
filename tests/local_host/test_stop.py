"""Stopping is graceful: nothing new is taken, what runs may finish, and nothing stays behind."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from local_host.child_process import Child
from local_host.errors import HostError
from tests.limits import PATIENCE
from tests.local_host.served_app import Answer, Serving, eventually, serving

_REPOSITORY = Path(__file__).resolve().parents[2]


def _call(host: Serving, path: str, answers: list[Answer]) -> threading.Thread:
    caller = threading.Thread(target=lambda: answers.append(host.ask("GET", path)))
    caller.start()
    return caller


def test_running_invocation_finishes(tmp_path: Path) -> None:
    """After Ctrl-C a call that runs still gets its answer, and the host ends with 0."""
    answers: list[Answer] = []
    with serving("web", tmp_path) as host:
        caller = _call(host, "/api/slow/0.6", answers)
        eventually(lambda: host.tally("slow")["running"] == 1)
        host.child.process.send_signal(signal.SIGINT)
        caller.join()
        assert host.child.process.wait(PATIENCE) == 0
    assert [answer.body for answer in answers] == [b"slept"]
    assert host.log()[-1]["message"] == "stopped"


def test_invocation_that_outlives_the_grace_time_is_cut_off(tmp_path: Path) -> None:
    """What outlives the grace time does not hold the end up, not even in a thread, and the log says so."""
    with serving("web", tmp_path, None, "--grace", "0.3") as host:
        caller = threading.Thread(target=_hung_up_on, args=(host, "/api/block/20"))
        caller.start()
        eventually(lambda: host.tally("block")["running"] == 1)
        assert host.child.stop() == 0
        caller.join()
    assert host.log()[-1] == {**host.log()[-1], "message": "stopped", "cut_off": 1}


def _hung_up_on(host: Serving, path: str) -> None:
    with pytest.raises(ConnectionError):
        host.ask("GET", path)


def test_host_dies_with_whoever_started_it(tmp_path: Path) -> None:
    """A server ends when its parent is killed, so that nothing keeps running unseen."""
    parent = (
        "import sys, time; from local_host.child_process import Child\n"
        "app = ['--app', 'tests/local_host/apps/web', '--port', '0']\n"
        f"c = Child('local_host', [*app, '--state', {str(tmp_path)!r}])\n"
        "c.start(); print(c.process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", parent], cwd=_REPOSITORY, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        process.kill()
    eventually(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)


def test_child_that_does_not_start_says_why(tmp_path: Path) -> None:
    """A server that ends before it is ready is an error with its own last words."""
    with pytest.raises(HostError, match=r"local_host ended with 1 .*: There is no function_app.py in"):
        Child("local_host", ["--app", str(tmp_path)], log=tmp_path / "log").start()
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_port_that_is_taken_is_named(tmp_path: Path) -> None:
    """A port that somebody else uses is a sentence, not a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        app = ["--app", "tests/local_host/apps/web", "--state", str(tmp_path), "--port", str(port)]
        with pytest.raises(HostError, match=f"Port {port} cannot be opened: .*in use"):
            Child("local_host", app, log=tmp_path / "log").start()
    assert "Traceback" not in (tmp_path / "log").read_text()
