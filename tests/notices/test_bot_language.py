"""What people write to the bot is understood with their typing mistakes, and what is not is said to be so."""

from __future__ import annotations

import pytest

from custos.notices.bot_language import PHRASES, Request, Wish, understand


@pytest.mark.parametrize(
    ("phrase", "wish"), [(phrase, wish) for wish, phrases in PHRASES.items() for phrase in phrases]
)
def test_every_phrase_means_what_it_is_for(phrase: str, wish: Wish) -> None:
    """Also with capitals and a question mark."""
    assert understand(f"{phrase.upper()} ?").wish is wish


@pytest.mark.parametrize(
    ("written", "wish", "about"),
    [
        ("waht is waitng", Wish.WAITING, ""),
        ("What’s waiting?", Wish.WAITING, ""),
        ("my asets pls", Wish.ASSETS, ""),
        ("who decieded abuot Canalside?", Wish.DECIDED, "Canalside"),
        ("Who can opne ia-004", Wish.ACCESS, "ia-004"),
        ("who has access to the Planning casework?", Wish.ACCESS, "Planning casework"),
        ("wyh", Wish.WHY, ""),
        ("Why IA-004?", Wish.WHY, "IA-004"),
        ("udno", Wish.UNDO, ""),
        ("hlep", Wish.HELP, ""),
        ("", Wish.HELP, ""),
        ("<at>Custos</at> my assets", Wish.ASSETS, ""),
        ("Hello\nI was away for two weeks.\nWho can see IA-004?\nThanks, Robin", Wish.ACCESS, "IA-004"),
    ],
)
def test_typing_mistakes_and_ten_lines_are_understood(written: str, wish: Wish, about: str) -> None:
    """The best line of a message counts, and the name that follows is handed on as it was written."""
    assert understand(written) == Request(wish, about)


@pytest.mark.parametrize(
    "written",
    ["can you book me a room", "what is the weather", "delete everything", "I am not the owner", "no", "stop"],
)
def test_what_is_not_understood_is_no_guess(written: str) -> None:
    """Something else than the bot can do leads to no wish, and comes back with the nearest one."""
    found = understand(written)
    assert (found.wish, found.about) == (Wish.UNKNOWN, written)
    assert understand(found.nearest).wish is not Wish.UNKNOWN


def test_a_long_message_costs_no_more_than_a_short_one() -> None:
    """Only the first letters and lines of a message are looked at, whatever somebody pastes."""
    assert understand("x " * 500_000).wish is Wish.UNKNOWN
    assert len(understand("who can open " + "a" * 100_000).about) <= 100
