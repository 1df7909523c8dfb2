"""`custos stop` and `custos start`: end all writes on every instance within a minute; let them go on."""

from __future__ import annotations

import argparse

from custos.bootstrap import Custos
from custos.cli.command import Exit, Implementation, Screen
from custos.cli.identity_argument import as_argument
from custos.cli.why_argument import why_argument
from custos.jobs import identity
from custos.records.rights import Right


def _arguments(parser: argparse.ArgumentParser) -> None:
    why_argument(parser, required=True)
    as_argument(parser)


async def _stop(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    stop = await app.stop_switch.stop(by=await identity.require(app, Right.STOP, args.person), why=args.why)
    watched = "Custos goes on leaving: no webhook is made" if stop.leaving else "Reading and asking go on"
    screen.out.print(f"Writes end within a minute, on every instance. {watched}. `custos start` resumes.")
    return Exit.OK


async def _start(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    await app.stop_switch.start(by=await identity.require(app, Right.START, args.person), why=args.why)
    screen.out.print("Writes may go on, through the gate as ever.")
    return Exit.OK


STOP = Implementation(_arguments, online=_stop)
START = Implementation(_arguments, online=_start)
