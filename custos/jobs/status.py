"""What `custos status` tells: how current the mirror is, what runs and waits, what went wrong, what it cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from custos.engine.gate import Standing
from custos.engine.register_locations import Unplaced
from custos.engine.run_store import Run, RunState
from custos.inventory.drive_state import DriveState, DriveStates, SyncState
from custos.jobs import action_reports, incidents, loosening, policies, register_drift, shortfalls, vacancies
from custos.jobs.incidents import Noted
from custos.jobs.refused_requests import Door
from custos.jobs.shortfalls import Of, Shortfall
from custos.notices.deadlines import is_overdue
from custos.notices.loosened import News
from custos.notices.model import CaseState
from custos.notices.waves import Waves
from custos.records.remark import Matter
from custos.records.review import review
from custos.storage.queues import ALL, poison

if TYPE_CHECKING:
    from custos.bootstrap import Custos


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An agreement that is not carried out yet, and why: a person's word is missing, or something stands in its way."""

    asset_id: str
    about: str
    run: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Everything at one look. `running` are rounds under way; `stopped` says who stopped all writes and why, or is "".

    `refused_requests`: at which door and why ► how many requests were refused today (UTC), because they were not Microsoft's.

    `odd` are libraries of which some entries could not be read. `found` and `watched` say what discovery and the renewal of
    webhooks could not get when they last ran; None: they never ran.

    `compared` is when the library was compared that waits longest for it, `drift` how many rows those comparisons found
    that delta had not told of. `untold` writes are those that nobody has been told of yet, `unasked` the questions for which nobody can be
    asked, `held_back` those that wait for their wave, `overdue` those of which somebody let the deadline
    pass, `waiting` the agreements that wait for more than their notice.
    `vacant` says which assets have no valid owner, and since when.
    `documents` are sentences about governing documents past their review.
    `remarks` are what `custos register` lists for attention today, `doubts` addresses of the registers that are not as the mirror has
    them, `strangers` sentences about people of theirs whom the directory did not have, or who could not sign in, when it was last asked,
    `loosened` what edits of the files loosened in the last week.
    """

    now: datetime
    libraries: Mapping[SyncState, int]
    incomplete: tuple[DriveState, ...]
    running: tuple[DriveState, ...]
    odd: tuple[DriveState, ...]
    found: Shortfall | None
    watched: Shortfall | None
    refused_requests: Mapping[tuple[Door, str], int]
    items: int
    oldest: datetime | None
    compared: datetime | None
    drift: int
    queues: Mapping[str, int]
    policies: Mapping[str, Standing]
    aged: int
    mirror_lasts: str
    refused_policies: int
    remarks: int
    documents: tuple[str, ...]
    doubts: tuple[Unplaced, ...]
    strangers: tuple[str, ...]
    loosened: tuple[News, ...]
    runs: tuple[Run, ...]
    cases: Mapping[CaseState, int]
    untold: int
    unasked: int
    held_back: int
    overdue: int
    vacant: tuple[str, ...]
    waiting: tuple[Waiting, ...]
    incidents: tuple[Noted, ...]
    stopped: str
    units: int
    requests: int
    throttles: int

    @property
    def in_order(self) -> bool:
        """Nothing waits for an operator. No library at all is not in order: silence is never success."""
        unread = self.libraries.get(SyncState.INCOMPLETE, 0) + self.libraries.get(SyncState.PENDING, 0)
        unwatched = self.watched is not None and self.watched.held < self.watched.wanted
        return bool(self.libraries) and not any(
            (unread, unwatched, self.incidents, self.refused_policies, self.unasked, self.overdue)
        )


async def overview(app: Custos) -> Overview:
    """Look at storage alone. Raises StorageTrouble."""
    states = [state async for state in DriveStates.of(app.account).all()]
    in_force = await policies.in_force(app)
    placed = await app.registers.placed(in_force.bundle)
    standings = await app.approvals.standing(in_force.bundle, placed.ground)
    lasts = in_force.bundle.settings.approval.mirror_lasts
    stop = await app.stop_switch.stopped()
    compared_registers = await register_drift.last(app)
    spent = await app.m365.throttle.spent_on()
    queues = {name: await app.account.queue(name).length() for one in ALL for name in (one, poison(one))}
    read = [state.synced_at for state in states if state.synced_at is not None]
    compared = [state.reconciled_at for state in states if state.reconciled_at is not None]
    now = app.clock.now()
    remarks = review(in_force.bundle.records, in_force.bundle.day(now))
    runs = [run async for run in app.runs.all()]
    cases = [stored.case for stored in await app.cases.all()]
    last = max(runs, key=lambda run: run.started_at, default=None)
    waves = Waves(waves=in_force.bundle.settings.waves, records=in_force.bundle.records)
    today = in_force.bundle.day(now)
    return Overview(
        now=now,
        libraries=Counter(state.state for state in states),
        incomplete=tuple(state for state in states if state.state is SyncState.INCOMPLETE),
        running=tuple(state for state in states if state.begun),
        odd=tuple(sorted((state for state in states if state.odd), key=lambda state: -state.odd)),
        found=await shortfalls.last(app.account, Of.DISCOVERY),
        refused_requests=await app.refused_requests.day(),
        watched=await shortfalls.last(app.account, Of.WEBHOOKS) if app.settings.public_url else None,
        items=sum(state.items for state in states),
        oldest=min(read, default=None),
        compared=min(compared, default=None),
        drift=sum(state.drift for state in states),
        queues={name: length for name, length in queues.items() if length},
        policies=standings,
        aged=sum(lasts.after(moment) <= now for moment in read),
        mirror_lasts=str(lasts),
        refused_policies=len(in_force.problems),
        remarks=len(remarks),
        documents=tuple(one.sentence for one in remarks if one.matter is Matter.DOCUMENT_REVIEW),
        doubts=tuple(placed.doubts()),
        strangers=tuple(compared_registers.strangers) if compared_registers else (),
        loosened=tuple(await loosening.recent(app)),
        runs=tuple(run for run in runs if run.state in (RunState.RUNNING, RunState.PARKED) or run is last),
        cases=Counter(case.state for case in cases),
        untold=await action_reports.untold_writes(app),
        vacant=tuple(
            one.words(in_force.bundle.day(now), in_force.bundle.records.holidays)
            for one in await vacancies.standing(app.account)
        ),
        overdue=sum(is_overdue(case, now) for case in cases),
        unasked=sum(case.state.is_open and not case.assignee.user_id for case in cases),
        held_back=sum(waves.holds_back(case, today) for case in cases if case.is_to_tell),
        waiting=tuple(
            Waiting(asset_id=case.asset_id, about=case.subject_name, run=case.run, why=case.waits)
            for case in cases
            if case.waits and case.state is CaseState.DECIDED
        ),
        incidents=tuple([noted async for noted in incidents.standing(app.account)]),
        stopped=f"{stop.by}: {stop.why}" if stop else "",
        units=spent.units,
        requests=spent.requests,
        throttles=spent.throttles,
    )
