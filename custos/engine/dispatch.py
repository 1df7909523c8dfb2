"""From a plan to a run: checked as a whole before the first write, queued in batches, or parked for a person to decide.

    plan ► what the gate allows ► ceilings, for all of it ─┬─► running ► batches ► finished
                                                           └─► awaiting approval ─► released or cancelled

Messages on the queue `act`: `{"run": "R-2026-1123-01", "plan": "P-2026-1123-04", "batch": 0}`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from custos.audit.events import Event, What
from custos.clock import Clock
from custos.engine.act import Executor, counted, tried_again
from custos.engine.approvals import Approvals
from custos.engine.batch_claims import CLAIM_SECONDS, Busy, Claim, ClaimLost, claim
from custos.engine.case_facts import Cases
from custos.engine.ceiling_usage import CeilingUsage
from custos.engine.ceilings import BrokenCeiling, Ceilings, CeilingSizes
from custos.engine.gate import Purpose, decide
from custos.engine.plan import writes
from custos.engine.ports import Audit, Decisions, Messages, Registers
from custos.engine.register_locations import PlacedRegisters
from custos.engine.run_context import RunContext
from custos.engine.run_store import Progress, Run, RunState, RunStore, into_batches, new_run
from custos.engine.separation_of_duties import Involved, against
from custos.engine.stop_switch import StopSwitch
from custos.errors import BadInput, Mark, Problem
from custos.model.action import Action, Result
from custos.model.plan import Plan
from custos.model.policy import Bundle, HouseLimits, OnlyIf
from custos.model.refusal import Code, Refused
from custos.records.rights import CUSTOS, Person

ATTEMPTS = 3
_AGAIN_SECONDS = 60
_LONGEST_WAIT_SECONDS = 6 * 86_400  # a queue keeps a message for seven days


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatched:
    """What became of a plan: its run (None when nothing in it may be done), what was left out and why, by code.

    `busy`: run ► how many of the actions it has in hand, or in suspense. `why`: the first of the reasons to leave something out, a
    sentence. `agreed`: what became of the actions that people agreed to, by case: each agreement is a run by itself.
    """

    run: Run | None
    left_out: Mapping[str, int]
    over: tuple[BrokenCeiling, ...] = ()
    busy: Mapping[str, int] = field(default_factory=dict)
    why: str = ""
    agreed: Mapping[str, Dispatched] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Group:
    """Actions that become one run: those that may be done, and what keeps the others from it."""

    allowed: list[Action]
    refused: list[Refused]
    busy: Mapping[str, int]
    over: tuple[BrokenCeiling, ...]

    @property
    def left_out(self) -> Mapping[str, int]:
        return Counter(one.code.value for one in self.refused)


@dataclass
class Dispatcher:
    """Starts runs and takes them to their end. `writes_enabled` is False while no identity that may write is set."""

    runs: RunStore
    executor: Executor
    ceiling_usage: CeilingUsage
    stop_switch: StopSwitch
    approvals: Approvals
    registers: Registers
    decisions: Decisions
    queue: Messages
    audit: Audit
    clock: Clock
    writes_enabled: bool
    house: HouseLimits | None = None  # None: those of settings.yaml
    claim_seconds: float = CLAIM_SECONDS

    async def dispatch(
        self,
        plan: Plan,
        bundle: Bundle,
        *,
        by: Person,
        sizes: CeilingSizes,
        only: Collection[str] | None = None,
        stale: Collection[str] = (),
        purpose: Purpose = Purpose.POLICY,
        target: str = "",
        reason: str = "",
    ) -> Dispatched:
        """Start a run of a saved plan, or of its actions `only` (by `Action.id`).

        What the gate would refuse anyway is left out and counted, and so is what a ceiling of zero forbids, what another run has in
        hand or waits to be let do, and what lies in a library that was read too long ago (`stale`, by drive). When the rest would
        break a ceiling, nothing is queued: the run awaits approval. What somebody agreed to is a run of its own, so that it waits for
        nobody else's actions.
        """
        wanted = [action for action in writes(plan.actions) if only is None or action.id in only]
        draft = new_run(plan, purpose=purpose, by=by, at=self.clock.now(), actions=0, over=(), target=target)
        draft = replace(draft, reason=reason)
        groups = await self._groups(wanted, draft, await self.run_context(bundle, draft, wanted, sizes), stale)
        made = {case: await self._start(draft, group, plan, sizes, by) for case, group in groups.items()}
        rest = made.pop("", Dispatched(run=None, left_out={}))
        return replace(rest, agreed=made)

    async def _groups(
        self, wanted: Sequence[Action], draft: Run, run_context: RunContext, stale: Collection[str]
    ) -> dict[str, _Group]:
        """What nobody had to agree to (""), then what each case agreed to: judged, and weighed against the ceilings one after the
        other, before the first of them is begun."""
        stop = await self.stop_switch.stopped()
        taken = await self.runs.open_keys(draft.started_at)
        within: list[Action] = []
        groups: dict[str, _Group] = {}
        for case in sorted({action.agreed for action in wanted}):
            allowed, refused, busy = [], [], Counter[str]()
            for action in wanted:
                if action.agreed != case:
                    continue
                verdict = decide(action, run_context.situation(action, draft, stop, None))
                if action.key in taken:
                    busy[taken[action.key]] += 1
                    refused.append(Refused(Code.BUSY, f"The run {taken[action.key]} is doing it already."))
                elif action.finding.subject.drive_id in stale:
                    refused.append(Refused(Code.STALE, "Its library was last read too long ago."))
                elif isinstance(verdict, Refused):
                    refused.append(verdict)
                elif any(ceiling.most == 0 for ceiling in run_context.budget.ceilings(action)):
                    refused.append(Refused(Code.ZERO, "A ceiling of zero forbids it."))
                else:
                    allowed.append(action)
            over = await self.ceiling_usage.check([*within, *allowed], run_context.budget, run="") if allowed else ()
            within += [] if over else allowed
            groups[case] = _Group(allowed, refused, busy, over)
        return groups

    async def _start(self, draft: Run, group: _Group, plan: Plan, sizes: CeilingSizes, by: Person) -> Dispatched:
        """Write a group's run down and begin it, or park it."""
        why = group.refused[0].sentence if group.refused else ""
        if not group.allowed:
            return Dispatched(run=None, left_out=group.left_out, busy=group.busy, why=why)
        hashes = {name: plan.policies.get(name, "") for name in {action.finding.policy for action in group.allowed}}
        said = tuple(str(one) for one in group.over)
        state = RunState.PARKED if group.over else RunState.RUNNING
        wanted = replace(draft, actions=len(group.allowed), over=said, state=state, hashes=hashes)
        run = await self.runs.create(wanted, into_batches(group.allowed), sizes)
        if run.state is RunState.PARKED:
            await self._say(What.RUN_PARKED, run, by, {"why": " ".join(run.over[:10]), **_reason(run)})
        elif run.state is RunState.RUNNING:
            await self._say(What.RUN_STARTED, run, by, {"actions": run.actions, **_reason(run)})
            await self._begin(run)
        return Dispatched(run=run, left_out=group.left_out, over=group.over, busy=group.busy, why=why)

    async def release(self, run_id: str, *, by: Person, why: str, involved: Collection[Involved] = ()) -> Run:
        """Let a parked run go over its ceilings. A ceiling of zero holds. Whether somebody has the right to is asked before.

        `involved`: who else has to do with it, besides those who planned and started it. Raises BadInput when it is not parked, or
        whoever decides has to do with it.
        """
        run = await self._parked(run_id)
        reasons = against(by, [*_makers(run), *involved])
        if reasons:
            raise BadInput([Problem(Mark("runs"), what, remedy, code="run") for what, remedy in reasons])
        await self._say(What.RUN_RELEASED, run, by, {"why": why})
        run = await self.runs.change(
            run_id, lambda now: _if_parked(now, state=RunState.RUNNING, released_by=by.upn, why=why)
        )
        if run.state is RunState.RUNNING:
            await self._begin(run)
        return run

    async def cancel(self, run_id: str, *, by: Person, why: str) -> Run:
        """Cancel a parked run: nothing of it is done. Raises BadInput when it is not parked."""
        run = await self._parked(run_id)
        await self._say(What.RUN_CANCELLED, run, by, {"why": why})
        at = self.clock.now()
        return await self.runs.change(
            run_id, lambda now: _if_parked(now, state=RunState.CANCELLED, why=why, ended_at=at)
        )

    async def requeue(self, run_id: str, *, by: Person) -> int:
        """Queue the batches of a run that are not done, for when messages were lost, and audit it. How many."""
        run = await self.runs.get(run_id)
        if run.state is not RunState.RUNNING:
            return 0
        waiting = sum(not batch.done for batch in await self.runs.batches(run_id))
        if not waiting:
            await self._finish(run)
            return 0
        await self._say(What.RUN_RESUMED, run, by, {"batches": waiting})
        return await self._begin(run)

    async def abandon(self, run: Run) -> None:
        """End a run whose maker died before all of it was written down: nothing of it was sent, its actions are free."""
        why = "It was interrupted while it was being prepared. Nothing of it was written."
        await self._end(run, (RunState.PREPARING,), by=CUSTOS, why=why)

    async def give_up(self, run: Run, *, by: Person, why: str) -> None:
        """End a run wherever it stands: no batch of it is begun any more."""
        await self._end(run, (RunState.PREPARING, RunState.PARKED, RunState.RUNNING), by=by, why=why)

    async def _end(self, run: Run, where: Collection[RunState], *, by: Person, why: str) -> None:
        await self._say(What.RUN_CANCELLED, run, by, {"why": why})
        at = self.clock.now()
        await self.runs.change(
            run.id,
            lambda now: replace(now, state=RunState.CANCELLED, why=why, ended_at=at) if now.state in where else now,
        )

    async def work(self, message: Mapping[str, object], bundle: Bundle) -> Progress:
        """Do one batch that the queue gave. Harmless when it is given again.

        Raises StorageTrouble when storage fails, BadInput when the message names no batch.
        """
        run_id, number = str(message.get("run", "")), int(str(message.get("batch", "-1")))
        run = await self.runs.get(run_id)
        if run.state is RunState.RUNNING:
            got = await claim(self.runs, run_id, number, seconds=self.claim_seconds)
            if isinstance(got, Busy):
                await self.queue.send(_message(run, number), delay_seconds=got.seconds)
            elif not got.batch.done:
                await self._do(run, got, bundle)
        return await self._finish(run)

    async def run_context(
        self, bundle: Bundle, run: Run, actions: Collection[Action], sizes: CeilingSizes
    ) -> RunContext:
        """By what right a run acts at this moment."""
        placed = await self.registers.placed(bundle)
        policies = bundle.policies.values()
        return RunContext(
            placed=placed,
            cases=await self._cases(actions, run, placed),
            now=self.clock.now(),
            standings=await self.approvals.standing(bundle, placed.ground),
            budget=Ceilings(
                house=self.house or bundle.settings.house,
                policies={policy.id: policy.limits for policy in policies},
                owners={asset.id: asset.iao for asset in bundle.records.assets.values()},
                sizes=sizes,
                purpose=run.purpose,
            ),
            writes_enabled=self.writes_enabled,
        )

    async def _cases(self, actions: Collection[Action], run: Run, placed: PlacedRegisters) -> Cases:
        """What people decided about what a run would do; nothing is looked up for rules whose steps wait for nobody."""
        asking = {
            (policy.id, rule.id)
            for policy in placed.bundle.policies.values()
            for rule in policy.rules
            if any(step.after or step.only_if is OnlyIf.OWNER_AGREES or not step.writes for step in rule.steps)
        }
        findings = [action.finding for action in actions]
        about = [finding for finding in findings if (finding.policy, finding.rule) in asking]
        if run.purpose is Purpose.UNDO or not about:
            return {}
        return await self.decisions.about(about, placed.records)

    async def _do(self, run: Run, mine: Claim, bundle: Bundle) -> None:
        """Do a batch and say how it ended, unless another worker took it over meanwhile: then that is its matter."""
        number, attempt = mine.batch.number, mine.batch.attempt
        actions = await self.runs.actions(run.id, number)
        run_context = await self.run_context(bundle, run, actions, await self.runs.sizes(run.id))
        try:
            found = await self.executor.carry_out(run, actions, run_context, mine)
            results: list[Result] = [found[action.key] for action in actions]
            wait = tried_again(results) if attempt + 1 < ATTEMPTS else None
            await self.runs.keep_results(run.id, number, results)
            if wait is None:
                await mine.report(counted(results))
                return
            seconds = min(max(_AGAIN_SECONDS, math.ceil(wait)), _LONGEST_WAIT_SECONDS)
            await mine.report(counted(results), again_in=seconds)
        except ClaimLost:
            return
        await self.queue.send(_message(run, number), delay_seconds=seconds)

    async def _finish(self, run: Run) -> Progress:
        """How far the run is; when its last batch is done it is closed."""
        progress = await self.runs.progress(run.id)
        if progress.run.state is not RunState.RUNNING or progress.batches_done < progress.run.batches:
            return progress
        counts = {outcome.value: count for outcome, count in progress.counts.items()}
        await self._say(What.RUN_FINISHED, run, _starter(run), {"verdict": progress.verdict.value, **counts})
        at = self.clock.now()
        closed = await self.runs.change(
            run.id, lambda now: replace(now, state=RunState.FINISHED, ended_at=now.ended_at or at)
        )
        return replace(progress, run=closed)

    async def _begin(self, run: Run) -> int:
        """Queue the batches that are not done; how many. What an undo takes back is marked first, all of it.

        So from here on no evaluation puts any of it back on, whatever dies. Harmless when it is done twice.
        """
        left = [batch.number for batch in await self.runs.batches(run.id) if not batch.done]
        if run.purpose is Purpose.UNDO:
            taken = [action for number in left for action in await self.runs.actions(run.id, number)]
            await self.executor.ledger.take_back(taken, by_run=run.id, at=run.started_at)
        for number in left:
            await self.queue.send(_message(run, number))
        return len(left)

    async def _parked(self, run_id: str) -> Run:
        run = await self.runs.get(run_id)
        if run.state is not RunState.PARKED:
            raise _problem(f"The run {run_id} is {run.state}; only one that awaits approval can be decided on.", "")
        return run

    async def _say(self, what: What, run: Run, by: Person, details: Mapping[str, str | int]) -> None:
        event = Event(
            what=what, at=self.clock.now(), by=by.upn, by_id=by.id, run=run.id, plan=run.plan, details=details
        )
        await self.audit.append([event])


def _if_parked(run: Run, **changes: object) -> Run:
    return replace(run, **changes) if run.state is RunState.PARKED else run  # type: ignore[arg-type]  # fields of Run


def _reason(run: Run) -> dict[str, str | int]:
    return {"reason": run.reason} if run.reason else {}


def _starter(run: Run) -> Person:
    return Person(id=run.started_by_id, upn=run.started_by)


def _makers(run: Run) -> list[Involved]:
    """Who made a run: who planned and who started it. Custos itself is nobody."""
    made = [
        Involved(run.planned_by_id, run.planned_by, f"made the plan {run.plan}"),
        Involved(run.started_by_id, run.started_by, f"started the run {run.id}"),
    ]
    return [one for one in made if one.name not in ("", CUSTOS.upn)]


def _message(run: Run, number: int) -> dict[str, object]:
    return {"run": run.id, "plan": run.plan, "batch": number}


def _problem(what: str, remedy: str) -> BadInput:
    return BadInput([Problem(Mark("runs"), what, remedy, code="run")])
