"""Microsoft's runtime in a process of its own, for tests: index a directory, look at its functions, invoke them.

    with Runtime(directory, {**os.environ, **settings}) as runtime:
        assert [function.name for function in runtime.functions] == ["health", ...]
        assert runtime.invoke_http("health").status == 200
        runtime.invoke_queue("sync", '{"drive": "…"}')
        runtime.invoke_timer("discover")

The app sees only its own directory and the installed packages, as in Azure.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from local_host.errors import AppRefused, InvocationFailed

_CHILD = Path(__file__).with_name("runtime_child.py")


@dataclass(frozen=True)
class Indexed:
    """A function as the runtime indexed it, with its raw bindings."""

    name: str
    bindings: list[dict[str, Any]]

    @property
    def trigger(self) -> dict[str, Any]:
        return next(binding for binding in self.bindings if binding["type"].endswith("Trigger"))


@dataclass(frozen=True)
class Result:
    """What an invocation gave: an HTTP answer, if it was one, and the messages set on output bindings."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    outputs: dict[str, list[str]] = field(default_factory=dict)


class Runtime:
    """Raises AppRefused when the directory does not index; `invoke_*` raise InvocationFailed when the function did."""

    def __init__(self, directory: Path, environment: Mapping[str, str]) -> None:
        self._command = [sys.executable, "-P", str(_CHILD), str(directory)]
        self._environment = {**environment, "PYTHONDONTWRITEBYTECODE": "1"}
        self._directory = directory
        self.functions: list[Indexed] = []

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command,
            cwd=self._directory,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            told = self._answer()
            if "refused" in told:
                raise AppRefused(told["refused"])
        except BaseException:
            self._end()
            raise
        self.functions = [Indexed(name, bindings) for name, bindings in told["functions"]]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def invoke_http(
        self,
        name: str,
        *,
        method: str = "GET",
        url: str = "http://localhost/",
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        route: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Result:
        """Call an HTTP function as the host would."""
        return self._invoke(
            name,
            "http",
            method=method,
            url=url,
            headers=dict(headers or {}),
            query=dict(query or {}),
            route=dict(route or {}),
            body=base64.b64encode(body).decode(),
        )

    def invoke_queue(self, name: str, text: str, *, dequeue_count: int = 1) -> Result:
        """Hand a queue function a message."""
        return self._invoke(name, "queue", text=text, dequeue_count=dequeue_count)

    def invoke_timer(self, name: str, *, past_due: bool = False) -> Result:
        """Fire a timer."""
        return self._invoke(name, "timer", past_due=past_due)

    def _invoke(self, name: str, kind: str, **how: object) -> Result:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"name": name, "kind": kind, **how}) + "\n")
        self._process.stdin.flush()
        told = self._answer()
        if "failed" in told:
            raise InvocationFailed(told["failed"], trace=told["trace"])
        return Result(told["status"], told["headers"], base64.b64decode(told["body"]), told["outputs"])

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError(f"the runtime's process ended with {self._process.wait()}")
        told: dict[str, Any] = json.loads(line)
        return told

    def _end(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        finally:
            self._process.stdout.close()
