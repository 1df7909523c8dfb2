"""The ways to reach a person: the bot's card, then a line in the activity feed, then mail. How each went is said.

Sources: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages,
https://learn.microsoft.com/graph/teams-send-activityfeednotifications, https://learn.microsoft.com/graph/api/user-sendmail
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote

from custos.m365.errors import Forbidden, MicrosoftTrouble, NotFound, Refused, Throttled, Unavailable
from custos.notices.contacts import Contacts, Reachability
from custos.notices.model import Contact

if TYPE_CHECKING:
    from custos.m365 import Microsoft365
    from custos.settings import Settings

BLOCKED = "MessageWritesBlocked"


class Channel(StrEnum):
    """How somebody was reached."""

    BOT = "bot"
    FEED = "feed"
    MAIL = "mail"


class Went(StrEnum):
    """How one channel went."""

    DELIVERED = "delivered"
    NOT_INSTALLED = "not installed"
    BLOCKED = "blocked"
    MAILBOX_GONE = "mailbox gone"
    REFUSED = "refused"  # Microsoft said no in another way; its code follows
    NOT_SET_UP = "not set up"  # this installation has no such channel
    AWAY = "away"  # no answer, or asked to wait, and there is no time left for that


class CardSender(Protocol):
    """The bot's outbound side (`custos.m365.bot.Bot`)."""

    async def open_conversation(self, user_id: str) -> str:
        """The id of the one-to-one conversation with a person."""
        ...

    async def send_card(
        self, conversation_id: str, card: Mapping[str, object], *, summary: str, leaving: Leaving | None = None
    ) -> str:
        """Send a card; the activity's id. `leaving` is called just before it leaves."""
        ...

    async def update_card(
        self, conversation_id: str, activity_id: str, card: Mapping[str, object], *, summary: str
    ) -> None:
        """Put another card in its place."""
        ...


type Install = Callable[[str], Awaitable[None]]  # user id
type Nudge = Callable[[str, str], Awaitable[None]]  # user id, text
type Leaving = Callable[[], Awaitable[None]]
"""Called when a letter is about to leave: from then on it may have arrived. What it raises keeps the letter back."""
type Mail = Callable[[str, str, str], Awaitable[None]]  # address, subject, HTML


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is to be delivered, in the form of each channel. `summary` has no names: it stands on lock screens.

    `in_full`: the line in the feed, which is the summary, is not enough; the mail follows it.
    """

    card: Mapping[str, object]
    summary: str
    html: str
    in_full: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How it went. `channel` is None when nobody took it."""

    channel: Channel | None
    attempts: tuple[str, ...]
    conversation_id: str = ""
    activity_id: str = ""


