"""docs/commands.md, from the parser that `custos` itself uses."""

from __future__ import annotations

import argparse

from custos.cli import commands
from custos.cli.command import Command, Exit
from custos.cli.parser import build_parser
from docs.reference.markdown import NOTE, capital, code, table

_WIDTH = 100
_GROUP = "COMMAND"  # how the parser shows its commands
_ENDINGS = {
    Exit.OK: "it worked, and what it looked at is in order",
    Exit.FINDINGS: "it worked, and what it looked at is not in order: a case failed, a run is parked, a library is incomplete",
    Exit.BAD_INPUT: "a file, a setting or an argument must be mended; nothing was changed",
    Exit.TROUBLE: "storage or the tenant could not be reached; nothing is known",
}


def page() -> str:
    """The whole page."""
    parser = build_parser()
    lines = [
        "# Commands",
        "",
        NOTE,
        "",
        "How `custos` comes onto a machine, and what a shell needs to complete it: [install.md](install.md#custos-on-your-own-machine).",
        "How the commands follow each other in a working day is in [admin.md](admin.md). What they print with `--json` is in",
        "[json.md](json.md).",
        "",
        *table(("command", "what it does"), ((_link(one.name), one.summary) for one in commands.ALL)),
        "## Before any command",
        "",
        *_usage(parser),
        *_arguments(parser),
        "## How a command ends",
        "",
        *table(("exit code", "meaning"), ((str(end.value), _ENDINGS[end]) for end in Exit)),
    ]
    subparsers = _subparsers(parser)
    for command in commands.ALL:
        lines += _command(command, subparsers[command.name])
    return "\n".join(lines).rstrip() + "\n"


def _link(name: str) -> str:
    return f"[`{name}`](#custos-{name})"


def _command(command: Command, parser: argparse.ArgumentParser) -> list[str]:
    lines = [f"## custos {command.name}", "", command.summary]
    if command.load().offline is not None:
        lines.append("It works on files alone: it needs no settings, no storage and no tenant.")
    return [*lines, "", *_usage(parser), *_arguments(parser)]


def _usage(parser: argparse.ArgumentParser) -> list[str]:
    parser.formatter_class = lambda prog: argparse.HelpFormatter(prog, width=_WIDTH)
    return ["```text", parser.format_usage().removeprefix("usage: ").rstrip(), "```", ""]


def _arguments(parser: argparse.ArgumentParser) -> list[str]:
    told = [one for one in _all(parser) if "--help" not in one.option_strings and one.metavar != _GROUP]
    return table(("argument", "meaning"), ((_written(one), _meaning(one)) for one in told)) if told else []


def _written(argument: argparse.Action) -> str:
    value = argument.metavar or ("|".join(argument.choices) if argument.choices else "")
    if not argument.option_strings:
        return code(str(value or argument.dest))
    return code(f"{', '.join(argument.option_strings)} {value if argument.nargs != 0 else ''}".strip())


def _meaning(argument: argparse.Action) -> str:
    words = capital(argument.help or "")
    return f"{words} (required)" if argument.option_strings and argument.required else words


def _subparsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    (found,) = (one for one in _all(parser) if one.metavar == _GROUP)
    return dict(found.choices or {})


def _all(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    return parser._actions  # noqa: SLF001  # argparse has no public way to its arguments
