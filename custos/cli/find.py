"""`custos find`: ask the mirror any question in the policies' own words, without a call to Microsoft 365."""

from __future__ import annotations

import argparse

from custos.bootstrap import Custos
from custos.cli.command import Exit, Implementation, Screen
from custos.cli.values import short_text, whole_number
from custos.errors import BadInput, Mark, Problem
from custos.jobs.query import ask
from custos.masking import names_asked_about
from custos.policy.queries import NAMED, Query, question
from custos.report import query as report
from custos.report.screen import Listing

_SHOWN = 30


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        nargs="?",
        type=short_text,
        metavar="WHAT",
        help="a kind (file, folder, library, site, team, link, grant, guest) or a question with a name; "
        "without it, the named questions",
    )
    parser.add_argument(
        "condition",
        nargs="?",
        type=str,
        metavar="CONDITION",
        help="as in a policy's `when:`, for instance '{label: is_missing}'",
    )
    parser.add_argument(
        "--columns", type=str, default="", metavar="FACT,FACT", help="facts to be shown besides those of the condition"
    )
    parser.add_argument(
        "--by", type=short_text, default="", metavar="FACT", help="count by site, library, asset or any other fact"
    )
    parser.add_argument(
        "--limit",
        type=whole_number(0),
        metavar="N",
        help=f"how many to show (default {_SHOWN}; all with --json and --csv)",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="for machines")
    form.add_argument("--csv", action="store_true", help="for a spreadsheet")
    parser.add_argument("--names", action="store_true", help="do not mask names of files in sensitive assets")


async def _run(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    if args.what is None:
        _list(screen)
        return Exit.OK
    columns = [name.strip() for name in args.columns.split(",") if name.strip()]
    asked = question(args.what, args.condition, columns=columns, by=args.by)
    if not args.names:
        _refuse_names(asked)
    for_machines = args.json or args.csv
    limit = args.limit if args.limit is not None else None if for_machines else _SHOWN
    answer, bundle = await ask(app, asked, limit=limit)
    if args.json:
        screen.raw(report.as_json(answer, bundle.records, names=args.names))
    elif args.csv:
        screen.raw(report.as_csv(answer, bundle.records, names=args.names))
    else:
        report.show(answer, bundle.records, screen.out, names=args.names)
    complete, libraries = answer.coverage
    return Exit.OK if complete == libraries > 0 else Exit.FINDINGS


def _refuse_names(asked: Query) -> None:
    """Whoever may not see a name may not find it out by asking whether it holds a word, or by counting."""
    private = names_asked_about(asked.condition, asked.by)
    if private:
        what = f"This asks about {' and '.join(private)}, and names of files in sensitive assets are masked."
        raise BadInput([Problem(Mark("command line"), what, "Add --names if you may see them.", code="private")])


def _list(screen: Screen) -> None:
    found = Listing("Questions with a name", ("name", "of", "condition", "what is asked"))
    for one in NAMED.values():
        found.add(one.name, one.kind.value, one.condition, one.words)
    screen.out.print(found)
    screen.out.print("Any other: custos find KIND CONDITION. `custos schema` lists the facts.")


COMMAND = Implementation(_arguments, online=_run)
