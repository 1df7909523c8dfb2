"""Text that other people wrote, made fit for a card: cleaned, shortened, and escaped for Markdown.

File names come from anybody who can upload. On a card they must not become a link, a heading, a mention or a date
function, must not turn the writing direction, and must not grow beyond a line.
Source: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from zoneinfo import ZoneInfo

NAME_LIMIT = 80  # characters of a name on a card
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_SPACES = frozenset({"Zl", "Zp", "Zs"})
_MOST_COMBINING = 3
_MARKDOWN = re.compile(r"([\\`*_\[\]<>~|&!#])")
_LINK = re.compile(r"(://|\bwww\.|\{\{|\bmailto:)", re.IGNORECASE)
_LIST = re.compile(r"^(\s*)([-+]|\d+[.)])(\s)")
_JOINER = "\u2060"  # invisible, no direction: breaks up what a renderer would take for a link or a function


def clean(text: str, limit: int = NAME_LIMIT) -> str:
    """`text` on one line without control, direction or unpaired characters, at most `limit` characters long."""
    kept: list[str] = []
    combining = 0
    for character in unicodedata.normalize("NFC", text[: limit * 8]):
        category = unicodedata.category(character)
        if category in _SPACES or character in "\t\r\n":
            kept.append(" ")
            combining = 0
        elif category in _INVISIBLE:
            continue
        elif category in ("Mn", "Me"):
            combining += 1
            if combining <= _MOST_COMBINING:
                kept.append(character)
        else:
            kept.append(character)
            combining = 0
    line = " ".join("".join(kept).split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def escape(text: str) -> str:
    """`text` so that Markdown shows it as it is written."""
    escaped = _MARKDOWN.sub(r"\\\1", text)
    escaped = _LINK.sub(lambda found: found.group()[:1] + _JOINER + found.group()[1:], escaped)
    return _LIST.sub(lambda found: f"{found.group(1)}{found.group(2)}{_JOINER}{found.group(3)}", escaped)


def name(text: str, limit: int = NAME_LIMIT, *, plain: bool = False) -> str:
    """A name as it stands on a card: cleaned, shortened, escaped unless `plain`; never empty."""
    cleaned = clean(text, limit) or "(without a name)"
    return cleaned if plain else escape(cleaned)


def sentence(text: str, limit: int = 400, *, plain: bool = False) -> str:
    """A sentence that holds names, fit for a card; not escaped if `plain`."""
    cleaned = clean(text, limit)
    return cleaned if plain else escape(cleaned)


def day(moment: datetime | date, zone: ZoneInfo | None = None, *, year: bool = True, weekday: bool = False) -> str:
    """A day in words, in council time: "Monday 7 December 2026"."""
    local = moment.astimezone(zone) if isinstance(moment, datetime) and zone else moment
    words = f"{local.day} {local:%B}"
    if weekday:
        words = f"{local:%A} {words}"
    return f"{words} {local.year}" if year else words


def many(count: int, one: str, more: str = "") -> str:
    """A count with its noun: "1 file", "3,975 files"."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"
