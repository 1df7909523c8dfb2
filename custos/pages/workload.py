"""*Workload*: who has how many questions, so that a head of service can argue for the people that it takes.

A line manager sees those whom the register puts below them: the owners of assets whose manager or escalation address they are, and the
stewards of these assets. Who answers for the council's information risk, and who keeps the register, sees everybody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from markupsafe import Markup

from custos.notices.assignment import Directory
from custos.notices.deadlines import is_overdue
from custos.notices.model import Case
from custos.notices.wording import clean
from custos.pages.http import Reply, Request
from custos.pages.visit import Visit
from custos.records.model import Asset, Records
from custos.records.roles import post_of
from custos.report.plots import Bar, bars
from custos.wording import day_words

PLACE = "workload"
_LATELY = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Of one person: questions that wait, those of them that are overdue, what they answered in the last 30 days, and since when the
    oldest waits ("" for none)."""

    name: str
    department: str
    waiting: int
    overdue: int
    answered: int
    oldest: str


async def show(visit: Visit, _request: Request) -> Reply:
    """The page, of the assets that lie below this person."""
    directory = await visit.sources.directory()
    assets = _below(visit, directory)
    cases = [stored.case for stored in await visit.sources.book.all() if stored.case.asset_id in assets]
    loads = _loads(cases, visit)
    plot = (
        bars("Questions that wait, by person", [_bar(load) for load in loads if load.waiting]) if loads else Markup("")
    )
    return visit.page("workload.html", place=PLACE, loads=loads, assets=len(assets), plot=plot)


def _below(visit: Visit, directory: Directory) -> frozenset[str]:
    """The assets whose owner's work this person sees."""
    assets = visit.records.assets.values()
    if visit.sees_the_council:
        return frozenset(asset.id for asset in assets)
    return frozenset(asset.id for asset in assets if _is_above(asset, visit.person.id, visit.records, directory))


def _is_above(asset: Asset, user_id: str, records: Records, directory: Directory) -> bool:
    post = post_of(records, asset.iao)
    above = (asset.escalation, post.manager if post else "")
    found = (directory.find(upn) for upn in above if upn.strip())
    return any(one is not None and one.user_id == user_id for one in found)


def _loads(cases: Sequence[Case], visit: Visit) -> list[Load]:
    """Everybody who is asked or answered of late, who has most first."""
    waiting: defaultdict[str, list[Case]] = defaultdict(list)
    answered: defaultdict[str, int] = defaultdict(int)
    names: dict[str, tuple[str, str]] = {}
    since = visit.sources.now - _LATELY
    for case in cases:
        asked = case.assignee.who
        if case.state.is_open and not case.mended and asked.user_id:
            waiting[asked.user_id].append(case)
            names[asked.user_id] = (asked.name, asked.upn)
        for given in case.answers:
            if given.at >= since and given.who.user_id:
                answered[given.who.user_id] += 1
                names.setdefault(given.who.user_id, (given.who.name, given.who.upn))
    loads = [_load(names[one], waiting[one], answered[one], visit) for one in names]
    return sorted(loads, key=lambda load: (-load.waiting, -load.answered, load.name))


def _load(who: tuple[str, str], waiting: Iterable[Case], answered: int, visit: Visit) -> Load:
    name, upn = who
    cases = list(waiting)
    post = post_of(visit.records, upn)
    oldest = min((case.asked_at for case in cases if case.asked_at is not None), default=None)
    return Load(
        name=clean(name),
        department=clean(post.department) if post else "",
        waiting=len(cases),
        overdue=sum(is_overdue(case, visit.sources.now) for case in cases),
        answered=answered,
        oldest=day_words(oldest, visit.sources.zone) if oldest else "",
    )


def _bar(load: Load) -> Bar:
    late = f", {load.overdue:,} overdue" if load.overdue else ""
    return Bar(label=load.name[:30], value=load.waiting, said=f"{load.waiting:,}{late}", bad=bool(load.overdue))
