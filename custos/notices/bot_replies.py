"""What the bot says to somebody who writes to it, besides the list of what waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from custos.notices import adaptive_cards as el
from custos.notices.adaptive_cards import Element
from custos.notices.cards import WAITING
from custos.notices.model import Case
from custos.notices.wording import name
from custos.records.delegation import lent
from custos.records.model import Asset, Records
from custos.records.roles import out_of_post, post_of
from custos.wording import many

ASSETS = "my assets"
_MOST_ASSETS = 25
_STEWARD = "data steward"


def assets_card(records: Records, upn: str, waiting_for_them: Sequence[Case], today: date) -> Element:
    """The assets for which the register names somebody as owner, deputy or steward, what they are today, and how many questions about
    each wait for them."""
    mine = [(asset, role) for asset in records.assets.values() if (role := _role(asset, upn))]
    left = out_of_post(post_of(records, upn), today, who="you")
    if not mine:
        words = "The asset register does not name you as owner, deputy or data steward of anything."
        return el.card([el.heading("Your information assets"), el.text(words)], fallback="Custos: no assets")
    waiting = Counter(case.asset_id for case in waiting_for_them)
    pairs = []
    for asset, role in mine[:_MOST_ASSETS]:
        are = f"the register names you as its {role}, but {left}" if left else f"you are its {role}"
        lends = role != _STEWARD or left or lent(records, asset.id, upn, today)
        unlent = "" if lends else ", with no delegation in date"
        asked = many(waiting[asset.id], "open question")
        pairs.append((name(asset.id, 20), f"{name(asset.name)}: {are}{unlent}; {asked} for you"))
    body = [el.heading("Your information assets"), el.facts(pairs)]
    if len(mine) > _MOST_ASSETS:
        body.append(el.quiet(f"and {len(mine) - _MOST_ASSETS} more in the asset register"))
    return el.card(body, fallback=f"Custos: {many(len(mine), 'asset')}", actions=[el.say("What is waiting?", WAITING)])


def help_card() -> Element:
    """What one can write."""
    words = (
        "Custos tells you about information that you look after, and asks what should happen to it. "
        "Nothing is deleted by an answer or by silence."
    )
    actions = [el.say("What is waiting?", WAITING), el.say("My assets", ASSETS)]
    return el.card([el.heading("Custos"), el.text(words)], fallback="Custos", actions=actions)


def _role(asset: Asset, upn: str) -> str:
    wanted = upn.casefold()
    if not wanted:
        return ""
    if asset.iao.casefold() == wanted:
        return "Information Asset Owner"
    if asset.deputy.casefold() == wanted:
        return "deputy owner"
    return _STEWARD if wanted in (each.casefold() for each in asset.stewards) else ""
