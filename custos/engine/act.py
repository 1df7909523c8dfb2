"""One batch of a run on its way into the tenant, through the gate. Whatever writes comes through here, undos too.

For every action: what is written down about it ► may we? ► the tenant read again ► still so? ► room in the budgets? ►
intent written down and audited ► written and read back (`custos.engine.writes`) ► outcome audited and written down.

A worker may be killed anywhere. Before the intent stands nothing was sent, and the batch simply begins anew. Once it
stands, whoever comes next looks at the tenant first: done, or done now.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from custos.audit.events import What
from custos.clock import Clock
from custos.engine.batch_claims import Claim, ClaimLost
from custos.engine.ceiling_usage import CeilingUsage
from custos.engine.gate import Already, Purpose, aged, compare, decide, instead, put_back, said, settled
from custos.engine.ledger import Entry, Ledger
from custos.engine.ports import Audit, Tenant
from custos.engine.refusals import KnownRefusals, Refusals, refused_for_now
from custos.engine.run_context import RunContext
from custos.engine.run_store import Run
from custos.engine.stop_switch import StopSwitch
from custos.engine.writes import Look, Writing, Written, shows
from custos.model.action import Action, Outcome, Result
from custos.model.live import Failure, Live
from custos.model.refusal import Code, Refused

_TRIES = 3
_SKIPS = frozenset({Code.GONE, Code.CHANGED, Code.LOCKED, Code.BUSY})
_ENDED: Mapping[Outcome, What] = {
    Outcome.DONE: What.ACTION_DONE,
    Outcome.ALREADY: What.ACTION_ALREADY,
    Outcome.SKIPPED: What.ACTION_SKIPPED,
    Outcome.REFUSED: What.ACTION_REFUSED,
    Outcome.FAILED: What.ACTION_FAILED,
    Outcome.UNKNOWN: What.ACTION_UNKNOWN,
}


@dataclass
class Executor:
    """The only hand that writes. `pauses` are seconds to wait before each reading back: labels take effect late."""

    tenant: Tenant
    ledger: Ledger
    ceiling_usage: CeilingUsage
    stop_switch: StopSwitch
    refusals: Refusals
    audit: Audit
    clock: Clock
    pauses: Sequence[float] = (0.0, 1.0, 3.0)

    async def carry_out(
        self, run: Run, actions: Sequence[Action], run_context: RunContext, claim: Claim
    ) -> dict[str, Result]:
        """What came of each action of a batch that is ours by `claim`, by `Action.key`.

        Some may be tried again later (`may_be_tried_again`). Raises StorageTrouble when storage fails: then the same
        batch can be given again; ClaimLost when another worker has it by now.
        """
        work = _Work(self, run, run_context, claim)
        try:
            await work.through(actions)
        except ClaimLost:
            await work.withdraw()
            raise
        return work.results


def may_be_tried_again(result: Result) -> bool:
    """True when Microsoft was busy or away and nothing was written, or when nobody knows yet whether it was."""
    return result.outcome is Outcome.UNKNOWN or (result.outcome is Outcome.FAILED and result.code == Code.PASSING)


@dataclass
class _Work:
    """One pass over one batch."""

    executor: Executor
    run: Run
    run_context: RunContext
    claim: Claim
    results: dict[str, Result] = field(default_factory=dict)
    earlier: dict[str, Entry] = field(default_factory=dict)  # what stands about actions that are to do, by key
    intents: dict[str, Entry] = field(default_factory=dict)  # of this run, without an end that counts
    looks: dict[str, Look] = field(default_factory=dict)
    refused_before: KnownRefusals = field(default_factory=KnownRefusals)
    taken_back: Mapping[str, str] = field(default_factory=dict)  # key ► the undo that takes it back
    token: str = field(default_factory=lambda: uuid.uuid4().hex)
    writing: Writing = field(init=False)

    def __post_init__(self) -> None:
        self.writing = Writing(self.executor.tenant, self.claim, self._judge, self.executor.pauses)

    async def through(self, actions: Sequence[Action]) -> None:
        todo = await self._by_what_is_written_down(actions)
        todo = await self._allowed(todo)
        todo = await self._still_so(todo)
        todo = await self._within_budget(todo)
        todo = await self._intend(todo)
        if todo:
            await self._ended(todo, await self.writing.through(todo, self.looks))

    # what is written down about them

    async def _by_what_is_written_down(self, actions: Sequence[Action]) -> list[Action]:
        """The actions that are still to do. Those that a worker of this run left in the middle are looked at first."""
        found = await self.executor.ledger.find(actions)
        if self.run.purpose is Purpose.POLICY:
            self.taken_back = await self.executor.ledger.undone_among(actions)
        left_open = await self._left_open_by_others(found.values())
        self.intents |= {entry.action.key: entry for entry in left_open}
        todo = []
        for action in actions:
            entry = found.get(action.key)
            known = entry and self._known(entry)
            if known:
                self.results[action.key] = known
                continue
            if entry is not None:
                self.earlier[action.key] = entry
                if entry.run == self.run.id and entry.outcome in (None, Outcome.UNKNOWN):
                    self.intents[action.key] = entry
            todo.append(action)
        await self._end([(action, self.results[action.key]) for action in actions if self._is_news(action, found)])
        return await self._left_in_the_middle(todo)

    async def _left_open_by_others(self, entries: Collection[Entry]) -> list[Entry]:
        """Intents of runs that have ended, whose worker never said how they ended: ours to look at, or nobody ever would."""
        open_entries = [entry for entry in entries if entry.outcome is None and entry.run != self.run.id]
        ended = {run for run in {entry.run for entry in open_entries} if not await self.claim.runs.is_open(run)}
        return [entry for entry in open_entries if entry.run in ended]

    def _known(self, entry: Entry) -> Result | None:
        """The result that the ledger implies, None when the action is still to do or to be looked at."""
        run, result, key = self.run, entry.result, entry.action.key
        if entry.run == run.id:
            return _final(result)
        if key in self.taken_back:
            why = put_back(self.taken_back[key])
            return self._result(entry.action, Outcome.REFUSED, why.sentence, why.code)
        if result is None and key in self.intents:
            return None
        if result is None:
            said = f"The run {entry.run} is doing the same and has not said how it ended."
            return self._result(entry.action, Outcome.SKIPPED, said, Code.BUSY)
        if result.at >= run.planned_at and result.outcome in (Outcome.DONE, Outcome.ALREADY):
            return self._result(entry.action, Outcome.ALREADY, f"The run {entry.run} did it after this was planned.")
        return None

    def _is_news(self, action: Action, found: Mapping[str, Entry]) -> bool:
        result = self.results.get(action.key)
        return result is not None and result != found[action.key].result

    async def _left_in_the_middle(self, actions: Sequence[Action]) -> list[Action]:
        """An intent of ours stands and its end does not: look. What is not done yet is still to do."""
        begun = [action for action in actions if action.key in self.intents]
        if not begun:
            return list(actions)
        readings = await self.executor.tenant.read(begun)
        done = [action for action in begun if shows(action, readings[action.key])]
        said = "Found done after an interruption."
        await self._end([(action, self._result(action, Outcome.DONE, said)) for action in done])
        return [action for action in actions if action.key not in self.results]

    # may we

    async def _allowed(self, actions: Sequence[Action]) -> list[Action]:
        """What the gate allows before anything is read, and Microsoft has not refused since it was planned."""
        if self.run.purpose is Purpose.POLICY:
            self.refused_before = await self.executor.refusals.wide()
        verdicts = {action.key: await self._decide(action, None) or self._refused_before(action) for action in actions}
        return await self._sift(actions, verdicts)

    def _refused_before(self, action: Action) -> Refused | None:
        if action.key in self.taken_back:
            return put_back(self.taken_back[action.key])
        refusal = self.refused_before.of(action)
        return refused_for_now(action, refusal, self.executor.clock.now()) if refusal else None

    async def _decide(self, action: Action, live: Live | None) -> Refused | None:
        stop = await self.executor.stop_switch.stopped()
        verdict = decide(action, self.run_context.situation(action, self.run, stop, live))
        return verdict if isinstance(verdict, Refused) else None

    async def _judge(self, action: Action, live: Live) -> Refused | None:
        """What stands against writing this, as it was found just now."""
        verdict = await self._decide(action, live) or compare(action, live)
        return verdict if isinstance(verdict, Refused) else None

    async def _still_so(self, actions: Sequence[Action]) -> list[Action]:
        """What the tenant, read again, still shows as the plan saw it, and registers and switch still allow."""
        if not actions:
            return []
        at = self.claim.runs.machine()
        readings = await self.executor.tenant.read(actions)
        verdicts: dict[str, Refused | Already | Failure | None] = {}
        for action in actions:
            reading = readings[action.key]
            if isinstance(reading, Failure):
                verdicts[action.key] = reading
                continue
            self.looks[action.key] = Look(reading, at)
            overtaken = aged(action, reading, self.run_context.facts_named(action))
            verdicts[action.key] = settled(action, reading) or await self._judge(action, reading) or overtaken
        return await self._sift(actions, verdicts)

    async def _within_budget(self, actions: Sequence[Action]) -> list[Action]:
        """Spend for those for which nothing was spent yet."""
        budget, beyond = self.run_context.budget, bool(self.run.released_by)
        wanted = [action for action in actions if action.key not in self.intents]
        granted = (
            await self.executor.ceiling_usage.reserve(wanted, budget, run=self.run.id, beyond=beyond) if wanted else {}
        )
        return await self._sift(actions, {**dict.fromkeys((action.key for action in actions), None), **granted})

    async def _sift(
        self, actions: Sequence[Action], verdicts: Mapping[str, Refused | Already | Failure | None]
    ) -> list[Action]:
        """Those without a verdict against them; the others get their result."""
        ends = []
        for action in actions:
            verdict = verdicts[action.key]
            if isinstance(verdict, Refused):
                outcome = Outcome.SKIPPED if verdict.code in _SKIPS else Outcome.REFUSED
                ends.append((action, self._result(action, outcome, verdict.sentence, verdict.code)))
            elif isinstance(verdict, Already):
                ends.append((action, self._result(action, Outcome.ALREADY, "It was already so; nothing was written.")))
            elif isinstance(verdict, Failure):
                ends.append((action, self._after_trouble(action, verdict)))
        await self._end(ends)
        return [action for action in actions if verdicts[action.key] is None]

    # intend, write, say how it ended

    async def _intend(self, actions: Sequence[Action]) -> list[Action]:
        """Write the intents down and audit them; those that another run wrote meanwhile are left to it."""
        if not actions:
            return []
        await self.claim.until()
        now = self.executor.clock.now()
        left, entries = [self._intent(action, now) for action in actions], dict[str, Entry]()
        for _ in range(_TRIES):
            entries |= await self.executor.ledger.intend(left)
            left = [entry for entry in left if entry.action.key not in entries]
            again = await self._taken_over(left) if left else []
            if not again:
                break
            left = again + [entry for entry in left if entry.action.key not in {one.action.key for one in again}]
        lost = [entry.action for entry in left if entry.action.key not in self.results]
        said = "Another worker took it up meanwhile."
        await self._give_up(lost, lambda action: self._result(action, Outcome.SKIPPED, said, Code.BUSY))
        self.intents |= entries
        await self.executor.audit.append(
            [self.run_context.event(entry.action, self.run, What.ACTION_INTENDED, now) for entry in entries.values()]
        )
        return [action for action in actions if action.key in entries]

    def _intent(self, action: Action, now: datetime) -> Entry:
        earlier = self.earlier.get(action.key)
        return Entry(
            action=action,
            run=self.run.id,
            plan=self.run.plan,
            planned_at=self.run.planned_at,
            intended_at=now,
            token=self.token,
            etag=earlier.etag if earlier else "",
        )

    async def _taken_over(self, entries: Sequence[Entry]) -> list[Entry]:
        """Of intents that could not be written, those to be written over what an earlier worker of this run left. It has lost the
        batch, as the claim says, so it writes nothing any more.
        """
        stands = await self.executor.ledger.find([entry.action for entry in entries])
        ours = [entry for entry in entries if (one := stands.get(entry.action.key)) is None or one.run == self.run.id]
        if ours:
            await self.claim.until()
        again = []
        for entry in ours:
            one = stands.get(entry.action.key)
            result = _final(one.result) if one else None
            if result is not None:
                self.results[entry.action.key] = result
            else:
                again.append(replace(entry, etag=one.etag if one else ""))
        return again

    async def withdraw(self) -> None:
        """The batch is another worker's by now: what was intended here and never sent is no intent any more."""
        unsent = [
            entry
            for key, entry in self.intents.items()
            if entry.token == self.token and key not in self.writing.sent and key not in self.results
        ]
        if not unsent:
            return
        said = "This worker stopped for a while, and another one has the batch now. Nothing was sent."
        ends = [self._result(entry.action, Outcome.SKIPPED, said, Code.BUSY) for entry in unsent]
        skipped = What.ACTION_SKIPPED
        await self.executor.audit.append(
            [
                self.run_context.event(entry.action, self.run, skipped, end.at, detail=said, code=Code.BUSY)
                for entry, end in zip(unsent, ends, strict=True)
            ]
        )
        await self.executor.ledger.withdraw([_with_end(entry, end) for entry, end in zip(unsent, ends, strict=True)])

    async def _give_up(self, actions: Sequence[Action], why: _Why) -> None:
        """End actions that were reserved and will not be written."""
        if actions:
            await self.executor.ceiling_usage.release(actions, self.run_context.budget, run=self.run.id)
            await self._end([(action, why(action)) for action in actions])

    async def _ended(self, actions: Sequence[Action], written: Mapping[str, Written]) -> None:
        """Say how the writes ended."""
        await self.claim.until()  # also what was not written is given back only by whoever has the batch
        ends = [self._after_write(action, written[action.key]) for action in actions]
        not_written = [
            action
            for action, end in ends
            if end.outcome in (Outcome.REFUSED, Outcome.SKIPPED, Outcome.FAILED) and not written[action.key].perhaps
        ]
        await self.executor.ceiling_usage.release(not_written, self.run_context.budget, run=self.run.id)
        await self._end(ends)

    def _after_write(self, action: Action, end: Written) -> tuple[Action, Result]:
        """How it ended. Where the tenant made something else of it, the action says so from now on: an undo expects that."""
        left = instead(action, end.reading) if end.trouble is None and isinstance(end.reading, Live) else None
        if left is None:
            return action, self._outcome(action, end)
        done = replace(action, after={**action.after, **left})
        self.intents[action.key] = replace(self.intents[action.key], action=done)
        [(name, stands)] = left.items()
        what = "end" if name == "expires" else name
        detail = f"Done differently: its {what} is now {said(stands)}; Custos asked for {said(action.after[name])}."
        return done, self._result(done, Outcome.DONE, detail)

    def _outcome(self, action: Action, end: Written) -> Result:
        trouble = end.trouble
        if isinstance(trouble, Refused):
            outcome = Outcome.SKIPPED if trouble.code in _SKIPS else Outcome.REFUSED
            said = (
                f"{trouble.sentence} It was sent before that, and the answer was lost."
                if end.perhaps
                else trouble.sentence
            )
            return self._result(action, outcome, said, trouble.code)
        if shows(action, end.reading):
            if end.perhaps:
                return self._result(action, Outcome.DONE, "Written and read back.")
            said = f"It is as asked now, but not because of this write: {trouble and trouble.detail}"
            return self._result(action, Outcome.ALREADY, said)
        if trouble is None:
            said = "Microsoft accepted it; the tenant does not show it yet."
            return self._result(action, Outcome.UNKNOWN, said)
        if end.perhaps:
            return self._result(action, Outcome.UNKNOWN, trouble.detail, trouble.code)
        return self._after_trouble(action, trouble)

    def _after_trouble(self, action: Action, trouble: Failure) -> Result:
        """Nothing was written, for certain."""
        if trouble.code in (Code.LOCKED, Code.SITE_LOCKED):
            return self._result(action, Outcome.SKIPPED, trouble.detail, trouble.code)
        code = Code.PASSING if trouble.passing else trouble.code
        return replace(self._result(action, Outcome.FAILED, trouble.detail, code), retry_after=trouble.retry_after)

    # ends

    async def _end(self, ends: Sequence[tuple[Action, Result]]) -> None:
        """Audit how actions ended, then write it down where an intent stands, unless another worker has to say it by now."""
        if not ends:
            return
        await self.claim.until()
        events = [
            self.run_context.event(action, self.run, _ENDED[end.outcome], end.at, detail=end.detail, code=end.code)
            for action, end in ends
        ]
        await self.executor.audit.append(events)
        settled = [_with_end(entry, end) for _, end in ends if (entry := self.intents.get(end.key)) is not None]
        await self.executor.ledger.settle(settled)
        if self.run.purpose is Purpose.POLICY:
            await self.executor.refusals.remember(ends, self.refused_before)
        if self.run.purpose is Purpose.UNDO:
            for action, end in ends:
                if end.outcome in (Outcome.DONE, Outcome.ALREADY):
                    finding = action.finding
                    await self.executor.ledger.mark_undone(finding.id, finding.subject, by_run=self.run.id)
        self.results |= {end.key: end for _, end in ends}

    def _result(self, action: Action, outcome: Outcome, detail: str, code: str = "") -> Result:
        now = self.executor.clock.now()
        return Result(action_id=action.id, key=action.key, outcome=outcome, detail=detail, code=code, at=now)


type _Why = Callable[[Action], Result]


def _with_end(entry: Entry, end: Result) -> Entry:
    return replace(entry, outcome=end.outcome, detail=end.detail, code=end.code, ended_at=end.at)


def _final(result: Result | None) -> Result | None:
    """A result that stands; None where nothing was written, or nobody knows whether it was, and this run goes on."""
    if result is None or may_be_tried_again(result) or (result.outcome is Outcome.SKIPPED and result.code == Code.BUSY):
        return None
    return result


def counted(results: Iterable[Result]) -> Mapping[Outcome, int]:
    """How many actions ended how."""
    outcomes = [result.outcome for result in results]
    return {outcome: outcomes.count(outcome) for outcome in Outcome if outcome in outcomes}


def tried_again(results: Collection[Result]) -> float | None:
    """Seconds that Microsoft asked to wait before some of them are tried again; None when none of them may be."""
    waits = [result.retry_after for result in results if may_be_tried_again(result)]
    return max(waits) if waits else None
