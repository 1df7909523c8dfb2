"""What an edit of registers or settings loosens: compared before it counts, audited, and told the same day to those who answer for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from custos.audit.chain import Chain
from custos.audit.events import Event, What
from custos.clock import Clock
from custos.m365 import directory
from custos.m365.errors import Malformed, Throttled, Unavailable
from custos.notices.council_hours import may_tell, tell_by
from custos.notices.loosened import Audience, News, NewsStore, message_of
from custos.notices.model import Contact
from custos.policy import Bundle
from custos.policy.loosened import loosened
from custos.records import roles
from custos.records.loosened import Loosened
from custos.records.model import Records

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_REMEMBERED_DAYS = 7


async def write_down(clock: Clock, news: NewsStore, before: Bundle, after: Bundle) -> list[Loosened]:
    """Compare two versions, and promise to tell what the later one loosens. Done before it counts. Raises StorageTrouble."""
    now = clock.now()
    found = loosened(before, after, after.day(now))
    if found:
        day = after.day(now)
        to = {**_concerned(after.records, found, day), **_concerned(before.records, found, day)}
        sentences = tuple(one.sentence for one in found)
        news_id = f"{now:%Y-%m-%d}|{before.version[:16]}|{after.version[:16]}"
        await news.write_down(News(id=news_id, at=now, sentences=sentences, to=to))
    return found


async def audit(clock: Clock, audit: Chain, found: Sequence[Loosened], version: str) -> None:
    """An event for each thing that was loosened."""
    now = clock.now()
    events = [
        Event(
            what=What.PROTECTION_LOOSENED,
            at=now,
            asset_id=one.asset_id,
            details={
                "kind": one.matter.value,
                "row": one.reference,
                "place": str(one.mark),
                "said": one.sentence,
                "version": version,
            },
        )
        for one in found
    ]
    if events:
        await audit.append(events)


async def recent(app: Custos) -> list[News]:
    """What the loads of the last days loosened, the newest first."""
    since = app.clock.now() - timedelta(days=_REMEMBERED_DAYS)
    return [news async for news in app.news.all() if news.at >= since][::-1]


async def tell(app: Custos, records: Records) -> int:
    """Tell everybody who was not told yet, in council hours; how many.

    Raises StorageTrouble, or a MicrosoftTrouble when Entra cannot be read: then it is tried again.
    """
    now = app.clock.now()
    if not may_tell(now, app.zone, records.holidays):
        return 0
    waiting = [(news, upn) async for news in app.news.all() for upn in news.untold(now)]
    names = sorted({upn for _, upn in waiting})
    found = await directory.find_people(app.m365.observer, names) if names else {}
    told = 0
    for news, upn in waiting:
        user = found[upn]
        if user is None or user.enabled is not True:
            continue
        who = Contact(user_id=user.user_id, upn=user.upn, name=user.name, mail=user.mail)
        told += await _deliver(app, news, upn, who)
    return told


async def late(app: Custos, holidays: frozenset[date]) -> Mapping[str, str]:
    """News of which nobody was told by when somebody had to be: its day ► a sentence."""
    now = app.clock.now()
    return {
        f"registers {news.at:%Y-%m-%d %H:%M}": f"An edit of registers or settings has not been reported to anybody: {news.sentences[0]}"
        async for news in app.news.all()
        if not news.told and tell_by(news.at, app.zone, holidays) < now
    }


async def _deliver(app: Custos, news: News, upn: str, who: Contact) -> bool:
    async def leaving() -> None:
        await app.news.mark(news.id, upn, told=None)

    try:
        delivery = await app.channels.deliver(who, message_of(news, upn), leaving)
    except (Throttled, Unavailable, Malformed):
        return False  # tried again at the next sweep
    details = {
        "to": who.upn,
        "channel": delivery.channel or "",
        "attempts": "; ".join(delivery.attempts),
        "news": news.id,
    }
    what = What.NOTICE_DELIVERED if delivery.channel else What.NOTICE_UNDELIVERED
    await app.news.mark(news.id, upn, told=app.clock.now() if delivery.channel else None)
    await app.audit.append([Event(what=what, at=app.clock.now(), details=details)])
    return delivery.channel is not None


def _concerned(records: Records, found: Sequence[Loosened], day: date) -> dict[str, Audience]:
    """Sign-in name ► what they are told: owners what is about their assets; the SIRO and the head of information governance all of it."""
    to: dict[str, Audience] = {}
    for number, one in enumerate(found):
        asset = records.assets.get(one.asset_id)
        if asset is not None and asset.iao:
            about = to[asset.iao.casefold()].about if asset.iao.casefold() in to else ()
            because = "You are told because you own the asset."
            to[asset.iao.casefold()] = Audience(because=because, about=(*about, number))
    for role in roles.NEEDED:
        for post in roles.holders(records, role, day):
            because = f"You are told because you are the {roles.ROLE_NAMES[role]}."
            to[post.upn.casefold()] = Audience(because=because, about=tuple(range(len(found))))
    return to
