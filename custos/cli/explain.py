"""`custos explain`: why something is treated as it is."""

from __future__ import annotations

import argparse
import asyncio

from custos.bootstrap import Custos
from custos.cli.command import Exit, Implementation, Screen
from custos.cli.values import address, short_text
from custos.engine.explain import explain
from custos.jobs.facts import facts as read
from custos.jobs.policies import in_force
from custos.policy.policy_selection import policies_named
from custos.report.explanation import show
from custos.report.plans_json import explained
from custos.report.shapes import text_of


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("at", type=address, metavar="URL", help="web address of a site, library, folder or file")
    parser.add_argument("--policy", type=short_text, metavar="POLICY", help="only this policy")
    parser.add_argument("--json", action="store_true", help="every rule, for machines")
    parser.add_argument("--all", action="store_true", help="also rules that do not cover it")


async def _run(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    bundle = (await in_force(app)).bundle
    if args.policy is not None:
        policies_named([args.policy], bundle.policies)
    facts, _ = await read(app, bundle)
    now = app.clock.now()
    standings = await app.approvals.standing(bundle)
    explanation = await asyncio.to_thread(explain, bundle, facts, now, args.at, policy=args.policy, standings=standings)
    if args.json:
        screen.raw(text_of(explained(explanation)))
    else:
        show(explanation, now, screen.out, every=args.all)
    return Exit.OK if explanation.found else Exit.FINDINGS


COMMAND = Implementation(_arguments, online=_run)
