"""From the mirror to a plan: evaluate, bring cases up to date, plan, and let enforced policies act.

    policies in force ► facts ► evaluation ► cases ► plan ► run (enforced and piloted policies) ► digests

Everything is idempotent: evaluating twice opens no second case, and the same action is never done twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from custos.engine.dispatch import Dispatched
from custos.engine.evaluate import Evaluation
from custos.engine.evaluate import evaluate as evaluate_policies
from custos.engine.facts import Facts
from custos.engine.gate import Standing
from custos.engine.model import Finding, Plan, State
from custos.engine.plan import Circumstances, make_plan, writes
from custos.engine.sizes import measure
from custos.jobs import directory, incidents, policies
from custos.jobs.facts import facts as read
from custos.jobs.incidents import Incident
from custos.jobs.policies import InForce
from custos.notices.lookup import case_facts
from custos.notices.refresh import Refreshed, Situation, refresh_cases
from custos.notices.subjects import Place
from custos.notices.topics import topics_of
from custos.storage.queues import NOTIFY

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_log = logging.getLogger(__name__)
CUSTOS = "custos"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What the policies say of the tenant at one moment, and what would be done. The plan is not saved."""

    in_force: InForce
    facts: Facts
    evaluation: Evaluation
    standings: Mapping[str, Standing]
    findings: tuple[Finding, ...]
    plan: Plan


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


async def look(app: Custos, *, drives: frozenset[str] | None = None) -> Outlook:
    """Evaluate every policy on the mirror (or on some libraries) and plan. Calls nothing but Entra for who is who."""
    in_force = await policies.in_force(app)
    bundle = in_force.bundle
    facts, tables = await read(app, bundle, drives=drives)
    now = app.clock.now()
    standings = await app.approvals.standing(bundle.policies.values())
    evaluation = await asyncio.to_thread(evaluate_policies, bundle, facts, now, drives=drives)
    findings = tuple(await asyncio.to_thread(list, evaluation.findings()))
    circumstances = Circumstances(
        now=now,
        standings=standings,
        cases=await case_facts(app.cases, findings),
        incomplete=tables.incomplete,
        inventory=tables.versions,
        refusals=await app.refusals.standing(),
    )
    once = _Once(evaluation.unknown, evaluation.coverage, findings)
    plan = await asyncio.to_thread(make_plan, bundle, once, circumstances)
    return Outlook(
        in_force=in_force, facts=facts, evaluation=evaluation, standings=standings, findings=findings, plan=plan
    )


async def evaluate(app: Custos, *, drives: frozenset[str] | None = None, late: bool = False) -> Evaluated:
    """Evaluate, bring the cases up to date, and start a run of what enforced and piloted policies may do now."""
    if late:
        _log.warning("the evaluation is late; catching up")
    outlook = await look(app, drives=drives)
    refreshed = await _refresh(app, outlook, drives)
    dispatched = None
    if any(action.state in (State.PILOT, State.ENFORCE) for action in writes(outlook.plan.actions)):
        plan = await app.plans.save(outlook.plan, by=CUSTOS)
        bundle = outlook.in_force.bundle
        sizes = await asyncio.to_thread(measure, bundle, outlook.facts, outlook.evaluation, app.clock.now())
        dispatched = await app.dispatcher.dispatch(plan, bundle, by=CUSTOS, sizes=sizes)
        if dispatched.run is not None and dispatched.over:
            await incidents.note(app, Incident.OVER_BUDGET, dispatched.run.id, " ".join(map(str, dispatched.over[:5])))
    return Evaluated(outlook=outlook, refreshed=refreshed, dispatched=dispatched)


async def _refresh(app: Custos, outlook: Outlook, drives: frozenset[str] | None) -> Refreshed:
    bundle = outlook.in_force.bundle
    states = {policy: standing.state for policy, standing in outlook.standings.items()}
    situation = Situation(
        records=bundle.records,
        directory=await directory.accounts(app, bundle.records, also=bundle.settings.not_people),
        topics=topics_of(bundle, states),
        places=await asyncio.to_thread(_places, outlook.facts),
        covered=_covered(outlook, drives),
        now=app.clock.now(),
        zone=app.zone,
    )
    refreshed = await refresh_cases(outlook.findings, book=app.cases, situation=situation)
    for digest_id in sorted(refreshed.stale_cards):
        await app.account.queue(NOTIFY).send({"update": digest_id})
    return refreshed


def _covered(outlook: Outlook, drives: frozenset[str] | None) -> _Coverage:
    states = outlook.facts.states.filter(pl.col("state") == "complete").select("drive_id").collect()
    complete = frozenset(states["drive_id"].to_list())
    return _Coverage(complete if drives is None else complete & drives, everything=drives is None)


@dataclass(frozen=True, slots=True)
class _Coverage:
    """Whether an evaluation saw all of a library, or of a site's own facts."""

    complete: frozenset[str]
    everything: bool

    def __call__(self, site_id: str, drive_id: str) -> bool:  # noqa: ARG002 site facts are read together
        return drive_id in self.complete if drive_id else self.everything


def _places(facts: Facts) -> dict[str, Place]:
    sites = facts.sites.select("site_id", "title", "web_url", "seen_at").collect()
    drives = facts.drives.select("drive_id", "name", "web_url").join(
        facts.states.select("drive_id", "synced_at"), on="drive_id", how="left"
    )
    found = {site: Place(title or "", url or "", read) for site, title, url, read in sites.iter_rows()}
    found |= {drive: Place(name or "", url or "", read) for drive, name, url, read in drives.collect().iter_rows()}
    return found
