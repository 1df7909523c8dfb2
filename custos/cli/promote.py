"""`custos promote`: let exactly this version of a policy go further, or take it back."""

from __future__ import annotations

import argparse
from pathlib import Path

from custos.bootstrap import Custos
from custos.cli.command import Command, Exit, Screen
from custos.cli.operator import as_argument, operator
from custos.engine.model import State
from custos.errors import BadInput, Mark, Problem
from custos.jobs.policies import as_written
from custos.policy.model import Bundle, Policy
from custos.policy.state_edit import with_state
from custos.report.screen import words


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("policy", metavar="POLICY", help="id of a policy")
    states = [State.SIMULATE.value, State.PILOT.value, State.ENFORCE.value]
    parser.add_argument("--to", required=True, choices=states, help="how far it may go; one step at a time")
    parser.add_argument("--plan", default="", metavar="PLAN", help="a plan made from exactly this version")
    parser.add_argument(
        "--cig-ref", default="", metavar="REF", help="minute of the Corporate Information Group, for enforce"
    )
    parser.add_argument(
        "--author", default="", metavar="UPN", help="who wrote this version (default: the policy's owner)"
    )
    parser.add_argument("--why", default="", metavar="REASON", help="the reason, for the audit")
    as_argument(parser)


async def _run(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    bundle = await as_written(app)
    policy = _policy(bundle, args.policy)
    person = await operator(app.settings, args.person)
    to = State(args.to)
    for warning in bundle.warnings:
        if warning.mark.file == policy.mark.file:
            screen.err.print(words(("WARNING  ", "bold red"), str(warning)), soft_wrap=True)
    if to is State.SIMULATE:
        await app.approvals.demote(policy, by=person, why=args.why)
    else:
        if not args.plan:
            raise _problem(
                f"{to} needs a plan of this version.", "Make one with `custos plan` and name it with --plan."
            )
        await app.approvals.promote(
            policy,
            to,
            plan=await app.plans.header(args.plan),
            approver=person,
            author=args.author or policy.owner,
            reference=args.cig_ref,
            why=args.why,
        )
    write_state(app.settings.policies / policy.mark.file, to)
    screen.out.print(f"{policy.id} may go as far as {to}, by {person}. Its file says so too: commit it.")
    return Exit.OK


def _policy(bundle: Bundle, name: str) -> Policy:
    found = bundle.policies.get(name)
    if found is None:
        raise _problem(f"There is no policy {name}.", f"Known: {', '.join(sorted(bundle.policies))}.")
    return found


def write_state(path: Path, state: State) -> None:
    """Have a policy file ask for a state; nothing else in it changes."""
    path.write_bytes(with_state(path.name, path.read_bytes(), state))


def _problem(what: str, remedy: str) -> BadInput:
    return BadInput([Problem(Mark("command line"), what, remedy, code="promotion")])


COMMAND = Command(
    "promote", "Let exactly this version of a policy pilot or enforce, or take it back.", _arguments, online=_run
)
