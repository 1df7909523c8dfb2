"""Take it back: an answer no longer counts, and the question stands again (`custos.notices.answer_withdrawal`).

Offered under every question that was answered, and not among its choices: to whoever gave the answer, and to whoever is asked today.
"""

from __future__ import annotations

from custos.notices.choices.declaration import Choice
from custos.notices.model import Verb

CHOICE = Choice(
    verb=Verb.TAKE_BACK,
    label="Take it back",
    said=lambda _answer, who, when, _why: f"Taken back by {who} {when}.",
)
