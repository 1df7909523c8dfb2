"""What the queue `notify` carries, done: send a digest, bring a card up to date, answer somebody who wrote to the bot.

| message | meaning |
|---|---|
| `{"digest": id}` | deliver this digest (see `custos.notices.digest` for its states) |
| `{"update": id}` | show on its card how its questions stand now |
| `{"say": wish, "user": id, "about": words}` | answer a message (`custos.notices.bot_language`) |
| `{"prepare": user id}` | somebody was handed a case: promise them a digest, unless they had today's |

Each may arrive twice, or on two instances at once.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from custos.actions import DECLARED
from custos.actions.ask import SHORTEST_ANSWER
from custos.audit.events import Event, What
from custos.errors import RowChanged, RowExists
from custos.m365.errors import Malformed, Throttled, Unavailable
from custos.model.action_kind import Reversibility
from custos.notices.action_report_store import ActionReportStore
from custos.notices.action_reports import ActionReport, DoneOn, joined
from custos.notices.adaptive_cards import Element
from custos.notices.answer_rights import may_take_back
from custos.notices.bot_answers import (
    Knowledge,
    access_card,
    access_to,
    decided_card,
    not_understood,
    nothing_to_take_back,
    why_card,
)
from custos.notices.bot_language import Request, Wish
from custos.notices.bot_replies import assets_card, help_card
from custos.notices.cards import MOST_BYTES, MOST_ITEMS, Reader, cut, digest_card, fitting, is_for, summary
from custos.notices.case_store import CaseStore, Stored, note
from custos.notices.channels import Channel, Channels, Delivery, Message
from custos.notices.contacts import Contacts
from custos.notices.council_hours import deadline_after, is_late, may_tell
from custos.notices.deadlines import UNDO_WINDOW, dates_for, is_reminder_due
from custos.notices.digest import (
    ON_ITS_WAY,
    Digest,
    DigestState,
    DigestStore,
    Messages,
    StoredDigest,
    Tally,
    next_note,
    prepare_digests,
)
from custos.notices.mail import mail_body
from custos.notices.model import CardSent, Case, CaseState, Contact, Note, Verb
from custos.notices.remark_store import RemarkStore
from custos.notices.waves import Waves
from custos.records.model import Records
from custos.row_conflicts import first_or_again
from custos.telemetry import logger

_LATER_SECONDS = 300
_DONE_BESIDE_OTHERS = 10 * 1024  # bytes: so that a question and remarks fit beside
_SOONEST_SECONDS = 60
_LIST = "~"  # stands in the key of a list that somebody asked for

_log = logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryContext:
    """Everything that delivering needs. `now` is the tenant's time, `machine_now` the machine's in epoch seconds. `asking`: the registers
    can be read, so that people are asked."""

    book: CaseStore
    digests: DigestStore
    action_reports: ActionReportStore
    remarks: RemarkStore
    people: Contacts
    channels: Channels
    queue: Messages
    records: Records
    waves: Waves
    asking: bool
    knowledge: Knowledge
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


async def handle_notice(message: Mapping[str, object], *, context: DeliveryContext) -> None:
    """Do what one message of the queue says. Raises StorageTrouble or a passing MicrosoftTrouble: then it should come again."""
    match message:
        case {"digest": str(digest_id)}:
            await deliver_digest(digest_id, context=context)
        case {"update": str(digest_id)}:
            await update_card(digest_id, context=context)
        case {"say": str(wish), "user": str(user_id)}:
            request = Request(Wish(wish), str(message.get("about", "")), str(message.get("nearest", "")))
            await say(request, user_id, context=context)
        case {"prepare": str(user_id)}:
            await prepare_digests(
                context.now,
                book=context.book,
                digests=context.digests,
                queue=context.queue,
                zone=context.zone,
                holidays=context.records.holidays,
                machine_now=context.machine_now,
                waves=context.waves,
                asking=context.asking,
                only={user_id},
            )
        case _:
            raise ValueError(f"not a message of the queue notify: {sorted(message)}")


async def deliver_digest(digest_id: str, *, context: DeliveryContext) -> DigestState | None:
    """Deliver a digest once; the state in which it is afterwards, None when there is no such digest."""
    stored = await context.digests.get(digest_id)
    if stored is None:
        _log.warning("no such digest", extra={"digest": digest_id})
        return None
    digest = stored.digest
    if digest.state is DigestState.SENT and not digest.told:
        await _mark_told(stored, context)
        return DigestState.SENT
    if digest.state is not DigestState.PREPARED:
        return digest.state
    if digest.day > context.today:
        return DigestState.PREPARED  # the clock went back: its day comes again
    if digest.day < context.today:
        return await _end(stored, DigestState.EXPIRED, context)
    if not _is_list(digest) and not may_tell(context.now, context.zone, context.records.holidays):
        return DigestState.PREPARED
    fixed, left = await _with_done(digest, context)
    cases = await _freeze(await _fitting(fixed, context), digest, context)
    if not cases and not fixed.done and not fixed.remarks:
        return await _end(stored, DigestState.EMPTY, context)
    fixed = replace(fixed, cases=tuple(case.id for case in cases), state=DigestState.CLAIMED, since=context.machine_now)
    try:
        mine = await context.digests.put(stored, fixed)
    except RowChanged:
        return DigestState.CLAIMED  # another worker has it
    state = await _send(_Claimed(mine, context), cases)
    if left and state is DigestState.SENT:
        await _more(next_note(fixed, left), context)
    return state


async def _with_done(digest: Digest, context: DeliveryContext) -> tuple[Digest, tuple[str, ...]]:
    """The digest with what it tells of what was done by now, as much as one card holds, and the reports that it leaves over."""
    known = [found for each in digest.action_reports if (found := await context.action_reports.get(each)) is not None]
    by_asset: dict[str, list[ActionReport]] = defaultdict(list)
    for action_report in known:
        by_asset[action_report.asset_id].append(action_report)
    whole = tuple(
        DoneOn(
            asset_id=asset_id,
            asset_name=action_reports[0].asset_name,
            because=digest.because.get(asset_id, ""),
            lines=tuple(joined(line for action_report in action_reports for line in action_report.untold)),
        )
        for asset_id, action_reports in sorted(by_asset.items())
        if any(action_report.untold for action_report in action_reports)
    )
    most = _DONE_BESIDE_OTHERS if digest.cases or digest.remarks else MOST_BYTES
    shown = cut(whole, fitting(whole, context.reader(digest.person.user_id), most=most))
    keys = {(one.asset_id, line.key) for one in shown for line in one.lines}
    tallies = tuple(
        Tally(action_report=action_report.id, line=line.key, total=line.total)
        for action_report in known
        for line in action_report.lines
        if (action_report.asset_id, line.key) in keys
    )
    told = {(tally.action_report, tally.line) for tally in tallies}
    left = tuple(
        action_report.id
        for action_report in known
        if any((action_report.id, line.key) not in told for line in action_report.untold)
    )
    return replace(digest, done=shown, tallies=tallies), left


async def _fitting(digest: Digest, context: DeliveryContext) -> tuple[str, ...]:
    """Those of the digest's cases that fit on its card beside what was done."""
    found = [await context.book.get(case_id) for case_id in digest.cases]
    reader = context.reader(digest.person.user_id)
    waiting = [each.case for each in found if each is not None and is_for(each.case, reader)]
    fits = digest_card(waiting, reader, waiting=digest.waiting, done=digest.done, remarks=digest.remarks).shown
    return tuple(case.id for case in waiting[:fits])


