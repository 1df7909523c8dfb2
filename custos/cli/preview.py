"""`custos preview`: every notice as people get it, from a fixture; nothing is sent and nobody is asked for anything."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from custos.cli.command import Exit, Implementation, Screen
from custos.cli.values import short_text
from custos.did_you_mean import nearest
from custos.errors import BadInput, Mark, Problem
from custos.notices.card_page import RENDERER, card_page
from custos.notices.card_text import card_text
from custos.notices.previews import DECLARED
from custos.notices.previews.own_rules import own_rule, rules_that_ask
from custos.notices.previews.preview import Shown
from custos.policy import load
from custos.report.screen import Listing, words


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "notice",
        nargs="?",
        type=short_text,
        default="",
        metavar="NOTICE",
        help="a notice by its name, or a rule of your policies as POLICY/RULE; without it, all names",
    )
    parser.add_argument(
        "--html",
        type=Path,
        metavar="FILE",
        help="write a page that shows the card as Teams does, by Microsoft's renderer",
    )
    parser.add_argument("--card", action="store_true", help="print the card itself, for Microsoft's designer")
    parser.add_argument("--mail", action="store_true", help="print the mail that comes where Teams does not")
    parser.add_argument(
        "--renderer",
        type=Path,
        default=RENDERER,
        metavar="FILE",
        help="Microsoft's adaptivecards.min.js (default: the clone's)",
    )


def _run(args: argparse.Namespace, screen: Screen) -> int:
    if not args.notice:
        screen.out.print(_all())
        return Exit.OK
    shown = _shown(args.notice, args.directory)
    if args.card:
        screen.raw(json.dumps(shown.message.card, indent=1))
    elif args.mail:
        screen.raw(shown.message.html or "It is an answer in Teams, and never a mail.")
    elif args.html is None:
        screen.out.print(words(("To       ", "dim"), shown.to), soft_wrap=True)
        screen.out.print(words(("On lock  ", "dim"), shown.message.summary), soft_wrap=True)
        screen.out.print(card_text(shown.message.card))
    if args.html is not None:
        _write(args, shown, screen)
    return Exit.OK


def _all() -> Listing:
    listing = Listing("custos preview NOTICE, or custos preview POLICY/RULE", ("notice", "it comes"))
    for one in DECLARED.values():
        listing.add(one.name, one.when)
    return listing


def _shown(name: str, directory: Path) -> Shown:
    if name in DECLARED:
        return DECLARED[name].made()
    if "/" not in name:
        raise _problem(f'There is no notice "{name}".', nearest(name, list(DECLARED)))
    bundle = load(directory)
    rules = rules_that_ask(bundle)
    if name not in rules:
        raise _problem(f'No rule "{name}" tells or asks anybody, in {directory.resolve()}.', nearest(name, rules))
    return own_rule(bundle, name)


def _write(args: argparse.Namespace, shown: Shown, screen: Screen) -> None:
    try:
        page = card_page(shown.message.card, f"Custos: {args.notice}", args.renderer)
    except OSError as error:
        remedy = "In a clone `make ready` installs it; elsewhere name it with --renderer."
        raise _problem(f"Microsoft's renderer cannot be read at {args.renderer}: {error.strerror}.", remedy) from error
    try:
        args.html.write_text(page, encoding="utf-8")
    except OSError as error:
        raise _problem(f"{args.html} cannot be written: {error.strerror}.", "Name another file.") from error
    screen.err.print(words(f"{args.html} shows it: open it in a browser."), soft_wrap=True)


def _problem(what: str, remedy: str) -> BadInput:
    return BadInput([Problem(Mark("command line"), what, remedy, code="preview")])


COMMAND = Implementation(_arguments, offline=_run)
