"""Records every Graph exchange, one JSON object a line, to be checked against Microsoft's service description.

{"method": "GET", "url": "https://graph.microsoft.com/v1.0/…", "request": …, "status": 200, "response": …}
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import msgspec

_PUBLIC = "https://graph.microsoft.com/v1.0"


class Traffic:
    """Appends exchanges to a file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: BinaryIO = path.open("ab")

    def record(self, method: str, operation: str, request: bytes, status: int, response: bytes) -> None:
        """Write one exchange. `operation` is path and query behind `/graph/v1.0`; a body that is no JSON is null."""
        exchange = {
            "method": method,
            "url": _PUBLIC + operation,
            "request": _json(request),
            "status": status,
            "response": _json(response),
        }
        self._file.write(msgspec.json.encode(exchange) + b"\n")
        self._file.flush()

    def close(self) -> None:
        """Write what is left."""
        self._file.close()


def _json(body: bytes) -> msgspec.Raw | None:
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except msgspec.DecodeError:
        return None
    return msgspec.Raw(body) if body else None
