"""What was done with an item or a site: `analytics`, over all time and the last seven days, and by interval.

Counted is what the tenant knows: who made a thing, who changed it last, and how often it was changed since it was
loaded. Before the service counted at all, numbers are incomplete and say so.

Sources: https://learn.microsoft.com/graph/api/itemanalytics-get, itemactivitystat-getactivitybyinterval
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from simulator.graph.calls import READ_FILES, Answer, Call, Operation, answer
from simulator.refusal import Refused, bad_request
from simulator.tenant.clock import instant, moment
from simulator.tenant.files import check_open, descendants
from simulator.tenant.model import Item

COUNTED_SINCE = moment("2022-01-01T00:00:00Z")
_WEEK = 7 * 86400
_DAILY_MOST = 90


class _Deed(NamedTuple):
    at: int
    who: str
    kind: str


def _deeds(item: Item) -> Iterable[_Deed]:
    yield _Deed(item.created, item.created_by.id, "create")
    if item.modified != item.created:
        yield _Deed(item.modified, item.modified_by.id, "edit")


def _stat(deeds: Sequence[_Deed], start: int, end: int) -> dict[str, Any]:
    """An itemActivityStat of what lies between two moments."""
    inside = [each for each in deeds if max(start, COUNTED_SINCE) <= each.at < end]
    body: dict[str, Any] = {"startDateTime": instant(start), "endDateTime": instant(end), "isTrending": False}
    for name, kinds in (("access", ("create", "edit")), ("create", ("create",)), ("edit", ("edit",))):
        counted = [each for each in inside if each.kind in kinds]
        body[name] = {"actionCount": len(counted), "actorCount": len({each.who for each in counted})}
    if start < COUNTED_SINCE and any(each.at < COUNTED_SINCE for each in deeds):
        body["incompleteData"] = {"missingDataBeforeDateTime": instant(COUNTED_SINCE), "wasThrottled": False}
    return body


def _of_item(call: Call) -> list[_Deed]:
    item = call.tenant.item(call["drive"], call["item"])
    return _all(item)


def _of_row(call: Call) -> list[_Deed]:
    drive = call.tenant.list_of(call.tenant.site(call["site"]), call["list"])
    number = int(call["item"]) if call["item"].isdecimal() else 0
    return _all(call.tenant.item_in_list(drive.list_id, number))


def _all(item: Item) -> list[_Deed]:
    check_open(item.drive.site, writing=False)
    return [deed for each in (item, *descendants(item)) for deed in _deeds(each)]


def _of_site(call: Call) -> list[_Deed]:
    site = call.tenant.site(call["site"])
    check_open(site, writing=False)
    return [deed for drive in site.drives if not drive.system for deed in _all(drive.root)]


Source = Callable[[Call], list[_Deed]]


def _both(source: Source) -> Callable[[Call], Answer]:
    def handler(call: Call) -> Answer:
        deeds, now = source(call), call.tenant.now()
        return answer({"allTime": _stat(deeds, _first(deeds), now + 1), "lastSevenDays": _recent(deeds, now)})

    return handler


def _all_time(source: Source) -> Callable[[Call], Answer]:
    def handler(call: Call) -> Answer:
        deeds = source(call)
        return answer(_stat(deeds, _first(deeds), call.tenant.now() + 1))

    return handler


def _last_seven_days(source: Source) -> Callable[[Call], Answer]:
    return lambda call: answer(_recent(source(call), call.tenant.now()))


def _first(deeds: Sequence[_Deed]) -> int:
    return min((each.at for each in deeds), default=0)


def _recent(deeds: Sequence[_Deed], now: int) -> dict[str, Any]:
    return _stat(deeds, now - _WEEK, now + 1)


def _by_interval(source: Source) -> Callable[[Call], Answer]:
    def handler(call: Call) -> Answer:
        start, end = _day(call, "startDateTime"), _day(call, "endDateTime")
        interval = call.arguments.get("interval", "")
        if interval not in ("day", "week", "month") or end <= start:
            raise bad_request("It needs startDateTime, a later endDateTime, and interval: day, week or month.")
        if interval == "day" and (end - start).days > _DAILY_MOST:
            raise Refused(400, "invalidRequest", "Daily counts are limited to 90 days.")
        deeds, values, at = source(call), [], start
        while at < end:
            following = _after(at, interval)
            values.append(_stat(deeds, _midnight(at), _midnight(min(following, end))))
            at = following
        return answer({"value": values})

    return handler


def _day(call: Call, name: str) -> date:
    try:
        return date.fromisoformat(call.arguments.get(name, "")[:10])
    except ValueError as error:
        raise bad_request(f"{name} is no date.") from error


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _after(day: date, interval: str) -> date:
    if interval == "month":
        return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return day + timedelta(days=1 if interval == "day" else 7)


def _operations(path: str, source: Source) -> tuple[Operation, ...]:
    return (
        Operation("GET", path + "/analytics", _both(source), READ_FILES, 1),
        Operation("GET", path + "/analytics/allTime", _all_time(source), READ_FILES, 1),
        Operation("GET", path + "/analytics/lastSevenDays", _last_seven_days(source), READ_FILES, 1),
        Operation("GET", path + "/getActivitiesByInterval", _by_interval(source), READ_FILES, 1),
    )


OPERATIONS = (
    *_operations("drives/{drive}/items/{item}", _of_item),
    *_operations("sites/{site}/lists/{list}/items/{item}", _of_row),
    *_operations("sites/{site}", _of_site),
)
