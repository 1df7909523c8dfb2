"""`custos leave`: ends all writes and removes every webhook, for the day on which Custos is taken out of a tenant."""

from __future__ import annotations

import argparse

from custos.bootstrap import Custos
from custos.cli.command import Exit, Implementation, Screen
from custos.cli.identity_argument import as_argument
from custos.cli.why_argument import why_argument
from custos.jobs import identity, leaving
from custos.records.rights import Right
from custos.wording import many

_REST = "docs/runbooks/leave.md says what is taken away besides, and what stays readable."


def _arguments(parser: argparse.ArgumentParser) -> None:
    why_argument(parser)
    as_argument(parser)


async def _run(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    if not args.why:
        left = await leaving.look(app)
        writes = "Writes are stopped" if left.stopped else "Writes are not stopped"
        screen.out.print(
            f"{writes}; Microsoft holds {many(left.webhooks, 'webhook')}; {many(left.installed, 'person is', 'people are')} known to "
            "have the Teams app. Nothing was changed. `custos leave --why REASON` ends all writes and removes the webhooks. "
            + _REST,
            soft_wrap=True,
        )
        return Exit.FINDINGS if left.webhooks or not left.leaving else Exit.OK
    done = await leaving.leave(app, by=await identity.require(app, Right.STOP, args.person), why=args.why)
    left = await leaving.look(app)
    said = f"All writes end within a minute. {many(done.removed, 'webhook')} removed; Microsoft holds {many(left.webhooks, 'webhook')} now."
    screen.out.print(f"{said} No timer makes new ones until `custos start`. {_REST}", soft_wrap=True)
    for library, trouble in done.troubles.items():
        screen.err.print(f"The webhook of {library} stays: {trouble}", soft_wrap=True)
    return Exit.FINDINGS if left.webhooks else Exit.OK


COMMAND = Implementation(_arguments, online=_run)
