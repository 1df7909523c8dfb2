"""Log lines: a constant message, then the ids that it is about, as JSON: the Functions host hands on the text alone.

library synced {"drive": "b!x1…", "state": "complete", "changed": "3", "message": "0b7c…"}
"""

from __future__ import annotations

import json
import logging
from collections.abc import MutableMapping
from typing import Any

from custos.telemetry.ids import told


class _Told(logging.LoggerAdapter[logging.Logger]):
    def process(self, msg: object, kwargs: MutableMapping[str, Any]) -> tuple[str, MutableMapping[str, Any]]:
        fields = told(kwargs.get("extra") or {})
        return f"{msg} {json.dumps(fields)}" if fields else str(msg), kwargs


def logger(name: str) -> logging.LoggerAdapter[logging.Logger]:
    """The logger of a module. What may be told of `extra` is told (`custos.telemetry.ids`), the rest is not."""
    return _Told(logging.getLogger(name))
