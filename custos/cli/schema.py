"""`custos schema`: the words that policies may use."""

from __future__ import annotations

import argparse

from rich.console import Console

from custos.cli.command import Command, Exit, Screen
from custos.errors import BadInput, Mark, Problem
from custos.policy.catalogue import CATALOGUE, Fact
from custos.report.screen import Listing, words


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="a fact; without it, all of them")


def _run(args: argparse.Namespace, screen: Screen) -> int:
    if args.name is None:
        found = Listing("Facts", ("fact", "of", "type", "meaning"))
        for fact in CATALOGUE.values():
            found.add(fact.name, ", ".join(kind.value for kind in fact.kinds), fact.type.value, fact.words)
        screen.out.print(found)
        return Exit.OK
    if args.name not in CATALOGUE:
        from difflib import get_close_matches

        near = get_close_matches(args.name, list(CATALOGUE), 1)
        remedy = f"Did you mean {near[0]}?" if near else "`custos schema` lists them."
        raise BadInput([Problem(Mark("command line"), f"There is no fact {args.name}.", remedy, code="fact")])
    _show(CATALOGUE[args.name], screen.out)
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


COMMAND = Command("schema", "Explain the facts that policies may use.", _arguments, offline=_run)
