"""What the queue `notify` carries, done: send a digest, bring a card up to date, answer somebody who wrote to the bot.

| message | meaning |
|---|---|
| `{"digest": id}` | deliver this digest (see `custos.notices.digest` for its states) |
| `{"update": id}` | show on its card how its questions stand now |
| `{"say": "waiting" \\| "assets" \\| "help", "user": id}` | answer a message |
| `{"prepare": user id}` | somebody was handed a case: promise them a digest, unless they had today's |

Each may arrive twice, or on two instances at once.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from custos.audit.events import Event, What
from custos.errors import RowChanged
from custos.m365.errors import Malformed, Throttled, Unavailable
from custos.notices.cards import MOST_ITEMS, Reader, digest_card, is_for, summary
from custos.notices.cases import CaseBook, Stored
from custos.notices.council_time import deadline_after, may_tell
from custos.notices.digest import Digest, DigestBook, DigestState, Messages, StoredDigest, prepare_digests
from custos.notices.letters import letter_html
from custos.notices.model import CardSent, Case, CaseState, Contact
from custos.notices.people import People
from custos.notices.postman import Channel, Delivery, Letter, Postman
from custos.notices.replies import assets_card, help_card
from custos.notices.topics import DEFAULT_WITHIN
from custos.policy.duration import duration_from
from custos.records.model import Records

_TRIES = 4
_LATER_SECONDS = 300
_LIST = "~"  # stands in the key of a list that somebody asked for

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything that delivering needs. `now` is the tenant's time, `machine_now` the machine's in epoch seconds."""

    book: CaseBook
    digests: DigestBook
    people: People
    postman: Postman
    queue: Messages
    records: Records
    zone: ZoneInfo
    now: datetime
    machine_now: float

    @property
    def today(self) -> date:
        """In council time."""
        return self.now.astimezone(self.zone).date()

    def reader(self, user_id: str) -> Reader:
        """Somebody reading today."""
        return Reader(user_id=user_id, today=self.today, zone=self.zone, holidays=self.records.holidays)


async def handle_notice(message: Mapping[str, object], *, desk: Desk) -> None:
    """Do what one message of the queue says. Raises StorageTrouble or a passing Trouble: then it should come again."""
    match message:
        case {"digest": str(digest_id)}:
            await deliver_digest(digest_id, desk=desk)
        case {"update": str(digest_id)}:
            await update_card(digest_id, desk=desk)
        case {"say": str(what), "user": str(user_id)}:
            await say(what, user_id, desk=desk)
        case {"prepare": str(user_id)}:
            await prepare_digests(
                desk.now,
                book=desk.book,
                digests=desk.digests,
                queue=desk.queue,
                zone=desk.zone,
                holidays=desk.records.holidays,
                machine_now=desk.machine_now,
                only={user_id},
            )
        case _:
            raise ValueError(f"not a message of the queue notify: {sorted(message)}")


async def deliver_digest(digest_id: str, *, desk: Desk) -> DigestState | None:
    """Deliver a digest once; the state in which it is afterwards, None when there is no such digest."""
    stored = await desk.digests.get(digest_id)
    if stored is None:
        _log.warning("no such digest", extra={"digest": digest_id})
        return None
    digest = stored.digest
    if digest.state is DigestState.SENT and not digest.told:
        await _mark_told(stored, desk)
        return DigestState.SENT
    if digest.state is not DigestState.PREPARED:
        return digest.state
    if digest.day != desk.today:
        return await _end(stored, DigestState.EXPIRED, desk)
    if not _is_list(digest) and not may_tell(desk.now, desk.zone, desk.records.holidays):
        return DigestState.PREPARED
    cases = await _freeze(digest, desk)
    if not cases:
        return await _end(stored, DigestState.EMPTY, desk)
    try:
        sending = await desk.digests.put(stored, replace(digest, state=DigestState.SENDING, since=desk.machine_now))
    except RowChanged:
        return DigestState.SENDING  # another worker has it
    return await _send(sending, cases, desk)


