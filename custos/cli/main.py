"""Reads the command line, wires the application, turns every expected error into one clear sentence."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from custos import __version__
from custos.cli import commands
from custos.cli.command import Exit, Implementation, Screen
from custos.cli.parser import SETTINGS_FILE, NotMeant, build_parser, command_in, unknown_option
from custos.cli.values import not_typed
from custos.did_you_mean import nearest
from custos.errors import BadInput, BadSetting, CustosError
from custos.report.screen import HarmlessConsole, Listing, words
from custos.settings import policies_in, settings_from
from custos.storage.state_format import FORMAT
from custos.wording import council_time, many

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_NAMES = [command.name for command in commands.ALL]


def of_this_process(settings: Mapping[str, str]) -> Custos:
    """The application of a process that is this command's own.

    What a settings file says becomes its environment, where azure-identity looks for the endpoint of managed identities.
    """
    from custos.bootstrap import build

    # What azure-identity logs of each attempt would bury the sentence that says what to do.
    told_already = logging.getLogger("azure.identity")
    told_already.addHandler(logging.NullHandler())
    told_already.propagate = False
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
    if wrong := not_typed(written):
        return _refused(wrong)
    name = command_in(written)
    parser = build_parser([name] if name else [])
    before = written[: written.index(name)] if name else written
    if not {"-h", "--help"}.isdisjoint(before):
        parser.print_help()
        return Exit.OK
    if "--version" in before:
        HarmlessConsole().print(_version())
        return Exit.OK
    if wrong := unknown_option(parser, written):
        return _refused(wrong)
    if name is None:
        HarmlessConsole().print(_overview())
        return Exit.OK
    if name not in _NAMES:
        known = nearest(name, _NAMES)
        remedy = known if known.startswith("Did") else ""
        return _refused(f'There is no command "{name}". {remedy} `custos` lists them.')
    try:
        args = parser.parse_args(written)
    except NotMeant as refused:
        return _refused(str(refused))
    screen = Screen(HarmlessConsole(width=args.width), HarmlessConsole(stderr=True))
    command: Implementation = args.command
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


def _refused(what: str) -> Exit:
    HarmlessConsole(stderr=True).print(words(what), soft_wrap=True)
    return Exit.BAD_INPUT


def _version() -> str:
    return f"custos {__version__}, Python {platform.python_version()}, state format {FORMAT}"


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
    path = Path(file or SETTINGS_FILE)
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
    command: Implementation,
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
