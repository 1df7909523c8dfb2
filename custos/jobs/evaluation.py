"""From the mirror to a plan: evaluate, bring cases up to date, plan, and let enforced policies act.

    policies in force ► facts ► evaluation ► cases ► plan ► run (enforced and piloted policies) ► digests

The timer evaluates everything: what time alone has brought about is found then. What changed in between is evaluated by itself,
at the price of what changed. Everything is idempotent: evaluating twice opens no second case, and the same action is never done
twice.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from custos.actions.declaration import Occasion
from custos.engine.case_facts import Cases
from custos.engine.dispatch import Dispatched
from custos.engine.evaluate import Evaluation
from custos.engine.evaluate import evaluate as evaluate_policies
from custos.engine.facts import Facts
from custos.engine.gate import Standing
from custos.engine.partial_evaluation import Extent
from custos.engine.plan import Circumstances, make_plan, occasion, writes
from custos.engine.policy_reach import reaches
from custos.engine.remaining_steps import with_bars
from custos.inventory.mirror_reader import Tables
from custos.jobs import (
    ceiling_sizes,
    evaluation_lock,
    incidents,
    pending_changes,
    policies,
    run_incidents,
)
from custos.jobs.accountability import accountable_today
from custos.jobs.facts import facts as read
from custos.jobs.incidents import Incident
from custos.jobs.policies import InForce
from custos.model.action import Action
from custos.model.finding import Finding
from custos.model.plan import Plan
from custos.model.refusal import Code
from custos.model.state import State
from custos.notices.agreements import follow
from custos.notices.case_findings import CaseFindings
from custos.notices.case_lookup import case_facts
from custos.notices.case_subjects import Place
from custos.notices.case_update import Refreshed, Situation, refresh_cases
from custos.notices.finding_snapshots import FindingSnapshots, basis_of
from custos.notices.question_wording import Topic, topics_of
from custos.notices.unreported_actions import UntoldWrites
from custos.policy import Bundle
from custos.records.rights import CUSTOS
from custos.storage.account import Account
from custos.storage.queues import NOTIFY
from custos.table import key_part

if TYPE_CHECKING:
    from custos.bootstrap import Custos


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What the policies say of the tenant, or of what changed in it, at one moment, and what would be done.

    The plan is not saved.
    """

    in_force: InForce
    facts: Facts
    evaluation: Evaluation
    standings: Mapping[str, Standing]
    findings: tuple[Finding, ...]
    plan: Plan
    cases: Cases
    occasion: Occasion


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """What one evaluation came to. `dispatched` is None when no policy that may act found anything to do."""

    outlook: Outlook
    refreshed: Refreshed
    dispatched: Dispatched | None


@dataclass(frozen=True, slots=True)
class _Once:
    """An evaluation with its findings made once, for the plan and the cases alike."""

    unknown: Mapping[str, int]
    coverage: tuple[int, int]
    made: tuple[Finding, ...]

    def findings(self) -> Iterator[Finding]:
        """Every finding."""
        return iter(self.made)


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """What an evaluation works on. `recalled`: library ► what was last found there, of what is not looked at now."""

    in_force: InForce
    facts: Facts
    tables: Tables
    standings: Mapping[str, Standing]
    topics: Mapping[tuple[str, str], Topic]
    places: Mapping[str, Place]
    extent: Extent | None = None
    recalled: Mapping[str, Sequence[Finding]]

    @property
    def bundle(self) -> Bundle:
        return self.in_force.bundle

    def basis(self, drive_id: str) -> str:
        """What a library's findings are found under."""
        place = self.places.get(drive_id, Place("", ""))
        approved = [f"{name} {standing.approved}" for name, standing in self.standings.items()]
        version = "\n".join((self.bundle.version, *sorted(approved)))
        return basis_of(version, self.topics.values(), place.name, place.url)


