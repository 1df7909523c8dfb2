"""One digest a working day for each person: never twice, never forgotten, by the first channel that takes it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from custos.audit.events import What
from custos.errors import RowChanged
from custos.m365.errors import Forbidden, Malformed, MicrosoftTrouble, NotFound, Refused, Throttled, Unavailable
from custos.model.finding import Finding
from custos.notices.case_update import refresh_cases
from custos.notices.delivery import DeliveryContext, deliver_digest, handle_notice, update_card
from custos.notices.digest import Digest, DigestState, DigestStore, Prepared
from custos.notices.model import Case, CaseState
from custos.storage.queues import Queue
from custos.table import Row
from tests.engine.memory_store import MemoryTable
from tests.notices import small_council
from tests.notices.conftest import Ledger
from tests.notices.failing_channels import FailingChannels, Killed
from tests.notices.known_assets import KnownAssets
from tests.notices.morning import prepare

BLOCKED = Forbidden("blocked", status=403, code="MessageWritesBlocked")
STRANGER = Forbidden("not in roster", status=403, code="BotNotInConversationRoster")
GONE = NotFound("gone", status=404, code="ConversationNotFound")


async def found(context: DeliveryContext, *findings: Finding) -> None:
    made = findings or (small_council.link(1), small_council.stale(small_council.OTHER_LIBRARY))
    await refresh_cases(made, book=context.book, situation=small_council.situation(now=context.now))


async def deliver_all(context: DeliveryContext) -> list[DigestState | None]:
    day = context.now.astimezone(context.zone).date()
    return [await deliver_digest(stored.digest.id, context=context) for stored in await context.digests.of_day(day)]


async def cases(context: DeliveryContext) -> list[Case]:
    return [stored.case for stored in await context.book.all()]


def later(context: DeliveryContext, **span: float) -> DeliveryContext:
    by = timedelta(**span)
    return replace(context, now=context.now + by, machine_now=context.machine_now + by.total_seconds())


async def waiting(queue: Queue) -> int:
    return await queue.length()


async def test_one_message_with_everything(context: DeliveryContext, channels: FailingChannels, ledger: Ledger) -> None:
    """Two questions to one person are one card; its cases are told, with a deadline, and the audit says so."""
    await found(context)

    report = await prepare(context)
    states = await deliver_all(context)

    assert (report.digests, report.questions, states) == (1, 2, [DigestState.SENT])
    assert len(channels.cards) == 1
    told = {case.lines[0].family: case for case in await cases(context)}
    assert {case.state for case in told.values()} == {CaseState.TOLD}
    assert told["sharing"].deadline == datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)
    assert told["stale"].deadline == datetime(2026, 12, 7, 23, 59, 59, tzinfo=UTC)
    assert ledger.said(What.NOTICE_DELIVERED)[0].details["to"] == small_council.OWNER.upn


async def test_the_gravest_comes_first(context: DeliveryContext, channels: FailingChannels) -> None:
    """Links for anyone stand above a quiet library."""
    await found(context, small_council.stale(), small_council.link(1))
    await prepare(context)
    await deliver_all(context)

    said = str(channels.cards[0][1])
    assert said.index("anyone-without-end") < said.index("library-not-used")


async def test_preparing_again_sends_nothing_more(context: DeliveryContext, channels: FailingChannels) -> None:
    """However often the timer fires, and whatever is found later that day, a person has one digest."""
    await found(context)
    for hours in (0, 1, 2):
        await prepare(later(context, hours=hours))
        await deliver_all(later(context, hours=hours))
    await found(context, small_council.link(1), small_council.stale(), small_council.stale(small_council.OTHER_LIBRARY))
    await prepare(later(context, hours=3))
    await deliver_all(later(context, hours=3))

    assert len(channels.cards) == 1


async def test_what_came_too_late_comes_tomorrow(context: DeliveryContext, channels: FailingChannels) -> None:
    """A question found after the digest is in the next working day's."""
    await found(context, small_council.link(1))
    await prepare(context)
    await deliver_all(context)
    await found(context, small_council.link(1), small_council.stale(small_council.OTHER_LIBRARY))

    tomorrow = later(context, days=1)
    await prepare(tomorrow)
    await deliver_all(tomorrow)

    assert len(channels.cards) == 2
    assert "Public register" in str(channels.cards[1][1])
    assert "Pre-application" not in str(channels.cards[1][1])


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 11, 21, 10, 0, tzinfo=UTC),  # Saturday
        datetime(2026, 11, 23, 7, 59, tzinfo=UTC),
        datetime(2026, 11, 23, 18, 0, tzinfo=UTC),
        datetime(2026, 12, 25, 10, 0, tzinfo=UTC),
        datetime(2026, 7, 1, 17, 30, tzinfo=UTC),  # half past six in the council's summer
    ],
)
async def test_nobody_is_told_outside_working_hours(
    context: DeliveryContext, channels: FailingChannels, now: datetime
) -> None:
    """Weekends, holidays, evenings and early mornings, in council time, are quiet."""
    quiet = replace(context, now=now, records=small_council.records(holidays=frozenset({date(2026, 12, 25)})))
    await found(context)

    assert await prepare(quiet) == Prepared()


