"""Where cases are kept: table `cases`, one row each, guarded by its ETag.

A row holds the case as JSON with the columns that people filter by. Every change writes its audit notes into the same
row first (`outbox`) and then records them, so that no decision can be stored and its event lost. An event may be
recorded twice after a crash, word for word.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

import msgspec

from custos.audit.events import Event, What
from custos.errors import RowChanged
from custos.notices.cards_behind import caught_up, says_the_same, with_cards_behind
from custos.notices.case_findings import CaseFindings
from custos.notices.case_findings import load as load_members
from custos.notices.model import Case, CaseState, Note
from custos.row_conflicts import first_or_again
from custos.storage.account import Account
from custos.storage.blobs import Container
from custos.table import Row, Table, Write, in_parts

TABLE = "cases"
CONTAINER = "cases"
_PARTITION = "case"
_ID_LENGTH = 16

type Record = Callable[[Sequence[Event]], Awaitable[object]]
"""Appends events to the audit chain, as `custos.audit.chain.Chain.append` does.

Raises when they are not stored; then they stay in the outbox for another try.
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """A case as it was read, with the ETag that the next write must present."""

    case: Case
    etag: str


@dataclass
class CaseStore:
    """All cases. Methods raise StorageTrouble when storage cannot be reached."""

    rows: Table
    blobs: Container
    record: Record
    _members: dict[str, CaseFindings] = field(default_factory=dict, init=False, repr=False)

    async def get(self, case_id: str) -> Stored | None:
        """The case with this id."""
        row = await self.rows.get(_PARTITION, case_id)
        return _stored(row) if row is not None else None

    async def all(self) -> list[Stored]:
        """Every case, also those that are history."""
        return [_stored(row) async for row in self.rows.query(_PARTITION)]

    async def open_for(self, user_id: str) -> list[Stored]:
        """What waits for this person's answer, the gravest first, then the oldest."""
        waiting = [
            stored
            for stored in await self.all()
            if stored.case.state.is_open
            and not stored.case.mended
            and stored.case.assignee.user_id == user_id
            and user_id
        ]
        return sorted(waiting, key=urgency)

    async def listed_for(self, user_id: str) -> list[Case]:
        """What is held or exempt of this person's, and nobody is asked about."""
        return [
            stored.case
            for stored in await self.all()
            if stored.case.state is CaseState.LISTED and user_id and stored.case.assignee.user_id == user_id
        ]

    async def insert(self, case: Case, *notes: Note) -> Stored:
        """Store a new case. Raises RowExists when somebody else opened it first."""
        fresh = replace(case, outbox=notes)
        await self.rows.insert(_row(fresh, ""))
        return await self._again(case.id)

    async def put(self, stored: Stored, case: Case, *notes: Note) -> Stored:
        """Store a change with its notes, and which cards it leaves behind. Raises RowChanged when the case is no longer as it was read."""
        fresh = replace(with_cards_behind(stored.case, case), outbox=(*stored.case.outbox, *notes))
        await self.rows.replace(_row(fresh, stored.etag))
        return await self._again(case.id)

    async def split(self, stored: Stored, case: Case, part: Case, *notes: Note) -> Stored:
        """Store a change and the part that was answered, or neither.

        Raises RowChanged when the case is no longer as it was read, RowExists when there is a case with the part's id.
        """
        fresh = replace(with_cards_behind(stored.case, case), outbox=(*stored.case.outbox, *notes))
        await self.rows.transact([Write("insert", _row(part, "")), Write("replace", _row(fresh, stored.etag))])
        return await self._again(case.id)

    async def join(self, stored: Stored, ended: Case, other: Stored, case: Case, *notes: Note) -> Stored:
        """Store that a case ended in another one, `other`, which becomes `case`, or neither. Returns that one.

        Raises RowChanged when one of them is no longer as it was read.
        """
        fresh = replace(with_cards_behind(other.case, case), outbox=(*other.case.outbox, *notes))
        ended = replace(with_cards_behind(stored.case, ended), outbox=stored.case.outbox)
        writes = [Write("replace", _row(ended, stored.etag)), Write("replace", _row(fresh, other.etag))]
        await self.rows.transact(writes)
        return await self._again(case.id)

    async def on_card(self, case_ids: Iterable[str]) -> list[Case]:
        """The cases of a card in its order, each followed by those of its parts that were answered."""
        shown: list[Case] = []
        for case_id in case_ids:
            found = await self.get(case_id)
            if found is not None:
                parts = [await self.get(part) for part in found.case.parts]
                shown += [found.case, *(part.case for part in parts if part is not None)]
        return shown

    async def caught_up(self, cases: Iterable[Case], digest_id: str) -> None:
        """The card of a digest says now what these cases were when they were read; what changed since leaves it behind as before."""
        for case in cases:
            if digest_id in case.behind:
                await first_or_again(partial(self._caught_up, case, digest_id))

    async def _caught_up(self, case: Case, digest_id: str) -> None:
        stored = await self.get(case.id)
        if stored is not None and says_the_same(stored.case, case):
            await self.put(stored, caught_up(stored.case, digest_id))

    async def flush(self, changed: Sequence[Stored]) -> None:
        """Record the events that wait in these cases, then empty their outboxes."""
        events = [waiting.event() for stored in changed for waiting in stored.case.outbox]
        if not events:
            return
        await self.record(events)
        for stored in changed:
            if stored.case.outbox:
                try:
                    await self.rows.replace(_row(replace(stored.case, outbox=()), stored.etag))
                except RowChanged:
                    continue  # whoever wrote meanwhile carries the outbox on

    async def settle(self) -> int:
        """Record events that a crash left behind; how many cases had some."""
        left = [stored for stored in await self.all() if stored.case.outbox]
        await self.flush(left)
        return len(left)

    async def members(self, name: str) -> CaseFindings:
        """The findings behind a case's `members` or `shown`."""
        if name not in self._members:
            self._members[name] = await load_members(self.blobs, name)
        return self._members[name]

    async def _again(self, case_id: str) -> Stored:
        found = await self.get(case_id)
        if found is None:
            raise RowChanged(f"case {case_id} is gone")
        return found


