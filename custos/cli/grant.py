"""`custos grant`: which app roles each identity has, lacks and has too many of; gives the missing, or takes away, when told to."""

from __future__ import annotations

import argparse
import json

from custos.bootstrap import Custos
from custos.cli.command import Exit, Implementation, Screen
from custos.cli.grant_sites import on_sites
from custos.cli.identity_argument import as_argument
from custos.did_you_mean import nearest
from custos.errors import BadInput, Mark, Problem
from custos.jobs.app_roles import TAKE, Comparison, Missing, State, Tier, compare
from custos.m365.app_roles import ADMINISTRATOR, SCOPES, AppRoles, assignment
from custos.report import work_json
from custos.report.screen import words
from custos.report.shapes import text_of
from custos.wording import many

_READING = (Tier.OBSERVE, Tier.NOTICES)
_STYLES = {State.HELD: "green", State.MISSING: "bold red", State.TOO_MUCH: "yellow", State.UNKNOWN: "yellow"}


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "tier",
        nargs="*",
        type=_tier,
        metavar="TIER",
        help=f"{', '.join(Tier)} (default: {' and '.join(_READING)}, with which nothing can be written)",
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--give", action="store_true", help="give what is missing; without it nothing is changed")
    how.add_argument(
        "--take",
        action="store_true",
        help="take away what is held for these tiers alone, and what no tier needs; the tiers must be named",
    )
    how.add_argument(
        "--steps", action="store_true", help="print what somebody else would have to send, one request a role"
    )
    how.add_argument("--json", action="store_true", help="for machines")
    parser.add_argument(
        "--sites",
        action="store_true",
        help="the rights on single sites, for every site that the registers name (CUSTOS_SITES=register), instead of roles",
    )
    as_argument(parser)


def _tier(written: str) -> Tier:
    if written not in list(Tier):
        raise argparse.ArgumentTypeError(f'"{written}" is not known here. {nearest(written, list(Tier))}')
    return Tier(written)


async def _run(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    if args.take and not args.tier:
        raise BadInput(
            [Problem(Mark("command line"), "--take needs the tiers.", f"Name them: {', '.join(Tier)}.", code="tier")]
        )
    tiers = tuple(args.tier) or _READING
    if args.sites:
        return await on_sites(app, args, screen, tiers)
    token = await app.sign_in.token(SCOPES, args.person)
    async with AppRoles(app.settings.graph_url, token) as directory:
        found = await compare(directory, app.settings, tiers)
        if args.json:
            screen.raw(text_of(work_json.app_roles(found)))
        elif args.steps:
            _steps(app, found, screen)
        else:
            _show(found, screen)
        if args.give:
            for one in found.missing:
                await directory.give(one.principal, one.resource, one.role_id)
                screen.out.print(
                    f"Given to the {_who(one)}: {one.standing.role} of {one.standing.api}.", soft_wrap=True
                )
            left = await compare(directory, app.settings, tiers) if found.missing else found
            return _given(found, left, screen)
        if args.take:
            for each in found.held:
                await directory.take(each.principal, each.assignment_id)
                said = f"Taken from the {each.standing.who} ({each.principal.name}): {each.standing.role} of {each.standing.api}."
                screen.out.print(said, soft_wrap=True)
            return _taken(found, await compare(directory, app.settings, tiers), screen)
    if found.missing and not (args.json or args.steps):
        count = many(len(found.missing), "role is", "roles are")
        screen.out.print(
            f"{count} missing, and nothing was changed. Whoever is {ADMINISTRATOR} gives exactly these with "
            f"`custos grant {' '.join(tiers)} --give`, or sends what `--steps` prints.",
            soft_wrap=True,
        )
    return Exit.FINDINGS if found.missing or _odd(found) else Exit.OK


def _show(found: Comparison, screen: Screen) -> None:
    for one in found.standings:
        sign = (f"{one.state:<11}", _STYLES[one.state])
        said = f"{', '.join(one.tiers)}: {one.purpose}" if one.tiers else "no tier needs it: take it away"
        screen.out.print(words("  ", sign, f"  {one.who:<8}  {one.api:<15}  {one.role}  ({said})"), soft_wrap=True)
    if any(one.state is State.TOO_MUCH for one in found.standings):
        screen.out.print(f"Too much: {TAKE}.", soft_wrap=True)


def _steps(app: Custos, found: Comparison, screen: Screen) -> None:
    """For Graph Explorer, or `az rest --method POST --url … --body …`."""
    if not found.missing:
        screen.out.print("Nothing is missing, so there is nothing to send.")
        return
    screen.out.print(
        f"Signed in as somebody who is {ADMINISTRATOR}, send each of these to Microsoft Graph:", soft_wrap=True
    )
    for one in found.missing:
        address, body = assignment(app.settings.graph_url, one.principal, one.resource, one.role_id)
        screen.out.print(
            f"\n# {one.standing.role} of {one.standing.api}, to the {_who(one)}: {one.standing.purpose}", soft_wrap=True
        )
        screen.raw(f"POST {address}\n{json.dumps(body)}")


def _given(before: Comparison, after: Comparison, screen: Screen) -> int:
    if after.missing:
        names = ", ".join(one.standing.role for one in after.missing)
        screen.err.print(
            f"Microsoft took these and does not list them yet: {names}. Run it again in a minute.", soft_wrap=True
        )
        return Exit.FINDINGS
    if before.missing:
        screen.out.print(
            "Everything that was missing is given. Tokens issued before do not have the new roles: it may take a day "
            "until they count; `custos doctor` shows when.",
            soft_wrap=True,
        )
    else:
        screen.out.print("Nothing was missing, and nothing was changed.")
    return Exit.FINDINGS if _odd(after) else Exit.OK


def _taken(before: Comparison, after: Comparison, screen: Screen) -> int:
    if after.held:
        names = ", ".join(one.standing.role for one in after.held)
        screen.err.print(f"Microsoft still lists these: {names}. Run it again in a minute.", soft_wrap=True)
        return Exit.FINDINGS
    kept = [one for one in after.standings if one.state is State.HELD]
    for one in kept:
        others = ", ".join(tier for tier in one.tiers)
        screen.out.print(f"Kept: {one.role} of {one.api}, which the {one.who} has for {others}.", soft_wrap=True)
    screen.out.print(
        "Nothing was held for these tiers alone, and nothing was changed."
        if not before.held
        else "Tokens issued before keep the roles until they end, which may take a day.",
        soft_wrap=True,
    )
    return Exit.OK


def _odd(found: Comparison) -> bool:
    return any(one.state in (State.TOO_MUCH, State.UNKNOWN) for one in found.standings)


def _who(one: Missing) -> str:
    return f"{one.standing.who} ({one.principal.name})"


COMMAND = Implementation(_arguments, online=_run)
