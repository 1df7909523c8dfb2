"""`custos report`: a page for people who decide, as a file that prints well and on the terminal."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from custos.bootstrap import Custos
from custos.cli.command import Exit, Implementation, Screen
from custos.cli.values import directory, quarter
from custos.errors import BadInput, Mark, Problem
from custos.jobs.first_look import first_look
from custos.jobs.quarter import pack
from custos.report import first_look as look_report
from custos.report import quarter as quarter_report
from custos.report.docx import docx_of
from custos.report.screen import words
from custos.report.shapes import text_of

_FIRST_LOOK, _QUARTER = "first-look", "quarter"


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        choices=(_FIRST_LOOK, _QUARTER),
        help="first-look: what is held, by whom, how open, and what to do first; "
        "quarter: what moved, what is to be decided, what comes, for the Corporate Information Group",
    )
    parser.add_argument(
        "quarter", nargs="?", type=quarter, metavar="QUARTER", help="quarter: which, for instance 2026-Q3"
    )
    parser.add_argument(
        "--to",
        type=directory,
        metavar="FILE",
        help="write it as an HTML page that prints well, or as a Word file: FILE.docx",
    )
    parser.add_argument("--json", action="store_true", help="for machines")


async def _run(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    if (args.what == _QUARTER) != (args.quarter is not None):
        what = "Say which quarter." if args.what == _QUARTER else "A first look is of today, and of no quarter."
        remedy = "Write custos report quarter 2026-Q3, or custos report first-look."
        raise BadInput([Problem(Mark("command line"), what, remedy, code="quarter")])
    return await (_quarter if args.what == _QUARTER else _first_look)(app, args, screen)


async def _first_look(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    with screen.err.status("Reading the mirror …"):
        look = await first_look(app)
    if args.to is not None:
        await write_page(args.to, look_report.page(look), screen)
    elif args.json:
        screen.raw(text_of(look_report.as_json(look)))
    else:
        look_report.show(look, screen.out)
    return Exit.OK if look.whole and not look.things else Exit.FINDINGS


async def _quarter(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    with screen.err.status("Reading what was published, and the audit …"):
        found = await pack(app, args.quarter)
    if args.to is not None:
        await write_page(args.to, quarter_report.page(found), screen)
    elif args.json:
        screen.raw(text_of(quarter_report.as_json(found)))
    else:
        quarter_report.show(found, screen.out)
    return Exit.FINDINGS if found.chain.broken else Exit.OK


async def write_page(path: Path, page: str, screen: Screen) -> None:
    """Write a page where nothing is yet, as HTML or, where the file is called so, for Word. Raises BadInput."""
    word = path.suffix.casefold() == ".docx"
    content = await asyncio.to_thread(docx_of, page) if word else page.encode()
    try:
        await asyncio.to_thread(_write_new, path, content)
    except OSError as error:
        what = f"{path} cannot be written: {error.strerror}."
        raise BadInput(
            [Problem(Mark("command line"), what, "Name a file that is not there yet.", code="taken")]
        ) from error
    how = "Open it in Word." if word else "Open it in a browser, or print it from there."
    screen.out.print(words(f"The page is in {path}. {how}"), soft_wrap=True)


def _write_new(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)


COMMAND = Implementation(_arguments, online=_run)
