"""An address that takes notifications over HTTPS, on this machine, for as long as a `with` block lasts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from simulator.front.certificates import CertificateAuthority
from simulator.tenant.clock import machine_now

_NAME = "localhost"


@dataclass
class Listener:
    """`url` is the address, `trust` the file with the certificate that its caller has to trust."""

    url: str
    trust: Path
    validated: int = field(default=0)


@contextmanager
def listening(trust: Path) -> Iterator[Listener]:
    """Answer the handshake with which Microsoft Graph validates an address, and take what comes.

    Source: https://learn.microsoft.com/graph/change-notifications-delivery-webhooks#notificationurl-validation
    """
    authority = CertificateAuthority([_NAME], machine_now())
    trust.write_bytes(authority.pem())

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            token = parse_qs(urlsplit(self.path).query).get("validationToken")
            told = token[0].encode() if token else b""
            listener.validated += bool(token)
            self.send_response(200 if token else 202)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
            """Says nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.socket = authority.context(_NAME).wrap_socket(server.socket, server_side=True)
    listener = Listener(f"https://{_NAME}:{server.server_address[1]}/notifications", trust)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
