"""Names, sentences, days and counts as they stand on a card or in a mail; see `custos.untrusted` for what makes names harmless."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from custos.untrusted import NAME_LIMIT, card_markdown, plain


def clean(text: str, limit: int = NAME_LIMIT) -> str:
    """`text` on one line without control, direction or unpaired characters, at most `limit` characters long."""
    return plain(text, limit)


def escape(text: str) -> str:
    """`text` so that Markdown shows it as it is written."""
    return card_markdown(text)


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
