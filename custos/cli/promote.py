"""`custos promote`: let exactly this version of a policy go further, or take it back."""

from __future__ import annotations

import argparse

from custos.bootstrap import Custos
from custos.cli.command import Exit, Implementation, Screen
from custos.cli.identity_argument import as_argument
from custos.cli.values import person, plan_id, short_text
from custos.cli.why_argument import why_argument
from custos.jobs import approvals
from custos.jobs.approvals import Granted, Request
from custos.model.state import State
from custos.report.approvals import covered
from custos.report.screen import words
from custos.wording import day_words


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("policy", type=short_text, metavar="POLICY", help="id of a policy")
    states = [State.SIMULATE.value, State.PILOT.value, State.ENFORCE.value]
    parser.add_argument("--to", required=True, choices=states, help="how far it may go; one step at a time")
    parser.add_argument(
        "--plan",
        type=plan_id,
        default="",
        metavar="PLAN",
        help="a plan made from exactly this version by somebody else",
    )
    parser.add_argument(
        "--cig-ref",
        default="",
        type=short_text,
        metavar="REF",
        help="minute of the Corporate Information Group, for enforce",
    )
    parser.add_argument(
        "--author",
        default="",
        type=person,
        metavar="UPN",
        help="who wrote this version, where git cannot tell; not whoever approves",
    )
    why_argument(parser)
    as_argument(parser)


async def _run(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    to = State(args.to)
    request = Request(
        policy=args.policy,
        to=to,
        plan=args.plan,
        reference=args.cig_ref,
        author=args.author,
        why=args.why,
        person=args.person,
    )
    taking_back = to is State.SIMULATE
    granted = await (approvals.take_back(app, request) if taking_back else approvals.promote(app, request))
    _say(granted, screen)
    return Exit.OK


def _say(granted: Granted, screen: Screen) -> None:
    approval = granted.approval
    if granted.before:
        said = f" was taken back already, by {approval.approver} on {day_words(approval.at)}. Nothing was recorded."
        screen.out.print(words((approval.policy, "bold"), said))
        return
    screen.out.print(words((approval.policy, "bold"), f" may go as far as {approval.state}, by {approval.approver}."))
    if granted.reach is not None:
        for line in covered(granted.reach):
            screen.out.print(words(f"  {line}"), soft_wrap=True)
    elif approval.state is State.SIMULATE:
        screen.out.print("Every earlier approval of it has ended, whatever version comes back.")
    minute = f"  and  cig_ref: {approval.reference}" if approval.reference else ""
    by_hand = f"Its file could not be changed: write  state: {approval.state}{minute}  into it."
    screen.out.print("Its file says so too: commit it." if granted.written else by_hand)


COMMAND = Implementation(_arguments, online=_run)
