"""HTML as a tree, so that no text of the tenant is ever taken for markup: every text and attribute is escaped when the
tree is written down, and addresses lead nowhere but to this server.

    element("a", "Sites", href="/sim/sites")
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

_VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "col"})
_ADDRESSES = frozenset({"href", "src", "action"})
_EMPTY_ONLY = frozenset({"script", "style"})  # what stands in them is not escaped as text is, so nothing may

type Child = Element | str | int | None
type Attribute = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its tag, attributes in order, and what stands in it."""

    tag: str
    attributes: tuple[tuple[str, str | None], ...]
    children: tuple[Element | str, ...]

    def __str__(self) -> str:
        return "".join(self.written())

    def written(self) -> Iterator[str]:
        """The element as HTML, in pieces."""
        yield f"<{self.tag}"
        for name, value in self.attributes:
            yield f" {name}" if value is None else f' {name}="{escape(value)}"'
        yield ">"
        if self.tag in _VOID:
            return
        for child in self.children:
            if isinstance(child, Element):
                yield from child.written()
            else:
                yield escape(child, quote=False)
        yield f"</{self.tag}>"


def element(tag: str, *children: Child, **attributes: Attribute) -> Element:
    """An element. Children that are None are left out, and so are attributes that are None or False; True stands bare.

    `class_` and `for_` are written without their underscore, `aria_label` with a hyphen. Raises ValueError for an
    address outside this server, and for text in an element where it could not be escaped.
    """
    kept = tuple(child if isinstance(child, Element) else str(child) for child in children if child is not None)
    if kept and (tag in _VOID or tag in _EMPTY_ONLY):
        raise ValueError(f"Nothing can stand in <{tag}>.")
    written: list[tuple[str, str | None]] = []
    for key, value in attributes.items():
        name = key.rstrip("_").replace("_", "-")
        if value is None or value is False:
            continue
        if name in _ADDRESSES and not _is_local(str(value)):
            raise ValueError(f"{value!r} leads away from this server.")
        written.append((name, None if value is True else str(value)))
    return Element(tag, tuple(written), kept)


def _is_local(address: str) -> bool:
    return address.startswith(("#", "?")) or (address.startswith("/") and not address.startswith(("//", "/\\")))
