"""`custos plan`: what would be done now, and what not and why."""

from __future__ import annotations

import argparse
from dataclasses import replace

from custos.bootstrap import Custos
from custos.cli.command import Command, Exit, Screen
from custos.cli.operator import as_argument, operator
from custos.engine.model import Plan
from custos.engine.plan import writes
from custos.errors import BadInput, Mark, Problem
from custos.jobs.evaluation import look
from custos.report import plans as report


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("policies", nargs="*", metavar="POLICY", help="only these policies (default: all)")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="every action, for machines")
    form.add_argument("--markdown", action="store_true", help="a comment for a pull request")
    form.add_argument("--all", action="store_true", help="every action, one a line")
    parser.add_argument("--names", action="store_true", help="do not mask names of files in sensitive assets")
    parser.add_argument("--show", metavar="PLAN", help="show a saved plan instead of making one")
    as_argument(parser)


async def _run(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    from custos.jobs.policies import in_force

    if args.show:
        plan = await app.plans.load(args.show)
        records = (await in_force(app)).bundle.records
    else:
        files = await in_force(app)
        if files.problems:
            raise BadInput(files.problems)
        with screen.err.status("Evaluating the policies on the mirror …"):
            outlook = await look(app, files)
        records = outlook.in_force.bundle.records
        plan = _only(outlook.plan, frozenset(args.policies))
        plan = await app.plans.save(plan, by=await operator(app.settings, args.person))
    if args.json:
        screen.raw(report.as_json(plan, records, names=args.names))
    elif args.markdown:
        screen.raw(report.markdown(plan, records))
    else:
        report.show(plan, records, screen.out, every=args.all, names=args.names)
        if writes(plan.actions):
            screen.out.print(f"\nNothing was changed. To do exactly this: custos apply {plan.id}")
        else:
            screen.out.print("\nNothing was changed, and `custos apply` would change nothing.")
    return Exit.OK


def _only(plan: Plan, policies: frozenset[str]) -> Plan:
    unknown = policies - plan.policies.keys()
    if unknown:
        known = ", ".join(sorted(plan.policies))
        raise BadInput(
            [
                Problem(Mark("command line"), f"There is no policy {name}.", f"Known: {known}.", code="policy")
                for name in sorted(unknown)
            ]
        )
    if not policies:
        return plan
    return replace(
        plan,
        policies={name: digest for name, digest in plan.policies.items() if name in policies},
        states={name: state for name, state in plan.states.items() if name in policies},
        actions=tuple(action for action in plan.actions if action.finding.policy in policies),
        unknown={rule: count for rule, count in plan.unknown.items() if rule.partition("/")[0] in policies},
    )


COMMAND = Command(
    "plan",
    "Show what the policies would do now: before ► after, why, how far it can be undone.",
    _arguments,
    online=_run,
)
