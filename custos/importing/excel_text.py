"""Texts as a workbook keeps them: `_x000D_` stands for a character by its number, and `_x005F_` for an underscore that begins such a text.

Source: ECMA-376 part 1, 22.9.2.19 ST_Xstring (https://ecma-international.org/publications-and-standards/standards/ecma-376/)
"""

from __future__ import annotations

import re

_KEPT = re.compile(r"_x([0-9A-Fa-f]{4})_")
_BEGINS = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def text_of_excel(kept: str) -> str:
    """What a person sees of a text that a workbook holds."""
    return _KEPT.sub(lambda found: chr(int(found[1], 16)), kept) if "_x" in kept else kept


def text_for_excel(text: str) -> str:
    """A text as a workbook has to hold it, so that a person sees it as it is."""
    return _BEGINS.sub("_x005F_", text)
