"""What is said of one answer that a card offers, once: its button, who may give it, what it does to the case, how people read of it. Pure.

| part | read by |
|---|---|
| label, button, legend, asks_why | the card and the mail |
| offers | the buttons of a card, and the press of one (`custos.notices.answer_rights`) |
| answered, settles | `custos.notices.decisions` |
| said | everybody who sees the question afterwards |
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from custos.audit.events import What
from custos.model.subject import Kind
from custos.notices.model import Answer, Assignee, Case, Ground, Verb


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One answer that somebody may give. `lines` are the keys of those it covers; `kind` is None unless several kinds of thing
    can be agreed to, each by itself."""

    verb: Verb
    lines: tuple[str, ...]
    kind: Kind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An answer that counts. `case` has it as the last of its answers, and its assignee in the role that they have today. `rests_on` is
    what it rests on as the registers stand."""

    case: Case
    user_id: str
    now: datetime
    zone: ZoneInfo
    rests_on: tuple[Ground, ...]


def _no_offers(_case: Case, _asked: Assignee) -> Iterator[Offer]:
    return iter(())


def _not_given(given: Given) -> tuple[Case, What]:
    raise ValueError(f"nobody is offered this about {given.case.id}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """All that is said of one answer. `offers`: which of a case's lines somebody may give it about, ever again for each button.

    `button` is what a button says where that is not `label`; `legend` the line that explains it under a card, "" for none. `asks_why`: one
    of the question's reasons goes with it. `settles`: the question is answered then, and not passed on. `answered` is the case afterwards,
    and what the audit calls it. `said` tells it afterwards, of who gave it ("you", or a name and role), when, and why ("" for nothing).
    """

    verb: Verb
    label: str
    said: Callable[[Answer, str, str, str], str]
    offers: Callable[[Case, Assignee], Iterator[Offer]] = _no_offers
    answered: Callable[[Given], tuple[Case, What]] = _not_given
    button: Callable[[Case, Offer], str] | None = None
    legend: Callable[[Case], str] = lambda _: ""
    asks_why: bool = False
    settles: bool = False


def keys(case: Case) -> tuple[str, ...]:
    """Of all its lines."""
    return tuple(line.key for line in case.lines)
