"""Log lines: a constant message, fields as data, and the invocation that the line belongs to.

    2026-11-22T09:00:00.123Z INFO  local_host  executed function=sync outcome=succeeded ms=12 invocation=0b7c…

With `json`, one JSON object a line. Lines go to standard error; standard output is for what people asked to see.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from typing import Literal

from local_host.worker import current_invocation

_QUIET = ("azure", "aiohttp.access", "asyncio")


def configure(form: Literal["text", "json"], *, verbose: bool = False) -> None:
    """Send everything that this process logs to standard error, in `form`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Text())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    for name in _QUIET:
        # Azure's SDKs log each request and the runtime each indexing; warnings stay.
        logging.getLogger(name).setLevel(logging.INFO if verbose else logging.WARNING)


def event(logger: logging.Logger, message: str, *, level: int = logging.INFO, **fields: object) -> None:
    """Log `message`, which never varies, with what does as `fields`."""
    logger.log(level, message, extra={"fields": fields})


def _fields(record: logging.LogRecord) -> dict[str, object]:
    fields = dict(getattr(record, "fields", {}))
    invocation = current_invocation.get()
    if invocation and "invocation" not in fields:
        fields["invocation"] = invocation
    return fields


def _moment(record: logging.LogRecord) -> str:
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(record.created))}.{int(record.msecs):03d}Z"


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = "".join(f" {name}={_word(value)}" for name, value in _fields(record).items())
        line = f"{_moment(record)} {record.levelname:<7} {record.name}  {record.getMessage()}{fields}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        told = {
            "time": _moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_fields(record),
        }
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return json.dumps(told, default=str)


def _word(value: object) -> str:
    text = str(value)
    return json.dumps(text) if not text or any(letter.isspace() or letter == '"' for letter in text) else text