@dataclass
class Channels:
    """Delivers letters. A channel that is None was not set up.

    What passes by itself (throttling, no answer) is raised and not papered over with the next channel, as long as there is time to wait.
    """

    people: Contacts
    bot: CardSender | None = None
    install: Install | None = None
    nudge: Nudge | None = None
    mail: Mail | None = None

    async def deliver(self, person: Contact, letter: Message, leaving: Leaving, *, patient: bool = True) -> Delivery:
        """Deliver by the first channel that takes it. Who is not `patient` writes a mail where Teams is away.

        Raises Throttled or Unavailable; with `maybe_done` (or Malformed) it may have been delivered; and what `leaving`
        raises. Nobody is out of reach because Teams is away.
        """
        attempts: list[str] = []
        passing: list[MicrosoftTrouble] = []
        sent = None
        try:
            sent = await self._by_bot(person, letter, leaving, attempts)
        except (Throttled, Unavailable) as trouble:
            if patient or (isinstance(trouble, Unavailable) and trouble.maybe_done):
                raise  # or it may have arrived, and is not sent another way
            attempts.append(_said(Channel.BOT, Went.AWAY))
            passing.append(trouble)
        if sent is not None:
            return sent
        nudged = not passing and await self._by_feed(
            person, letter, leaving, attempts
        )  # it leads to a chat in which is no card
        if nudged and not letter.in_full:
            return Delivery(channel=Channel.FEED, attempts=tuple(attempts))
        if await self._by_mail(person, letter, leaving, attempts):
            return Delivery(channel=Channel.MAIL, attempts=tuple(attempts))
        if passing:
            raise passing[0]
        return Delivery(channel=Channel.FEED if nudged else None, attempts=tuple(attempts))

    async def update(self, conversation_id: str, activity_id: str, letter: Message) -> bool:
        """Bring a card up to date; False when it cannot be reached any more."""
        if self.bot is None:
            return False
        try:
            await self.bot.update_card(conversation_id, activity_id, letter.card, summary=letter.summary)
        except (Forbidden, NotFound, Refused):
            return False
        return True

    async def reply(self, user_id: str, card: Mapping[str, object]) -> bool:
        """Answer somebody in the conversation in which they wrote; False when they cannot be reached any more."""
        reach = await self.people.get(user_id)
        if self.bot is None or not reach.conversation_id:
            return False
        try:
            await self.bot.send_card(reach.conversation_id, card, summary="Custos")
        except (Forbidden, NotFound, Refused):
            return False
        return True

    async def _by_bot(self, person: Contact, letter: Message, leaving: Leaving, attempts: list[str]) -> Delivery | None:
        if self.bot is None or not person.user_id:
            attempts.append(_said(Channel.BOT, Went.NOT_SET_UP))
            return None
        reach = await self.people.get(person.user_id)
        round_trip = _RoundTrip(self.bot, self.install, reach, letter, leaving)
        try:
            conversation_id, activity_id = await round_trip.send()
        except Forbidden as trouble:
            went = Went.BLOCKED if trouble.code == BLOCKED else Went.NOT_INSTALLED
            attempts.append(_said(Channel.BOT, went))
            await self.people.left(person.user_id)
        except (NotFound, Refused) as trouble:
            attempts.append(_said(Channel.BOT, Went.REFUSED, trouble))
        else:
            attempts.append(_said(Channel.BOT, Went.DELIVERED))
            return Delivery(
                channel=Channel.BOT, attempts=tuple(attempts), conversation_id=conversation_id, activity_id=activity_id
            )
        return None

    async def _by_feed(self, person: Contact, letter: Message, leaving: Leaving, attempts: list[str]) -> bool:
        if self.nudge is None or not person.user_id:
            attempts.append(_said(Channel.FEED, Went.NOT_SET_UP))
            return False
        await leaving()
        try:
            await self.nudge(person.user_id, letter.summary)
        except Forbidden:
            attempts.append(_said(Channel.FEED, Went.NOT_INSTALLED))
            return False
        except (NotFound, Refused) as trouble:
            attempts.append(_said(Channel.FEED, Went.REFUSED, trouble))
            return False
        attempts.append(_said(Channel.FEED, Went.DELIVERED))
        return True

    async def _by_mail(self, person: Contact, letter: Message, leaving: Leaving, attempts: list[str]) -> bool:
        if self.mail is None:
            attempts.append(_said(Channel.MAIL, Went.NOT_SET_UP))
            return False
        if not person.mail:
            attempts.append(_said(Channel.MAIL, Went.MAILBOX_GONE))
            return False
        await leaving()
        try:
            await self.mail(person.mail, letter.summary, letter.html)
        except NotFound:
            attempts.append(_said(Channel.MAIL, Went.MAILBOX_GONE))
            return False
        except (Forbidden, Refused) as trouble:
            attempts.append(_said(Channel.MAIL, Went.REFUSED, trouble))
            return False
        attempts.append(_said(Channel.MAIL, Went.DELIVERED))
        return True


@dataclass
class _RoundTrip:
    """Finds or opens the conversation and sends: installs the app once where it is missing, opens anew what is gone."""

    bot: CardSender
    install: Install | None
    reach: Reachability
    letter: Message
    leaving: Leaving

    async def send(self) -> tuple[str, str]:
        """Conversation and activity id."""
        known = self.reach.conversation_id
        if known:
            try:
                return known, await self._send(known)
            except NotFound:
                known = ""
            except Forbidden as trouble:
                if trouble.code == BLOCKED:
                    raise
        conversation_id = await self._open()
        return conversation_id, await self._send(conversation_id)

    async def _send(self, conversation_id: str) -> str:
        letter = self.letter
        return await self.bot.send_card(conversation_id, letter.card, summary=letter.summary, leaving=self.leaving)

    async def _open(self) -> str:
        try:
            return await self.bot.open_conversation(self.reach.user_id)
        except Forbidden as trouble:
            if trouble.code == BLOCKED or self.install is None:
                raise
        await self.install(self.reach.user_id)
        return await self.bot.open_conversation(self.reach.user_id)


def channels_from(m365: Microsoft365, settings: Settings, people: Contacts) -> Channels:
    """The channels that the settings name."""
    from custos.m365 import activity_feed, app_installs
    from custos.m365 import mail as mailing

    graph, app = m365.observer, settings.teams_app_id
    chat = f"https://teams.microsoft.com/l/chat/0/0?users={quote(f'28:{settings.bot_app_id}')}"

    async def install(user_id: str) -> None:
        await app_installs.install(graph, user_id, app)

    async def nudge(user_id: str, text: str) -> None:
        await activity_feed.notify(graph, user_id=user_id, topic="Custos", link=chat, text=text, teams_app_id=app)

    async def mail(address: str, subject: str, html: str) -> None:
        await mailing.send(graph, mailbox=settings.mailbox, to=[address], subject=subject, html=html)

    return Channels(
        people,
        bot=m365.bot,
        install=install if app else None,
        nudge=nudge if app else None,
        mail=mail if settings.mailbox else None,
    )


def _said(channel: Channel, went: Went, trouble: MicrosoftTrouble | None = None) -> str:
    code = f" ({trouble.status} {trouble.code})" if trouble else ""
    return f"{channel}: {went}{code}"