async def test_two_workers_send_one_card(context: DeliveryContext, channels: FailingChannels) -> None:
    """A queue message that is delivered twice at once sends once."""
    await found(context)
    await prepare(context)
    (stored,) = await context.digests.of_day(context.today)

    await asyncio.gather(*(deliver_digest(stored.digest.id, context=context) for _ in range(5)))

    assert len(channels.cards) == 1


async def test_killed_before_the_card_left(context: DeliveryContext, channels: FailingChannels, queue: Queue) -> None:
    """A worker that dies before its card has left (K7) is followed by one that sends it the same day: once."""
    await found(context)
    await prepare(context)
    channels.before.append(Killed())
    with pytest.raises(Killed):
        await deliver_all(context)

    soon = later(context, minutes=30)
    assert await deliver_all(soon) == [DigestState.CLAIMED]
    report = await prepare(soon)
    assert (report.again, report.uncertain, await waiting(queue)) == (1, 0, 2)
    assert await deliver_all(soon) == [DigestState.SENT]
    assert len(channels.cards) == 1


async def test_a_worker_that_stood_still_sends_nothing(context: DeliveryContext, channels: FailingChannels) -> None:
    """Frozen with a card in hand and woken after another worker sent it, the first one keeps its card back."""
    await found(context)
    await prepare(context)
    (stored,) = await context.digests.of_day(context.today)
    soon = later(context, minutes=30)

    async def frozen() -> None:
        channels.pause = None
        await prepare(soon)
        assert await deliver_digest(stored.digest.id, context=soon) is DigestState.SENT

    channels.pause = frozen
    await deliver_digest(stored.digest.id, context=context)
    assert len(channels.cards) == 1
    assert [one.digest.state for one in await context.digests.of_day(context.today)] == [DigestState.SENT]


async def test_killed_with_the_card_on_its_way(context: DeliveryContext, channels: FailingChannels) -> None:
    """A worker that dies with its request on the way leaves it uncertain: not that day again, but on the next."""
    await found(context)
    await prepare(context)
    channels.on_the_way.append(Killed())
    with pytest.raises(Killed):
        await deliver_all(context)

    soon = later(context, minutes=30)
    report = await prepare(soon)
    assert (report.uncertain, await deliver_all(soon)) == (1, [DigestState.UNCERTAIN])
    assert channels.cards == []

    tomorrow = later(context, days=1)
    await prepare(tomorrow)
    assert await deliver_all(tomorrow) == [DigestState.SENT]
    assert len(channels.cards) == 1


async def test_killed_between_sending_and_recording(context: DeliveryContext, channels: FailingChannels) -> None:
    """A worker that dies with the card sent and unrecorded sends no second one that day, and its button works."""
    await found(context, small_council.link(1))
    await prepare(context)
    channels.after.append(Killed())
    with pytest.raises(Killed):
        await deliver_all(context)

    for minutes in (5, 30, 300):
        await prepare(later(context, minutes=minutes))
        await deliver_all(later(context, minutes=minutes))

    assert len(channels.cards) == 1
    (case,) = await cases(context)
    assert (case.state, bool(case.shown)) == (CaseState.FOUND, True)


async def test_killed_before_the_cases_were_told(
    context: DeliveryContext, channels: FailingChannels, ledger: Ledger
) -> None:
    """A worker that dies after recording is followed by one that finishes, without sending."""
    await found(context)
    await prepare(context)
    ledger.away = True
    with pytest.raises(Exception, match="audit"):
        await deliver_all(context)
    ledger.away = False

    soon = later(context, minutes=5)
    report = await prepare(soon)
    states = await deliver_all(soon)

    assert (report.again, states, len(channels.cards)) == (1, [DigestState.SENT], 1)
    assert {case.state for case in await cases(context)} == {CaseState.TOLD}
    assert len(ledger.said(What.NOTICE_DELIVERED)) == 1


