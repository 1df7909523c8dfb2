"""What the bot answers about an asset or a place: who decided, who can open it, why somebody was asked, what can be taken back.

It tells only what the person may know: whoever the register names for an asset, and whoever was asked about it or answered. To
everybody else it says who answers for the asset, and no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol
from zoneinfo import ZoneInfo

from custos.notices import adaptive_cards as el
from custos.notices.adaptive_cards import Element
from custos.notices.asset_roles import roles_on
from custos.notices.assignment import ROLE_WORDS, Accountability
from custos.notices.cards import WAITING, Reader, outcome, where, why_facts
from custos.notices.model import Case
from custos.notices.wording import name, sentence
from custos.records.cells import same_id
from custos.records.model import Asset, Records
from custos.wording import capital, day_words, many

MOST = 8


class Knowledge(Protocol):
    """What is known besides the cases. Both raise StorageTrouble or a MicrosoftTrouble."""

    async def accountability(self) -> Accountability:
        """Who answers for what today."""

    async def sharing(self, assets: Sequence[Asset]) -> Sequence[tuple[Asset, Sequence[tuple[str, str]]]]:
        """How assets are shared, as facts in words."""


def meant(about: str, records: Records) -> list[Asset]:
    """The assets that a name fits: its id, or every word of it in the asset's name or id. All of them for no name at all."""
    if found := [asset for asset in records.assets.values() if same_id(asset.id) == same_id(about)]:
        return found
    wanted = about.casefold().split()
    return [
        asset
        for asset in records.assets.values()
        if all(word in f"{asset.id} {asset.name}".casefold() for word in wanted)
    ]


def cases_about(about: str, cases: Iterable[Case], records: Records) -> list[Case]:
    """The cases of the assets that a name fits, and those about a library or site of that name."""
    assets = {asset.id for asset in meant(about, records)}
    wanted = about.casefold().split()
    return [
        case
        for case in cases
        if case.asset_id in assets or any(all(word in place.name.casefold() for word in wanted) for place in case.homes)
    ]


def may_know(case: Case, user_id: str, accountability: Accountability) -> bool:
    """Whether somebody was asked, answered, or is named by the register for the case's asset."""
    people = (case.assignee.who, case.assignee.steward, case.assignee.governance, *(one.who for one in case.answers))
    if user_id in {who.user_id for who in people}:
        return True
    asset = accountability.records.assets.get(case.asset_id)
    return asset is not None and bool(roles_on(asset, user_id, accountability.directory))


def decided_card(about: str, cases: Iterable[Case], reader: Reader, accountability: Accountability) -> Element:
    """Who decided what, the latest first; with what is still open."""
    found = cases_about(about, cases, accountability.records)
    known = [case for case in found if may_know(case, reader.user_id, accountability)]
    answered = sorted((case for case in known if case.answers), key=lambda case: case.answers[-1].at, reverse=True)
    title = f"Decided about {name(about, 80)}" if about else "Decided about what you look after"
    if not answered:
        return _instead(about, len(found) - len(known), accountability, title, "Nothing was decided about it so far.")
    pairs = [(_when(case, reader.zone), f"{where(case)}: {outcome(case, reader)}") for case in answered[:MOST]]
    body = [el.heading(title), el.facts(pairs)]
    if len(answered) > MOST:
        body.append(el.quiet(f"and {many(len(answered) - MOST, 'more decision')}"))
    if waiting := sum(case.state.is_open for case in known):
        body.append(el.quiet(f"{many(waiting, 'question is', 'questions are')} still open."))
    return el.card(body, fallback="Custos: decisions", actions=[el.say("What is waiting?", WAITING)])


def why_card(about: str, cases: Sequence[Case], records: Records) -> Element:
    """What stands behind the questions that wait for somebody, the gravest first: policy, clause and rule, and why this person."""
    mine = cases_about(about, cases, records) if about else list(cases)
    if not mine:
        words = "No question about that waits for you." if about else "No question waits for you."
        return el.card(
            [el.heading("Why"), el.text(words)],
            fallback="Custos: why",
            actions=[el.say("What is waiting?", WAITING)],
        )
    body = [el.heading("Why you are asked")]
    for case in sorted(mine, key=lambda one: one.consequence)[:MOST]:
        body += [el.strong(where(case)), el.quiet(sentence(case.assignee.because))]
        body += [el.facts(why_facts(line)) for line in case.lines[:2]]
    if len(mine) > MOST:
        body.append(el.quiet(f"and {many(len(mine) - MOST, 'more question')}"))
    return el.card(body, fallback="Custos: why", actions=[el.say("What is waiting?", WAITING)])


def access_to(about: str, user_id: str, accountability: Accountability) -> list[Asset]:
    """The assets that a name fits and that the register names somebody for: of these they are told how they are shared."""
    fitting = meant(about, accountability.records)
    return [asset for asset in fitting if roles_on(asset, user_id, accountability.directory)]


def access_card(
    about: str,
    accountability: Accountability,
    told: Sequence[tuple[Asset, Sequence[tuple[str, str]]]],
) -> Element:
    """How the assets of `access_to` are shared, as facts in words, the same as on the page; or that there is none."""
    title = f"Who can open {name(about, 80)}" if about else "Who can open what you look after"
    if not told:
        return _instead(
            about,
            len(meant(about, accountability.records)),
            accountability,
            title,
            "The asset register does not name you for anything of that name.",
        )
    body = [el.heading(title)]
    for asset, facts in told[:MOST]:
        body += [el.strong(f"{name(asset.name)} ({name(asset.id, 20)})"), el.facts(list(facts))]
    if len(told) > MOST:
        body.append(el.quiet(f"and {many(len(told) - MOST, 'more asset')}"))
    return el.card(body, fallback="Custos: access", actions=[el.say("My assets", "my assets")])


def nothing_to_take_back() -> Element:
    """To somebody none of whose answers can be taken back."""
    words = (
        "None of your answers can be taken back now: there is none, or all that they led to is done. What Custos did can still be put "
        "back for the days that its message named: ask Information Governance."
    )
    return el.card(
        [el.heading("Nothing to take back"), el.text(words)],
        fallback="Custos: nothing to take back",
        actions=[el.say("What is waiting?", WAITING)],
    )


def not_understood(written: str, nearest: str) -> Element:
    """What was not understood, and the nearest thing that can be done."""
    said = f"I did not understand “{name(written, 80)}”. " if written.strip() else ""
    words = f"{said}The nearest that I can do is “{nearest}”."
    return el.card(
        [el.heading("Custos"), el.text(words)],
        fallback="Custos",
        actions=[el.say(capital(nearest), nearest), el.say("What can you do?", "help")],
    )


def _instead(about: str, hidden: int, accountability: Accountability, title: str, nothing: str) -> Element:
    """What is said instead of facts: that there are none, or who answers for the asset to somebody who may not know them."""
    words = [nothing]
    if hidden:
        words = ["The asset register does not name you for it, so what is known of it is not yours to see."]
        for asset in meant(about, accountability.records)[:3] if about else ():
            asked = accountability.of(asset.id)
            who = (
                f"{name(asked.person.name)}, {ROLE_WORDS[asked.role]}"
                if asked.person
                else "nobody: the register has a gap"
            )
            words.append(f"For {name(asset.id, 20)} answers {who}.")
    return el.card(
        [el.heading(title), *(el.text(one) for one in words)],
        fallback="Custos",
        actions=[el.say("What is waiting?", WAITING)],
    )


def _when(case: Case, zone: ZoneInfo) -> str:
    day: date = case.answers[-1].at.astimezone(zone).date()
    return day_words(day)
