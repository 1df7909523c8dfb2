"""What a run is: a plan on its way into the tenant, in batches that one worker does together. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from custos.engine.gate import Purpose
from custos.model.action import Action, Outcome
from custos.model.plan import Plan
from custos.records.rights import Person

WENT_WRONG = frozenset({Outcome.FAILED, Outcome.UNKNOWN})


class RunState(StrEnum):
    """Where a run stands."""

    PREPARING = "preparing"  # its batches are being written down
    PARKED = "awaiting approval"  # over a budget: nothing was written
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"


class RunResult(StrEnum):
    """How a run ended, computed from its counts, never from the absence of errors."""

    OK = "ok"
    PARTIAL = "partial"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run. `hashes` are the versions of the policies that were planned; `over` the ceilings that it would break.

    Persons are told by UPN and by the id of their directory object, "" for Custos itself. `released_by` is who let it go over its
    ceilings, "" for nobody. `target` says what an undo puts back, `reason` why. `made_at` is when its row was made, in epoch seconds of
    the machine.
    """

    id: str
    plan: str
    planned_at: datetime
    planned_by: str = ""
    planned_by_id: str = ""
    purpose: Purpose
    started_by: str
    started_by_id: str = ""
    started_at: datetime
    state: RunState
    actions: int
    batches: int
    hashes: Mapping[str, str]
    over: tuple[str, ...] = ()
    released_by: str = ""
    why: str = ""
    target: str = ""
    reason: str = ""
    ended_at: datetime | None = None
    made_at: float = 0.0
    etag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some actions of a run that one worker does together. `counts` by outcome; `attempt` counts from 0.

    `claimed_by` is the mark of the worker that has it, `claimed_until` when its right ends, `moved_at` when it was last
    queued, taken up, or is to be tried again; both in epoch seconds of the machine.
    """

    run: str
    number: int
    size: int
    site_id: str
    place: str  # partition of the ledger
    policies: tuple[str, ...]
    done: bool = False
    attempt: int = 0
    claimed_by: str = ""
    claimed_until: float = 0.0
    moved_at: float = 0.0
    counts: Mapping[str, int] = field(default_factory=dict)
    etag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A run with what came of it so far."""

    run: Run
    counts: Mapping[Outcome, int]
    batches_done: int

    @property
    def waiting(self) -> int:
        """Actions without an outcome yet."""
        return self.run.actions - sum(self.counts.values())

    @property
    def verdict(self) -> RunResult:
        """ok: each action was done, found done, or no longer needed. Of the others, partial: some were done; refused: the
        gate kept them all back (a stop, a hold, an exemption), and nothing went wrong; failed: something did.

        What an undo skips is not put back, and so did not go well.
        """
        bad_ends = (*WENT_WRONG, Outcome.SKIPPED) if self.run.purpose is Purpose.UNDO else WENT_WRONG
        went_wrong = sum(self.counts.get(bad, 0) for bad in bad_ends) + self.waiting
        stands = sum(self.counts.get(good, 0) for good in (Outcome.DONE, Outcome.ALREADY))
        if not went_wrong and not self.counts.get(Outcome.REFUSED, 0):
            return RunResult.OK
        if stands:
            return RunResult.PARTIAL
        return RunResult.FAILED if went_wrong else RunResult.REFUSED


def into_batches(actions: Iterable[Action], *, size: int = 100) -> list[list[Action]]:
    """Actions that are done together: of one library (or site) and one kind, labels of one name, `size` at most."""
    groups: dict[tuple[str, ...], list[Action]] = {}
    for action in actions:
        subject = action.finding.subject
        label = str(action.after.get("label", ""))
        groups.setdefault((subject.site_id, subject.drive_id, action.kind, label), []).append(action)
    return [group[start : start + size] for group in groups.values() for start in range(0, len(group), size)]


def new_run(
    plan: Plan, *, purpose: Purpose, by: Person, at: datetime, actions: int, over: Sequence[str], target: str = ""
) -> Run:
    """A run that is not written down yet: parked when it is over a ceiling."""
    return Run(
        id="",
        plan=plan.id,
        planned_at=plan.made_at,
        planned_by=plan.made_by,
        planned_by_id=plan.made_by_id,
        purpose=purpose,
        started_by=by.upn,
        started_by_id=by.id,
        started_at=at,
        state=RunState.PARKED if over else RunState.RUNNING,
        actions=actions,
        batches=0,
        hashes=plan.policies,
        over=tuple(over),
        target=target,
    )
