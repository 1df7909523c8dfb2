"""Application Insights on this machine: takes what is sent to `/v2.1/track`, or refuses it as it is told to."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass
class Receiver:
    """`status` is what it answers; `told` are the items of the requests that came, `tokens` what they were sent with."""

    connection: str = ""
    status: int = 200
    told: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)

    def data(self, kind: str) -> list[dict[str, Any]]:
        """The data of every `MetricData`, or `EventData`."""
        return [one["data"]["baseData"] for one in self.told if one["data"]["baseType"] == kind]


@contextmanager
def receiver() -> Iterator[Receiver]:
    """One that listens."""
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = gzip.decompress(self.rfile.read(int(self.headers["Content-Length"])))
            assert self.path == "/v2.1/track"
            found.tokens.append(self.headers.get("Authorization", ""))
            if found.status == 200:
                found.told += json.loads(body)
            self.send_response(found.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *said: object) -> None:
            """Nothing of it is told."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    found.connection = f"InstrumentationKey=11111111-1111-4111-8111-111111111111;IngestionEndpoint=http://127.0.0.1:{server.server_address[1]}/"
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
