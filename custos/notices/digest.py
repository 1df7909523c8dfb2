"""One digest a working day for each person, and in the afternoon a note of what was done after it: table `digests`, keyed by day and
person, written before anything is sent.

    prepared ► claimed ► sending ► sent  the message stands in Teams, the feed or a mailbox
                                 ► uncertain     nobody knows whether it arrived: its questions come the next day
                                 ► undelivered   no channel took it
             ► expired | empty           its day went by, or its questions were answered meanwhile

The row is the promise. Its key lets one digest a day exist; each step is a compare-and-set, so one worker sends it. It is
`sending` only while its request is on the way, and Teams lets nobody ask afterwards whether that arrived: what a worker
died with while it was `claimed` has not left, and is sent the same day. What was not told for certain stays to be told, or to be reminded
of, and comes on the next working day. So a crash anywhere neither asks twice on a day nor forgets. What was
done is told the same day all the same: a note in the afternoon may repeat what an uncertain message told, for that asks nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

import msgspec

from custos.errors import RowChanged, RowExists
from custos.notices.action_reports import DoneOn
from custos.notices.cards import MOST_ITEMS, Reader, digest_card
from custos.notices.case_store import CaseStore, Stored, urgency
from custos.notices.council_hours import is_late, may_tell
from custos.notices.deadlines import is_reminder_due
from custos.notices.model import NOBODY, Contact
from custos.notices.remarks import AddressedRemark, ToldRemark
from custos.notices.waves import Waves
from custos.storage.lease import LEASE_SECONDS
from custos.table import Row, Table, in_parts

TABLE = "digests"
_STUCK_LEASES = 6  # what a worker has not ended within so many leases it never will
_LOST_LEASES = 2  # a promise whose message did not come by then may have lost it
NOTE = "+"  # stands in the key of a note
_REMEMBERED_DAYS = 7


class DigestState(StrEnum):
    """Where a digest stands."""

    PREPARED = "prepared"
    CLAIMED = "claimed"  # a worker has it, and nothing of it has left
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    UNDELIVERED = "undelivered"
    EXPIRED = "expired"
    EMPTY = "empty"


ON_ITS_WAY = (DigestState.PREPARED, DigestState.CLAIMED, DigestState.SENDING)
_MOST_NOTES = 4  # a day to one person, where each may or may not have arrived


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """So much of a line was told, once the message that carries it was delivered."""

    action_report: str
    line: str
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressedReport:
    """A report that has something left to tell, and who is told it for which reason."""

    action_report: str
    asset_id: str
    person: Contact
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One message to one person. `key` is the person's id, with something behind it for a list that they asked for, and for a note
    of what was done after the day's digest.

    `reminders` are those of its cases of which the person was told before. `action_reports` are those whose lines it is to
    tell, `because` says why this person is told about an asset (id). What it tells is fixed before it is sent: `done`, and in
    `tallies` how much of each line that makes; `remarks` are what it tells of the registers.

    `attempts` say how each channel went, `bot: blocked`; `since` is when the state began, in epoch seconds of the
    machine. `told` is True once its cases say that they were told.
    """

    day: date
    key: str
    person: Contact
    cases: tuple[str, ...]
    waiting: int
    reminders: tuple[str, ...] = ()
    action_reports: tuple[str, ...] = ()
    because: Mapping[str, str] = field(default_factory=dict)
    done: tuple[DoneOn, ...] = ()
    tallies: tuple[Tally, ...] = ()
    remarks: tuple[ToldRemark, ...] = ()
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
class DigestStore:
    """All digests. Raises StorageTrouble when storage cannot be reached. `lease_seconds` is the setting CUSTOS_LEASE_SECONDS."""

    rows: Table
    lease_seconds: float = LEASE_SECONDS

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
        return StoredDigest(digest, await self.rows.replace(_row(digest, stored.etag)))

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
    book: CaseStore,
    digests: DigestStore,
    queue: Messages,
    zone: ZoneInfo,
    holidays: frozenset[date],
    machine_now: float,
    action_reports: Sequence[AddressedReport] = (),
    remarks: Sequence[AddressedRemark] = (),
    waves: Waves | None = None,
    asking: bool = True,
    only: Collection[str] | None = None,
) -> Prepared:
    """Promise today's digests and queue their delivery as `{"digest": id}`; nothing outside council hours.

    May run as often as one likes: who has their digest gets no second one that day, what was promised and not sent is
    queued again. `action_reports` and `remarks` go with it; what waits for its wave does not, and without `asking` no question does.
    `only` limits it to some people (object ids). `machine_now` is epoch seconds of the machine.
    """
    if not may_tell(now, zone, holidays):
        return Prepared()
    today = now.astimezone(zone).date()
    again, uncertain = (0, 0) if only else await tidy_digests(digests, queue, today, machine_now=machine_now)
    waiting: dict[str, list[Stored]] = defaultdict(list)
    for stored in await book.all() if asking else ():
        case = stored.case
        wanted = case.is_to_tell or is_reminder_due(case, today, zone)
        held_back = waves is not None and waves.holds_back(case, today)
        if wanted and not held_back and (only is None or case.assignee.user_id in only):
            waiting[case.assignee.user_id].append(stored)
    done = _by_person(action_reports)
    noted: dict[str, list[AddressedRemark]] = defaultdict(list)
    for one in remarks:
        noted[one.person.user_id].append(one)
    promised = questions = 0
    for user_id in sorted(waiting.keys() | done.keys() | noted.keys()):
        reader = Reader(user_id=user_id, today=today, zone=zone, holidays=holidays)
        cases = sorted(waiting[user_id], key=urgency)
        made = replace(_digest(reader, cases, done.get(user_id, ()), noted[user_id]), since=machine_now)
        try:
            await digests.insert(made)
        except RowExists:
            continue
        await queue.send({"digest": made.id})
        promised += 1
        questions += len(made.cases)
    return Prepared(digests=promised, again=again, uncertain=uncertain, questions=questions)


