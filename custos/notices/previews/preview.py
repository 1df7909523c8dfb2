"""What a preview is: a notice's name, when it comes, to whom, and the message as it would be sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from custos.notices.action_reports import DoneOn
from custos.notices.assignment import Person
from custos.notices.cards import Reader, digest_card, summary
from custos.notices.channels import Message
from custos.notices.mail import mail_body
from custos.notices.model import Case
from custos.notices.previews.fixture_council import HOLIDAYS, NOW, RECORDS, ZONE
from custos.notices.remarks import ToldRemark


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A message and who gets it, in words: "Robin Ellis, Director of Planning"."""

    message: Message
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """One notice. `when` completes the sentence "It comes …"."""

    name: str
    when: str
    made: Callable[[], Shown]


def digest(
    cases: Sequence[Case],
    to: Person,
    *,
    waiting: int | None = None,
    done: Sequence[DoneOn] = (),
    listed: Sequence[Case] = (),
    remarks: Sequence[ToldRemark] = (),
    days_later: int = 0,
) -> Shown:
    """The message of a day with these cases, as it goes to one person; on which a person only looks at what was answered."""
    reader = Reader(user_id=to.user_id, today=day_after(days_later), zone=ZONE, holidays=HOLIDAYS)
    total = len(cases) if waiting is None else waiting
    message = Message(
        card=digest_card(cases, reader, waiting=total, done=done, listed=listed, remarks=remarks).card,
        summary=summary(total, done=bool(done), remarks=bool(remarks)),
        html=mail_body(cases, reader, waiting=total, done=done, remarks=remarks),
        in_full=bool(done or remarks),
    )
    return Shown(message=message, to=post_of(to))


def day_after(days: int) -> date:
    """A day of the fixture, counted from its first."""
    return (NOW + timedelta(days=days)).date()


def post_of(person: Person) -> str:
    """Somebody of the fixture with their post."""
    return f"{person.name}, {RECORDS.posts[person.upn].role}"
