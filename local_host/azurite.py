"""Azurite, Microsoft's emulator of Azure Storage: started for as long as a `with` block lasts.

    with Azurite() as azurite:                       # in memory, free ports
        Account(settings_from({**environ, **azurite.environment}))
    async with Azurite(location=Path(".custos/azurite")): ...

Source: https://learn.microsoft.com/azure/storage/common/storage-use-azurite
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from local_host.errors import MissingPrerequisite

_SCRIPT = Path(__file__).resolve().parent.parent / "node_modules/azurite/dist/src/azurite.js"
_READY_SECONDS = 30.0
_POLL_SECONDS = 0.02
_CLOSE_SECONDS = 10.0
_LISTENING = re.compile(r"Azurite (Blob|Queue|Table) service is successfully listening at (http://\S+)")
_ACCOUNT = "devstoreaccount1"
# The emulator's published key, the same on every machine in the world.
_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
# Azurite ends when its standard input does, which the operating system sees to however the parent dies.
_WATCHDOG = (
    "data:text/javascript,process.stdin.resume().on('end',()=>{process.kill(process.pid,'SIGTERM');"
    "setTimeout(()=>process.exit(0),5000).unref()})"
)


@dataclass
class Azurite:
    """One Azurite on free ports of the loopback. In memory, or kept in `location`.

    Raises MissingPrerequisite when Node or Azurite is not installed, or when Azurite does not start.
    """

    location: Path | None = None
    blob_url: str = field(default="", init=False)
    queue_url: str = field(default="", init=False)
    table_url: str = field(default="", init=False)
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _output: IO[bytes] | None = field(default=None, init=False)

    @property
    def connection_string(self) -> str:
        """What goes into AzureWebJobsStorage."""
        return (
            f"DefaultEndpointsProtocol=http;AccountName={_ACCOUNT};AccountKey={_KEY};"
            f"BlobEndpoint={self.blob_url}/{_ACCOUNT};QueueEndpoint={self.queue_url}/{_ACCOUNT};"
            f"TableEndpoint={self.table_url}/{_ACCOUNT};"
        )

    @property
    def environment(self) -> Mapping[str, str]:
        """The settings that make an app use this Azurite."""
        return {"AzureWebJobsStorage": self.connection_string}

    @property
    def pid(self) -> int | None:
        """The process, while it runs."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start, and return when all three services listen."""
        try:
            self._launch()
            for wait in self._until_ready():
                time.sleep(wait)
        except BaseException:
            self.stop()
            raise

    async def start_async(self) -> None:
        """As `start`, without blocking the event loop."""
        try:
            self._launch()
            for wait in self._until_ready():
                await asyncio.sleep(wait)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the process. Harmless when it ended already or never started."""
        process, self._process = self._process, None
        try:
            if process is not None:
                self._end(process)
        finally:
            if self._output is not None:
                self._output.close()
                self._output = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        await self.start_async()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.stop)

    def _launch(self) -> None:
        node = shutil.which("node")
        if node is None:
            raise MissingPrerequisite("Node 20 or newer is not installed, and Azurite needs it.")
        if not _SCRIPT.exists():
            raise MissingPrerequisite(f"Azurite is not installed: run `npm ci` in {_SCRIPT.parents[4]}.")
        command = [node, "--import", _WATCHDOG, str(_SCRIPT), "--silent", "--skipApiVersionCheck", "--disableTelemetry"]
        for service in ("blob", "queue", "table"):
            command += [f"--{service}Host", "127.0.0.1", f"--{service}Port", "0"]
            # Node closes an idle connection after 5 s, which a busy client meets as a reset.
            command += [f"--{service}KeepAliveTimeout", "120"]
        if self.location is None:
            command.append("--inMemoryPersistence")
        else:
            self.location.mkdir(parents=True, exist_ok=True)
            command += ["--location", str(self.location)]
        self._output = tempfile.TemporaryFile()  # noqa: SIM115  # closed by stop
        # Its own session: Ctrl-C at the keyboard reaches the app first, which still needs its storage to finish.
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=self._output, stderr=subprocess.STDOUT, start_new_session=True
        )

    def _until_ready(self) -> Iterator[float]:
        """Yields how long to wait before looking again, until the services listen."""
        assert self._process is not None
        assert self._output is not None
        deadline = time.monotonic() + _READY_SECONDS
        while True:
            ended = self._process.poll()
            said = os.pread(self._output.fileno(), 1 << 20, 0).decode(errors="replace")
            urls = {name: url.rstrip("/") for name, url in _LISTENING.findall(said)}
            if len(urls) == 3:
                break
            if ended is not None or time.monotonic() > deadline:
                last = said.strip().splitlines()[-1] if said.strip() else "it said nothing"
                raise MissingPrerequisite(f"Azurite did not start: {last}.")
            yield _POLL_SECONDS
        self.blob_url, self.queue_url, self.table_url = urls["Blob"], urls["Queue"], urls["Table"]

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        process.stdin.close()  # at which it ends itself; a second signal would end it before it has saved
        if self.location is None:
            process.kill()  # nothing to save, and open connections would hold a polite ending back
        try:
            process.wait(_CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
