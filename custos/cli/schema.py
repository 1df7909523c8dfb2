"""`custos schema`: the words that policies may use, and who may do what."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from custos.cli.command import Command, Exit, Screen
from custos.clock import SystemClock
from custos.errors import BadInput, Mark, Problem
from custos.nearest import nearest
from custos.policy import load
from custos.policy.catalogue import CATALOGUE, Fact
from custos.records.rights import WORDS, Right
from custos.records.roles import ROLE_NAMES, holders
from custos.report.screen import Listing, words

_ROLES = "roles"


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name", nargs="?", metavar="NAME", help="a fact; `roles` for who may do what; without it, all facts"
    )


def _run(args: argparse.Namespace, screen: Screen) -> int:
    if args.name == _ROLES:
        return _show_roles(args.directory, screen)
    if args.name is None:
        found = Listing("Facts", ("fact", "of", "type", "meaning"))
        for fact in CATALOGUE.values():
            found.add(fact.name, ", ".join(kind.value for kind in fact.kinds), fact.type.value, fact.words)
        screen.out.print(found)
        return Exit.OK
    if args.name not in CATALOGUE:
        remedy = nearest(args.name, (*CATALOGUE, _ROLES)) or "`custos schema` lists them."
        raise BadInput([Problem(Mark("command line"), f"There is no fact {args.name}.", remedy, code="fact")])
    _show(CATALOGUE[args.name], screen.out)
    return Exit.OK


def _show_roles(directory: Path, screen: Screen) -> int:
    """The one table of who may do what, with the roles' holders of today."""
    bundle = load(directory)
    rights, records, today = bundle.settings.rights, bundle.records, SystemClock().now().date()
    may = Listing("Who may do what", ("right", "lets a person", "roles"))
    for right in Right:
        may.add(right.value, WORDS[right], ", ".join(sorted(rights.roles[right])) or "nobody")
    screen.out.print(may)
    who = Listing("Who holds which role today", ("role", "is the", "posts", "held by"))
    for role, name in ROLE_NAMES.items():
        held: Mapping[str, None] = dict.fromkeys(post.upn for post in holders(records, role, today))
        who.add(role, name, ", ".join(sorted(rights.titles.get(role, ()))) or "none", ", ".join(held) or "nobody")
    screen.out.print(who)
    screen.out.print(
        "Nobody approves a policy or releases a run that they own, wrote, planned, edited or started themselves."
    )
    return Exit.OK


def _show(fact: Fact, screen: Console) -> None:
    screen.print(words((fact.name, "bold"), f"  {fact.words}"))
    lines = {
        "of": ", ".join(kind.value for kind in fact.kinds),
        "type": fact.type.value + (f": {', '.join(fact.choices)}" if fact.choices else ""),
        "example": fact.example,
        "source": f"{fact.source}; {fact.freshness}",
        "costs": f"{fact.units} resource units each" if fact.units else "nothing beside the inventory",
        "permission": fact.permission,
    }
    for name, text in lines.items():
        screen.print(f"  {name:<10}  {text}")


COMMAND = Command("schema", "Explain the facts that policies may use, and who may do what.", _arguments, offline=_run)
