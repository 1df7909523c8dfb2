"""`custos doctor`: what works, what is missing, and what is too much, on this very tenant."""

from __future__ import annotations

import argparse

from custos.bootstrap import Custos
from custos.cli.command import Command, Exit, Screen, no_arguments
from custos.jobs.examination import Sign, examine
from custos.report.screen import words

_STYLES = {Sign.OK: "green", Sign.WARN: "yellow", Sign.FAIL: "bold red", Sign.OFF: "dim"}


async def _run(app: Custos, args: argparse.Namespace, screen: Screen) -> int:  # noqa: ARG001 takes none
    looks = await examine(app)
    for look in looks:
        sign = (f"{look.sign:<5}", _STYLES[look.sign])
        screen.out.print(words("  ", sign, f"  {look.what:<20}  {look.detail}"), soft_wrap=True)
    return Exit.FINDINGS if any(look.sign is Sign.FAIL for look in looks) else Exit.OK


COMMAND = Command(
    "doctor", "Look at sign-in, roles, storage, policies, bot and webhooks of this tenant.", no_arguments, online=_run
)