async def look(app: Custos, in_force: InForce | None = None) -> Outlook:
    """Evaluate every policy on the mirror and plan: those given, or those in force. Calls nothing but Entra for who is who."""
    outlook = await _look(app, await _view(app, in_force=in_force))
    return replace(
        outlook, plan=replace(outlook.plan, reaches=await asyncio.to_thread(reaches, outlook.in_force.bundle))
    )


async def evaluate(app: Custos) -> Evaluated:
    """Evaluate everything, bring the cases up to date, and start a run of what enforced and piloted policies may do now."""
    async with evaluation_lock.turn(app.account, app.clock):
        changed = await pending_changes.waiting(app.account, app.lakehouse)
        view = await _view(app)
        evaluated = await _evaluate(app, view)
        await pending_changes.settle(app.account, changed, view.tables.incomplete)
        await run_incidents.settle(app, {action.key for action in _still_wanted(evaluated.outlook.plan)})
    return evaluated


async def evaluate_changes(app: Custos) -> Evaluated | None:
    """The same for what changed since it was last evaluated, and for nothing else. None when nothing did."""
    async with evaluation_lock.turn(app.account, app.clock):
        changed = await pending_changes.waiting(app.account, app.lakehouse)
        if not changed.marks:
            return None
        view = await _view(app, changed)
        evaluated = await _evaluate(app, view) if view.extent is not None and view.extent.items else None
        await pending_changes.settle(app.account, changed, view.tables.incomplete)
    return evaluated


async def _view(app: Custos, changed: pending_changes.Changes | None = None, in_force: InForce | None = None) -> _View:
    in_force = in_force or await policies.in_force(app)
    bundle = in_force.bundle
    facts, tables = await read(app, bundle, drives=changed.drives if changed is not None else None)
    standings = await app.approvals.standing(bundle)
    whole = _View(
        in_force=in_force,
        facts=facts,
        tables=tables,
        standings=standings,
        topics=topics_of(bundle, {policy: standing.state for policy, standing in standings.items()}),
        places=await asyncio.to_thread(_places, facts),
        recalled={},
    )
    return whole if changed is None else await _narrowed(app.account, whole, changed)


async def _narrowed(account: Account, view: _View, changed: pending_changes.Changes) -> _View:
    """The view of what changed alone. Where nobody is asked about anything, nothing need be remembered."""
    incomplete = view.tables.incomplete
    beside = changed.drives - incomplete if view.topics else frozenset[str]()
    recalled = await FindingSnapshots.of(account).recall({drive: view.basis(drive) for drive in beside})
    unknown = beside - recalled.keys()
    extent = await asyncio.to_thread(pending_changes.extent_of, changed, view.facts, incomplete, unknown)
    left = {
        drive: [finding for finding in found if not extent.holds(finding.subject)] for drive, found in recalled.items()
    }
    return _View(
        in_force=view.in_force,
        facts=view.facts,
        tables=view.tables,
        standings=view.standings,
        topics=view.topics,
        places=view.places,
        extent=extent,
        recalled=left,
    )