async def _more(note: Digest, context: DeliveryContext) -> None:
    """What one message could not hold comes in a further one."""
    try:
        await context.digests.insert(replace(note, since=context.machine_now))
    except RowExists:
        return
    await context.queue.send({"digest": note.id})


async def update_card(digest_id: str, *, context: DeliveryContext) -> bool:
    """Show on the card of a digest how its questions stand now; False when there is no card to update.

    While Teams is away it is asked for again; a card that nobody can reach any more is given up.
    """
    stored = await context.digests.get(digest_id)
    if stored is None or stored.digest.state in ON_ITS_WAY:
        return False
    digest = stored.digest
    cases = await context.book.on_card(digest.cases)
    updated = False
    if digest.channel == Channel.BOT and digest.state is DigestState.SENT:
        listed = await context.book.listed_for(digest.person.user_id)
        letter = _letter(cases, digest, context, listed)
        try:
            updated = await context.channels.update(digest.conversation_id, digest.activity_id, letter)
        except (Throttled, Unavailable) as trouble:
            seconds = trouble.retry_after if isinstance(trouble, Throttled) else None
            await context.queue.send({"update": digest_id}, delay_seconds=_delay(seconds))
            return False
    await context.book.caught_up(cases, digest_id)
    return updated


async def say(request: Request, user_id: str, *, context: DeliveryContext) -> None:
    """Answer somebody who wrote to the bot."""
    if request.wish is Wish.WAITING and await _waiting(user_id, context):
        return
    await context.channels.reply(user_id, await _answer(request, user_id, context))


