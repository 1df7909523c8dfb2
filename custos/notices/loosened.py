"""What an edit of the files loosened, told to those who answer for it: table `loosened`, one row a load of the files.

The row is written before the files count, with whom it is to be told; who was told is counted up. It asks nothing, so that where
nobody knows whether it arrived it is sent again, a few times a day at most.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import msgspec

from custos.errors import RowChanged, RowExists
from custos.notices import adaptive_cards as el
from custos.notices.channels import Message
from custos.notices.wording import sentence
from custos.storage.account import Account
from custos.table import Row, Table, in_parts, key_part
from custos.untrusted import mail_html
from custos.wording import day_words, many

TABLE = "loosened"
_PARTITION = "loosened"
MOST_SENTENCES = 20
"""On one message; all of them stand in the audit."""
MOST_TRIES_A_DAY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Why somebody is told, and which of the sentences: their numbers."""

    because: str
    about: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What one load of the files loosened. `to`: sign-in name ► who is told what; `told`: who was, and when; `tried`: how often."""

    id: str
    at: datetime
    sentences: tuple[str, ...]
    to: Mapping[str, Audience]
    told: Mapping[str, datetime] = field(default_factory=dict)
    tried: Mapping[str, int] = field(default_factory=dict)

    def untold(self, now: datetime) -> tuple[str, ...]:
        """Who has not been told for certain, and may be told again."""
        most = MOST_TRIES_A_DAY * ((now - self.at).days + 1)
        return tuple(upn for upn in self.to if upn not in self.told and self.tried.get(upn, 0) < most)


@dataclass
class NewsStore:
    """All news. Methods raise StorageTrouble when storage cannot be reached."""

    rows: Table

    async def write_down(self, news: News) -> None:
        """Promise that they are told. Harmless when it is done again."""
        try:
            await self.rows.insert(_row(news))
        except RowExists:
            return

    async def all(self) -> AsyncIterator[News]:
        """All, oldest first."""
        async for row in self.rows.query(_PARTITION):
            yield _news(row)

    async def mark(self, news_id: str, upn: str, *, told: datetime | None) -> None:
        """Write down that somebody was told, or (None) that it is tried."""
        while True:
            row = await self.rows.get(_PARTITION, key_part(news_id))
            if row is None:
                return
            known = _news(row)
            tried = {**known.tried, upn: known.tried.get(upn, 0) + (told is None)}
            fresh = replace(known, tried=tried, told={**known.told, **({upn: told} if told else {})})
            try:
                await self.rows.replace(_row(fresh, row.etag))
            except RowChanged:
                continue
            return


def open_news(account: Account) -> NewsStore:
    """The news of this installation."""
    return NewsStore(account.rows(TABLE))


def message_of(news: News, upn: str) -> Message:
    """The news for one of those who are told, as a card and as a mail."""
    because, about = news.to[upn].because, [news.sentences[number] for number in news.to[upn].about]
    head = f"{many(len(about), 'thing is', 'things are')} less protected since the registers or settings were edited"
    first, more = about[:MOST_SENTENCES], len(about) - MOST_SENTENCES
    rest = [f"And {more:,} more: see `custos status` and the audit."] if more > 0 else []
    body = [
        el.heading(head),
        el.quiet(f"Custos, {day_words(news.at, weekday=True)}"),
        el.section([el.text(sentence(one, 600)) for one in first]),
        el.section([el.quiet(sentence(one, 400)) for one in (*rest, f"{because} It counts already: {_REMEDY}")]),
    ]
    lines = "".join(f"<li>{mail_html(one)}</li>" for one in first)
    ends = "".join(f"<p>{mail_html(one)}</p>" for one in (*rest, f"{because} It counts already: {_REMEDY}"))
    html = f"<p>{mail_html(head)}. {day_words(news.at, weekday=True)}.</p><ul>{lines}</ul>{ends}"
    summary = "Custos: an edit of the registers or settings protects less"
    return Message(card=el.card(body, fallback=summary), summary=summary, html=html, in_full=True)


_REMEDY = "if it was not meant, have the file put back, and run `custos stop` until it is."


def _row(news: News, etag: str = "") -> Row:
    return Row(_PARTITION, key_part(news.id), in_parts("news", msgspec.json.encode(news).decode()), etag)


def _news(row: Row) -> News:
    return msgspec.json.decode(row.long_text("news"), type=News)
