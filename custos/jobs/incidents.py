"""Incidents: what an operator must see. Rows of the table `incidents`, newest first in `custos status`.

One row per kind and subject: the same trouble again raises its count and moves its time, so that a bad night is one line.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from custos.audit.chain import Chain
from custos.audit.events import Event, What
from custos.clock import Clock
from custos.records.rights import CUSTOS, Person
from custos.row_conflicts import first_or_again
from custos.storage.account import Account
from custos.storage.rows import Row, key_part

if TYPE_CHECKING:
    from custos.bootstrap import Custos

TABLE = "incidents"
_PARTITION = "incident"
_POISONED = "poisoned"
_DETAIL_CHARACTERS = 2_000
_MESSAGE_CHARACTERS = 20_000


class Incident(StrEnum):
    """What can go wrong so that a person must look."""

    POISON = "poison message"  # a message failed each time; its work is not done
    POLICIES = "policies refused"  # the files cannot be used; the last good version serves
    OVER_BUDGET = "over budget"  # a run waits for approval
    FAILED_RUN = "run failed"
    STUCK_RUN = "run stands still"
    FAILED_TIMER = "timer failed"
    UNDELIVERED = "notice undelivered"
    UNTOLD = "writes untold"  # somebody should have been told of them by now
    REGISTER_DRIFT = "register drift"  # a place or person of the registers that was there is there no more
    SIGN_IN = (
        "sign-in refused"  # somebody says that they are signed in where nobody signs in; a person looks, and closes it
    )
    LABEL_DRIFT = "label drift"  # the tenant lacks a label of the schedule, or it differs

    @property
    def runbook(self) -> str:
        """The page that says, step by step, what to do about it."""
        return f"docs/runbooks/incident-{self.value.replace(' ', '-')}.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Poisoned:
    """One message that failed each time. `at` is when it did for the last time."""

    queue: str
    message: str
    at: datetime
    key: str


@dataclass(frozen=True, slots=True)
class Noted:
    """One incident as it stands."""

    kind: Incident
    subject: str
    detail: str
    count: int
    first: datetime
    last: datetime


async def record_poison(app: Custos, queue: str, body: bytes) -> None:
    """Keep a message that failed each time, with the queue it came from; one incident a queue, one row a message."""
    text = body.decode("utf-8", "replace")
    values = {"queue": queue, "message": text[:_MESSAGE_CHARACTERS], "at": app.clock.now().isoformat()}
    await app.account.rows(TABLE).upsert(Row(_POISONED, key_part(f"{queue}|{text}"), values))
    await note(app, Incident.POISON, queue, text)


async def poisoned(account: Account) -> AsyncIterator[Poisoned]:
    """Every message that failed each time and whose work is not known to be done since."""
    async for row in account.rows(TABLE).query(_POISONED):
        at = datetime.fromisoformat(row.text("at"))
        yield Poisoned(queue=row.text("queue"), message=row.text("message"), at=at, key=row.key)


async def forget_poison(app: Custos, done: Iterable[Poisoned]) -> None:
    """The work of these messages has been done since: a queue of which none is left has no incident."""
    gone = {one.key: one.queue for one in done}
    for key in gone:
        await app.account.rows(TABLE).delete(_POISONED, key)
    if gone:
        left = {one.queue async for one in poisoned(app.account)}
        for queue in sorted(set(gone.values()) - left):
            await end(app, Incident.POISON, queue)


async def note(app: Custos, kind: Incident, subject: str, detail: str) -> None:
    """Record an incident, or raise the count of one that stands. The first time is audited. Raises StorageTrouble."""
    rows = app.account.rows(TABLE)
    key = key_part(f"{kind}|{subject}")
    at = app.clock.now()

    async def turn() -> None:
        found = await rows.get(_PARTITION, key)
        values = {
            "kind": kind.value,
            "subject": subject,
            "detail": detail[:_DETAIL_CHARACTERS],
            "count": (found.number("count") if found else 0) + 1,
            "first": found.text("first") if found else at.isoformat(),
            "last": at.isoformat(),
        }
        if found is None:
            await rows.insert(Row(_PARTITION, key, values))
            await _audit(app.audit, app.clock, What.INCIDENT_RECORDED, kind, subject, by=CUSTOS)
        else:
            await rows.replace(Row(_PARTITION, key, values, found.etag))

    await first_or_again(turn)


async def note_news(app: Custos, kind: Incident, subject: str, detail: str) -> bool:
    """Record an incident unless it stands with the same detail. True when it was news."""
    row = await app.account.rows(TABLE).get(_PARTITION, key_part(f"{kind}|{subject}"))
    if row is not None and row.text("detail") == detail[:_DETAIL_CHARACTERS]:
        return False
    await note(app, kind, subject, detail)
    return True


async def close(app: Custos, noted: Noted, *, by: Person) -> None:
    """Take an incident back because a person dealt with it."""
    if noted.kind is Incident.POISON:
        for one in [each async for each in poisoned(app.account) if each.queue == noted.subject]:
            await app.account.rows(TABLE).delete(_POISONED, one.key)
    await _audit(app.audit, app.clock, What.INCIDENT_CLOSED, noted.kind, noted.subject, by=by)
    await _remove(app.account, noted.kind, noted.subject)


async def end(app: Custos, kind: Incident, subject: str) -> bool:
    """Take an incident back because its cause is gone; True when it stood."""
    if await app.account.rows(TABLE).get(_PARTITION, key_part(f"{kind}|{subject}")) is None:
        return False
    await _audit(app.audit, app.clock, What.INCIDENT_ENDED, kind, subject, by=CUSTOS)
    await _remove(app.account, kind, subject)
    return True


async def settle(app: Custos, kind: Incident, wanted: Mapping[str, str]) -> None:
    """Let exactly these incidents of a kind stand: subject ► detail. One that stands as it is, is left as it is."""
    stand = {noted.subject async for noted in standing(app.account) if noted.kind is kind}
    for subject, detail in wanted.items():
        await note_news(app, kind, subject, detail)
    for subject in stand - wanted.keys():
        await end(app, kind, subject)


async def _remove(account: Account, kind: Incident, subject: str) -> None:
    await account.rows(TABLE).delete(_PARTITION, key_part(f"{kind}|{subject}"))


async def _audit(audit: Chain, clock: Clock, what: What, kind: Incident, subject: str, *, by: Person) -> None:
    details = {"kind": kind.value, "subject": subject}
    await audit.append([Event(what=what, at=clock.now(), by=by.upn, by_id=by.id, details=details)])


async def standing(account: Account) -> AsyncIterator[Noted]:
    """Every incident that stands."""
    async for row in account.rows(TABLE).query(_PARTITION):
        yield Noted(
            Incident(row.text("kind")),
            row.text("subject"),
            row.text("detail"),
            row.number("count"),
            datetime.fromisoformat(row.text("first")),
            datetime.fromisoformat(row.text("last")),
        )
