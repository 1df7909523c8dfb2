"""Where Custos writes to Microsoft 365: one batch of a run, through the gate. Nothing else writes (nor does `undo`,
whose actions come through here too).

For every action: what is written down about it ► may we? ► the tenant read again ► still so? ► room in the budgets? ►
intent written down and audited ► written ► read back ► outcome audited and written down.

A worker may be killed anywhere. Before the intent stands nothing was sent, and the batch simply begins anew. Once it
stands, whoever comes next looks at the tenant instead of writing: done, or `unknown` and said so.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from custos.audit.events import What
from custos.clock import Clock
from custos.engine.authority import Authority
from custos.engine.budgets import Budgets
from custos.engine.gate import Already, Code, Purpose, Refused, aged, compare, decide, put_back, reached, settled
from custos.engine.ledger import Entry, Ledger
from custos.engine.model import Action, ActionKind, Outcome, Result
from custos.engine.ports import Audit, Live, Reading, Tenant, Trouble
from custos.engine.refusals import Refusals, Remembered, refused_for_now
from custos.engine.runs import Run
from custos.engine.switches import Switches

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
class Hand:
    """The only hand that writes. `pauses` are seconds to wait before each reading back: labels take effect late."""

    tenant: Tenant
    ledger: Ledger
    budgets: Budgets
    switches: Switches
    refusals: Refusals
    audit: Audit
    clock: Clock
    pauses: Sequence[float] = (0.0, 1.0, 3.0)

    async def carry_out(self, run: Run, actions: Sequence[Action], authority: Authority) -> dict[str, Result]:
        """What came of each action of a batch, by `Action.key`.

        One whose code is `passing` was not written, and may be tried again. Raises StorageTrouble when storage fails:
        then the same batch can be given again.
        """
        work = _Work(self, run, authority)
        await work.through(actions)
        return work.results


def may_be_tried_again(result: Result) -> bool:
    """True when Microsoft was busy or away, and nothing was written."""
    return result.outcome is Outcome.FAILED and result.code == Code.PASSING


@dataclass
class _Work:
    """One pass over one batch."""

    hand: Hand
    run: Run
    authority: Authority
    results: dict[str, Result] = field(default_factory=dict)
    earlier: dict[str, Entry] = field(default_factory=dict)
    live: dict[str, Live] = field(default_factory=dict)
    refused_before: Remembered = field(default_factory=Remembered)

    async def through(self, actions: Sequence[Action]) -> None:
        interrupted, todo = await self._by_what_is_written_down(actions)
        await self._finish_interrupted(interrupted)
        todo = await self._allowed(todo)
        todo = await self._still_so(todo)
        if not todo:
            return
        todo = await self._within_budget(todo)
        entries = await self._intend(todo)
        troubles = await self._write([action for action in todo if action.key in entries])
        await self._read_back(entries, troubles)

    # what is written down about them

    async def _by_what_is_written_down(self, actions: Sequence[Action]) -> tuple[list[Entry], list[Action]]:
        """Entries of ours that a killed worker left without an end, and the actions that are still to do."""
        found = await self.hand.ledger.find(actions)
        undone = await self.hand.ledger.undone_among(actions) if self.run.purpose is Purpose.POLICY else {}
        interrupted, todo = [], []
        for action in actions:
            entry = found.get(action.key)
            ours = entry is not None and entry.run == self.run.id
            known = (None if ours else self._put_back(action, undone)) or (entry and self._known(entry))
            if known:
                self.results[action.key] = known
            elif entry is None:
                todo.append(action)
            elif entry.outcome is None and entry.run == self.run.id:
                interrupted.append(entry)
            else:
                self.earlier[action.key] = entry
                todo.append(action)
        await self._end([(action, self.results[action.key]) for action in actions if self._is_news(action, found)])
        return interrupted, todo

    def _put_back(self, action: Action, undone: Mapping[str, str]) -> Result | None:
        if action.key not in undone:
            return None
        why = put_back(undone[action.key])
        return self._result(action, Outcome.REFUSED, why.sentence, why.code)

    def _known(self, entry: Entry) -> Result | None:
        """The result that the ledger implies, None when the action is still to do or to be looked at."""
        run, result = self.run, entry.result
        if result is None:
            if entry.run == run.id:
                return None
            said = f"The run {entry.run} intends the same and has not said how it ended."
            return self._result(entry.action, Outcome.SKIPPED, said, Code.BUSY)
        if entry.run == run.id:
            return None if may_be_tried_again(result) else result
        if result.at >= run.planned_at and result.outcome in (Outcome.DONE, Outcome.ALREADY):
            return self._result(entry.action, Outcome.ALREADY, f"The run {entry.run} did it after this was planned.")
        return None

    def _is_news(self, action: Action, found: Mapping[str, Entry]) -> bool:
        result = self.results.get(action.key)
        entry = found.get(action.key)
        return result is not None and (entry is None or result != entry.result)

    async def _finish_interrupted(self, entries: Sequence[Entry]) -> None:
        """The intent stands and its end does not: look, never write."""
        if not entries:
            return
        readings = await self._settled_readings([entry.action for entry in entries])
        ends = []
        for entry in entries:
            action, reading = entry.action, readings[entry.action.key]
            if isinstance(reading, Live) and reached(action, reading):
                result = self._result(action, Outcome.DONE, "Found done after an interruption.")
            else:
                result = self._result(action, Outcome.UNKNOWN, "Interrupted; the tenant does not show it as done.")
            ends.append((action, result))
        await self._end(ends, {entry.action.key: entry for entry in entries})

    # may we

    async def _allowed(self, actions: Sequence[Action]) -> list[Action]:
        """What the gate allows before anything is read, and Microsoft has not refused since it was planned."""
        if self.run.purpose is Purpose.POLICY:
            self.refused_before = await self.hand.refusals.wide()
        verdicts = {action.key: await self._decide(action, None) or self._refused_before(action) for action in actions}
        return await self._sift(actions, verdicts)

    def _refused_before(self, action: Action) -> Refused | None:
        refusal = self.refused_before.of(action)
        return refused_for_now(action, refusal, self.hand.clock.now()) if refusal else None

    async def _decide(self, action: Action, live: Live | None) -> Refused | None:
        stop = await self.hand.switches.stopped()
        verdict = decide(action, self.authority.situation(action, self.run, stop, live))
        return verdict if isinstance(verdict, Refused) else None

    async def _still_so(self, actions: Sequence[Action]) -> list[Action]:
        """What the tenant, read again, still shows as the plan saw it, and registers and switch still allow."""
        if not actions:
            return []
        readings = await self.hand.tenant.read(actions)
        verdicts: dict[str, Refused | Already | Trouble | None] = {}
        for action in actions:
            reading = readings[action.key]
            if isinstance(reading, Trouble):
                verdicts[action.key] = reading
                continue
            self.live[action.key] = reading
            verdict = settled(action, reading) or await self._decide(action, reading) or compare(action, reading)
            overtaken = aged(action, reading, self.authority.facts_named(action))
            verdicts[action.key] = verdict if isinstance(verdict, (Refused, Already)) else overtaken
        return await self._sift(actions, verdicts)

    async def _within_budget(self, actions: Sequence[Action]) -> list[Action]:
        budget, beyond = self.authority.budget, bool(self.run.released_by)
        granted = await self.hand.budgets.reserve(actions, budget, run=self.run.id, beyond=beyond)
        return await self._sift(actions, granted)

    async def _sift(
        self, actions: Sequence[Action], verdicts: Mapping[str, Refused | Already | Trouble | None]
    ) -> list[Action]:
        """Those without a verdict against them; the others get their result."""
        ends = []
        for action in actions:
            verdict = verdicts[action.key]
            if isinstance(verdict, Refused):
                outcome = Outcome.SKIPPED if verdict.code in _SKIPS else Outcome.REFUSED
                ends.append((action, self._result(action, outcome, verdict.sentence, verdict.code)))
            elif isinstance(verdict, Already):
                ends.append((action, self._result(action, Outcome.ALREADY, "The tenant was so already.")))
            elif isinstance(verdict, Trouble):
                ends.append((action, self._after_trouble(action, verdict)))
        await self._end(ends)
        return [action for action in actions if verdicts[action.key] is None]

    # intend, write, read back

    async def _intend(self, actions: Sequence[Action]) -> dict[str, Entry]:
        """Write the intents down and audit them; those that somebody else wrote meanwhile are left to them."""
        if not actions:
            return {}
        now, token = self.hand.clock.now(), uuid.uuid4().hex
        wanted = [
            Entry(
                action=action,
                run=self.run.id,
                plan=self.run.plan,
                planned_at=self.run.planned_at,
                intended_at=now,
                token=token,
                etag=self.earlier[action.key].etag if action.key in self.earlier else "",
            )
            for action in actions
        ]
        entries = dict(await self.hand.ledger.intend(wanted))
        lost = [action for action in actions if action.key not in entries]
        said = "Another worker took it up meanwhile."
        await self._give_up(lost, lambda action: self._result(action, Outcome.SKIPPED, said, Code.BUSY))
        await self.hand.audit.append(
            [self.authority.event(entry.action, self.run, What.ACTION_INTENDED, now) for entry in entries.values()]
        )
        return entries

    async def _give_up(self, actions: Sequence[Action], why: _Why) -> None:
        """End actions that were reserved and will not be written."""
        if actions:
            await self.hand.budgets.release(actions, self.authority.budget, run=self.run.id)
            await self._end([(action, why(action)) for action in actions])

    async def _write(self, actions: Sequence[Action]) -> dict[str, Trouble | Refused | None]:
        """Send the writes, looking at the switch before each."""
        troubles: dict[str, Trouble | Refused | None] = {}
        labels = [action for action in actions if action.kind is ActionKind.APPLY_LABEL]
        for label in dict.fromkeys(str(action.after["label"]) for action in labels):
            together = [action for action in labels if action.after["label"] == label]
            stopped = await self._decide(together[0], self.live[together[0].key])
            if stopped and stopped.code is Code.STOPPED:
                troubles |= {action.key: stopped for action in together}
                continue
            files = [(action.finding.subject, self.live[action.key]) for action in together]
            answers = await self.hand.tenant.apply_labels(label, files)
            troubles |= {action.key: answers[action.finding.subject.key] for action in together}
        for action in actions:
            if action.kind is not ActionKind.APPLY_LABEL:
                stopped = await self._decide(action, self.live[action.key])
                troubles[action.key] = stopped or await self._write_one(action)
        return troubles

    async def _write_one(self, action: Action) -> Trouble | None:
        tenant, subject, before, after = self.hand.tenant, action.finding.subject, action.before, action.after
        match action.kind:
            case ActionKind.SET_EXPIRY:
                expires = after["expires"]
                assert not isinstance(expires, (str, int, float))
                return await tenant.set_expiry(subject, expires)
            case ActionKind.REMOVE_LINK:
                return await tenant.remove_link(subject)
            case ActionKind.REMOVE_GRANT:
                person, through = str(before.get("person") or ""), str(before["through"])
                return await tenant.remove_grant(subject, person=person, through=through)
            case ActionKind.RESTORE_GRANT:
                return await tenant.restore_grant(subject, person=str(after["person"]), roles=str(after["access"]))
            case ActionKind.RESTRICT_SITE:
                return await tenant.restrict_site(subject, str(after["sharing"]))
            case _:
                raise ValueError(f"{action.kind} is not written here")

    async def _read_back(self, entries: Mapping[str, Entry], troubles: Mapping[str, Trouble | Refused | None]) -> None:
        """See what stands, and write the ends down."""
        refused = {key: verdict for key, verdict in troubles.items() if isinstance(verdict, Refused)}
        sent = [entry.action for key, entry in entries.items() if key not in refused]
        readings = await self._settled_readings(sent)
        ends = []
        for key, entry in entries.items():
            trouble = troubles[key]
            if isinstance(trouble, Refused):
                result = self._result(entry.action, Outcome.REFUSED, trouble.sentence, trouble.code)
            else:
                result = self._after_write(entry.action, trouble, readings[key])
            ends.append((entry.action, result))
        not_written = [action for action, end in ends if end.outcome in (Outcome.REFUSED, Outcome.FAILED)]
        await self.hand.budgets.release(not_written, self.authority.budget, run=self.run.id)
        await self._end(ends, entries)

    async def _settled_readings(self, actions: Sequence[Action]) -> dict[str, Reading]:
        """Readings, taken again after a pause for those that do not show the action yet."""
        readings: dict[str, Reading] = {}
        left = list(actions)
        for pause in self.hand.pauses:
            if not left:
                break
            await asyncio.sleep(pause)
            readings |= await self.hand.tenant.read(left)
            left = [action for action in left if not _shows(action, readings[action.key])]
        return readings

    def _after_write(self, action: Action, trouble: Trouble | None, reading: Reading) -> Result:
        if _shows(action, reading):
            sent = trouble is None or trouble.maybe_done
            said = (
                "Written and read back."
                if sent
                else f"It stands, although Microsoft said: {trouble and trouble.detail}"
            )
            return self._result(action, Outcome.DONE if sent else Outcome.ALREADY, said)
        if trouble is None:
            said = "Microsoft accepted it; the tenant does not show it yet."
            return self._result(action, Outcome.UNKNOWN, said)
        if trouble.maybe_done:
            return self._result(action, Outcome.UNKNOWN, trouble.detail, trouble.code)
        return self._after_trouble(action, trouble)

    def _after_trouble(self, action: Action, trouble: Trouble) -> Result:
        """Nothing was written, for certain."""
        if trouble.code in (Code.LOCKED, Code.SITE_LOCKED):
            return self._result(action, Outcome.SKIPPED, trouble.detail, trouble.code)
        code = Code.PASSING if trouble.passing else trouble.code
        return replace(self._result(action, Outcome.FAILED, trouble.detail, code), retry_after=trouble.retry_after)

    # ends

    async def _end(self, ends: Sequence[tuple[Action, Result]], entries: Mapping[str, Entry] | None = None) -> None:
        """Audit how actions ended, then write it down where an intent stands."""
        if not ends:
            return
        events = [
            self.authority.event(action, self.run, _ENDED[end.outcome], end.at, detail=end.detail, code=end.code)
            for action, end in ends
        ]
        await self.hand.audit.append(events)
        if entries:
            await self.hand.ledger.settle(
                [
                    replace(entries[end.key], outcome=end.outcome, detail=end.detail, code=end.code, ended_at=end.at)
                    for _, end in ends
                ]
            )
        if self.run.purpose is Purpose.POLICY:
            await self.hand.refusals.remember(ends, self.refused_before)
        if self.run.purpose is Purpose.UNDO:
            for action, end in ends:
                if end.outcome in (Outcome.DONE, Outcome.ALREADY):
                    finding = action.finding
                    await self.hand.ledger.mark_undone(finding.id, finding.subject, by_run=self.run.id)
        self.results |= {end.key: end for _, end in ends}

    def _result(self, action: Action, outcome: Outcome, detail: str, code: str = "") -> Result:
        now = self.hand.clock.now()
        return Result(action_id=action.id, key=action.key, outcome=outcome, detail=detail, code=code, at=now)


type _Why = Callable[[Action], Result]


def _shows(action: Action, reading: Reading) -> bool:
    return isinstance(reading, Live) and reached(action, reading) is True


def counted(results: Iterable[Result]) -> Mapping[Outcome, int]:
    """How many actions ended how."""
    outcomes = [result.outcome for result in results]
    return {outcome: outcomes.count(outcome) for outcome in Outcome if outcome in outcomes}


def tried_again(results: Collection[Result]) -> float | None:
    """Seconds that Microsoft asked to wait before some of them are tried again; None when none of them may be."""
    waits = [result.retry_after for result in results if may_be_tried_again(result)]
    return max(waits) if waits else None
