"""What `custos doctor` looks at of the ways between Custos and people: bot, people, licences; and of Microsoft's to Custos: webhooks."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from custos.inventory.subscriptions import wanted_drives
from custos.jobs import policies, shortfalls
from custos.jobs.doctor_look import Look, Sign, reasons_of
from custos.jobs.reachable_people import Way, reachable_people
from custos.jobs.refused_requests import Door
from custos.jobs.shortfalls import Of
from custos.jobs.subscriptions import notification_url
from custos.m365 import licences
from custos.m365 import subscriptions as graph_subscriptions
from custos.m365.credentials import BOT_AUDIENCE
from custos.m365.errors import Forbidden
from custos.m365.subscriptions import Subscription
from custos.wording import many

if TYPE_CHECKING:
    from custos.bootstrap import Custos


async def bot(app: Custos) -> list[Look]:
    """Whether the bot signs in, somebody has its app, and there is Teams at all."""
    bot = app.m365.identities.bot
    if bot is None:
        return [Look(Sign.OFF, "bot", "no bot is set: notices go by mail alone")]
    await bot.token(BOT_AUDIENCE)
    having = len([reach async for reach in app.people.all() if reach.installed])
    looks = []
    if not having and not app.settings.teams_app_id:
        said = "signs in, and nobody is known to have its app: publish it, and set CUSTOS_TEAMS_APP_ID"
        looks.append(Look(Sign.MISSING, "bot", said, numbers={"installed": 0}))
    if (found := await _licences_of(app)) is not None and not licences.carry_teams(found):
        said = "no licence of this tenant that is switched on carries Teams: people are asked by mail alone"
        looks.append(Look(Sign.MISSING, "bot", said))
    told = Look(Sign.WORKS, "bot", f"signs in; {having:,} people are known to have it", numbers={"installed": having})
    return looks or [told]


async def _licences_of(app: Custos) -> Mapping[str, int] | None:
    """Service plan ► licences; None where the observer may not look."""
    try:
        return await licences.read_licences(app.m365.observer)
    except Forbidden:
        return None


async def licences_held(app: Custos) -> list[Look]:
    """Whether licences carry the labels that Custos sets, and whether the setting of units is within what Microsoft allows by them."""
    units = app.settings.units_per_minute
    found = await _licences_of(app)
    if found is None:
        said = f"which licences there are, and whether {units:,} resource units a minute are this tenant's band"
        return [Look(Sign.UNTOLD, "licences", said, numbers={"units_per_minute": units})]
    sharepoint, records = (licences.held(found, plans) for plans in (licences.LIBRARIES, licences.RECORDS))
    numbers = {"sharepoint": sharepoint, "records": records, "units_per_minute": units}
    allowed = licences.units_allowed(sharepoint)
    if units > allowed:
        said = f"{many(sharepoint, 'licence')}: Microsoft allows {allowed:,} resource units a minute, "
        said += f"and CUSTOS_UNITS_PER_MINUTE says {units:,}"
        band = [Look(Sign.TOO_MUCH, "licences", said, numbers=numbers)]
    else:
        band = []
    if not records:
        said = f"none of {many(sharepoint, 'licence')} carries labels that an application sets (Microsoft Purview records management)"
        return [Look(Sign.MISSING, "licences", said, numbers=numbers), *band]
    said = f"{many(records, 'licence')} of {sharepoint:,} carry labels that an application sets"
    return [Look(Sign.WORKS, "licences", said, numbers=numbers), *band]


async def people(app: Custos) -> list[Look]:
    """Who of those whom the registers name can be reached, and how."""
    found = await reachable_people(app, (await policies.in_force(app)).bundle.records)
    total = sum(len(names) for names in found.values())
    good = sum(len(found.get(way, ())) for way in (Way.TEAMS, Way.ONCE_INSTALLED, Way.MAIL))
    looks = [
        Look(
            Sign.WORKS if good == total else Sign.MISSING,
            "people",
            f"{good:,} of {total:,} whom the registers name can be reached",
            numbers={"named": total, "reached": good},
        )
    ]
    for way, names in found.items():
        if way in (Way.TEAMS, Way.ONCE_INSTALLED, Way.MAIL):
            looks.append(Look(Sign.WORKS, "people", f"{len(names):,} {way}"))
        else:
            looks.append(Look(Sign.MISSING, "people", f"{', '.join(names)}: {way}"))
    return looks


async def webhooks(app: Custos) -> list[Look]:
    """The libraries that should be watched, against the webhooks that Microsoft holds and that lead here."""
    if not app.settings.public_url:
        return [Look(Sign.OFF, "webhooks", "CUSTOS_PUBLIC_URL is not set: changes are seen at the backstop sync")]
    wanted = await asyncio.to_thread(wanted_drives, app.lakehouse)
    known = {one.subscription_id for one in await app.subscriptions.all()}
    listed = await graph_subscriptions.list_all(app.m365.observer)
    good = {one.subscription_id: one.drive_id for one in listed.values if _leads_here(app, one)}
    held = len(wanted & {drive for one, drive in good.items() if one in known})
    sign = Sign.WORKS if wanted and held == len(wanted) else Sign.MISSING
    said = f"{held:,} of {len(wanted):,} libraries are watched"
    looks = [Look(sign, "webhooks", said, numbers={"wanted": len(wanted), "held": held})]
    if lost := len(known - {one.subscription_id for one in listed.values}):
        said = f"Microsoft holds {lost:,} no more that Custos wrote down"
        looks.append(Look(Sign.MISSING, "webhooks", said, numbers={"lost": lost}))
    if strays := len([one for one in listed.values if one.is_known and good.get(one.subscription_id) not in wanted]):
        said = f"Microsoft holds {strays:,} that lead elsewhere, or watch what nobody wants watched"
        looks.append(Look(Sign.TOO_MUCH, "webhooks", said, numbers={"stray": strays}))
    guesses = (await app.refused_requests.day()).get((Door.NOTIFICATION, "wrong secret"), 0)
    if guesses:
        said = f"{guesses:,} notifications today had the function key and not the subscription's secret: renew the key"
        looks.append(Look(Sign.TOO_MUCH, "webhooks", said, numbers={"wrong_secret": guesses}))
    return [*looks, *reasons_of("webhooks", await shortfalls.last(app.account, Of.WEBHOOKS))]


def _leads_here(app: Custos, one: Subscription) -> bool:
    """Whether what a webhook says arrives at this app, today."""
    alive = one.expires is None or one.expires > app.clock.now()
    return alive and one.is_known and one.notification_url == notification_url(app.settings)