async def _waiting(user_id: str, context: DeliveryContext) -> bool:
    """Send what waits for somebody and what they may take back; False when there is neither."""
    waiting = [stored.case for stored in await context.book.open_for(user_id)]
    given = [stored.case for stored in await context.book.all() if _is_under_way(stored.case, user_id)]
    if waiting:
        await _send_list(waiting, context)
    if given:
        await context.channels.reply(user_id, digest_card(given, context.reader(user_id)).card)
    return bool(waiting or given)


async def _answer(request: Request, user_id: str, context: DeliveryContext) -> Element:
    reader, about = context.reader(user_id), request.about
    match request.wish:
        case Wish.WAITING:
            return digest_card([], reader).card
        case Wish.ASSETS:
            waiting = [stored.case for stored in await context.book.open_for(user_id)]
            return assets_card(await context.knowledge.accountability(), user_id, waiting)
        case Wish.DECIDED:
            cases = [stored.case for stored in await context.book.all()]
            return decided_card(about, cases, reader, await context.knowledge.accountability())
        case Wish.ACCESS:
            accountability = await context.knowledge.accountability()
            named = access_to(about, user_id, accountability)
            return access_card(about, accountability, await context.knowledge.sharing(named) if named else ())
        case Wish.WHY:
            waiting = [stored.case for stored in await context.book.open_for(user_id)]
            return why_card(about, waiting, context.records)
        case Wish.UNDO:
            given = [stored.case for stored in await context.book.all() if may_take_back(stored.case, user_id)]
            return digest_card(given, reader).card if given else nothing_to_take_back()
        case Wish.UNKNOWN:
            return not_understood(about, request.nearest)
        case Wish.HELP:
            return help_card()


def _is_under_way(case: Case, user_id: str) -> bool:
    """Whether somebody agreed to it, it is not done yet, and this person may take that back."""
    return case.decision is Verb.AGREE and may_take_back(case, user_id)


@dataclass
class _Claimed:
    """A digest that this worker has in hand, as it is stored."""

    stored: StoredDigest
    context: DeliveryContext

    async def leaving(self) -> None:
        """It is about to leave. Raises RowChanged, which keeps it back, when this worker stood still and lost it."""
        digest = self.stored.digest
        if digest.state is not DigestState.SENDING:
            leaving = replace(digest, state=DigestState.SENDING, since=self.context.machine_now)
            self.stored = await self.context.digests.put(self.stored, leaving)


async def _send(mine: _Claimed, cases: Sequence[Case]) -> DigestState:
    digest, context = mine.stored.digest, mine.context
    dated = [_dated(case, context.now, context) for case in cases]
    try:
        listed = await context.book.listed_for(digest.person.user_id)
        letter = _letter(dated, digest, context, listed)
        patient = not is_late(context.now, context.zone)
        delivery = await context.channels.deliver(digest.person, letter, mine.leaving, patient=patient)
    except RowChanged:
        return DigestState.CLAIMED  # another worker has it by now
    except Throttled as trouble:
        return await _later(mine.stored, context, trouble.retry_after)
    except Unavailable as trouble:
        if not trouble.maybe_done:
            return await _later(mine.stored, context, None)
        return await _end(mine.stored, DigestState.UNCERTAIN, context)
    except Malformed:
        return await _end(mine.stored, DigestState.UNCERTAIN, context)
    state = DigestState.SENT if delivery.channel else DigestState.UNDELIVERED
    done = await context.digests.put(mine.stored, _delivered(digest, delivery, state, context))
    outcome = delivery.attempts[-1] if delivery.attempts else ""
    await context.people.told(
        digest.person.user_id, outcome=outcome, at=context.now, conversation_id=delivery.conversation_id
    )
    if state is DigestState.SENT:
        await _mark_told(done, context)
    else:
        await _record(What.NOTICE_UNDELIVERED, done.digest, context)
    return state


def _delivered(digest: Digest, delivery: Delivery, state: DigestState, context: DeliveryContext) -> Digest:
    return replace(
        digest,
        state=state,
        since=context.machine_now,
        channel=delivery.channel.value if delivery.channel else "",
        conversation_id=delivery.conversation_id,
        activity_id=delivery.activity_id,
        attempts=(*digest.attempts, *delivery.attempts),
        sent_at=context.now,
    )


