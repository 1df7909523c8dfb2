"""The notices that belong to no question: what an edit loosened, and what the bot answers when somebody writes to it."""

from __future__ import annotations

from custos.notices.adaptive_cards import Element
from custos.notices.bot_replies import assets_card, help_card
from custos.notices.cards import Reader, digest_card
from custos.notices.channels import Message
from custos.notices.loosened import Audience, News, message_of
from custos.notices.previews.fixture_council import HOLIDAYS, NOW, OWNER, RECORDS, SIRO, ZONE
from custos.notices.previews.preview import Preview, Shown, day_after, post_of
from custos.notices.previews.questions import asked, links


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


PREVIEWS = (
    Preview(name="loosened", when="when an edit of the registers or settings protects less", made=_loosened),
    Preview(name="my-assets", when="when somebody writes “my assets”",
            made=lambda: _reply(assets_card(RECORDS, OWNER.upn, [asked(links())], day_after(0)))),
    Preview(name="nothing-waits", when="when somebody writes “what is waiting” and nothing is", made=_nothing),
    Preview(name="help", when="when somebody writes anything else", made=lambda: _reply(help_card())),
)  # fmt: skip
