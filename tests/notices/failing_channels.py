"""Channels that do as they are told: what a test cannot ask of the simulated tenant, above all to die half-way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from custos.notices.channels import Channels, Leaving
from custos.notices.contacts import Contacts


class Killed(BaseException):
    """The process ends here: nothing after this line happens."""


@dataclass
class FailingChannels:
    """Keeps what was sent. `before`, `on_the_way` and `after` hold what is raised before the next card leaves, when it is
    about to, and after it was taken.
    """

    cards: list[tuple[str, Mapping[str, object], str]] = field(default_factory=list)
    pause: Callable[[], Awaitable[None]] | None = None
    updates: list[tuple[str, str, str]] = field(default_factory=list)
    nudges: list[tuple[str, str]] = field(default_factory=list)
    mails: list[tuple[str, str, str]] = field(default_factory=list)
    installs: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    before: list[BaseException] = field(default_factory=list)
    on_the_way: list[BaseException] = field(default_factory=list)
    after: list[BaseException] = field(default_factory=list)
    opening: list[BaseException] = field(default_factory=list)
    installing: list[BaseException] = field(default_factory=list)
    nudging: list[BaseException] = field(default_factory=list)
    mailing: list[BaseException] = field(default_factory=list)
    updating: list[BaseException] = field(default_factory=list)
    away: BaseException | None = None  # of Teams, for as long as it is set

    async def open_conversation(self, user_id: str) -> str:
        self._reached()
        _next(self.opening)
        self.opened.append(user_id)
        return f"chat-{user_id}"

    async def send_card(
        self, conversation_id: str, card: Mapping[str, object], *, summary: str, leaving: Leaving | None = None
    ) -> str:
        self._reached()
        _next(self.before)
        if self.pause is not None:
            await self.pause()
        if leaving is not None:
            await leaving()
        _next(self.on_the_way)
        self.cards.append((conversation_id, card, summary))
        _next(self.after)
        return f"activity-{len(self.cards)}"

    async def update_card(
        self, conversation_id: str, activity_id: str, card: Mapping[str, object], *, summary: str
    ) -> None:
        self._reached()
        _next(self.updating)
        self.updates.append((conversation_id, activity_id, f"{summary} {card}"))

    async def install(self, user_id: str) -> None:
        _next(self.installing)
        self.installs.append(user_id)

    async def nudge(self, user_id: str, text: str) -> None:
        _next(self.nudging)
        self.nudges.append((user_id, text))

    async def mail(self, address: str, subject: str, html: str) -> None:
        _next(self.mailing)
        self.mails.append((address, subject, html))

    def _reached(self) -> None:
        if self.away is not None:
            raise self.away

    def reaching(self, people: Contacts) -> Channels:
        return Channels(people, bot=self, install=self.install, nudge=self.nudge, mail=self.mail)


def _next(troubles: list[BaseException]) -> None:
    if troubles:
        raise troubles.pop(0)
