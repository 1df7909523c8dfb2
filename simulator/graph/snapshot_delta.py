"""Delta of sites, groups and users: every one, then what differs from the moment of the link.

Sites carry their place in `token`, the directory in `$skiptoken` and `$deltatoken`, as documented for each.

Sources: https://learn.microsoft.com/graph/api/site-delta, group-delta, user-delta, /graph/delta-query-overview
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.graph.calls import Answer, Call, answer
from simulator.refusal import Refused
from simulator.tenant.snapshots import Snapshot, State, changed

Entry = Callable[[str, Mapping[str, Any], Mapping[str, Any] | None], dict[str, Any]]
"""How a thing is told: from its id, what it is, and what it was at the moment of the link (None: it is new)."""
Gone = Callable[[str, Mapping[str, Any]], dict[str, Any]]
"""How a thing that has gone is told: from its id and what it was."""
_PLACES = ("$skiptoken", "$deltatoken")


_Moments = tuple[Snapshot | None, Snapshot]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a round stands: the moment it compares with (0: none), the moment it shows, and the position."""

    before: int
    now: int
    position: int

    def text(self) -> str:
        raw = f"s;{self.before};{self.now};{self.position}"
        return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def _read(text: str) -> _Place:
    try:
        mark, *numbers = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().split(";")
        if mark == "s":
            return _Place(*map(int, numbers))
    except (binascii.Error, UnicodeDecodeError, ValueError, TypeError):
        pass
    raise Refused(400, "invalidRequest", "The delta token is not valid.", inner="invalidDeltaToken")


def units(call: Call) -> int:
    """2 a page of a full enumeration, 1 with a token."""
    text = call.query.get("token")
    return 2 if text is None or (text != "latest" and not _read(text).before) else 1


def by_token(call: Call, kind: str, things: State, shown: Entry, gone: Gone, *, page: int, most: int) -> Answer:
    """A page of delta whose place is in `token`; `latest` begins now."""
    if call.query.get("$expand"):
        raise Refused(400, "notSupported", f"$expand={call.query['$expand']} is not supported on delta.")
    text = call.query.get("token") or call.arguments.get("token")
    if text == "latest":
        now = call.tenant.snapshots.take(kind, call.tenant.now(), things)
        return answer({"@odata.deltaLink": call.link(token=_Place(now.number, 0, 0).text()), "value": []})
    place = _read(text) if text is not None else None
    moments = _moments(call, kind, things, place)
    if moments is None:
        refusal = Refused(410, "resyncChangesApplyDifferences", "The delta token has expired; enumerate anew.")
        now = call.tenant.snapshots.take(kind, call.tenant.now(), things)
        refusal.headers["Location"] = call.link(token=_Place(0, now.number, 0).text())
        raise refusal
    values, following, done = _page(place, moments, (shown, gone), call.top(page, most))
    return answer({"@odata.deltaLink" if done else "@odata.nextLink": call.link(token=following), "value": values})


def by_state_token(call: Call, kind: str, things: State, shown: Entry, gone: Gone) -> Answer:
    """A page of delta as the directory makes it: `$skiptoken` while it goes on, `$deltatoken` for the next round.

    What was selected in the first request is part of the links. `$deltatoken=latest` begins now.
    """
    skip, delta = call.query.get("$skiptoken"), call.query.get("$deltatoken")
    if delta == "latest":
        now = call.tenant.snapshots.take(kind, call.tenant.now(), things)
        link = call.link(without=_PLACES, _deltatoken=_Place(now.number, 0, 0).text())
        return answer({"@odata.deltaLink": link, "value": []})
    place = _read(skip or delta or "") if skip or delta else None
    moments = _moments(call, kind, things, place)
    if moments is None:
        refusal = Refused(410, "syncStateNotFound", "The sync state generation is not found; start again.")
        refusal.headers["Location"] = call.link(without=_PLACES)
        raise refusal
    values, following, done = _page(place, moments, (shown, gone), call.top(100, 999))
    if done:
        return answer({"@odata.deltaLink": call.link(without=_PLACES, _deltatoken=following), "value": values})
    return answer({"@odata.nextLink": call.link(without=_PLACES, _skiptoken=following), "value": values})


def _moments(call: Call, kind: str, things: State, place: _Place | None) -> _Moments | None:
    """The moments that a page compares; None when one has been forgotten."""
    snapshots, at = call.tenant.snapshots, call.tenant.now()
    if place is None or not place.now:
        now: Snapshot | None = snapshots.take(kind, at, things)
    else:
        now = snapshots.find(place.now, kind, at)
    before = snapshots.find(place.before, kind, at) if place is not None and place.before else None
    if now is None or (place is not None and place.before and before is None):
        return None
    return before, now


def _page(
    place: _Place | None, moments: _Moments, told: tuple[Entry, Gone], size: int
) -> tuple[list[dict[str, Any]], str, bool]:
    """The values of a page, the token for what follows, and whether that is the next round."""
    (before, now), (shown, gone) = moments, told
    earlier: State = before.things if before is not None else {}
    different, removed = changed(earlier, now.things)
    start = place.position if place is not None else 0
    entries = [*((each, False) for each in different), *((each, True) for each in removed)]
    values = [
        gone(key, earlier[key]) if is_gone else shown(key, now.things[key], earlier.get(key))
        for key, is_gone in entries[start : start + size]
    ]
    if start + size < len(entries):
        number = before.number if before is not None else 0
        return values, _Place(number, now.number, start + size).text(), False
    return values, _Place(now.number, 0, 0).text(), True