async def test_a_lost_queue_message_is_queued_again(
    context: DeliveryContext, channels: FailingChannels, queue: Queue
) -> None:
    """A promise whose message was lost is queued again, while it is still that day."""
    await found(context)
    await prepare(context)

    assert (await prepare(context)).again == 0
    assert (await prepare(later(context, minutes=10))).again == 1
    assert await waiting(queue) == 2


async def test_yesterday_s_promise_is_not_kept_today(context: DeliveryContext, channels: FailingChannels) -> None:
    """A message that comes a day late finds its digest expired; today's has the same questions, once."""
    await found(context)
    await prepare(context)
    (old,) = await context.digests.of_day(context.today)
    tomorrow = later(context, days=1)
    await prepare(tomorrow)

    assert await deliver_digest(old.digest.id, context=tomorrow) is DigestState.EXPIRED
    assert await deliver_all(tomorrow) == [DigestState.SENT]
    assert len(channels.cards) == 1


async def test_answered_meanwhile(context: DeliveryContext, channels: FailingChannels) -> None:
    """When nothing is left to ask by the time of delivery nothing is sent."""
    await found(context)
    await prepare(context)
    await refresh_cases([], book=context.book, situation=small_council.situation())

    assert await deliver_all(context) == [DigestState.EMPTY]
    assert channels.cards == []


@pytest.mark.parametrize(
    "trouble",
    [
        Throttled("slow down", retry_after=30.0, status=429),
        Unavailable("Teams is not reached"),
    ],
)
async def test_what_passes_is_tried_again(
    context: DeliveryContext, channels: FailingChannels, queue: Queue, trouble: MicrosoftTrouble
) -> None:
    """Throttled, or Teams down: nothing was sent, the promise stands and goes back into the queue."""
    await found(context)
    await prepare(context)
    channels.before.append(trouble)

    assert await deliver_all(context) == [DigestState.PREPARED]
    assert (channels.nudges, channels.mails) == ([], [])
    assert await waiting(queue) == 2
    assert await deliver_all(later(context, minutes=2)) == [DigestState.SENT]


@pytest.mark.parametrize(
    "trouble", [Unavailable("no answer", maybe_done=True), Malformed("not JSON"), Unavailable("504", maybe_done=True)]
)
async def test_what_may_have_arrived_is_not_sent_again(
    context: DeliveryContext, channels: FailingChannels, trouble: MicrosoftTrouble
) -> None:
    """No answer after sending: uncertain, no second card that day, on no channel."""
    await found(context)
    await prepare(context)
    channels.after.append(trouble)

    assert await deliver_all(context) == [DigestState.UNCERTAIN]
    assert await deliver_all(later(context, hours=1)) == [DigestState.UNCERTAIN]
    assert (len(channels.cards), channels.nudges, channels.mails) == (1, [], [])


async def test_the_app_is_installed_where_it_is_missing(context: DeliveryContext, channels: FailingChannels) -> None:
    """A person without the app gets it, and then the card."""
    await found(context)
    await prepare(context)
    channels.opening.append(STRANGER)

    assert await deliver_all(context) == [DigestState.SENT]
    assert (channels.installs, len(channels.cards)) == ([small_council.OWNER.user_id], 1)


async def test_a_conversation_that_is_gone_is_opened_anew(context: DeliveryContext, channels: FailingChannels) -> None:
    """A stored conversation that Teams forgot is opened once more."""
    await context.people.met(small_council.OWNER.user_id, conversation_id="old", service_url="https://x.example")
    await found(context)
    await prepare(context)
    channels.before.append(GONE)

    assert await deliver_all(context) == [DigestState.SENT]
    assert channels.cards[0][0] == f"chat-{small_council.OWNER.user_id}"
    assert (
        await context.people.get(small_council.OWNER.user_id)
    ).conversation_id == f"chat-{small_council.OWNER.user_id}"


