"""The local host in a process of its own, serving one of the small apps beside this file."""

from __future__ import annotations

import http.client
import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from local_host.child_process import Child
from tests.limits import PATIENCE

APPS = Path(__file__).with_name("apps")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes
    cookies: tuple[str, ...] = ()

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Serving:
    """A running host. Answers come as they are, whatever their status."""

    child: Child
    state: Path
    log_path: Path
    keys: dict[str, Any]

    @property
    def url(self) -> str:
        return self.child.url

    @property
    def said(self) -> list[str]:
        return self.child.said.splitlines()

    def ask(
        self, method: str, path: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        try:
            connection.request(method, path, body=body, headers=dict(headers or {}))
            answer = connection.getresponse()
            cookies = tuple(value for name, value in answer.getheaders() if name.lower() == "set-cookie")
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read(), cookies)
        finally:
            connection.close()

    def admin(self, method: str, path: str, body: bytes | None = None) -> Answer:
        return self.ask(method, f"/admin/{path}", body=body, headers={"x-functions-key": self.keys["master"]})

    def tally(self, function: str) -> dict[str, int]:
        told: dict[str, int] = self.admin("GET", "host/status").json()["functions"][function]
        return told

    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log_path.read_text().splitlines() if line.startswith("{")]


@contextmanager
def serving(
    app: str | Path, state: Path, settings: Mapping[str, str] | None = None, *options: str
) -> Iterator[Serving]:
    """Serve `app` (a directory, or the name of one in apps/) until the block ends."""
    state.mkdir(parents=True, exist_ok=True)
    log = state / f"{uuid.uuid4().hex}.log"
    where = ["--app", str(APPS / app), "--state", str(state), "--port", "0", "--log", "json"]
    with Child("local_host", [*where, *options], {"PYTHONDONTWRITEBYTECODE": "1", **(settings or {})}, log) as child:
        yield Serving(child, state, log, json.loads((state / "keys.json").read_text()))


def eventually[T](look: Callable[[], T], *, within: float = PATIENCE) -> T:
    """What `look` gives once it gives something; fails after `within` seconds."""
    deadline = time.monotonic() + within
    while not (found := look()):
        assert time.monotonic() < deadline, f"still {found!r} after {within} s"
        time.sleep(0.05)
    return found
