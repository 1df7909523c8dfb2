"""Records every Graph exchange, one JSON object a line, to be checked against Microsoft's service description.

Graph reads the words of a path in any case; they are written down as its description spells them.

{"method": "GET", "url": "https://graph.microsoft.com/v1.0/…", "request": …, "status": 200, "response": …}
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import msgspec

_PUBLIC = "https://graph.microsoft.com/v1.0"


class Traffic:
    """Appends exchanges to a file. `words` are Graph's own spellings of the words of a path, by their lower case."""

    def __init__(self, path: Path, words: Mapping[str, str]) -> None:
        self._words = words
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: BinaryIO = path.open("ab")

    def record(self, method: str, operation: str, request: bytes, status: int, response: bytes) -> None:
        """Write one exchange. `operation` is path and query behind `/graph/v1.0`; a body that is no JSON is null."""
        exchange = {
            "method": method,
            "url": _PUBLIC + self._spelt(operation),
            "request": _json(request),
            "status": status,
            "response": _json(response),
        }
        self._file.write(msgspec.json.encode(exchange) + b"\n")
        self._file.flush()

    def _spelt(self, operation: str) -> str:
        path, mark, query = operation.partition("?")
        if ":" in path:  # names of files and folders follow, which are their owners'
            return operation
        return "/".join(self._words.get(each.lower(), each) for each in path.split("/")) + mark + query

    def close(self) -> None:
        """Write what is left."""
        self._file.close()


def _json(body: bytes) -> msgspec.Raw | None:
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except msgspec.DecodeError:
        return None
    return msgspec.Raw(body) if body else None
