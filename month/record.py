"""What the tenant wrote down: every message that reached somebody, every write on content, every account.

A message is a request that the tenant carried out: a card posted to a chat, a line in the activity feed, a mail. `cards` are their
questions: the ids of the cases that have a button on them.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import unquote

_CARD = "application/vnd.microsoft.card.adaptive"
_BOT = "/bot/teams/v3/conversations"
_FEED, _MAIL = "/sendActivityNotification", "/sendMail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button of a card: the case that it is about, what it says, what pressing it sends."""

    case: str
    verb: str
    data: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something that reached a person. `person` is the Entra object id, `channel` is chat, feed or mail; `text` is everything in it."""

    number: int
    at: datetime
    person: str
    channel: str
    text: str
    buttons: tuple[Button, ...]

    @property
    def cases(self) -> tuple[str, ...]:
        """The questions in it, in their order."""
        return tuple(dict.fromkeys(button.case for button in self.buttons))


@dataclass
class Record:
    """The tenant's own record, read on from where it was read last. `people`: object id ► what the directory says."""

    tenant: str
    writes: list[dict[str, Any]] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    updates: list[Message] = field(default_factory=list)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)

    def read_on(self) -> list[Message]:
        """What came since the last look; the new messages."""
        last = self.writes[-1]["number"] if self.writes else 0
        if not self.people:
            self.people = {one["id"]: one for one in read(f"{self.tenant}/sim/state")["people"]}
        news: list[Message] = []
        for write in read(f"{self.tenant}/sim/writes?after={last}")["writes"]:
            if write["status"] < 300:
                news += self._messages(write)
            self.writes.append({**write, "body": ""} if _is_message(write["path"]) else write)
        return news

    def _messages(self, write: Mapping[str, Any]) -> list[Message]:
        path, body = unquote(write["path"]).partition("?")[0], write["body"]
        if path.startswith(_BOT):
            return self._chat(write, path.removeprefix(_BOT).strip("/").split("/"), json.loads(body or "{}"))
        if path.endswith(_FEED):
            person = path.removesuffix(_FEED).removesuffix("/teamwork").rpartition("/")[2]
            return self._keep(write, self._id(person), "feed", body, ())
        if path.endswith(_MAIL):
            letter = json.loads(body)
            message = letter.get("message") or letter.get("Message")
            mails = [one["emailAddress"]["address"] for one in message["toRecipients"]]
            return [
                made for mail in mails for made in self._keep(write, self._id(mail), "mail", _mail_text(message), ())
            ]
        return []

    def _chat(self, write: Mapping[str, Any], parts: list[str], body: Mapping[str, Any]) -> list[Message]:
        activity = body.get("activity") if parts == [""] else body
        if not isinstance(activity, dict) or activity.get("type") != "message":
            return []
        person = body["members"][0]["id"] if parts == [""] else parts[0].removeprefix("19:").partition("_")[0]
        cards = [one["content"] for one in activity.get("attachments") or () if one.get("contentType") == _CARD]
        text = json.dumps(cards, ensure_ascii=False) + str(activity.get("text") or "")
        made = self._made(write, person.removeprefix("29:"), "chat", text, tuple(buttons(cards)))
        if write["method"] == "PUT":
            self.updates.append(made)
            return []
        self.messages.append(made)
        return [made]

    def _keep(
        self, write: Mapping[str, Any], person: str, channel: str, text: str, on: tuple[Button, ...]
    ) -> list[Message]:
        made = self._made(write, person, channel, text, on)
        self.messages.append(made)
        return [made]

    def _made(self, write: Mapping[str, Any], person: str, channel: str, text: str, on: tuple[Button, ...]) -> Message:
        at = datetime.fromisoformat(write["at"])
        return Message(number=write["number"], at=at, person=person, channel=channel, text=text, buttons=on)

    def _id(self, wanted: str) -> str:
        """The object id behind an id, a sign-in name or a mail address."""
        known = (
            key
            for key, one in self.people.items()
            if wanted.lower() in (key, one["upn"].lower(), str(one["mail"]).lower())
        )
        return next(known, wanted)


def _is_message(path: str) -> bool:
    return path.startswith("/bot/") or path.partition("?")[0].endswith((_FEED, _MAIL))


def _mail_text(message: Mapping[str, Any]) -> str:
    return f"{message.get('subject', '')}\n{message['body']['content']}"


def buttons(node: Any) -> Iterator[Button]:
    """Every button of a card that answers something, those of cards behind a tap too."""
    if isinstance(node, dict):
        data = node.get("data")
        if node.get("type") == "Action.Execute" and isinstance(data, dict) and data.get("c"):
            yield Button(case=str(data["c"]), verb=str(node.get("verb", "")), data=data)
        for name, value in node.items():
            if name not in ("data", "fallback"):
                yield from buttons(value)
    elif isinstance(node, list):
        for each in node:
            yield from buttons(each)


def read(url: str) -> dict[str, Any]:
    """The JSON at an address of this machine."""
    with urllib.request.urlopen(url, timeout=60) as answer:
        found: dict[str, Any] = json.load(answer)
        return found