@pytest.mark.parametrize(
    ("opening", "nudging", "attempts"),
    [
        ([BLOCKED], [], ("bot: blocked", "feed: delivered")),
        ([STRANGER, STRANGER], [STRANGER], ("bot: not installed", "feed: not installed", "mail: delivered")),
        ([BLOCKED], [Refused("x", status=400)], ("bot: blocked", "feed: refused (400 )", "mail: delivered")),
    ],
)
async def test_fallbacks_in_order(
    context: DeliveryContext,
    channels: FailingChannels,
    opening: Sequence[MicrosoftTrouble],
    nudging: Sequence[MicrosoftTrouble],
    attempts: tuple[str, ...],
) -> None:
    """Bot, then activity feed, then mail; how each went is recorded, and the person is told."""
    channels.opening += opening
    channels.nudging += nudging
    await found(context, small_council.link(1))
    await prepare(context)

    assert await deliver_all(context) == [DigestState.SENT]
    (stored,) = await context.digests.of_day(context.today)
    assert stored.digest.attempts == attempts
    assert attempts[-1] == f"{stored.digest.channel}: delivered"
    assert (await cases(context))[0].state is CaseState.TOLD


async def test_undelivered_is_a_recorded_fact(
    context: DeliveryContext, channels: FailingChannels, ledger: Ledger
) -> None:
    """When no channel takes it the digest says so, the audit too, and the questions come again tomorrow."""
    channels.opening += [BLOCKED]
    channels.nudging += [STRANGER]
    channels.mailing += [NotFound("no mailbox", status=404)]
    await found(context)
    await prepare(context)

    assert await deliver_all(context) == [DigestState.UNDELIVERED]
    assert "mail: mailbox gone" in str(ledger.said(What.NOTICE_UNDELIVERED)[0].details["attempts"])
    assert {case.state for case in await cases(context)} == {CaseState.FOUND}
    assert (await context.people.get(small_council.OWNER.user_id)).outcome == "mail: mailbox gone"
    assert (await prepare(later(context, days=1))).digests == 1


async def test_mail_says_the_facts_and_has_no_links(context: DeliveryContext, channels: FailingChannels) -> None:
    """The mail's subject has no names, its body the facts, and nothing that can be clicked."""
    channels.opening += [BLOCKED]
    channels.nudging += [STRANGER]
    await found(context, small_council.link(1, name="<b>Plan</b>.pdf"))
    await prepare(context)
    await deliver_all(context)

    ((address, subject, html),) = channels.mails
    assert address == small_council.OWNER.mail
    assert subject == "Custos: 1 question about information that you look after"
    assert "&lt;b&gt;Plan&lt;/b&gt;.pdf" in html
    assert not [mark for mark in ("<a ", "href", "http", "<img") if mark in html]


async def test_a_sensitive_asset_s_names_are_nowhere(context: DeliveryContext, channels: FailingChannels) -> None:
    """Of a sensitive asset neither card nor mail has a file's name."""
    channels.opening += [BLOCKED]
    channels.nudging += [STRANGER]
    await found(context, small_council.link(1, asset_id="IA-003", name="Jamie Smith EHCP.docx"))
    await prepare(context)
    await deliver_all(context)

    assert "Jamie" not in str(channels.mails)
    assert "1 link" in channels.mails[0][2]


async def test_the_card_can_be_brought_up_to_date(context: DeliveryContext, channels: FailingChannels) -> None:
    """After a change the same message in Teams says how things stand."""
    await found(context)
    await prepare(context)
    await deliver_all(context)
    (stored,) = await context.digests.of_day(context.today)
    await refresh_cases([], book=context.book, situation=small_council.situation())

    assert await update_card(stored.digest.id, context=context)
    ((conversation, activity, card),) = channels.updates
    assert (conversation, activity) == (f"chat-{small_council.OWNER.user_id}", "activity-1")
    assert "Nothing is left to do" in card


async def test_a_person_can_ask_what_waits(context: DeliveryContext, channels: FailingChannels) -> None:
    """Who asks gets the list at once, and may answer from it; what they saw there counts as told."""
    await context.people.met(small_council.OWNER.user_id, conversation_id="chat", service_url="https://x.example")
    await found(context)

    await handle_notice({"say": "waiting", "user": small_council.OWNER.user_id}, context=context)

    assert len(channels.cards) == 1
    assert {case.state for case in await cases(context)} == {CaseState.TOLD}


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("waiting", "Nothing waits for you"),
        ("assets", "The asset register does not name you"),
        ("help", "What is waiting?"),
    ],
)
async def test_the_bot_answers(context: DeliveryContext, channels: FailingChannels, what: str, said: str) -> None:
    """Whoever writes gets a useful answer, also without any question or asset."""
    await context.people.met("someone", conversation_id="chat", service_url="https://x.example")

    await handle_notice({"say": what, "user": "someone"}, context=context)

    assert said in str(channels.cards[0][1])


