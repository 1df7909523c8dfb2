"""`custos grant --sites`: which sites of the registers were granted to each identity; gives the missing rights, or takes them away."""

from __future__ import annotations

import argparse
import json

from custos.bootstrap import Custos
from custos.cli.command import Exit, Screen
from custos.engine.register_addresses import named_sites
from custos.errors import BadInput, Mark, Problem
from custos.jobs.app_roles import Tier
from custos.jobs.site_rights import SiteRight, compare
from custos.m365.site_grants import ADMINISTRATOR, SCOPES, SiteGrants, request_of
from custos.report.screen import words
from custos.wording import many


async def on_sites(app: Custos, args: argparse.Namespace, screen: Screen, tiers: tuple[Tier, ...]) -> int:
    """Compare, and do what was asked for."""
    if args.json:
        problem = Problem(Mark("command line"), "--sites prints no JSON.", "Leave --json out.", code="sites")
        raise BadInput([problem])
    urls = [address.url for address in named_sites(app.loader.load(app.today()))]
    async with SiteGrants(app.settings.graph_url, await app.sign_in.token(SCOPES, args.person)) as granting:
        found = await compare(granting, app.settings, urls, tiers)
        if args.steps:
            _steps(app, found, screen)
            return Exit.FINDINGS if any(one.missing for one in found) else Exit.OK
        if args.give:
            for one in found:
                if one.missing:
                    await granting.give(one.site_id, one.client_id, f"Custos {one.who}", one.role)
                    screen.out.print(f"Given to the {one.who}: {one.role} on {one.url}.", soft_wrap=True)
        if args.take:
            for one in found:
                for grant in one.grants:
                    await granting.take(one.site_id, grant)
                    screen.out.print(f"Taken from the {one.who}: what it had on {one.url}.", soft_wrap=True)
        if args.give or args.take:
            found = await compare(granting, app.settings, urls, tiers)
    return _show(app, found, screen, taken=args.take)


def _show(app: Custos, found: list[SiteRight], screen: Screen, *, taken: bool) -> int:
    for one in found:
        sign, style = _sign(one)
        screen.out.print(
            words("  ", (f"{sign:<12}", style), f"  {one.who:<8}  {one.role:<5}  {one.url}"), soft_wrap=True
        )
    missing, closed = sum(one.missing for one in found), any(one.closed for one in found)
    if not found:
        screen.out.print("The registers name no site.")
    if taken:
        left = sum(len(one.grants) for one in found)
        screen.out.print(
            "Nothing is left."
            if not left
            else f"Microsoft still lists {many(left, 'right')}: run it again in a minute."
        )
        return Exit.FINDINGS if left else Exit.OK
    if missing:
        said = f"{many(missing, 'right is', 'rights are')} missing. Whoever is {ADMINISTRATOR} gives exactly these with `--give`"
        screen.out.print(f"{said}, or sends what `--steps` prints.", soft_wrap=True)
    if not app.settings.only_named_sites:
        screen.out.print(
            "CUSTOS_SITES is not register: a role for all sites counts, whatever is granted here.", soft_wrap=True
        )
    return Exit.FINDINGS if missing or closed else Exit.OK


def _sign(one: SiteRight) -> tuple[str, str]:
    if one.closed:
        return one.closed, "bold red"
    if one.missing:
        return "missing", "bold red"
    return ("held", "green") if one.told else ("held, untold", "yellow")


def _steps(app: Custos, found: list[SiteRight], screen: Screen) -> None:
    missing = [one for one in found if one.missing]
    if not missing:
        screen.out.print("Nothing is missing, so there is nothing to send.")
        return
    screen.out.print(
        f"Signed in as somebody who is {ADMINISTRATOR}, send each of these to Microsoft Graph:", soft_wrap=True
    )
    for one in missing:
        address, body = request_of(app.settings.graph_url, one.site_id, one.client_id, f"Custos {one.who}", one.role)
        screen.out.print(f"\n# {one.role} on {one.url}, to the {one.who}", soft_wrap=True)
        screen.raw(f"POST {address}\n{json.dumps(body)}")
