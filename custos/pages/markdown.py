"""Sentences as the cards tell them, for a page: a card's Markdown is escapes and bold type, and nothing else."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from custos.untrusted import visible

_BOLD, _PLAIN = Markup("<strong>"), Markup("</strong>")
_MARKS = re.compile(r"\\([\\`*_\[\]<>~|&!#])|(\*\*)")


def from_card(text: str) -> Markup:
    """The text of a card as HTML: what the card escapes is shown as it is written, what it sets in bold is strong."""
    made, at, bold, text = Markup(""), 0, False, visible(text)
    for found in _MARKS.finditer(text):
        made += escape(text[at : found.start()])
        if found[1]:
            made += escape(found[1])
        elif found[2]:
            bold = not bold
            made += _BOLD if bold else _PLAIN
        at = found.end()
    made += escape(text[at:])
    return made + _PLAIN if bold else made
