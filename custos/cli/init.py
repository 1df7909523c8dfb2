"""`custos init`: a directory of policies for a council that begins, which validates at once."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from custos.cli.command import Exit, Implementation, Screen
from custos.cli.values import directory, short_text
from custos.clock import SystemClock
from custos.errors import BadInput
from custos.onboarding.council import NEEDED, USUAL_TITLES, Answers, council_from, option_of
from custos.onboarding.new_directory import in_the_way, make_directory
from custos.onboarding.starter import starter_files
from custos.policy.policy_files import TESTS
from custos.records.roles import ROLE_NAMES
from custos.report.screen import words
from custos.wording import many

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_TIMEZONE, _DEPARTMENT = "Europe/London", "Corporate"


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "directory", type=directory, metavar="DIRECTORY", help="what is made; it must not be there, or be empty"
    )
    parser.add_argument(
        "--from-tenant",
        dest="online",
        action="store_true",
        help="propose a site map for the registers that are in DIRECTORY, out of what was mirrored; to be confirmed row by row",
    )
    parser.add_argument(
        "--proposal",
        type=directory,
        metavar="FILE",
        help="where --from-tenant puts its proposal, and reads what was confirmed (default: site_map.proposal.csv)",
    )
    parser.add_argument(
        "--sharepoint", type=short_text, metavar="ADDRESS", help="the tenant: https://NAME.sharepoint.com"
    )
    parser.add_argument("--name", type=short_text, metavar="NAME", help="the council's name")
    parser.add_argument(
        "--timezone",
        type=short_text,
        metavar="ZONE",
        default=_TIMEZONE,
        help=f"where the council is (default: {_TIMEZONE})",
    )
    parser.add_argument(
        "--department",
        type=short_text,
        metavar="NAME",
        default=_DEPARTMENT,
        help=f"department of the people named here (default: {_DEPARTMENT})",
    )
    for role, said in ROLE_NAMES.items():
        parser.add_argument(
            option_of(role),
            dest=f"holder_{role}",
            type=short_text,
            metavar="PERSON",
            help=f'the {said}: name@council.example, or "Title of the post <name@council.example>"'
            f" (title: {USUAL_TITLES[role]}{'' if role in NEEDED else '; may be left out'})",
        )
    parser.add_argument(
        "--not-people",
        nargs="+",
        type=short_text,
        metavar="ACCOUNT",
        help="accounts of administrators, migrations and services, whose changes are nobody's work",
    )


def _run(args: argparse.Namespace, screen: Screen) -> int:
    if wrong := in_the_way(args.directory):
        raise BadInput([wrong])
    ask = sys.stdin.isatty()
    council = council_from(
        Answers(
            sharepoint=_said(args.sharepoint, "Address of the tenant's SharePoint (https://NAME.sharepoint.com)", ask),
            name=_said(args.name, "The council's name", ask),
            timezone=args.timezone,
            department=args.department,
            not_people=_accounts(args.not_people, ask),
            holders={
                role: _said(getattr(args, f"holder_{role}"), f"Sign-in name of the {said}", ask)
                for role, said in ROLE_NAMES.items()
            },
        )
    )
    files = starter_files(council, SystemClock().now().date())
    make_directory(args.directory, files)
    policies = sum(name.endswith(".yaml") and not name.endswith(TESTS) for name in files) - 1
    said = f"{args.directory} holds {many(policies, 'policy', 'policies')} that simulate, settings and empty registers."
    screen.out.print(words(said), soft_wrap=True)
    screen.out.print(
        words(
            f"Next: custos import retention_schedule FILE --into {args.directory}, then people_roles and the assets."
        ),
        soft_wrap=True,
    )
    return Exit.OK


def _said(written: str | None, question: str, ask: bool) -> str:
    """What was typed; asked for when it was not and somebody is there."""
    if written is not None or not ask:
        return written or ""
    try:
        return input(f"{question}: ").strip()
    except EOFError:
        return ""


def _accounts(written: Sequence[str] | None, ask: bool) -> Sequence[str]:
    if written is not None:
        return written
    return _said(None, "Accounts of administrators, migrations and services, with spaces between them", ask).split()


async def _online(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    from custos.cli.from_tenant import from_tenant

    return await from_tenant(app, args, screen)


COMMAND = Implementation(_arguments, offline=_run, online=_online)
