"""`custos status`: how current the mirror is, what runs, what waits, what went wrong."""

from __future__ import annotations

import argparse
import json

from custos.bootstrap import Custos
from custos.cli.command import Command, Exit, Screen
from custos.jobs.overview import Overview, overview
from custos.report.overview import show


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="for machines")


async def _run(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    found = await overview(app)
    if args.json:
        screen.raw(json.dumps(_as_json(found), indent=1))
    else:
        show(found, screen.out)
    return Exit.OK if found.in_order else Exit.FINDINGS


def _as_json(found: Overview) -> dict[str, object]:
    return {
        "libraries": {state.value: count for state, count in found.libraries.items()},
        "items": found.items,
        "oldest": found.oldest.isoformat() if found.oldest else None,
        "compared": found.compared.isoformat() if found.compared else None,
        "drift": found.drift,
        "queues": dict(found.queues),
        "policies": {name: state.value for name, state in found.policies.items()},
        "remarks": found.remarks,
        "doubts": [str(one) for one in found.doubts],
        "runs": [run.id for run in found.runs],
        "cases": dict(found.cases),
        "untold": found.untold,
        "unasked": found.unasked,
        "waiting": [
            {"asset": one.asset_id, "about": one.about, "run": one.run, "why": one.why} for one in found.waiting
        ],
        "stopped": found.stopped,
        "incidents": [
            {"kind": one.kind.value, "subject": one.subject, "count": one.count, "last": one.last.isoformat()}
            for one in found.incidents
        ],
        "spent": {"units": found.units, "requests": found.requests, "throttles": found.throttles},
    }


COMMAND = Command("status", "Show the mirror's age, runs, cases, queues and incidents.", _arguments, online=_run)