async def update_card(digest_id: str, *, desk: Desk) -> bool:
    """Show on the card of a digest how its questions stand now; False when there is no card to update."""
    stored = await desk.digests.get(digest_id)
    if stored is None or stored.digest.channel != Channel.BOT or stored.digest.state is not DigestState.SENT:
        return False
    digest = stored.digest
    letter = _letter(await desk.book.on_card(digest.cases), digest, desk)
    return await desk.postman.update(digest.conversation_id, digest.activity_id, letter)


async def say(what: str, user_id: str, *, desk: Desk) -> None:
    """Answer somebody who wrote to the bot: what waits for them, their assets, or what they can write."""
    if what == "waiting":
        waiting = [stored.case for stored in await desk.book.open_for(user_id)]
        if waiting:
            await _send_list(waiting, desk)
            return
    if what == "assets":
        open_cases = [stored.case for stored in await desk.book.all() if stored.case.state.is_open]
        card = assets_card(desk.records, await _upn(user_id, desk), open_cases)
    else:
        card = digest_card([], desk.reader(user_id)).card if what == "waiting" else help_card()
    await desk.postman.reply(user_id, card)


async def _send(sending: StoredDigest, cases: Sequence[Case], desk: Desk) -> DigestState:
    digest = sending.digest
    dated = [replace(case, deadline=case.deadline or _deadline(case, desk.now, desk)) for case in cases]
    try:
        delivery = await desk.postman.deliver(digest.person, _letter(dated, digest, desk))
    except Throttled as trouble:
        return await _later(sending, desk, trouble.retry_after)
    except Unavailable as trouble:
        if not trouble.maybe_done:
            return await _later(sending, desk, None)
        return await _end(sending, DigestState.UNCERTAIN, desk)
    except Malformed:
        return await _end(sending, DigestState.UNCERTAIN, desk)
    state = DigestState.SENT if delivery.channel else DigestState.UNDELIVERED
    done = await desk.digests.put(sending, _delivered(digest, delivery, state, desk))
    outcome = delivery.attempts[-1] if delivery.attempts else ""
    await desk.people.told(
        digest.person.user_id, outcome=outcome, at=desk.now, conversation_id=delivery.conversation_id
    )
    if state is DigestState.SENT:
        await _mark_told(done, desk)
    else:
        await _record(What.NOTICE_UNDELIVERED, done.digest, desk)
    return state


def _delivered(digest: Digest, delivery: Delivery, state: DigestState, desk: Desk) -> Digest:
    return replace(
        digest,
        state=state,
        since=desk.machine_now,
        channel=delivery.channel.value if delivery.channel else "",
        conversation_id=delivery.conversation_id,
        activity_id=delivery.activity_id,
        attempts=(*digest.attempts, *delivery.attempts),
        sent_at=desk.now,
    )


async def _later(sending: StoredDigest, desk: Desk, seconds: float | None) -> DigestState:
    """Nothing was sent: the promise stands, for another try."""
    again = replace(sending.digest, state=DigestState.PREPARED, since=desk.machine_now)
    await desk.digests.put(sending, again)
    await desk.queue.send({"digest": again.id}, delay_seconds=int(seconds or _LATER_SECONDS) + 1)
    return DigestState.PREPARED


async def _end(stored: StoredDigest, state: DigestState, desk: Desk) -> DigestState:
    """Its cases stay found: they come with the next digest."""
    try:
        await desk.digests.put(stored, replace(stored.digest, state=state, since=desk.machine_now))
    except RowChanged:
        _log.info("digest moved on meanwhile", extra={"digest": stored.digest.id})
    return state


