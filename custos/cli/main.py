"""Reads the command line, wires the application, turns every expected error into one clear sentence."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from custos.cli import commands
from custos.cli.command import Command, Exit, Screen
from custos.cli.values import not_typed, short_text, whole_number
from custos.did_you_mean import nearest
from custos.errors import BadInput, BadSetting, CustosError
from custos.report.screen import HarmlessConsole, Listing, words
from custos.report.wording import council_time
from custos.settings import policies_in, settings_from
from custos.wording import many

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_SETTINGS_FILE = "local.settings.json"
_NAMES = [command.name for command in commands.ALL]


def of_this_process(settings: Mapping[str, str]) -> Custos:
    """The application of a process that is this command's own.

    What a settings file says becomes its environment, where azure-identity looks for the endpoint of managed identities.
    """
    from custos.bootstrap import build

    os.environ.update(settings)
    return build(settings_from(settings))


def main(
    arguments: Sequence[str] | None = None,
    environment: Mapping[str, str] = os.environ,
    wired: Callable[[Mapping[str, str]], Custos] = of_this_process,
) -> int:
    """Run one command; returns its exit code (`custos.cli.command.Exit`).

    `wired` makes the application from the settings: the environment over what a settings file says.
    """
    written = list(sys.argv[1:] if arguments is None else arguments)
    parser = build_parser()
    if wrong := not_typed(written):
        HarmlessConsole(stderr=True).print(words(wrong), soft_wrap=True)
        return Exit.BAD_INPUT
    name = _command_in(parser, written)
    if name is None:
        HarmlessConsole().print(_overview())
        return Exit.OK
    if name not in _NAMES:
        known = nearest(name, _NAMES)
        remedy = known if known.startswith("Did") else ""
        HarmlessConsole(stderr=True).print(words(f'There is no command "{name}". {remedy} `custos` lists them.'))
        return Exit.BAD_INPUT
    try:
        args = parser.parse_args(written)
    except _NotMeant as refused:
        HarmlessConsole(stderr=True).print(words(str(refused)), soft_wrap=True)
        return Exit.BAD_INPUT
    screen = Screen(HarmlessConsole(width=args.width), HarmlessConsole(stderr=True))
    command: Command = args.command
    try:
        settings = environment_from(args.settings, environment)
        if command.offline is not None:
            args.directory = getattr(args, "directory", None) or policies_in(settings)
        if command.offline is not None and not getattr(args, "online", False):
            return command.offline(args, screen)
        return asyncio.run(_online(command, args, screen, settings, wired))
    except BadInput as bad:
        for problem in bad.problems:
            screen.err.print(str(problem), soft_wrap=True)
        screen.err.print(f"{many(len(bad.problems), 'problem')}. Nothing was changed.")
        return Exit.BAD_INPUT
    except BadSetting as bad:
        screen.err.print(f"{bad} See docs/operator.md.", soft_wrap=True)
        return Exit.BAD_INPUT
    except CustosError as trouble:
        screen.err.print(f"{trouble}", soft_wrap=True)
        return Exit.TROUBLE
    except KeyboardInterrupt:
        screen.err.print("Stopped. What was under way goes on in the function app.")
        return Exit.TROUBLE


class _NotMeant(Exception):
    """What was typed is no use of the command. The text is one sentence."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Raise what is wrong, in one sentence, instead of printing how everything is used and leaving the process."""
        end = "" if message.endswith((".", "?")) else "."
        raise _NotMeant(f"{self.prog}: {message}{end} `{self.prog} --help` shows its arguments.")


def build_parser() -> argparse.ArgumentParser:
    """The parser of every command; the reference page is generated from it."""
    parser = _Parser(prog="custos", description="Governs SharePoint Online and Microsoft Teams from policy files.")
    parser.add_argument(
        "--settings",
        type=short_text,
        metavar="FILE",
        help=f"settings in the form of {_SETTINGS_FILE} (default: that file in this folder, if there is one)",
    )
    parser.add_argument(
        "--width", type=whole_number(20), metavar="COLUMNS", help="width of what is printed (default: the terminal's)"
    )
    groups = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in commands.ALL:
        own = groups.add_parser(command.name, help=command.summary, description=command.summary)
        command.arguments(own)
        own.set_defaults(command=command)
    return parser


def _command_in(parser: argparse.ArgumentParser, written: Sequence[str]) -> str | None:
    """The command that was typed; None when there is none."""
    rest = list(written)
    while rest:
        if rest[0] in ("-h", "--help"):
            parser.parse_args(rest)
        if not rest[0].startswith("-"):
            return rest[0]
        rest = rest[1:] if "=" in rest[0] or rest[0] not in ("--settings", "--width") else rest[2:]
    return None


def _overview() -> Listing:
    """What there is, for somebody who typed `custos` alone."""
    listing = Listing("custos COMMAND, and `custos COMMAND --help` for its arguments", ("command", "what it does"))
    for command in commands.ALL:
        listing.add(command.name, command.summary)
    return listing


def environment_from(file: str | None, environment: Mapping[str, str]) -> dict[str, str]:
    """The environment, over the `Values` of a settings file.

    Raises BadSetting when the file was named and cannot be read, or is not of the form {"Values": {…}}.
    """
    path = Path(file or _SETTINGS_FILE)
    if not file and not path.exists():
        return dict(environment)
    try:
        values = json.loads(path.read_text(encoding="utf-8"))["Values"]
        return {**{str(name): str(value) for name, value in values.items()}, **environment}
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise BadSetting(
            f'{path} cannot be read as settings ({type(error).__name__}): write {{"Values": {{"NAME": "value"}}}}.'
        ) from error


async def _online(
    command: Command,
    args: argparse.Namespace,
    screen: Screen,
    settings: Mapping[str, str],
    wired: Callable[[Mapping[str, str]], Custos],
) -> int:
    app = wired(settings)
    assert command.online is not None
    try:
        with council_time(app.zone):
            return await command.online(app, args, screen)
    finally:
        await app.close()
