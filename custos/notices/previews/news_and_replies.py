"""The notices that belong to no question: what an edit loosened, what the registers need, what the bot answers."""

from __future__ import annotations

from datetime import date

from custos.errors import Mark
from custos.notices.adaptive_cards import Element
from custos.notices.assignment import Person
from custos.notices.bot_answers import access_card, decided_card, not_understood, nothing_to_take_back, why_card
from custos.notices.bot_replies import assets_card, help_card
from custos.notices.cards import Reader, digest_card
from custos.notices.channels import Message
from custos.notices.choices import keep
from custos.notices.loosened import Audience, News, message_of
from custos.notices.model import KeepReason, Verb
from custos.notices.previews.fixture_council import (
    HOLIDAYS,
    NOW,
    OWNER,
    PLANNING,
    RECORDS,
    SEND,
    SIRO,
    ZONE,
    accountable,
)
from custos.notices.previews.preview import Preview, Shown, day_after, digest, post_of
from custos.notices.previews.questions import answered, asked, given, links, quiet
from custos.notices.remarks import to_tell
from custos.records.remark import Matter, Remark


def _reply(card: Element) -> Shown:
    return Shown(message=Message(card=card, summary="Custos", html=""), to=post_of(OWNER))


def _nothing() -> Shown:
    reader = Reader(user_id=OWNER.user_id, today=day_after(0), zone=ZONE, holidays=HOLIDAYS)
    return _reply(digest_card([], reader).card)


def _loosened() -> Shown:
    sentences = ("The legal hold H-001 was taken out of holds.csv: what it kept is kept no longer.",)
    news = News(
        id="preview",
        at=NOW,
        sentences=sentences,
        to={SIRO.upn: Audience(because="You are told because you are the Senior Information Risk Owner.", about=(0,))},
    )
    return Shown(message=message_of(news, SIRO.upn), to=post_of(SIRO))


def _registers(to: Person) -> Shown:
    told = to_tell(REMARKS, accountable(), {})
    return digest([], to, remarks=[one.remark for one in told if one.person.user_id == to.user_id])


def _remark(matter: Matter, sentence: str, day: date, *, asset_id: str = "", soon: bool = False) -> Remark:
    return Remark(
        matter=matter,
        reference="preview",
        asset_id=asset_id,
        sentence=sentence,
        mark=Mark("register", 1),
        soon=soon,
        day=day,
    )


REMARKS = (
    _remark(Matter.DOCUMENT_REVIEW, "Information Management Policy, version 2.2, was due for review on 30 September 2023, 3 years and "
            "1 month ago. Its owner is the Head of IT Operations.", date(2023, 9, 30)),
    _remark(Matter.NO_OWNER, "Nobody holds the post of head.send@council.example since 31 October 2026: 16 working days without an owner.",
            date(2026, 10, 31), asset_id=SEND),
    _remark(Matter.RESTORE_TEST, "A restore was last tested on 14 October 2025; it must be tested once a year.", date(2026, 10, 14),
            asset_id=PLANNING),
    _remark(Matter.AGREEMENT_ENDED, "SA-02 with Eastvale NHS Trust ends on 31 December 2026.", date(2026, 12, 31), asset_id=PLANNING,
            soon=True),
)  # fmt: skip


def _decided() -> Shown:
    kept, _ = keep.CHOICE.answered(given(answered(asked(quiet()), Verb.KEEP, KeepReason.HISTORY.value)))
    reader = Reader(user_id=OWNER.user_id, today=day_after(0), zone=ZONE, holidays=HOLIDAYS)
    return _reply(decided_card("Planning", [kept, asked(links())], reader, accountable()))


def _access() -> Shown:
    facts = (
        ("Allowed", "Only under an agreement that is in date"),
        ("Links that anyone can open", "3, 3 of them not allowed here"),
        ("People from outside", "12, 2 without an agreement in date"),
    )
    return _reply(access_card("IA-004", accountable(), [(RECORDS.assets[PLANNING], facts)]))


PREVIEWS = (
    Preview(name="loosened", when="when an edit of the registers or settings protects less", made=_loosened),
    Preview(name="registers", when="with the message of the day, before something in the registers is due, and when it is",
            made=lambda: _registers(OWNER)),
    Preview(name="registers-siro", when="with the message of the day, while nobody holds a post or a governing document is overdue",
            made=lambda: _registers(SIRO)),
    Preview(name="my-assets", when="when somebody writes “my assets”",
            made=lambda: _reply(assets_card(accountable(), OWNER.user_id, [asked(links())]))),
    Preview(name="who-decided", when="when somebody writes “who decided about …”", made=_decided),
    Preview(name="who-can-open", when="when somebody writes “who can open …”", made=_access),
    Preview(name="why", when="when somebody writes “why”",
            made=lambda: _reply(why_card("", [asked(links()), asked(quiet())], RECORDS))),
    Preview(name="nothing-to-take-back", when="when somebody writes “undo” and no answer can be taken back",
            made=lambda: _reply(nothing_to_take_back())),
    Preview(name="not-understood", when="when somebody writes what the bot does not know",
            made=lambda: _reply(not_understood("can you book me a room", "what is waiting"))),
    Preview(name="nothing-waits", when="when somebody writes “what is waiting” and nothing is", made=_nothing),
    Preview(name="help", when="when somebody writes “help”, or greets it", made=lambda: _reply(help_card())),
)  # fmt: skip
