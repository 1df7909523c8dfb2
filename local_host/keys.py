"""Function keys: who may call what. Kept in the state directory, made at first use, readable by their owner alone.

Source: https://learn.microsoft.com/azure/azure-functions/function-keys-how-to
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from local_host.errors import HostError

ANONYMOUS, FUNCTION, ADMIN = "anonymous", "function", "admin"
_FILE = "keys.json"


@dataclass(frozen=True, slots=True)
class Keys:
    """The master key, the key that serves for every function, and each function's own."""

    master: str
    host: str
    functions: Mapping[str, str]

    @classmethod
    def open(cls, state: Path, functions: Iterable[str] = ()) -> Keys:
        """The keys kept in `state`, with one made for whoever has none yet."""
        path = state / _FILE
        try:
            told = json.loads(path.read_text()) if path.exists() else {}
            found = cls(told.get("master", ""), told.get("host", ""), dict(told.get("functions", {})))
        except (ValueError, AttributeError, TypeError) as error:
            raise HostError(f"{path} does not hold keys; remove it, and new ones are made.") from error
        keys = cls(
            found.master or secrets.token_urlsafe(40),
            found.host or secrets.token_urlsafe(40),
            {
                **found.functions,
                **{name: secrets.token_urlsafe(40) for name in functions if name not in found.functions},
            },
        )
        if keys != found:
            keys._save(path)
        return keys

    def allow(self, level: str, function: str, given: str) -> bool:
        """True when `given` opens `function`, whose level is anonymous, function or admin."""
        if level == ANONYMOUS:
            return True
        accepted = [self.master]
        if level == FUNCTION:
            accepted += [self.host, self.functions.get(function, self.host)]
        # All are compared, each in constant time: the answer's delay tells nothing.
        return sum(hmac.compare_digest(key.encode(), given.encode()) for key in accepted) > 0

    def _save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(f".{os.getpid()}")
        text = json.dumps({"master": self.master, "host": self.host, "functions": dict(self.functions)}, indent=2)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text + "\n")
        beside.replace(path)