async def prepare_notes(
    now: datetime,
    action_reports: Sequence[AddressedReport],
    *,
    digests: DigestStore,
    queue: Messages,
    zone: ZoneInfo,
    holidays: frozenset[date],
    machine_now: float,
) -> int:
    """Promise a note of what was done since the day's digest, one a day for each person, and another where nobody knows whether that
    one arrived; nothing but late on a working day.

    Returns how many. What a message of the day carries that is on its way is not in it: that one is asked for again.
    """
    if not may_tell(now, zone, holidays) or not is_late(now, zone):
        return 0
    today = now.astimezone(zone).date()
    known = [stored.digest for stored in await digests.of_day(today)]
    for digest in known:
        if digest.state is DigestState.PREPARED:
            await queue.send({"digest": digest.id})  # it waits for Teams since the morning; now it goes by another way
    on_their_way = {
        action_report for digest in known if digest.state in ON_ITS_WAY for action_report in digest.action_reports
    }
    promised = 0
    for user_id, wanted in sorted(
        _by_person(one for one in action_reports if one.action_report not in on_their_way).items()
    ):
        made = replace(_note(today, wanted), key=f"{user_id}{NOTE}{_number(user_id, known)}", since=machine_now)
        try:
            await digests.insert(made)
        except RowExists:
            continue
        await queue.send({"digest": made.id})
        promised += 1
    return promised


def _number(user_id: str, known: Sequence[Digest]) -> int:
    """The number of a person's next note: 1, or one more than the last of the day where nobody knows whether that arrived."""
    notes = {
        int(digest.key.partition(NOTE)[2]): digest for digest in known if digest.key.startswith(f"{user_id}{NOTE}")
    }
    last = max(notes, default=0)
    repeated = last and last < _MOST_NOTES and notes[last].state is DigestState.UNCERTAIN
    return last + 1 if repeated else 1


