"""`custos schema`: the words that policies, tests and settings may use, and who may do what."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from custos.cli.command import Exit, Implementation, Screen
from custos.cli.values import short_text
from custos.clock import SystemClock
from custos.did_you_mean import nearest
from custos.errors import BadInput, Mark, Problem
from custos.kinds import CATALOGUE
from custos.policy import load
from custos.report import files_json as report
from custos.report.screen import Listing, words
from custos.report.shapes import text_of
from custos.report.shapes.files import Schema, SchemaFact, SchemaWord

_ROLES, _LANGUAGE = "roles", "language"


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name",
        nargs="?",
        type=short_text,
        metavar="NAME",
        help="any word of the language; `language` for all of them that are no facts; `roles` for who may do what; "
        "without it, all facts",
    )
    parser.add_argument("--json", action="store_true", help="for machines")


def _run(args: argparse.Namespace, screen: Screen) -> int:
    told = _told(args)
    if args.json:
        screen.raw(text_of(told))
    elif args.name is None:
        screen.out.print(_facts(told.facts))
    elif args.name == _ROLES:
        _show_roles(told, screen)
    else:
        for fact in told.facts:
            _show(fact, screen)
        if told.language:
            screen.out.print(_language(told.language))
    return Exit.OK


def _told(args: argparse.Namespace) -> Schema:
    if args.name == _ROLES:
        bundle = load(args.directory)
        rights, roles = report.rights(bundle), report.roles(bundle, SystemClock().now().date())
        return Schema(facts=[], language=[], rights=rights, roles=roles)
    if args.name is None:
        facts, language = report.facts(CATALOGUE.values()), report.language() if args.json else []
    elif args.name == _LANGUAGE:
        facts, language = [], report.language()
    else:
        facts = report.facts([CATALOGUE[args.name]] if args.name in CATALOGUE else [])
        language = report.language(args.name)
    if not (facts or language):
        known = {*CATALOGUE, _ROLES, _LANGUAGE, *(word.word for word in report.language())}
        remedy = nearest(args.name, known) or "`custos schema` and `custos schema language` list them."
        what = f'"{args.name}" is not a word of the policy language.'
        raise BadInput([Problem(Mark("command line"), what, remedy, code="fact")])
    return Schema(facts=facts, language=language, rights=[], roles=[])


def _facts(facts: Sequence[SchemaFact]) -> Listing:
    found = Listing("Facts", ("fact", "of", "type", "meaning"))
    for fact in facts:
        found.add(fact.name, ", ".join(fact.about), fact.type, fact.words)
    return found


def _language(language: Sequence[SchemaWord]) -> Listing:
    found = Listing("Words of the policy language", ("word", "in", "meaning"))
    for one in language:
        found.add(one.word, one.where, one.words)
    return found


def _show_roles(told: Schema, screen: Screen) -> None:
    """The one table of who may do what, with the roles' holders of today."""
    may = Listing("Who may do what", ("right", "lets a person", "roles"))
    for one in told.rights:
        may.add(one.right, one.may, ", ".join(one.roles) or "nobody")
    screen.out.print(may)
    who = Listing("Who holds which role today", ("role", "is the", "posts", "held by"))
    for role in told.roles:
        who.add(role.role, role.words, ", ".join(role.posts) or "none", ", ".join(role.held_by) or "nobody")
    screen.out.print(who)
    screen.out.print(
        "Nobody approves a policy or releases a run that they own, wrote, planned, edited or started themselves."
    )


def _show(fact: SchemaFact, screen: Screen) -> None:
    screen.out.print(words((fact.name, "bold"), f"  {fact.words}"))
    lines = {
        "of": ", ".join(fact.about),
        "type": fact.type + (f": {', '.join(fact.choices)}" if fact.choices else ""),
        "operators": ", ".join(fact.operators),
        "missing": fact.missing,
        "example": CATALOGUE[fact.name].example,
        "source": f"{fact.source}; {fact.freshness}",
        "costs": f"{fact.units} resource units each" if fact.units else "nothing more than the mirror",
        "permission": fact.permission,
    }
    for name, text in lines.items():
        if text:
            screen.out.print(f"  {name:<10}  {text}")


COMMAND = Implementation(_arguments, offline=_run)