async def test_my_assets(context: DeliveryContext, channels: FailingChannels) -> None:
    """An owner sees their assets with what is open about each."""
    await context.people.met(small_council.OWNER.user_id, conversation_id="chat", service_url="https://x.example")
    await found(context)

    await handle_notice({"say": "assets", "user": small_council.OWNER.user_id}, context=context)

    assert "you are its Information Asset Owner; 2 open questions for you" in str(channels.cards[0][1])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"valid_to": date(2026, 11, 20)},
            "as its Information Asset Owner, but you left the post on 20 November 2026; 0",
        ),
        ({"valid_from": date(2026, 12, 1)}, "but you take up the post on 1 December 2026; 0 open questions for you"),
    ],
)
async def test_my_assets_are_those_of_today(
    context: DeliveryContext, channels: FailingChannels, changes: dict[str, date], said: str
) -> None:
    """Whose post has ended, or has not begun, is told so; what is asked of the deputy instead is not counted as theirs."""
    await context.people.met(small_council.OWNER.user_id, conversation_id="chat", service_url="https://x.example")
    post = replace(small_council.post(small_council.OWNER, "Director of Planning", None), **changes)  # type: ignore[arg-type]  # by name
    held = small_council.records(posts=[post])
    await found(context)
    await prepare(context)
    (stored,) = await context.digests.of_day(context.today)
    await deliver_digest(stored.digest.id, context=context)
    again = [small_council.link(1), small_council.stale(small_council.OTHER_LIBRARY)]
    await refresh_cases(again, book=context.book, situation=small_council.situation(held=held))

    await handle_notice(
        {"say": "assets", "user": small_council.OWNER.user_id},
        context=replace(context, knowledge=KnownAssets(small_council.accountable(held=held))),
    )

    assert said in str(channels.cards[-1][1])
    assert {one.case.assignee.user_id for one in await context.book.all()} == {small_council.DEPUTY.user_id}


async def test_a_message_that_makes_no_sense_is_an_error(context: DeliveryContext) -> None:
    """An unknown queue message ends in the poison queue, where an operator sees it."""
    with pytest.raises(ValueError, match="not a message"):
        await handle_notice({"nonsense": 1}, context=context)


@dataclass
class Overtaken(MemoryTable):
    """Rows of which somebody else writes one the moment after we did."""

    by: str = ""

    async def replace(self, row: Row) -> str:
        etag = await super().replace(row)
        if self.by:
            found, self.by = self.rows[row.partition, row.key], ""
            await super().replace(replace(row, etag=found.etag))
        return etag


async def test_a_worker_that_was_overtaken_moves_no_card_on() -> None:
    """Frozen the moment after its step, it knows the digest as it left it, and its next step is refused: no second card leaves."""
    rows = Overtaken()
    book = DigestStore(rows)
    digest = Digest(day=date(2026, 11, 23), key="owner", person=small_council.OWNER, cases=(), waiting=0)
    await book.insert(digest)
    (stored,) = await book.of_day(digest.day)
    rows.by = "another worker"
    mine = await book.put(stored, replace(digest, state=DigestState.CLAIMED))
    with pytest.raises(RowChanged):
        await book.put(mine, replace(digest, state=DigestState.SENDING))


async def test_while_a_register_cannot_be_read_nobody_is_asked(context: DeliveryContext) -> None:
    """Questions and reminders wait, and come when it can."""
    await found(context)
    asked = {asking: await prepare(context, asking=asking) for asking in (False, True)}
    assert (asked[False].digests, asked[True].digests) == (0, 1)


async def test_a_question_that_is_handed_on_waits_for_the_register_too(context: DeliveryContext) -> None:
    """Whoever is handed a question is told of it when the registers can be read again, and not before."""
    await found(context)
    for asking in (False, True):
        await handle_notice({"prepare": small_council.OWNER.user_id}, context=replace(context, asking=asking))
        assert bool(await context.digests.of_day(context.today)) is asking
