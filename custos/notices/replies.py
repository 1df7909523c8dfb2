"""What the bot says to somebody who writes to it, besides the list of what waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from custos.notices import elements as el
from custos.notices.cards import WAITING
from custos.notices.elements import Element
from custos.notices.model import Case
from custos.notices.wording import many, name
from custos.records.model import Asset, Records

ASSETS = "my assets"
_MOST_ASSETS = 25


def assets_card(records: Records, upn: str, open_cases: Sequence[Case]) -> Element:
    """The assets for which somebody is owner, deputy or steward, with the number of open questions about each."""
    mine = [(asset, role) for asset in records.assets.values() if (role := _role(asset, upn))]
    if not mine:
        words = "The asset register does not name you as owner, deputy or data steward of anything."
        return el.card([el.heading("Your information assets"), el.text(words)], fallback="Custos: no assets")
    waiting = Counter(case.asset_id for case in open_cases)
    pairs = [
        (name(asset.id, 20), f"{name(asset.name)}: you are its {role}; {many(waiting[asset.id], 'open question')}")
        for asset, role in mine[:_MOST_ASSETS]
    ]
    body = [el.heading("Your information assets"), el.facts(pairs)]
    if len(mine) > _MOST_ASSETS:
        body.append(el.quiet(f"and {len(mine) - _MOST_ASSETS} more in the asset register"))
    return el.card(body, fallback=f"Custos: {many(len(mine), 'asset')}", actions=[el.say("What is waiting?", WAITING)])


def help_card() -> Element:
    """What one can write."""
    words = (
        "Custos tells you about information that you look after, and asks what shall become of it. "
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
    return "data steward" if wanted in (each.casefold() for each in asset.stewards) else ""
