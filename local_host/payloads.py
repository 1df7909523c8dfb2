"""What goes into a function and what comes out of it, in the runtime's own form (`Datum`)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from local_host.worker import Datum


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpCall:
    """An HTTP request as the Functions host hands it on: names of headers in lower case, every query key once."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    route: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def datum(self) -> Datum:
        """The request for the trigger."""
        return Datum(
            {
                "method": Datum(self.method, "string"),
                "url": Datum(self.url, "string"),
                "headers": _texts(self.headers),
                "query": _texts(self.query),
                "params": _texts(self.route),
                "body": Datum(self.body, "bytes"),
            },
            "http",
        )


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What a function answered. A header may come more than once (cookies)."""

    status: int
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""

    @classmethod
    def of(cls, returned: Datum | None) -> HttpAnswer:
        """The answer out of a function's return value; nothing returned is 204."""
        if returned is None or returned.type is None:
            return cls(204)
        if returned.type != "http":
            text = returned.value if isinstance(returned.value, bytes) else str(returned.value).encode()
            return cls(200, [("content-type", "text/plain; charset=utf-8")], text)
        value = returned.value
        headers = [(name, datum.value) for name, datum in value["headers"].items()]
        for cookie in value["cookies"] or ():
            headers += [("set-cookie", morsel.OutputString()) for morsel in cookie.values()]
        return cls(int(value["status_code"].value), headers, value["body"].value)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueItem:
    """A queue message, its text decoded."""

    id: str
    body: str | bytes
    dequeue_count: int = 1
    pop_receipt: str = ""
    inserted: datetime | None = None
    expires: datetime | None = None
    next_visible: datetime | None = None

    def datum(self) -> Datum:
        """The message for the trigger."""
        return Datum(self.body, "string" if isinstance(self.body, str) else "bytes")

    def metadata(self) -> dict[str, Datum]:
        """What the runtime makes `QueueMessage.dequeue_count` and its siblings of."""
        times = {"InsertionTime": self.inserted, "ExpirationTime": self.expires, "NextVisibleTime": self.next_visible}
        return {
            "Id": Datum(self.id, "string"),
            "PopReceipt": Datum(self.pop_receipt, "string"),
            "DequeueCount": Datum(str(self.dequeue_count), "json"),
            **{name: Datum(json.dumps(at.isoformat()), "json") for name, at in times.items() if at is not None},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerStatus:
    """What is remembered of a timer between runs: the last run (None before the first) and the next one due."""

    last: datetime | None
    next: datetime
    updated: datetime

    def json(self) -> dict[str, str]:
        """In Azure's own spelling; "no run yet" is the first day of the calendar, as .NET has it."""
        return {
            "Last": self.last.isoformat() if self.last else "0001-01-01T00:00:00+00:00",
            "Next": self.next.isoformat(),
            "LastUpdated": self.updated.isoformat(),
        }

    @classmethod
    def from_json(cls, text: str | bytes) -> TimerStatus:
        """Raises ValueError when the text is no status."""
        told = json.loads(text)
        try:
            last, due, updated = (datetime.fromisoformat(told[name]) for name in ("Last", "Next", "LastUpdated"))
        except (KeyError, TypeError) as error:
            raise ValueError("a timer's status must have Last, Next and LastUpdated") from error
        return cls(last=None if last.year == 1 else last, next=due, updated=updated)


def timer_datum(status: TimerStatus | None, *, past_due: bool) -> Datum:
    """A timer's trigger. `status` is None for timers that are not monitored."""
    told = {
        "Schedule": {"AdjustForDST": True},
        "ScheduleStatus": status.json() if status else None,
        "IsPastDue": past_due,
    }
    return Datum(json.dumps(told), "json")


def _texts(values: Mapping[str, str]) -> dict[str, Datum]:
    return {name: Datum(value, "string") for name, value in values.items()}