def open_cases(account: Account, record: Record) -> CaseStore:
    """The cases of this installation."""
    return CaseStore(account.rows(TABLE), account.container(CONTAINER), record)


def case_id(asset_id: str, family: str, subject_key: str, number: int) -> str:
    """Opaque, and the same for everybody who opens the same case: so only one of them can."""
    text = "\n".join((asset_id, family, subject_key, str(number)))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_ID_LENGTH]


def new_nonce() -> str:
    """Not to be guessed: 96 bits."""
    return secrets.token_urlsafe(12)


def urgency(stored: Stored) -> tuple[int, bool, str, str]:
    """Sorting key: consequence, then sensitive assets, then age."""
    case = stored.case
    return case.consequence, not case.sensitive, case.opened_at.isoformat(), case.id


def note(case: Case, what: What, *, at: datetime, by: str = "custos", **details: str | int) -> Note:
    """A note about `case`."""
    about: dict[str, str | int] = {"case": case.id, "concern": case.concern, **details}
    return Note(what=what, at=at, by=by, asset_id=case.asset_id, subject=case.subject_key, details=about)


def _row(case: Case, etag: str) -> Row:
    values = in_parts("case", msgspec.json.encode(case).decode())
    values |= {
        "state": case.state.value,
        "asset": case.asset_id,
        "concern": case.concern,
        "assignee": case.assignee.user_id,
        "opened_at": case.opened_at.isoformat(),
        "deadline": case.deadline.isoformat() if case.deadline else "",
        "decision": case.decision.value if case.decision else "",
    }
    return Row(_PARTITION, case.id, values, etag)


def _stored(row: Row) -> Stored:
    return Stored(msgspec.json.decode(row.long_text("case"), type=Case), row.etag)
