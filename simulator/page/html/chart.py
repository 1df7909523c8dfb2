"""The chart of the last minutes, as an image and as a table."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.page import words
from simulator.page.data.traffic import MINUTES, AppRow, MinuteRow, TrafficFacts
from simulator.page.html.components import empty, fold, table
from simulator.page.markup import Child, Element, element

_WIDTH, _HEIGHT, _LEFT, _TOP, _FOOT = 720, 160, 56, 14, 24
_SHADES = 5
_STEP = (_WIDTH - _LEFT) / MINUTES
_BAR = round(_STEP * 0.72, 1)
_NAME = f"Resource units in each of the last {MINUTES} minutes, by app"


def chart(view: TrafficFacts) -> Element:
    """Units by the minute as stacked bars, one shade an app; ▲ stands over a minute in which an app was throttled."""
    if not any(minute.requests for app in view.apps for minute in app.minutes):
        return empty(f"No app has asked for anything in the last {MINUTES} minutes.")
    most = _round_up(max(sum(app.minutes[at].units for app in view.apps) for at in range(MINUTES)))
    picture = element(
        "svg",
        *_axis(most),
        *(bar for at in range(MINUTES) for bar in _bars(view.apps, at, most)),
        viewBox=f"0 0 {_WIDTH} {_TOP + _HEIGHT + _FOOT}",
        role="img",
        aria_label=_NAME,
        class_="chart",
    )
    keys = (
        element("li", element("span", class_=f"key shade-{at % _SHADES}"), f"{app.name}: {words.number(_units(app))}")
        for at, app in enumerate(view.apps)
    )
    return element("div", picture, element("ul", *keys, class_="legend"), fold("The same as a table", _as_table(view)))


def _axis(most: int) -> Iterator[Element]:
    for part in (0.0, 0.5, 1.0):
        y = round(_TOP + _HEIGHT * (1 - part), 1)
        yield element("line", x1=_LEFT, x2=_WIDTH, y1=y, y2=y, class_="grid")
        yield element("text", words.number(most * part), x=_LEFT - 8, y=y + 4, class_="end")
    foot = _TOP + _HEIGHT + _FOOT - 6
    yield element("text", f"{MINUTES} minutes ago", x=_LEFT, y=foot)
    yield element("text", "now", x=_WIDTH, y=foot, class_="end")


def _bars(apps: list[AppRow], at: int, most: int) -> Iterator[Element]:
    x, y = round(_LEFT + at * _STEP, 1), float(_TOP + _HEIGHT)
    for number, app in enumerate(apps):
        minute = app.minutes[at]
        if not minute.units:
            continue
        height = max(1.0, minute.units / most * _HEIGHT)
        y -= height
        shade = f"shade-{number % _SHADES}"
        bar = element("rect", x=x, y=round(y, 1), width=_BAR, height=round(height, 1), class_=shade)
        yield element("g", element("title", f"{app.name}, {_when(at)}: {_words(minute)}"), bar)
    if any(app.minutes[at].throttled for app in apps):
        yield element("text", "▲", x=round(x + _BAR / 2, 1), y=round(y - 2, 1), class_="middle")


def _as_table(view: TrafficFacts) -> Element:
    rows: list[tuple[Child, ...]] = [
        (_when(at), *(_words(app.minutes[at]) for app in view.apps))
        for at in range(MINUTES - 1, -1, -1)
        if any(app.minutes[at].requests for app in view.apps)
    ]
    headings = ("Minute", *(app.name for app in view.apps))
    return table(_NAME, headings, rows, numbers=range(1, len(headings)))


def _when(at: int) -> str:
    ago = MINUTES - 1 - at
    return f"{words.count(ago, 'minute')} ago" if ago else "this minute"


def _words(minute: MinuteRow) -> str:
    told = f"{words.count(minute.units, 'unit')} for {words.count(minute.requests, 'request')}"
    return f"{told}, {words.number(minute.throttled)} throttled" if minute.throttled else told


def _units(app: AppRow) -> int:
    return sum(each.units for each in app.minutes)


def _round_up(value: int) -> int:
    """The next 1, 1.5, 2, 2.5 … times a power of ten, so that the axis has round numbers; at least 10."""
    power = max(10, int("1" + "0" * (len(str(value)) - 1)))
    return next(power * halves // 2 for halves in range(2, 22) if power * halves // 2 >= value)
