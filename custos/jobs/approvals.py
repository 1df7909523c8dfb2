"""Letting a policy act, and taking it back: what a person asks at the terminal, made into what the engine judges."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from custos.engine.approvals import Approval, last
from custos.engine.involved_people import commit_judged, hands_in_any
from custos.engine.policy_reach import Reach, reach
from custos.engine.promotion import Promotion, PromotionRules
from custos.engine.separation_of_duties import Involved
from custos.errors import BadInput, Mark, Problem
from custos.jobs import identity, policies
from custos.jobs.policy_authors import authors_of
from custos.model.policy import Bundle, Policy
from custos.model.state import State
from custos.policy.loader import read_policy
from custos.policy.policy_selection import policies_named
from custos.policy.state_edit import with_minute, with_state
from custos.problems import Problems
from custos.records.rights import Right
from custos.settings import Settings

if TYPE_CHECKING:
    from custos.bootstrap import Custos


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody asks for: a policy by name, how far, on which plan. `author` is who wrote it, where git cannot tell; `person` who
    of those who are signed in asks.
    """

    policy: str
    to: State
    plan: str
    reference: str = ""
    author: str = ""
    why: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """An approval as it was given, what it covers (None: nothing, it was taken back), and whether the file says so too. `before`: it was
    taken back already, and nothing was recorded.
    """

    approval: Approval
    reach: Reach | None
    written: bool
    before: bool = False


async def promote(app: Custos, request: Request) -> Granted:
    """Let exactly the version in the files go further. Raises BadInput with every reason against it."""
    written = await policies.as_written(app)
    policy = _named(written, request.policy)
    judging = await policies.judging(app)
    by = await identity.person(app.sign_in, app.m365, judging, request.person)
    if not request.plan:
        raise _problem(
            f"{request.to} needs a plan of this version.", "Have one made with `custos plan`; name it with --plan."
        )
    plan = await app.plans.header(request.plan)
    content = written.files[policy.mark.file]
    wrote = await _authors(app, written, policy, content, request)
    owner = (await identity.ids_of(app.m365, [policy.owner]))[policy.owner]
    reached = await asyncio.to_thread(reach, written, policy)
    promotion = Promotion(
        policy=policy,
        content=content,
        reach=reached,
        to=request.to,
        plan=plan,
        by=by,
        owner=Involved(owner, policy.owner, f"owns the policy {policy.id}"),
        authors=wrote.authors,
        strangers=wrote.strangers,
        commit=wrote.commit,
        reference=request.reference,
        why=request.why,
    )
    settings = judging.settings
    rules = PromotionRules(
        rights=settings.rights, approval=settings.approval, today=app.today(), holidays=judging.records.holidays
    )
    approval = await app.approvals.promote(promotion, rules)
    written_back = await _write_state(app.settings, policy.mark.file, request.to, minute=approval.reference)
    return Granted(approval=approval, reach=reached, written=written_back)


async def take_back(app: Custos, request: Request) -> Granted:
    """Let a policy only simulate from now on, whatever version of it was approved. Files that cannot be used, and a policy whose file
    is gone, stand in nobody's way.

    Raises BadInput when somebody may not, gives no reason, or there is no such policy.
    """
    by = await identity.require(app, Right.STOP, request.person)
    if not request.why.strip():
        raise _problem("Taking a policy back needs a reason.", "Write it behind --why: the audit keeps it.")
    files, approvals = await _files(app), await app.approvals.all()
    (name,) = policies_named([request.policy], {*files, *(one.policy for one in approvals)})
    standing = last(approvals, name)
    before = standing is not None and standing.state is State.SIMULATE
    if standing is None or not before:
        standing = await app.approvals.take_back(name, by=by, why=request.why)
    written = await _write_state(app.settings, files.get(name, f"{name}.yaml"), State.SIMULATE)
    return Granted(approval=standing, reach=None, written=written, before=before)


async def _files(app: Custos) -> dict[str, str]:
    """The policies by name, and their files: of the last good version while the files at hand cannot be used, and none without one."""
    try:
        bundle = (await policies.in_force(app)).bundle
    except BadInput:
        return {}
    return {policy.name: policy.mark.file for policy in bundle.policies.values()}


async def involved_in(app: Custos, names: list[str]) -> list[Involved]:
    """Who owns the policies in force of these names, and who wrote any version of them that was ever approved, for whoever would release
    a run of them.
    """
    bundle = (await policies.in_force(app)).bundle
    owned = [policy for name in names if (policy := bundle.policies.get(name)) is not None]
    ids = await identity.ids_of(app.m365, [policy.owner for policy in owned])
    found = [Involved(ids[policy.owner], policy.owner, f"owns the policy {policy.id}") for policy in owned]
    for name in names:
        hands = hands_in_any(await app.approvals.of(name))
        found += [Involved(author, author, f"wrote the policy {name}") for author in sorted(hands)]
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wrote:
    """Who wrote a version since the one that was judged before it; `strangers` are mail addresses that the directory does not know."""

    authors: tuple[Involved, ...]
    strangers: tuple[str, ...]
    commit: str


async def _authors(app: Custos, written: Bundle, policy: Policy, content: bytes, request: Request) -> _Wrote:
    """Whom git names, and whom the person names. Raises BadInput when nobody can tell."""
    judged = commit_judged(await app.approvals.of(policy.id), policy.hash, request.to)
    file, named = policy.mark.file, request.author

    def meaning(version: bytes) -> str:
        read = read_policy(file, version, written.records, Problems()) if version else None
        return read.hash if read is not None else ""

    told = await authors_of(app.settings.policies, file, content, meaning, judged)
    if told.first is not None:
        raise _problem(*told.first)
    if told.untold and not named:
        raise _problem(
            f"It is not known who wrote {file}: {told.untold}.",
            "Say who did with --author UPN: it is recorded and compared.",
        )
    ids = await identity.ids_of(app.m365, [*told.mails, *([named] if named else [])])
    strangers = tuple(name for name in told.mails if not ids[name])
    if strangers and not named:
        raise _problem(
            f"Git says that {', '.join(strangers)} wrote {file}, whom the directory does not know.",
            "Say who that is with --author UPN: it is recorded and compared.",
        )
    what = f"wrote this version of {policy.id}"
    authors = tuple(Involved(ids[name], name, what) for name in ids if name == named or ids[name])
    return _Wrote(authors=authors, strangers=strangers, commit=told.commit)


async def _write_state(settings: Settings, file: str, state: State, minute: str = "") -> bool:
    """Have a policy's file ask for a state, and name the minute that lets it; False when it cannot be written."""
    path = settings.policies / file
    try:
        content = with_state(file, await asyncio.to_thread(path.read_bytes), state)
        path.write_bytes(with_minute(file, content, minute) if minute else content)
    except (OSError, BadInput):
        return False
    return True


def _named(bundle: Bundle, name: str) -> Policy:
    """A policy of the files, also by the name under which an edited one is planned."""
    (own,) = policies_named([name], bundle.policies)
    return bundle.policies[own]


def _problem(what: str, remedy: str) -> BadInput:
    return BadInput([Problem(Mark("promote"), what, remedy, code="promotion")])