async def _look(app: Custos, view: _View) -> Outlook:
    bundle, now = view.bundle, app.clock.now()
    evaluation = await asyncio.to_thread(evaluate_policies, bundle, view.facts, now, extent=view.extent)
    findings = tuple(await asyncio.to_thread(list, evaluation.findings()))
    standings = {name: _relocated(standing, evaluation) for name, standing in view.standings.items()}
    read_at = _read_at(view.facts)
    lasts = bundle.settings.approval.mirror_lasts
    circumstances = Circumstances(
        now=now,
        standings=standings,
        cases=await case_facts(app.cases, findings, bundle.records, now.astimezone(app.zone).date()),
        incomplete=view.tables.incomplete,
        inventory=view.tables.versions,
        refusals=await app.refusals.standing(),
        undone=await app.ledger.undone(),
        doubts=() if view.extent is not None else tuple(map(str, evaluation.placed.doubts())),
        stale={drive: moment for drive, moment in read_at.items() if lasts.after(moment) <= now},
        home=evaluation.placed.home,
        mirror_at=sorted(read_at.values())[len(read_at) // 2] if read_at else None,
        mirror_oldest=min(read_at.values(), default=None),
    )
    once = _Once(evaluation.unknown, evaluation.coverage, findings)
    plan = await asyncio.to_thread(make_plan, bundle, once, circumstances)
    return Outlook(
        in_force=view.in_force,
        facts=view.facts,
        evaluation=evaluation,
        standings=standings,
        findings=findings,
        plan=plan,
        cases=circumstances.cases,
        occasion=occasion(bundle, circumstances),
    )


def _relocated(standing: Standing, evaluation: Evaluation) -> Standing:
    """A standing whose coverage knows what the mirror knows of places."""
    if standing.coverage is None:
        return standing
    return replace(standing, coverage=replace(standing.coverage, ground=evaluation.placed.ground))


def _read_at(facts: Facts) -> dict[str, datetime]:
    """When each library was last read."""
    states = facts.states.select("drive_id", "synced_at").drop_nulls().collect()
    return dict(states.iter_rows())


async def _evaluate(app: Custos, view: _View) -> Evaluated:
    outlook = await _look(app, view)
    refreshed = await _refresh(app, view, outlook)
    dispatched = await _dispatch(app, view, outlook)
    await follow(outlook.plan, outlook.cases, dispatched, book=app.cases, queue=app.account.queue(NOTIFY))
    return Evaluated(outlook=outlook, refreshed=refreshed, dispatched=dispatched)


async def _dispatch(app: Custos, view: _View, outlook: Outlook) -> Dispatched | None:
    bundle = view.bundle
    known = (
        await ceiling_sizes.measured(app.clock, app.account, bundle, view.facts, outlook.evaluation)
        if view.extent is None
        else None
    )
    if not any(action.state in (State.PILOT, State.ENFORCE) for action in writes(outlook.plan.actions)):
        return None
    plan = await app.plans.save(outlook.plan, by=CUSTOS)
    dispatched = await app.dispatcher.dispatch(
        plan, bundle, by=CUSTOS, sizes=known or await ceiling_sizes.last(app, bundle)
    )
    for one in (dispatched, *dispatched.agreed.values()):
        if one.run is not None and one.over:
            await incidents.note(app, Incident.OVER_BUDGET, one.run.id, " ".join(map(str, one.over[:5])))
    return dispatched


async def _refresh(app: Custos, view: _View, outlook: Outlook) -> Refreshed:
    bundle = view.bundle

    untold = UntoldWrites(app.runs, app.ledger)

    async def acted(place: str) -> CaseFindings:
        found: dict[str, set[str]] = defaultdict(set)
        for done in await untold.at(key_part(place)):
            finding = done.action.finding
            found[f"{finding.policy}/{finding.rule}"].add(finding.subject.key)
        return CaseFindings.from_keys(found)

    situation = Situation(
        accountable=await accountable_today(app, bundle),
        topics=view.topics,
        places=view.places,
        gone=await asyncio.to_thread(_gone, app),
        covered=await asyncio.to_thread(_covered, view, outlook.evaluation),
        acted=acted,
        now=app.clock.now(),
        zone=app.zone,
    )
    findings = _asked_about(view, outlook)
    await _remember(app.account, view, findings)
    refreshed = await refresh_cases(findings, book=app.cases, situation=situation)
    for digest_id in sorted(refreshed.stale_cards):
        await app.account.queue(NOTIFY).send({"update": digest_id})
    return refreshed


def _asked_about(view: _View, outlook: Outlook) -> list[Finding]:
    """What people are asked about, and what cannot be done about it: what was found now, and what was found before where nothing
    changed."""
    recalled = [finding for found in view.recalled.values() for finding in found]
    now = with_bars(_put_before_people(outlook.findings, view, outlook), view.bundle, outlook.occasion)
    return [*now, *_put_before_people(recalled, view, outlook)]


def _put_before_people(findings: Iterable[Finding], view: _View, outlook: Outlook) -> Iterator[Finding]:
    return (
        finding
        for finding in findings
        if (topic := view.topics.get((finding.policy, finding.rule)))
        and topic.asks_about(finding.asset_id)
        and _is_approved(finding, outlook)
    )


def _is_approved(finding: Finding, outlook: Outlook) -> bool:
    """Whether the approval of its policy covers where it lies: what is not approved yet asks nobody."""
    coverage = outlook.standings[finding.policy].coverage
    return coverage is None or not coverage.against(finding.rule, outlook.evaluation.placed.home(finding.subject))


async def _remember(account: Account, view: _View, findings: Sequence[Finding]) -> None:
    if not view.topics:
        return
    held: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        held[finding.subject.drive_id].append(finding)
    covered = _complete(view) if view.extent is None else view.extent.items.keys()
    basis = {drive: view.basis(drive) for drive in covered}
    await FindingSnapshots.of(account).keep({drive: held.get(drive, []) for drive in covered}, basis)


def _complete(view: _View) -> frozenset[str]:
    states = view.facts.states.filter(pl.col("state") == "complete").select("drive_id").collect()
    return frozenset(states["drive_id"].to_list())


def _covered(view: _View, evaluation: Evaluation) -> _Coverage:
    complete, sites = _complete(view), None
    if view.extent is not None:
        complete &= view.extent.drives
        touched = pl.col("drive_id").is_in(sorted(view.extent.items))
        sites = frozenset(view.facts.drives.filter(touched).collect()["site_id"])
    return _Coverage(complete, sites, evaluation.undecided_sites())


def _still_wanted(plan: Plan) -> Iterator[Action]:
    """The writes that policies want, also those that wait only because Microsoft refused or their library is not whole."""
    waiting = ("", Code.REFUSED_BEFORE, Code.INCOMPLETE)
    return (action for action in plan.actions if action.kind.writes and action.refusal in waiting)


@dataclass(frozen=True, slots=True)
class _Coverage:
    """Whether an evaluation, with what is remembered, tells all of a library, or of a site's own facts.

    `sites`: those that were looked at, None for all. What could not be decided about a site is not gone.
    """

    complete: frozenset[str]
    sites: frozenset[str] | None
    undecided: frozenset[tuple[str, str]]

    def __call__(self, families: Collection[str], site_id: str, drive_id: str) -> bool:
        if drive_id:
            return drive_id in self.complete
        decided = all((family, site_id) not in self.undecided for family in families)
        return decided and (self.sites is None or site_id in self.sites)


def _gone(app: Custos) -> dict[str, str]:
    """Libraries and sites in which nothing is looked at any more, and why: Microsoft no longer has them, or nobody governs them."""
    drives = app.lakehouse.read("drives", columns=["drive_id", "excluded"])
    sites = app.lakehouse.read("sites", columns=["site_id", "access"])
    said = {"gone": "the library was deleted", "unlisted": "the library is no longer in the site"}
    found = {drive: said[why] for drive, why in drives.iter_rows() if why in said}
    return found | {site: "the site was deleted" for site, access in sites.iter_rows() if access == "gone"}


def _places(facts: Facts) -> dict[str, Place]:
    sites = facts.sites.select("site_id", "title", "web_url", "seen_at").collect()
    drives = facts.drives.select("drive_id", "name", "web_url").join(
        facts.states.select("drive_id", "synced_at"), on="drive_id", how="left"
    )
    found = {site: Place(title or "", url or "", read) for site, title, url, read in sites.iter_rows()}
    found |= {drive: Place(name or "", url or "", read) for drive, name, url, read in drives.collect().iter_rows()}
    return found
