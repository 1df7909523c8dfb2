"""One of our servers in a process of its own, for as long as a `with` block lasts.

    with Child("simulator", ["serve", "--port", "0"]) as tenant, Child("local_host", [...], environment=...) as host:
        urlopen(tenant.url)

A server says `ready URL` on its standard output. It ends with the process that started it, however that one dies: its
standard input closes then, which it takes for SIGTERM.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from local_host.errors import HostError

_REPOSITORY = Path(__file__).resolve().parent.parent
_READY = re.compile(rb"^ready (http://\S+)$", re.MULTILINE)
_POLL_SECONDS = 0.02
_WATCHED = """
import os, runpy, signal, sys, threading, time
def watch():
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(60)
    os._exit(1)
threading.Thread(target=watch, daemon=True).start()
runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
"""


@dataclass
class Child:
    """`python -m MODULE ARGUMENTS` of this repository, with `environment` laid over this process's own.

    `log` takes its standard error (None: it goes where ours goes). `ready_seconds` is how long it may take to be ready,
    `grace_seconds` how long to end. Raises HostError with its last words when it ends before it is ready.
    """

    module: str
    arguments: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    log: Path | None = None
    ready_seconds: float = 60.0
    grace_seconds: float = 40.0
    url: str = field(default="", init=False)
    process: subprocess.Popen[bytes] = field(init=False)
    _output: IO[bytes] = field(init=False)
    _open: ExitStack = field(default_factory=ExitStack, init=False)

    def start(self) -> None:
        """Start, and return when it is ready."""
        # A file and not a pipe: what nobody reads must not hold the server up.
        self._output = self._open.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  # closed by stop
        errors = self._open.enter_context(self.log.open("ab")) if self.log else None
        self.process = subprocess.Popen(
            [sys.executable, "-c", _WATCHED, self.module, *self.arguments],
            cwd=_REPOSITORY,
            env={**os.environ, **self.environment},
            stdin=subprocess.PIPE,
            stdout=self._output,
            stderr=errors,
            start_new_session=True,  # Ctrl-C reaches the parent, which ends its children in good order
        )
        self._open.callback(self._end)
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise

    @property
    def said(self) -> str:
        """Its standard output so far."""
        return os.pread(self._output.fileno(), 1 << 20, 0).decode(errors="replace")

    def stop(self) -> int:
        """End it, for good after the grace time, and return its exit code. Harmless when it ended already."""
        self._open.close()
        return self.process.returncode

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _wait(self) -> None:
        deadline = time.monotonic() + self.ready_seconds
        while (found := _READY.search(self.said.encode())) is None:
            if self.process.poll() is not None:
                raise HostError(
                    f"{self.module} ended with {self.process.returncode} before it was ready{self._last_words()}"
                )
            if time.monotonic() > deadline:
                raise HostError(
                    f"{self.module} was not ready within {self.ready_seconds:g} seconds{self._last_words()}"
                )
            time.sleep(_POLL_SECONDS)
        self.url = found.group(1).decode()

    def _last_words(self) -> str:
        text = self.log.read_text(errors="replace") if self.log else self.said
        return f": {text.strip().splitlines()[-1]}" if text.strip() else "."

    def _end(self) -> None:
        assert self.process.stdin is not None
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(self.grace_seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        finally:
            self.process.stdin.close()
