"""Finding the buttons and inputs of an Adaptive Card, and what Teams does when one is pressed.

Source: https://adaptivecards.io/explorer/Action.Execute.html and
https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/work-with-universal-actions-for-adaptive-cards
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.refusal import Refused, bad_request
from simulator.teams.client import Answer, Forgery, Teams
from simulator.teams.conversations import Conversation, Message
from simulator.tenant.model import User

_CARD = "application/vnd.microsoft.card.adaptive"
_MESSAGE = "application/vnd.microsoft.activity.message"
_ERROR = "application/vnd.microsoft.error"
_CONFLICT = 409


@dataclass(frozen=True, slots=True)
class Button:
    """An action of a card: the number of its card in the message, and what the inputs within its reach hold."""

    card: int
    action: Mapping[str, Any]
    inputs: Mapping[str, Any]

    @property
    def data(self) -> dict[str, Any]:
        """What the action carries; empty unless that is an object."""
        found = self.action.get("data")
        return dict(found) if isinstance(found, dict) else {}

    @property
    def names(self) -> list[str]:
        """Its verb, id and title, as far as it has them."""
        return [str(self.action[name]) for name in ("verb", "id", "title") if self.action.get(name)]


def buttons(message: Message) -> Iterator[Button]:
    """Every action of a message's cards, those of cards that an action shows too.

    Within reach are the inputs of the card that holds the action, and of the cards around that one.
    """
    for number, card in enumerate(message.cards):
        yield from _buttons(card, number, {})


def _buttons(card: Mapping[str, Any], number: int, around: Mapping[str, Any]) -> Iterator[Button]:
    nodes = list(_nodes(card))
    typed = [each for each in nodes if str(each.get("type", "")).startswith("Input.") and "id" in each]
    reach = {**around, **{str(each["id"]): each.get("value", "") for each in typed}}
    for node in nodes:
        if node.get("type") == "Action.ShowCard" and isinstance(node.get("card"), dict):
            yield from _buttons(node["card"], number, reach)
        elif str(node.get("type", "")).startswith("Action."):
            yield Button(number, node, reach)


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    """Every element and action of a card in the order of reading, without going into cards that are shown on demand."""
    if isinstance(node, dict):
        yield node
        for name, value in node.items():
            if name not in ("data", "fallback", "msteams") and not (
                name == "card" and "Action." in str(node.get("type"))
            ):
                yield from _nodes(value)
    elif isinstance(node, list):
        for each in node:
            yield from _nodes(each)


def find_button(message: Message, name: str, carrying: Mapping[str, Any]) -> Button:
    """The first button whose verb, id or title is `name`, compared without case, and whose data includes `carrying`.

    Raises Refused 409 naming the buttons that there are.
    """
    offered = []
    for button in buttons(message):
        named = name.lower() in (each.lower() for each in button.names)
        if named and carrying.items() <= button.data.items():
            return button
        offered.append(button.names[-1] if button.names else str(button.action["type"]))
    words = ", ".join(dict.fromkeys(offered)) or "none"
    raise Refused(_CONFLICT, "conflict", f"There is no such button {name!r}; the card offers: {words}.")


async def press(
    teams: Teams,
    conversation: Conversation,
    message: Message,
    *,
    by: User,
    button: Button,
    typed: Mapping[str, Any],
    altered: Mapping[str, Any],
    forgery: Forgery | None = None,
) -> Answer:
    """Press a button as `by` and do with the bot's answer what Teams does: new card, message or error beneath the card.

    `typed` fills inputs within the button's reach; `altered` overwrites the data that the card carries, as a tampering
    client could. Raises Refused 409 for an input that is not there.
    """
    if unknown := typed.keys() - button.inputs.keys():
        raise Refused(_CONFLICT, "conflict", f"The button has no input {', '.join(sorted(unknown))} within reach.")
    action, data = button.action, button.data
    if str(action.get("associatedInputs", "")).lower() != "none":
        data |= {**button.inputs, **typed}
    data |= altered
    match action["type"]:
        case "Action.Execute":
            value = {"action": {**_shown(action), "data": data}, "trigger": "manual"}
            activity = teams.activity(
                by, conversation.id, "invoke", name="adaptiveCard/action", value=value, replyToId=message.id
            )
            answer = await teams.deliver(activity, forgery)
            _apply(message, button.card, answer)
            return answer
        case "Action.Submit":
            activity = teams.activity(by, conversation.id, "message", value=data, replyToId=message.id)
            answer = await teams.deliver(activity, forgery)
            message.note = answer.seen
            return answer
        case other:
            raise bad_request(f"{other} happens in the client; the bot hears nothing of it.")


def _shown(action: Mapping[str, Any]) -> dict[str, Any]:
    return {name: action[name] for name in ("type", "id", "verb", "title") if name in action}


def _apply(message: Message, number: int, answer: Answer) -> None:
    """Show the answer to an `adaptiveCard/action` invoke: `{statusCode, type, value}`."""
    message.note = answer.seen
    if message.note:
        return
    body = answer.body if isinstance(answer.body, dict) else {}
    kind, value = body.get("type"), body.get("value")
    if kind == _CARD and isinstance(value, dict):
        attachments = message.activity["attachments"]
        places = [at for at, each in enumerate(attachments) if each.get("contentType") == _CARD]
        attachments[places[number]] = {**attachments[places[number]], "content": value}
        message.edits += 1
    elif kind == _MESSAGE:
        message.note = str(value)
    elif kind == _ERROR and isinstance(value, dict):
        message.note = str(value.get("message", "Something went wrong. Please try again."))
    else:
        message.note = "Something went wrong. Please try again."
