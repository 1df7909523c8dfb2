"""Trouble on request: the next answers to matching requests go wrong in a chosen way.

A fault as JSON (`POST /sim/faults` takes one or a list):

    {"kind": "status", "path": "/delta", "times": 2, "status": 503, "retry_after": 5}

| kind | what happens |
|---|---|
| status | answers `status`, with `Retry-After: retry_after` if given (0: none); a 503 has an empty body |
| truncated | the body stops half way, though the answer claims to be whole |
| html | 503 with an HTML page instead of JSON |
| dropped | the connection closes without an answer |
| midway | half of the body arrives, then the connection closes |
| batch_missing | the answer of a batch lacks one of its parts |
| expired | at once: delta tokens given out so far for drives whose id or web address contains `path` answer 410 |

`path` is a fragment of path and query ("" matches all), `method` restricts ("" for any), `after` lets so many matching
requests pass first, `times` is how often it happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from simulator.refusal import bad_request
from simulator.tenant.state import Tenant

Kind = Literal["status", "truncated", "html", "dropped", "midway", "batch_missing", "expired"]


class Fault(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One trouble; see the module's text."""

    kind: Kind
    path: str = ""
    method: str = ""
    times: int = 1
    after: int = 0
    status: int = 503
    retry_after: float = 0
    code: str = ""


class Faults:
    """The troubles that wait to happen. `happened` counts those that did, by kind."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._waiting: list[Fault] = []
        self.happened: dict[str, int] = {}

    def add(self, described: object) -> int:
        """Queue one fault or a list of them, each a JSON object; returns how many wait now. Raises Refused 400."""
        try:
            faults = msgspec.convert(described if isinstance(described, list) else [described], list[Fault])
        except msgspec.ValidationError as error:
            raise bad_request(str(error)) from error
        for fault in faults:
            if fault.kind == "expired":
                self._expire(fault.path)
            else:
                self._waiting.append(fault)
        return len(self._waiting)

    def clear(self) -> None:
        """Forget what has not happened yet."""
        self._waiting.clear()

    def waiting(self) -> list[Mapping[str, object]]:
        """What has not happened yet, as JSON objects."""
        return [msgspec.to_builtins(each) for each in self._waiting]

    def take(self, method: str, path: str, *, batch: bool = False) -> Fault | None:
        """The fault that falls on this request, if any; it is counted. `batch` asks for those that spoil a batch's answer."""
        for fault in self._waiting:
            if fault.path not in path or fault.method.upper() not in ("", method):
                continue
            if (fault.kind == "batch_missing") != batch:
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            fault.times -= 1
            if fault.times <= 0:
                self._waiting.remove(fault)
            self.happened[fault.kind] = self.happened.get(fault.kind, 0) + 1
            return fault
        return None

    def _expire(self, path: str) -> None:
        for drive in self._tenant.drives.values():
            if path in drive.id or path in drive.url:
                drive.epoch += 1
        self.happened["expired"] = self.happened.get("expired", 0) + 1
