"""A drawing of one comparison: for each side a bar for the first time and one for the next day, on logarithmic scales.

Plain SVG that reads on light and dark pages: its colours follow what the reader's system prefers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

_WIDE, _LEFT, _RIGHT = 760, 170, 84
_BAR, _GAP, _BETWEEN = 13, 3, 12
_HEAD, _FOOT = 34, 26
_STYLE = """
  text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #24292f; }
  .title { font-weight: 600; font-size: 13px; }
  .small { font-size: 11px; fill: #57606a; }
  .grid { stroke: #d0d7de; stroke-width: 1; }
  .first { fill: #8c959f; }
  .next { fill: #0969da; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .small { fill: #8d96a0; }
    .grid { stroke: #30363d; }
    .first { fill: #6e7681; }
    .next { fill: #4493f8; }
  }
"""


@dataclass(frozen=True, slots=True)
class Panel:
    """One quantity: by side its value the first time and the next day. Values are greater than 0."""

    title: str
    values: Mapping[str, tuple[float, float]]


def svg(panels: Sequence[Panel], *, described: str) -> str:
    """The drawing. `described` is what a reader who cannot see it is told."""
    parts: list[str] = []
    top = 26.0
    for panel in panels:
        drawn, height = _panel(panel, top)
        parts += drawn
        top += height
    legend = (
        f'<rect class="first" x="{_LEFT}" y="8" width="12" height="10"/><text x="{_LEFT + 18}" y="17">first time</text>'
        f'<rect class="next" x="{_LEFT + 100}" y="8" width="12" height="10"/>'
        f'<text x="{_LEFT + 118}" y="17">the next day</text>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {top:.0f}" role="img">\n'
        f"<title>{escape(described)}</title>\n<style>{_STYLE}</style>\n{legend}\n" + "\n".join(parts) + "\n</svg>\n"
    )


def _panel(panel: Panel, top: float) -> tuple[list[str], float]:
    smallest = min(min(pair) for pair in panel.values.values())
    greatest = max(max(pair) for pair in panel.values.values())
    low = math.floor(math.log10(smallest) - 0.05)
    high = max(low + 1, math.ceil(math.log10(greatest)))
    row = 2 * _BAR + _GAP + _BETWEEN
    below = top + _HEAD + row * len(panel.values)
    span = _WIDE - _LEFT - _RIGHT

    def across(value: float) -> float:
        return _LEFT + span * (math.log10(value) - low) / (high - low)

    parts = [f'<text class="title" x="8" y="{top + 20:.0f}">{escape(panel.title)}</text>']
    for power in range(low, high + 1):
        x = across(10.0**power)
        parts.append(f'<line class="grid" x1="{x:.1f}" y1="{top + _HEAD - 6:.0f}" x2="{x:.1f}" y2="{below:.0f}"/>')
        parts.append(
            f'<text class="small" x="{x:.1f}" y="{below + 13:.0f}" text-anchor="middle">{_number(10.0**power)}</text>'
        )
    for number, (side, pair) in enumerate(panel.values.items()):
        y = top + _HEAD + row * number
        parts.append(f'<text x="{_LEFT - 8}" y="{y + _BAR + 5:.0f}" text-anchor="end">{escape(side)}</text>')
        for at, (value, kind) in enumerate(zip(pair, ("first", "next"), strict=True)):
            at_y = y + at * (_BAR + _GAP)
            width = max(1.5, across(value) - _LEFT)
            parts.append(f'<rect class="{kind}" x="{_LEFT}" y="{at_y:.0f}" width="{width:.1f}" height="{_BAR}"/>')
            parts.append(
                f'<text class="small" x="{_LEFT + width + 5:.1f}" y="{at_y + _BAR - 2:.0f}">{_number(value)}</text>'
            )
    return parts, _HEAD + row * len(panel.values) + _FOOT


def _number(value: float) -> str:
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2g}"