async def _later(sending: StoredDigest, context: DeliveryContext, seconds: float | None) -> DigestState:
    """Nothing was sent: the promise stands, for another try."""
    again = replace(sending.digest, state=DigestState.PREPARED, since=context.machine_now)
    await context.digests.put(sending, again)
    await context.queue.send({"digest": again.id}, delay_seconds=_delay(seconds))
    return DigestState.PREPARED


def _delay(seconds: float | None) -> int:
    """How long to wait for Teams, which was asked several times by now and said `seconds`, None for nothing."""
    return int(max(seconds or _LATER_SECONDS, _SOONEST_SECONDS)) + 1


async def _end(stored: StoredDigest, state: DigestState, context: DeliveryContext) -> DigestState:
    """Its cases stay found: they come with the next digest."""
    try:
        await context.digests.put(stored, replace(stored.digest, state=state, since=context.machine_now))
    except RowChanged:
        _log.info("digest moved on meanwhile", extra={"digest": stored.digest.id})
    return state


async def _freeze(case_ids: Sequence[str], digest: Digest, context: DeliveryContext) -> list[Case]:
    """Those of the cases that still wait for this person, each remembering what is shown of it and on which card."""
    frozen = []
    for case_id in case_ids:
        case = await first_or_again(partial(_frozen, case_id, digest, context))
        if case is not None:
            frozen.append(case)
    return frozen


async def _frozen(case_id: str, digest: Digest, context: DeliveryContext) -> Case | None:
    stored = await context.book.get(case_id)
    if stored is None or not is_for(stored.case, context.reader(digest.person.user_id)):
        return None
    return (await _shown(stored, digest, context)).case


async def _shown(stored: Stored, digest: Digest, context: DeliveryContext) -> Stored:
    case = stored.case
    card = CardSent(user_id=digest.person.user_id, digest=digest.id)
    fresh = replace(
        case,
        shown=case.members if case.is_to_tell or not case.shown else case.shown,
        cards=case.cards if card in case.cards else (*case.cards, card),
    )
    return stored if fresh == case else await context.book.put(stored, fresh)


async def _mark_told(stored: StoredDigest, context: DeliveryContext) -> None:
    """Its cases were told, or reminded of, at the moment of sending, and the clocks of those that were told run."""
    digest = stored.digest
    at = digest.sent_at or context.now
    written = []
    for case_id in digest.cases:
        one = await first_or_again(partial(_marked_told, case_id, digest, at, context))
        if one is not None:
            written.append(one)
    await context.book.flush(written)
    if digest.channel != Channel.FEED:
        await _mark_done_told(digest, at, context)
        await context.remarks.mark(digest.person.user_id, digest.remarks, digest.day)
    await _record(What.NOTICE_DELIVERED, digest, context)
    try:
        await context.digests.put(stored, replace(digest, told=True))
    except RowChanged:
        _log.info("digest was marked by another worker", extra={"digest": digest.id})


async def _marked_told(case_id: str, digest: Digest, at: datetime, context: DeliveryContext) -> Stored | None:
    known = await context.book.get(case_id)
    if known is None or known.case.assignee.user_id != digest.person.user_id or not known.case.shown:
        return None
    told = _told(known.case, digest, at, context)
    return None if told is None else await context.book.put(known, *told)


async def _mark_done_told(digest: Digest, at: datetime, context: DeliveryContext) -> None:
    """What the message told of what was done is told, and so are the cases that this did away with."""
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for tally in digest.tallies:
        counts[tally.action_report][tally.line] = tally.total
    events = []
    for telling_id, told in sorted(counts.items()):
        for known_as in (
            {telling_id, f"{telling_id}{digest.person.user_id}"} if telling_id.endswith("|") else {telling_id}
        ):
            await context.action_reports.mark(known_as, told, at=at, to=digest.person.upn)
        run, asset_id, _ = telling_id.split("|")
        details: dict[str, str | int] = {"to": digest.person.upn, "digest": digest.id, "writes": sum(told.values())}
        events.append(Event(what=What.RUN_TOLD, at=at, run=run, asset_id=asset_id, details=details))
    if events:
        await context.book.record(events)
    for stored in await context.book.all() if digest.done else ():
        fresh = _accounted_for(stored.case, digest, at, context)
        if fresh != stored.case:
            try:
                await context.book.put(stored, fresh)
            except RowChanged:
                continue  # the next evaluation sees to it


