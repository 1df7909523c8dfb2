"""The few Adaptive Card elements that Custos uses, schema 1.5: the highest that Teams shows in a bot's card.

Texts given here are Markdown: names go through `custos.notices.wording` first.
Source: https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

type Element = dict[str, object]

VERSION = "1.5"
CONTENT_TYPE = "application/vnd.microsoft.card.adaptive"


def card(body: Sequence[Element], *, fallback: str, actions: Sequence[Element] = ()) -> Element:
    """A whole card. `fallback` is read where cards cannot be shown."""
    made: Element = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": VERSION,
        "lang": "en",
        "fallbackText": fallback,
        "body": list(body),
    }
    if actions:
        made["actions"] = list(actions)
    return made


def heading(text: str) -> Element:
    """The card's title, a heading for screen readers."""
    return {"type": "TextBlock", "text": text, "style": "heading", "size": "Medium", "weight": "Bolder", "wrap": True}


def strong(text: str) -> Element:
    """A line in bold."""
    return {"type": "TextBlock", "text": text, "weight": "Bolder", "wrap": True}


def text(words: str) -> Element:
    """A paragraph."""
    return {"type": "TextBlock", "text": words, "wrap": True, "spacing": "Small"}


def quiet(words: str) -> Element:
    """A paragraph of less weight."""
    return {"type": "TextBlock", "text": words, "wrap": True, "spacing": "Small", "isSubtle": True, "size": "Small"}


def facts(pairs: Sequence[tuple[str, str]]) -> Element:
    """Labels with their values."""
    return {
        "type": "FactSet",
        "spacing": "Small",
        "facts": [{"title": label, "value": value} for label, value in pairs],
    }


def section(items: Sequence[Element]) -> Element:
    """Things that belong together, set apart by a line."""
    return {"type": "Container", "separator": True, "spacing": "Medium", "items": list(items)}


def buttons(actions: Sequence[Element]) -> Element:
    """A row of buttons inside a section."""
    return {"type": "ActionSet", "spacing": "Small", "actions": list(actions)}


def execute(title: str, verb: str, data: Mapping[str, str], *, name: str) -> Element:
    """A button that the bot answers with a new card; a client that knows no Action.Execute sends a message instead.

    Source: https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/work-with-universal-actions-for-adaptive-cards
    """
    return {
        "type": "Action.Execute",
        "id": name,
        "title": title,
        "verb": verb,
        "data": dict(data),
        "fallback": {"type": "Action.Submit", "title": title, "data": {**data, "v": verb}},
    }


def open_address(title: str, url: str) -> Element:
    """A button that opens a page; Teams takes https alone."""
    return {"type": "Action.OpenUrl", "title": title, "url": url}


def say(title: str, words: str) -> Element:
    """A button that says `words` to the bot, as if the person had written them."""
    return {
        "type": "Action.Submit",
        "title": title,
        "data": {"msteams": {"type": "messageBack", "text": words, "displayText": words}},
    }


def unfold(title: str, body: Sequence[Element], actions: Sequence[Element]) -> Element:
    """A button that shows more below it."""
    inside: Element = {"type": "AdaptiveCard", "body": list(body), "actions": list(actions)}
    return {"type": "Action.ShowCard", "title": title, "card": inside}


def choice(name: str, label: str, options: Mapping[str, str], *, error: str) -> Element:
    """One of several options, required."""
    return {
        "type": "Input.ChoiceSet",
        "id": name,
        "label": label,
        "isRequired": True,
        "errorMessage": error,
        "choices": [{"title": words, "value": value} for value, words in options.items()],
    }
