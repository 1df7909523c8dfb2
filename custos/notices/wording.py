"""Names and sentences as they stand on a card or in a mail; see `custos.untrusted` for what makes names harmless."""

from __future__ import annotations

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