def _accounted_for(case: Case, digest: Digest, at: datetime, context: DeliveryContext) -> Case:
    """A case after a message told what was done: one that Custos did away with was told, and what was agreed to can be put back for a
    while, where it can be."""
    lines = [line for one in digest.done if one.asset_id == case.asset_id for line in one.lines]
    if case.mended and case.state is CaseState.FOUND:
        told = {line.key for line in case.lines} <= {f"{line.policy}/{line.rule}" for line in lines}
        return replace(case, state=CaseState.TOLD, told_at=at) if told else case
    mine = [line for line in lines if case.run and case.run in line.runs and line.agreed is not None]
    if not mine or case.done_told_at is not None:
        return case
    back = any(DECLARED[line.kind].reversibility is not Reversibility.IRREVERSIBLE for line in mine)
    ends = deadline_after(at, UNDO_WINDOW, context.zone, context.records.holidays) if back else None
    return replace(case, done_told_at=at, undo_until=ends)


def _told(case: Case, digest: Digest, at: datetime, context: DeliveryContext) -> tuple[Case, Note] | None:
    """A case of which its assignee was told, or reminded, in a message of this moment, and what to write down of it; None when it tells
    nothing new. A deadline that was set stands."""
    details = {"to": digest.person.upn, "digest": digest.id}
    if case.is_to_tell:
        dated = _dated(case, at, context)
        state = CaseState.TOLD if case.state is CaseState.FOUND else case.state
        due = {"deadline": dated.deadline.isoformat()} if dated.deadline else {}
        told = replace(dated, state=state, told_at=case.told_at if case.unanswered else at, asked_at=at)
        return told, note(told, What.CASE_TOLD, at=at, **details, **due)
    if case.id in digest.reminders and is_reminder_due(case, digest.day, context.zone):
        again = CaseState.REMINDED if case.state is CaseState.TOLD else case.state
        reminded = replace(case, state=again, reminded_at=at)
        return reminded, note(reminded, What.CASE_REMINDED, at=at, **details)
    return None


def _dated(case: Case, at: datetime, context: DeliveryContext) -> Case:
    """The case with the dates that it has when it is told at a moment: those it has, or new ones. The list at the end of the line has
    none; a steward whom the owner asked late has some days all the same."""
    if case.state is CaseState.DUE:
        return case
    dates = dates_for(case.lines, at, context.zone, context.records.holidays)
    if case.deadline is None:
        return case if dates is None else replace(case, deadline=dates.deadline, remind_on=dates.remind_on)
    shortest = deadline_after(at, SHORTEST_ANSWER, context.zone, context.records.holidays)
    return replace(case, deadline=max(case.deadline, shortest)) if case.asked_by and case.asked_at is None else case


async def _record(what: What, digest: Digest, context: DeliveryContext) -> None:
    details: dict[str, str | int] = {
        "digest": digest.id,
        "to": digest.person.upn,
        "channel": digest.channel,
        "attempts": "; ".join(digest.attempts),
        "cases": ", ".join(digest.cases),
        "done": sum(line.total for one in digest.done for line in one.lines),
        "remarks": len(digest.remarks),
    }
    await context.book.record([Event(what=what, at=digest.sent_at or context.now, details=details)])


def _letter(cases: Sequence[Case], digest: Digest, context: DeliveryContext, listed: Sequence[Case] = ()) -> Message:
    reader = replace(context.reader(digest.person.user_id), today=digest.day)
    waiting = max(digest.waiting, len(cases))
    return Message(
        card=digest_card(cases, reader, waiting=waiting, done=digest.done, listed=listed, remarks=digest.remarks).card,
        summary=summary(waiting, done=bool(digest.done), remarks=bool(digest.remarks)),
        html=mail_body(cases, reader, waiting=waiting, done=digest.done, remarks=digest.remarks),
        in_full=bool(digest.done or digest.remarks),
    )


async def _send_list(waiting: Sequence[Case], context: DeliveryContext) -> None:
    """Everything that waits, in as many cards as it takes."""
    rest = list(waiting)
    while rest:
        person: Contact = rest[0].assignee.who
        fits = digest_card(rest[:MOST_ITEMS], context.reader(person.user_id), waiting=len(rest)).shown
        made = Digest(
            day=context.today,
            key=f"{person.user_id}{_LIST}{uuid.uuid4().hex}",
            person=person,
            cases=tuple(case.id for case in rest[:fits]),
            waiting=fits,
            since=context.machine_now,
        )
        await context.digests.insert(made)
        await deliver_digest(made.id, context=context)
        rest = rest[fits:]


def _is_list(digest: Digest) -> bool:
    return _LIST in digest.key
