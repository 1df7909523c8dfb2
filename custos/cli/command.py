"""What a command is: its words for the help, and the module with its arguments and what it does."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from custos.report.screen import HarmlessConsole

if TYPE_CHECKING:
    from custos.bootstrap import Custos


class Exit(IntEnum):
    """How the command ended, for scripts."""

    OK = 0
    FINDINGS = 1  # it worked and what it looked at is not in order
    BAD_INPUT = 2  # a file or an argument must be mended
    TROUBLE = 3  # storage or the tenant could not be reached; nothing is known


@dataclass(frozen=True, slots=True)
class Screen:
    """Where a command prints: results to `out`, progress and remarks to `err`."""

    out: HarmlessConsole
    err: HarmlessConsole

    def raw(self, text: str) -> None:
        """Print text for machines, untouched by wrapping or colour; whoever made it has made it harmless."""
        self.out.file.write(text.rstrip("\n") + "\n")


type Offline = Callable[[argparse.Namespace, Screen], int]
type Online = Callable[["Custos", argparse.Namespace, Screen], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Implementation:
    """What a command takes and does. `online` gets the wired application.

    `offline` needs neither storage nor tenant, and finds the policies in `args.directory`.
    With both, `online` is for whoever says `--online`.
    """

    arguments: Callable[[argparse.ArgumentParser], None]
    offline: Offline | None = None
    online: Online | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """One command of the help. `module` of `custos.cli` holds its implementation as `COMMAND`, or as what stands after a colon."""

    name: str
    summary: str
    module: str

    def load(self) -> Implementation:
        """What the command takes and does; imports its module."""
        module, _, constant = self.module.partition(":")
        found: Implementation = getattr(importlib.import_module(f"custos.cli.{module}"), constant or "COMMAND")
        return found


def no_arguments(parser: argparse.ArgumentParser) -> None:
    """For a command that takes none."""
    parser.set_defaults()
