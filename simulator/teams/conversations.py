"""Teams as people see it: who has the bot installed, their one-to-one conversations with it, and the messages in
them.
"""

from __future__ import annotations

import itertools
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from aiohttp import web

from simulator.entra.registrations import BOT_CLIENT_ID

# Source: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit (requests, within seconds)
_CONVERSATION_LIMITS = ((7, 1.0), (8, 2.0), (60, 30.0), (1800, 3600.0))
_APP_LIMITS = ((50, 1.0),)


@dataclass(eq=False, slots=True)
class Message:
    """One message of a conversation. `activity` is as the Bot Connector took it; `note` is what Teams showed beneath
    a pressed card.
    """

    id: str
    sender: Literal["bot", "person"]
    sent: datetime
    activity: dict[str, Any]
    edits: int = 0
    deleted: bool = False
    note: str = ""

    @property
    def cards(self) -> list[dict[str, Any]]:
        """The Adaptive Cards attached."""
        return [
            attachment["content"]
            for attachment in self.activity.get("attachments") or ()
            if attachment.get("contentType") == "application/vnd.microsoft.card.adaptive"
        ]


@dataclass(eq=False, slots=True)
class Conversation:
    """The personal chat of one person with the bot."""

    id: str
    person_id: str
    messages: list[Message] = field(default_factory=list)

    def message(self, message_id: str) -> Message | None:
        """The message with this id, unless it was deleted."""
        return next((each for each in self.messages if each.id == message_id and not each.deleted), None)


class Allowance:
    """Counts requests against limits of the form (so many, within so many seconds), on the machine's clock."""

    def __init__(self, *limits: tuple[int, float]) -> None:
        self._limits = limits
        self._longest = max(seconds for _, seconds in limits)
        self._taken: deque[float] = deque()

    def take(self) -> bool:
        """One request more; False, and not counted, when a limit is reached."""
        now = time.monotonic()
        while self._taken and now - self._taken[0] > self._longest:
            self._taken.popleft()
        for most, seconds in self._limits:
            if sum(now - moment < seconds for moment in self._taken) >= most:
                return False
        self._taken.append(now)
        return True


@dataclass
class Conversations:
    """Every conversation of the tenant with the bot, and the installations that make them possible.

    `installed` maps a person to the id of the installation; `blocked` people have muted the bot, `forbidden` ones fall
    under an app policy that does not let the app be installed; the chats of those in `gone` are not there any more,
    until they are opened again.
    """

    installed: dict[str, str] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    forbidden: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    _by_person: dict[str, Conversation] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1_700_000_000_001))
    _allowances: dict[str, Allowance] = field(default_factory=dict)
    _app: Allowance = field(default_factory=lambda: Allowance(*_APP_LIMITS))

    @staticmethod
    def id_for(person_id: str) -> str:
        """The id of a person's chat with the bot; it is the same each time."""
        return f"19:{person_id}_{BOT_CLIENT_ID}@unq.gbl.spaces"

    def open(self, person_id: str) -> tuple[Conversation, bool]:
        """The person's conversation, and whether it had to be made."""
        self.gone.discard(person_id)
        made = person_id not in self._by_person
        if made:
            self._by_person[person_id] = Conversation(self.id_for(person_id), person_id)
        return self._by_person[person_id], made

    def find(self, conversation_id: str) -> Conversation | None:
        """The conversation with this id; that of somebody who has the bot exists from the installation on."""
        person_id = conversation_id.removeprefix("19:").partition("_")[0]
        if conversation_id != self.id_for(person_id) or person_id in self.gone:
            return None
        return self.open(person_id)[0] if person_id in self.installed else self._by_person.get(person_id)

    def everyone(self) -> list[Conversation]:
        """All conversations, the one with the newest message first."""
        newest = {each.id: each.messages[-1].id if each.messages else "" for each in self._by_person.values()}
        return sorted(self._by_person.values(), key=lambda each: newest[each.id], reverse=True)

    def next_id(self) -> str:
        """A new message id; later messages have greater ones."""
        return str(next(self._numbers))

    def allow(self, conversation_id: str) -> bool:
        """Whether the Bot Connector takes one more request for this conversation now."""
        allowance = self._allowances.setdefault(conversation_id, Allowance(*_CONVERSATION_LIMITS))
        return allowance.take() and self._app.take()


CONVERSATIONS = web.AppKey("conversations", Conversations)