async def _freeze(digest: Digest, desk: Desk) -> list[Case]:
    """The digest's cases that still wait for this person, each remembering what is shown of it and on which card."""
    frozen = []
    for case_id in digest.cases:
        for attempt in range(_TRIES):
            stored = await desk.book.get(case_id)
            if stored is None or not is_for(stored.case, desk.reader(digest.person.user_id)):
                break
            try:
                frozen.append((await _shown(stored, digest, desk)).case)
            except RowChanged:
                if attempt == _TRIES - 1:
                    raise
                continue
            break
    return frozen


async def _shown(stored: Stored, digest: Digest, desk: Desk) -> Stored:
    case = stored.case
    card = CardSent(user_id=digest.person.user_id, digest=digest.id)
    fresh = replace(
        case,
        shown=case.members if case.state is CaseState.FOUND or not case.shown else case.shown,
        cards=case.cards if card in case.cards else (*case.cards, card),
    )
    return stored if fresh == case else await desk.book.put(stored, fresh)


async def _mark_told(stored: StoredDigest, desk: Desk) -> None:
    """Its cases were told at the moment of sending, and their clocks run."""
    digest = stored.digest
    at = digest.sent_at or desk.now
    for case_id in digest.cases:
        for attempt in range(_TRIES):
            known = await desk.book.get(case_id)
            if known is None or known.case.state is not CaseState.FOUND:
                break
            if known.case.assignee.user_id != digest.person.user_id or not known.case.shown:
                break
            case = known.case
            told = replace(case, state=CaseState.TOLD, told_at=at, deadline=case.deadline or _deadline(case, at, desk))
            try:
                await desk.book.put(known, told)
            except RowChanged:
                if attempt == _TRIES - 1:
                    raise
                continue
            break
    await _record(What.NOTICE_DELIVERED, digest, desk)
    try:
        await desk.digests.put(stored, replace(digest, told=True))
    except RowChanged:
        _log.info("digest was marked by another worker", extra={"digest": digest.id})


def _deadline(case: Case, told_at: datetime, desk: Desk) -> datetime:
    spans = [duration_from(line.within) or DEFAULT_WITHIN for line in case.lines]
    return min(deadline_after(told_at, span, desk.zone, desk.records.holidays) for span in spans)


async def _record(what: What, digest: Digest, desk: Desk) -> None:
    details: dict[str, str | int] = {
        "digest": digest.id,
        "to": digest.person.upn,
        "channel": digest.channel,
        "attempts": "; ".join(digest.attempts),
        "cases": ", ".join(digest.cases),
    }
    await desk.book.record([Event(what=what, at=digest.sent_at or desk.now, details=details)])


def _letter(cases: Sequence[Case], digest: Digest, desk: Desk) -> Letter:
    reader = replace(desk.reader(digest.person.user_id), today=digest.day)
    waiting = max(digest.waiting, len(cases))
    return Letter(
        card=digest_card(cases, reader, waiting=waiting).card,
        summary=summary(waiting),
        html=letter_html(cases, reader, waiting=waiting),
    )


async def _send_list(waiting: Sequence[Case], desk: Desk) -> None:
    """Everything that waits, in as many cards as it takes."""
    rest = list(waiting)
    while rest:
        person: Contact = rest[0].assignee.who
        fits = digest_card(rest[:MOST_ITEMS], desk.reader(person.user_id), waiting=len(rest)).shown
        made = Digest(
            day=desk.today,
            key=f"{person.user_id}{_LIST}{uuid.uuid4().hex}",
            person=person,
            cases=tuple(case.id for case in rest[:fits]),
            waiting=fits,
            since=desk.machine_now,
        )
        await desk.digests.insert(made)
        await deliver_digest(made.id, desk=desk)
        rest = rest[fits:]


def _is_list(digest: Digest) -> bool:
    return _LIST in digest.key


async def _upn(user_id: str, desk: Desk) -> str:
    """The address under which the register knows this person, from the cases they were ever asked about."""
    for stored in await desk.book.all():
        for who in (stored.case.assignee.who, stored.case.assignee.steward):
            if who.user_id == user_id:
                return who.upn
    return ""
