"""`custos plan`: what would be done now, and what not and why."""

from __future__ import annotations

import argparse
from dataclasses import replace

from custos.bootstrap import Custos
from custos.cli.command import Exit, Implementation, Screen
from custos.cli.identity_argument import as_argument
from custos.cli.values import plan_id, short_text
from custos.engine.plan import writes
from custos.errors import BadInput
from custos.jobs import identity
from custos.jobs.evaluation import look
from custos.jobs.policies import in_force, judging
from custos.m365.sign_in import HOW, NotSignedIn
from custos.model.plan import Plan
from custos.model.policy import own_name
from custos.policy.policy_selection import policies_named
from custos.report import plans as report


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "policies", nargs="*", type=short_text, metavar="POLICY", help="only these policies (default: all)"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="every action, for machines")
    form.add_argument("--markdown", action="store_true", help="a comment for a pull request")
    form.add_argument("--all", action="store_true", help="every action, one a line")
    parser.add_argument("--names", action="store_true", help="do not mask names of files in sensitive assets")
    parser.add_argument("--show", type=plan_id, metavar="PLAN", help="show a saved plan instead of making one")
    as_argument(parser)


async def _run(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
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
        plan = _only(outlook.plan, policies_named(args.policies, outlook.plan.policies))
        plan = await _kept(app, plan, args.person, screen)
    if args.json:
        screen.raw(report.as_json(plan, records, names=args.names))
    elif args.markdown:
        screen.raw(report.markdown(plan, records))
    else:
        report.show(plan, records, screen.out, every=args.all, names=args.names)
        if plan.id and writes(plan.actions):
            screen.out.print(f"\nNothing was changed. To do exactly this: custos apply {plan.id}")
        else:
            screen.out.print("\nNothing was changed, and `custos apply` would change nothing.")
    return Exit.OK


async def _kept(app: Custos, plan: Plan, wanted: str, screen: Screen) -> Plan:
    """The plan, kept in the name of whoever is signed in. Nobody's plan is shown and not kept: nobody could answer for it."""
    try:
        by = await identity.person(app.sign_in, app.m365, await judging(app), wanted)
    except NotSignedIn:
        screen.err.print(f"Nobody is signed in, so the plan is not kept: it can be neither applied nor approved. {HOW}")
        return plan
    return await app.plans.save(plan, by=by)


def _only(plan: Plan, wanted: frozenset[str]) -> Plan:
    """What the plan says of some policies: of the version in force and of an edited one beside it."""
    if not wanted:
        return plan
    names_of = frozenset(name for name in plan.policies if own_name(name) in wanted)
    return replace(
        plan,
        policies={name: digest for name, digest in plan.policies.items() if name in names_of},
        states={name: state for name, state in plan.states.items() if name in names_of},
        reasons={name: reason for name, reason in plan.reasons.items() if name in names_of},
        actions=tuple(action for action in plan.actions if action.finding.policy in names_of),
        unknown={rule: count for rule, count in plan.unknown.items() if rule.partition("/")[0] in names_of},
    )


COMMAND = Implementation(_arguments, online=_run)
