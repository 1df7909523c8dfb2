"""Plots drawn on the server, as SVG inside a page. Each has its numbers in words beside or inside it, and is nothing without colour.

Source: https://www.w3.org/WAI/tutorials/images/complex/ (a plot and the same as text), https://www.w3.org/TR/SVG2/struct.html#TitleElement
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

_WIDTH, _ROW, _LABEL, _NUMBER = 640, 26, 190, 110
_HEIGHT, _EDGE = 160, 34


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its label, its length, and its number in words. `bad`: it is drawn as something that needs attention."""

    label: str
    value: float
    said: str
    bad: bool = False


def bars(title: str, rows: Sequence[Bar]) -> Markup:
    """Bars one below the other, each with its label before and its number behind."""
    most = max((row.value for row in rows), default=0) or 1
    room = _WIDTH - _LABEL - _NUMBER
    parts = []
    for number, row in enumerate(rows):
        top, length = number * _ROW, row.value / most * room
        colour = "#a40e26" if row.bad else "#0b5394"
        parts.append(
            Markup(
                '<text x="{x}" y="{y}" text-anchor="end">{label}</text>'
                '<rect x="{left}" y="{top}" width="{length:.1f}" height="16" fill="{colour}"/>'
                '<text x="{after:.1f}" y="{y}">{said}</text>'
            ).format(
                x=_LABEL - 8, y=top + 17, label=row.label, left=_LABEL, top=top + 4, length=length, colour=colour,
                after=_LABEL + length + 6, said=row.said,
            )
        )  # fmt: skip
    return _svg(title, "; ".join(f"{row.label}: {row.said}" for row in rows), len(rows) * _ROW + 4, parts)


def line(title: str, points: Sequence[tuple[str, float, str]]) -> Markup:
    """A line through values in their order: label, height, the value in words. The first and the last are written beside it."""
    heights = [height for _, height, _ in points]
    least, most = min(heights, default=0), max(heights, default=1)
    span, step = (most - least) or 1, (_WIDTH - 2 * _NUMBER) / max(len(points) - 1, 1)
    placed = [
        (_NUMBER + number * step, _EDGE + (most - height) / span * (_HEIGHT - 2 * _EDGE))
        for number, height in enumerate(heights)
    ]
    drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
    parts = [Markup('<polyline points="{drawn}" fill="none" stroke="#0b5394" stroke-width="2"/>').format(drawn=drawn)]
    parts += [Markup('<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="#0b5394"/>').format(x=x, y=y) for x, y in placed]
    for (x, y), (label, _, said), side in list(zip(placed, points, ("end", *[""] * len(points)), strict=False))[:1]:
        parts.append(_beside(x - 8, y, said, side))
        parts.append(_beside(x, _HEIGHT - 6, label, "middle"))
    for (x, y), (label, _, said) in list(zip(placed, points, strict=True))[1:][-1:]:
        parts.append(_beside(x + 8, y, said, "start"))
        parts.append(_beside(x, _HEIGHT - 6, label, "middle"))
    return _svg(title, "; ".join(f"{label}: {said}" for label, _, said in points), _HEIGHT, parts)


def _beside(x: float, y: float, said: str, side: str) -> Markup:
    return Markup('<text x="{x:.1f}" y="{y:.1f}" text-anchor="{side}">{said}</text>').format(
        x=x, y=y + 4, side=side, said=said
    )


def _svg(title: str, told: str, height: int, parts: Sequence[Markup]) -> Markup:
    return Markup(
        '<svg role="img" viewBox="0 0 {width} {height}" width="{width}" height="{height}" font-size="13" '
        'font-family="system-ui, Arial, sans-serif"><title>{title}</title><desc>{told}</desc>{parts}</svg>'
    ).format(width=_WIDTH, height=height, title=title, told=told, parts=Markup("").join(parts))
