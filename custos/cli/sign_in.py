"""`custos sign-in`, `whoami`, `sign-out`: who sits at the terminal."""

from __future__ import annotations

import argparse

from custos.bootstrap import Custos
from custos.cli.command import Exit, Implementation, Screen, no_arguments
from custos.cli.identity_argument import as_argument
from custos.jobs import identity, policies
from custos.m365.sign_in import Code
from custos.records.rights import WORDS, Right
from custos.report.screen import words
from custos.report.shapes import text_of
from custos.report.shapes.work import Whoami, WhoamiPost


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="for machines")
    as_argument(parser)


async def _sign_in(app: Custos, _: argparse.Namespace, screen: Screen) -> int:
    def show(code: Code) -> None:
        screen.out.print(words("Open ", code.page, " and enter the code ", (code.code, "bold"), "."), soft_wrap=True)

    account = await app.sign_in.sign_in(show)
    screen.out.print(f"You are {account.name} ({account.upn}).", soft_wrap=True)
    return Exit.OK


async def _whoami(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    bundle, today = await policies.judging(app), app.today()
    who = await identity.person(app.sign_in, app.m365, bundle, args.person)
    able = [right for right in Right if right in bundle.settings.rights.of(who, today)]
    if args.json:
        posts = [WhoamiPost(role=post.role, in_date=post.holds(today)) for post in who.posts]
        told = Whoami(id=who.id, upn=who.upn, name=who.name, posts=posts, rights=[right.value for right in able])
        screen.raw(text_of(told))
        return Exit.OK
    screen.out.print(f"You are {who.name} ({who.upn}).", soft_wrap=True)
    for post in who.posts:
        screen.out.print(f"  post: {post.role}" + ("" if post.holds(today) else ", not in date"), soft_wrap=True)
    for right in able:
        screen.out.print(f"  may {WORDS[right]}", soft_wrap=True)
    if not able:
        screen.out.print("  may look; `custos schema roles` says who may do what", soft_wrap=True)
    return Exit.OK


async def _sign_out(app: Custos, _: argparse.Namespace, screen: Screen) -> int:
    gone = app.sign_in.sign_out()
    screen.out.print(f"Signed out: {', '.join(gone)}." if gone else "Nobody was signed in.", soft_wrap=True)
    return Exit.OK


SIGN_IN = Implementation(no_arguments, online=_sign_in)
WHOAMI = Implementation(_arguments, online=_whoami)
SIGN_OUT = Implementation(no_arguments, online=_sign_out)
