"""The parser of the command line: every command with its arguments, and one sentence for what is no use of it."""

from __future__ import annotations

import argparse
import re
from collections.abc import Collection, Iterator, Sequence
from typing import NoReturn

from custos.cli import commands
from custos.cli.values import short_text, whole_number
from custos.did_you_mean import nearest

SETTINGS_FILE = "local.settings.json"
_END_OF_OPTIONS = "--"
_REQUIRED = "the following arguments are required: "
_CHOICE = re.compile(r"argument \S+: invalid choice: '(.*)' \(choose from (.*)\)", re.DOTALL)
_UNRECOGNISED = "unrecognized arguments: "


class NotMeant(Exception):
    """What was typed is no use of the command. The text is one sentence, and where to read on."""


class Parser(argparse.ArgumentParser):
    """Of argparse, for people: it raises what is wrong and leaves the process alone."""

    def error(self, message: str) -> NoReturn:
        """Raise what is wrong, in one sentence, instead of printing how everything is used and leaving the process."""
        if choice := _CHOICE.fullmatch(message):
            typed, known = choice.groups()
            message = f'"{typed}" is not known here. {nearest(typed, known.replace("'", "").split(", "))}'
        elif message.startswith(_REQUIRED):
            message = f"{message.removeprefix(_REQUIRED)} must be given"
        elif message.startswith(_UNRECOGNISED):
            message = f'"{message.removeprefix(_UNRECOGNISED)}" is not expected here'
        end = "" if message.endswith((".", "?")) else "."
        raise NotMeant(f"{self.prog}: {message}{end} `{self.prog} --help` shows its arguments.")


def build_parser(names: Collection[str] | None = None) -> Parser:
    """The parser of every command, or of those `names` alone: the others bear no arguments then, and cost no import.

    The reference page and the shells' completions are generated from it.
    """
    parser = Parser(prog="custos", description="Governs SharePoint Online and Microsoft Teams from policy files.")
    parser.add_argument(
        "--settings",
        type=short_text,
        metavar="FILE",
        help=f"settings in the form of {SETTINGS_FILE} (default: that file in this folder, if there is one)",
    )
    parser.add_argument(
        "--width", type=whole_number(20), metavar="COLUMNS", help="width of what is printed (default: the terminal's)"
    )
    parser.add_argument(
        "--version", action="store_true", help="say which Custos this is, on which Python, and the format of its state"
    )
    groups = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in commands.ALL:
        own = groups.add_parser(command.name, help=command.summary, description=command.summary)
        if names is None or command.name in names:
            implementation = command.load()
            implementation.arguments(own)
            own.set_defaults(command=implementation)
    return parser


def command_in(written: Sequence[str]) -> str | None:
    """The command that was typed; None when there is none."""
    rest = list(written)
    while rest:
        if not rest[0].startswith("-"):
            return rest[0]
        rest = rest[1:] if "=" in rest[0] or rest[0] not in ("--settings", "--width") else rest[2:]
    return None


def unknown_option(parser: argparse.ArgumentParser, written: Sequence[str]) -> str:
    """What is wrong with the first option that the command has not, and the nearest that it has; "" when it has them all.

    argparse would name what is missing instead, or take the option's value for the command.
    """
    known = _options(parser)
    for word in written:
        if word == _END_OF_OPTIONS:
            return ""
        if word.startswith("--"):
            option = word.partition("=")[0]
            if not any(one.startswith(option) for one in known):
                near = nearest(option, known)
                said = f"{near} " if near.startswith("Did") else ""
                return f'{parser.prog} has no option "{option}". {said}`{parser.prog} --help` shows its arguments.'
        elif inner := _nested(parser).get(word):
            parser = inner
            known = _options(parser)
    return ""


def _options(parser: argparse.ArgumentParser) -> frozenset[str]:
    return frozenset(
        option for action in actions(parser) for option in action.option_strings if option.startswith("--")
    )


def _nested(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    return {
        name: inner
        for action in actions(parser)
        if isinstance(action, argparse._SubParsersAction)  # noqa: SLF001  # argparse has no public name for it
        for name, inner in action.choices.items()
    }


def actions(parser: argparse.ArgumentParser) -> Sequence[argparse.Action]:
    """The arguments of a parser itself."""
    return parser._actions  # noqa: SLF001  # argparse has no public way to its arguments


def every_action(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """The arguments of a parser and of every command in it."""
    yield from actions(parser)
    for inner in _nested(parser).values():
        yield from every_action(inner)
