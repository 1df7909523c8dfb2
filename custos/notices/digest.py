"""One digest a working day for each person: table `digests`, keyed by day and person, written before anything is sent.

    prepared ► sending ► sent            the message stands in Teams, the feed or a mailbox
                       ► uncertain       nobody knows whether it arrived: never sent again that day
                       ► undelivered     no channel took it
             ► expired | empty           its day went by, or its questions were answered meanwhile

The row is the promise. Its key lets one digest a day exist; the step to `sending`, by compare-and-set, lets one worker
send it; what was not told for certain keeps its cases in the state `found`, and they come on the next working day. So a
crash anywhere neither sends twice on a day nor forgets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

import msgspec

from custos.errors import RowChanged, RowExists
from custos.notices.cards import MOST_ITEMS, Reader, digest_card
from custos.notices.cases import CaseBook, Stored, urgency
from custos.notices.council_time import may_tell
from custos.notices.model import CaseState, Contact
from custos.table import Row, Table

TABLE = "digests"
STUCK_SECONDS = 600  # a sending that has not ended by then never will
LOST_SECONDS = 120  # a promise whose message did not come by then may have lost it
_REMEMBERED_DAYS = 7


class DigestState(StrEnum):
    """Where a digest stands."""

    PREPARED = "prepared"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    UNDELIVERED = "undelivered"
    EXPIRED = "expired"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One message to one person. `key` is the person's id, for a list that they asked for with something behind it.

    `attempts` say how each channel went, `bot: blocked`; `since` is when the state began, in epoch seconds of the
    machine. `told` is True once its cases say that they were told.
    """

    day: date
    key: str
    person: Contact
    cases: tuple[str, ...]
    waiting: int
    state: DigestState = DigestState.PREPARED
    since: float = 0.0
    channel: str = ""
    conversation_id: str = ""
    activity_id: str = ""
    attempts: tuple[str, ...] = ()
    sent_at: datetime | None = None
    told: bool = False

    @property
    def id(self) -> str:
        """What queue messages carry."""
        return f"{self.day.isoformat()}|{self.key}"


@dataclass(frozen=True, slots=True)
class StoredDigest:
    """A digest as it was read, with the ETag for the next write."""

    digest: Digest
    etag: str


class Messages(Protocol):
    """The queue `notify`."""

    async def send(self, message: Mapping[str, object], *, delay_seconds: int = 0) -> None:
        """Queue `message`, to be seen after `delay_seconds`."""
        ...


@dataclass
class DigestBook:
    """All digests. Raises StorageTrouble when storage cannot be reached."""

    rows: Table

    async def get(self, digest_id: str) -> StoredDigest | None:
        """The digest with this id."""
        day, _, key = digest_id.partition("|")
        row = await self.rows.get(day, key) if day and key else None
        return _stored(row) if row else None

    async def insert(self, digest: Digest) -> None:
        """Promise a digest. Raises RowExists when this person has theirs for the day."""
        await self.rows.insert(_row(digest, ""))

    async def put(self, stored: StoredDigest, digest: Digest) -> StoredDigest:
        """Move a digest on. Raises RowChanged when somebody else did."""
        await self.rows.replace(_row(digest, stored.etag))
        fresh = await self.get(digest.id)
        if fresh is None:
            raise RowChanged(f"digest {digest.id} is gone")
        return fresh

    async def of_day(self, day: date) -> list[StoredDigest]:
        """Every digest of a day."""
        return [_stored(row) async for row in self.rows.query(day.isoformat())]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What a preparation did: digests promised, promised before and queued again, given up as uncertain."""

    digests: int = 0
    again: int = 0
    uncertain: int = 0
    questions: int = 0


async def prepare_digests(
    now: datetime,
    *,
    book: CaseBook,
    digests: DigestBook,
    queue: Messages,
    zone: ZoneInfo,
    holidays: frozenset[date],
    machine_now: float,
    only: Collection[str] | None = None,
) -> Prepared:
    """Promise today's digests and queue their delivery as `{"digest": id}`; nothing outside council hours.

    May run as often as one likes: who has their digest gets no second one that day, what was promised and not sent is
    queued again. `only` limits it to some people (object ids). `machine_now` is epoch seconds of the machine.
    """
    if not may_tell(now, zone, holidays):
        return Prepared()
    today = now.astimezone(zone).date()
    again, uncertain = (0, 0) if only else await tidy_digests(digests, queue, today, machine_now=machine_now)
    waiting: dict[str, list[Stored]] = defaultdict(list)
    for stored in await book.all():
        case = stored.case
        if case.state is CaseState.FOUND and case.assignee.user_id and (only is None or case.assignee.user_id in only):
            waiting[case.assignee.user_id].append(stored)
    promised = questions = 0
    for user_id, cases in sorted(waiting.items()):
        cases.sort(key=urgency)
        reader = Reader(user_id=user_id, today=today, zone=zone, holidays=holidays)
        made = replace(_digest(reader, cases), since=machine_now)
        try:
            await digests.insert(made)
        except RowExists:
            continue
        await queue.send({"digest": made.id})
        promised += 1
        questions += len(made.cases)
    return Prepared(digests=promised, again=again, uncertain=uncertain, questions=questions)


def _digest(reader: Reader, cases: list[Stored]) -> Digest:
    first = [stored.case for stored in cases[:MOST_ITEMS]]
    fits = digest_card(first, reader, waiting=len(cases)).shown
    return Digest(
        day=reader.today,
        key=reader.user_id,
        person=first[0].assignee.who,
        cases=tuple(case.id for case in first[:fits]),
        waiting=len(cases),
    )


async def tidy_digests(digests: DigestBook, queue: Messages, today: date, *, machine_now: float) -> tuple[int, int]:
    """Queue again what was promised and not finished; give up what a dead worker may or may not have sent. How many of each."""
    again = uncertain = 0
    for days in range(_REMEMBERED_DAYS):
        for stored in await digests.of_day(today - timedelta(days=days)):
            digest = stored.digest
            age = machine_now - digest.since
            unfinished = digest.state is DigestState.PREPARED or (digest.state is DigestState.SENT and not digest.told)
            if digest.state is DigestState.SENDING and age > STUCK_SECONDS:
                given_up = replace(digest, state=DigestState.UNCERTAIN, since=machine_now)
                try:
                    await digests.put(stored, given_up)
                except RowChanged:
                    continue  # it was alive after all
                uncertain += 1
            elif unfinished and age > LOST_SECONDS:
                await queue.send({"digest": digest.id})
                again += 1
    return again, uncertain


def _row(digest: Digest, etag: str) -> Row:
    values = {
        "digest": msgspec.json.encode(digest).decode(),
        "state": digest.state.value,
        "channel": digest.channel,
        "attempts": "; ".join(digest.attempts),
        "cases": len(digest.cases),
    }
    return Row(digest.day.isoformat(), digest.key, values, etag)


def _stored(row: Row) -> StoredDigest:
    return StoredDigest(msgspec.json.decode(row.text("digest"), type=Digest), row.etag)
