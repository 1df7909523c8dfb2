"""What the bot says to somebody who writes to it, besides the list of what waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from custos.notices import adaptive_cards as el
from custos.notices.adaptive_cards import Element
from custos.notices.asset_roles import named_as
from custos.notices.assignment import ROLE_WORDS, Accountability, Role
from custos.notices.cards import WAITING
from custos.notices.model import Case
from custos.notices.wording import name
from custos.records.delegation import lent
from custos.records.roles import out_of_post, post_of
from custos.wording import many

ASSETS = "my assets"
WAYS = (
    ("what is waiting", "the questions that wait for you"),
    ("my assets", "what the register says you look after"),
    ("who decided about …", "an asset or a library: who answered what, and when"),
    ("who can open …", "how an asset of yours is shared"),
    ("why", "what stands behind the questions that wait for you"),
    ("undo", "your answers that can still be taken back"),
)
"""What one can write, and what comes of it."""
_MOST_ASSETS = 25


def assets_card(accountability: Accountability, user_id: str, waiting_for_them: Sequence[Case]) -> Element:
    """The assets for which the register names somebody as owner, deputy or steward, what they are today, and how many questions about
    each wait for them."""
    records = accountability.records
    named = {asset.id: named_as(asset, user_id, accountability.directory) for asset in records.assets.values()}
    mine = [asset_id for asset_id, roles in named.items() if roles]
    if not mine:
        words = "The asset register does not name you as owner, deputy or data steward of anything."
        return el.card([el.heading("Your information assets"), el.text(words)], fallback="Custos: no assets")
    waiting = Counter(case.asset_id for case in waiting_for_them)
    pairs = []
    for asset_id in mine[:_MOST_ASSETS]:
        role, upn = next(iter(named[asset_id].items()))
        are = _are(accountability, asset_id, role, upn)
        asked = many(waiting[asset_id], "open question")
        pairs.append((name(asset_id, 20), f"{name(records.assets[asset_id].name)}: {are}; {asked} for you"))
    body = [el.heading("Your information assets"), el.facts(pairs)]
    if len(mine) > _MOST_ASSETS:
        body.append(el.quiet(f"and {len(mine) - _MOST_ASSETS} more in the asset register"))
    return el.card(body, fallback=f"Custos: {many(len(mine), 'asset')}", actions=[el.say("What is waiting?", WAITING)])


def _are(accountability: Accountability, asset_id: str, role: Role, upn: str) -> str:
    records, today = accountability.records, accountability.today
    if left := out_of_post(post_of(records, upn), today, who="you"):
        return f"the register names you as its {ROLE_WORDS[role]}, but {left}"
    unlent = role is Role.STEWARD and not lent(records, asset_id, upn, today)
    return f"you are its {ROLE_WORDS[role]}{', with no delegation in date' if unlent else ''}"


def help_card() -> Element:
    """What one can write."""
    words = (
        "Custos tells you about information that you look after, and asks what should happen to it. "
        "Nothing is deleted by an answer or by silence."
    )
    actions = [el.say("What is waiting?", WAITING), el.say("My assets", ASSETS)]
    ways = [el.heading("Custos"), el.text(words), el.text("Write to me in your own words:"), el.facts(WAYS)]
    return el.card(ways, fallback="Custos", actions=actions)