def next_note(digest: Digest, left: Sequence[str]) -> Digest:
    """A further note for what one message could not hold."""
    user_id, _, number = digest.key.partition(NOTE)
    return Digest(
        day=digest.day,
        key=f"{user_id}{NOTE}{int(number or 0) + 1}",
        person=digest.person,
        cases=(),
        waiting=0,
        action_reports=tuple(left),
        because=digest.because,
    )


def _by_person(action_reports: Iterable[AddressedReport]) -> dict[str, list[AddressedReport]]:
    by_person: dict[str, list[AddressedReport]] = defaultdict(list)
    for one in action_reports:
        by_person[one.person.user_id].append(one)
    return by_person


def _digest(
    reader: Reader, cases: Sequence[Stored], done: Sequence[AddressedReport], remarks: Sequence[AddressedRemark]
) -> Digest:
    told = tuple(one.remark for one in remarks)
    first = [stored.case for stored in cases[:MOST_ITEMS]]
    fits = digest_card(first, reader, waiting=len(cases), remarks=told).shown
    others = [*(one.person for one in done), *(one.person for one in remarks)]
    person = first[0].assignee.who if first else others[0]
    return replace(
        _note(reader.today, done),
        key=reader.user_id,
        person=person,
        cases=tuple(case.id for case in first[:fits]),
        reminders=tuple(case.id for case in first[:fits] if not case.is_to_tell),
        waiting=len(cases),
        remarks=told,
    )


def _note(today: date, done: Sequence[AddressedReport]) -> Digest:
    return Digest(
        day=today,
        key="",
        person=done[0].person if done else NOBODY,
        cases=(),
        waiting=0,
        action_reports=tuple(one.action_report for one in done),
        because={one.asset_id: one.because for one in done},
    )


async def tidy_digests(digests: DigestStore, queue: Messages, today: date, *, machine_now: float) -> tuple[int, int]:
    """Queue again what was promised and not finished; give up what a dead worker may or may not have sent. How many of each."""
    again = uncertain = 0
    for days in range(_REMEMBERED_DAYS):
        for stored in await digests.of_day(today - timedelta(days=days)):
            digest = stored.digest
            age = machine_now - digest.since
            unfinished = digest.state is DigestState.PREPARED or (digest.state is DigestState.SENT and not digest.told)
            if digest.state in _IN_HAND and age > _STUCK_LEASES * digests.lease_seconds:
                try:
                    await digests.put(stored, replace(digest, state=_IN_HAND[digest.state], since=machine_now))
                except RowChanged:
                    continue  # it was alive after all
                if digest.state is DigestState.SENDING:
                    uncertain += 1
                    continue
                await queue.send({"digest": digest.id})
                again += 1
            elif unfinished and age > _LOST_LEASES * digests.lease_seconds:
                await queue.send({"digest": digest.id})
                again += 1
    return again, uncertain


async def give_up_unsent(digests: DigestStore, today: date) -> int:
    """Whatever was promised or on its way may have been sent since: none of it is sent again. How many."""
    given_up = 0
    for days in range(_REMEMBERED_DAYS):
        for stored in await digests.of_day(today - timedelta(days=days)):
            if stored.digest.state in ON_ITS_WAY:
                await digests.put(stored, replace(stored.digest, state=DigestState.UNCERTAIN))
                given_up += 1
    return given_up


_IN_HAND = {DigestState.CLAIMED: DigestState.PREPARED, DigestState.SENDING: DigestState.UNCERTAIN}
"""What becomes of a digest whose worker died with it."""


def _row(digest: Digest, etag: str) -> Row:
    values = in_parts("digest", msgspec.json.encode(digest).decode()) | {
        "state": digest.state.value,
        "channel": digest.channel,
        "attempts": "; ".join(digest.attempts),
        "cases": len(digest.cases),
    }
    return Row(digest.day.isoformat(), digest.key, values, etag)


def _stored(row: Row) -> StoredDigest:
    return StoredDigest(msgspec.json.decode(row.long_text("digest"), type=Digest), row.etag)
