"""`custos completion`: what a shell needs to complete the commands and their options at the press of Tab."""

from __future__ import annotations

import argparse

from custos.cli.command import Exit, Implementation, Screen

_SHELLS = ("bash", "zsh", "fish")


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=_SHELLS, metavar="SHELL", help="bash, zsh or fish")


def _run(args: argparse.Namespace, screen: Screen) -> int:
    import shtab

    from custos.cli.parser import build_parser, every_action

    parser = build_parser()
    paths = {"FILE": shtab.FILE, "DIRECTORY": shtab.DIRECTORY}
    for action in every_action(parser):
        if action.metavar in paths:
            vars(action)["complete"] = paths[str(action.metavar)]  # where shtab looks for it
    screen.raw(shtab.complete(parser, shell=args.shell))
    return Exit.OK


COMMAND = Implementation(_arguments, offline=_run)
