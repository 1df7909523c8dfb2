"""A worker that is killed, cut off or stands still anywhere: what it was to write is written once, and ended."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from custos.audit.events import What
from custos.engine.run_store import RunResult, RunState
from custos.model.action import Outcome
from custos.model.live import Failure
from tests.engine.memory_store import MemoryStore
from tests.engine.memory_tenant import MemoryTenant, with_files
from tests.engine.planned import (
    bundle,
    file_subject,
)
from tests.engine.started_runs import results, started
from tests.engine.wired_engine import AzureStore, Frozen, Killed, MemoryQueue, Store, office

EVERY = {file_subject(number).key for number in (1, 2, 3)}


async def test_a_lost_answer_is_cleared_up_by_reading_back(memory: MemoryStore) -> None:
    """When the answer to a write is lost and the tenant shows it, it is done, and not written again."""
    at = office(memory, with_files(MemoryTenant(), 1))
    at.tenant.answers = [Failure(code="unavailable", detail="timed out", maybe_done=True, passing=True)]
    at.tenant.lost = True
    run = await started(at, bundle(), 1)
    await at.drain(bundle())
    assert [result.outcome for result in await results(at, run)] == [Outcome.DONE]
    assert len(at.tenant.writes) == 1


CUT = Failure(code="unavailable", detail="cut off", maybe_done=True, passing=True)


async def test_a_write_that_was_cut_off_is_looked_at_and_sent_again(memory: MemoryStore) -> None:
    """When the answer is lost and the tenant, looked at, does not show it, the same run does it (K4)."""
    at = office(memory, with_files(MemoryTenant(), 1))
    at.tenant.answers = [CUT]
    run = await started(at, bundle(), 1)
    await at.drain(bundle())
    assert [result.outcome for result in await results(at, run)] == [Outcome.DONE]
    assert len(at.tenant.writes) == 1


async def test_a_label_that_somebody_set_after_the_cut_is_theirs(memory: MemoryStore) -> None:
    """Between a write that was cut off and its repetition a person sets another label: it is left alone (K4)."""
    at = office(memory, with_files(MemoryTenant(), 1))
    at.tenant.answers = [CUT]

    async def somebody() -> None:
        at.tenant.file(1, label="Chosen by a person", label_explicit=True)

    at.tenant.before_write = somebody
    run = await started(at, bundle(), 1)
    await at.drain(bundle())
    assert at.tenant.label_of(1) == "Chosen by a person"
    assert at.tenant.writes == []
    assert [(result.outcome, result.code) for result in await results(at, run)] == [(Outcome.REFUSED, "explicit")]


async def test_a_write_that_nobody_can_confirm_is_unknown(memory: MemoryStore) -> None:
    """When every answer is lost and the tenant never shows it, the outcome is unknown and the run not ok."""
    at = office(memory, with_files(MemoryTenant(), 1))
    at.tenant.answers = [CUT] * 100
    run = await started(at, bundle(), 1)
    await at.drain(bundle())
    assert [result.outcome for result in await results(at, run)] == [Outcome.UNKNOWN]
    assert (await at.runs.progress(run)).verdict is RunResult.FAILED


async def test_a_worker_that_stood_still_writes_nothing_after_another_took_over(memory: MemoryStore) -> None:
    """Frozen just before its write and woken after another worker did the batch, it writes and says nothing (K5)."""
    at = office(memory, with_files(MemoryTenant(), 3))
    run = await started(at, bundle())
    message = at.queue.messages.pop(0)
    other = office(memory, at.tenant, queue=at.queue, machine=at.machine)

    async def frozen() -> None:
        at.tenant.before_write = None
        at.machine.advance()
        await other.dispatcher.work(message, bundle())

    at.tenant.before_write = frozen
    await at.dispatcher.work(message, bundle())
    await at.drain(bundle())
    assert len(at.tenant.writes) == 3
    assert dict((await at.runs.progress(run)).counts) == {Outcome.DONE: 3}
    ended = [event.subject for event in memory.events_of(run) if event.what is What.ACTION_DONE]
    assert sorted(ended) == sorted(EVERY)


async def test_a_worker_that_stood_still_goes_on_when_nobody_took_over(memory: MemoryStore) -> None:
    """Frozen past its time with nobody else about, it looks again, and then writes: once."""
    at = office(memory, with_files(MemoryTenant(), 3))
    run = await started(at, bundle())

    async def frozen() -> None:
        at.tenant.before_write = None
        at.machine.advance()

    at.tenant.before_write = frozen
    await at.drain(bundle())
    assert len(at.tenant.writes) == 3
    assert dict((await at.runs.progress(run)).counts) == {Outcome.DONE: 3}


async def one_life(store: Store, life: int) -> bool:
    """A worker is killed before its call number `life`, another one finishes. False when it outlived its work."""
    tenant, queue, wanted = with_files(MemoryTenant(), 3), MemoryQueue(), bundle()
    at = office(store, tenant, queue=queue)
    run = await started(at, wanted)
    message = queue.messages.pop(0)
    mortal = office(store, tenant, queue=queue, life=life, machine=at.machine)
    killed = False
    try:
        await mortal.dispatcher.work(message, wanted)
    except Killed:
        killed = True
    at.machine.advance()
    await at.dispatcher.work(message, wanted)
    await at.drain(wanted)
    progress = await at.runs.progress(run)
    assert progress.run.state is RunState.FINISHED
    assert dict(progress.counts) == {Outcome.DONE: 3}
    assert len(tenant.writes) == len(set(tenant.writes)) == 3
    return killed


async def test_killed_anywhere_nothing_is_written_twice_or_forgotten() -> None:
    """Killed before any single call, the next worker finishes (K3): each file is labelled once, all is done and audited."""
    for life in itertools.count(1):
        store = MemoryStore()
        killed = await one_life(store, life)
        events = store.audit.events
        for what in (What.ACTION_INTENDED, What.ACTION_DONE):
            assert {event.subject for event in events if event.what is what} == EVERY
        if not killed:
            break
    assert life > 20, "the worker makes more calls than this: something was not counted"


@pytest.mark.parametrize("life", [6, 14, 20, 24, 28])
async def test_killed_on_real_storage(azure: AzureStore, life: int) -> None:
    """The same on real tables and the real chain, at five places."""
    assert await one_life(azure, life)
    assert (await azure.audit.verify()).holds


async def two_hands(first: int, second: int) -> tuple[int, int]:
    """A worker stands still before its call `first`; when its claim has ended another begins, which stands still before its call
    `second` while the first one wakes and ends. How many calls each made.
    """
    store, tenant, queue = MemoryStore(), with_files(MemoryTenant(), 3), MemoryQueue()
    at = office(store, tenant, queue=queue)
    run = await started(at, bundle())
    message = queue.messages.pop(0)
    tasks, hands = [], (Frozen(at=first), Frozen(at=second))
    for executor in hands:
        worker = office(store, tenant, queue=queue, machine=at.machine, counter=executor)
        task = asyncio.create_task(worker.dispatcher.work(message, bundle()))
        task.add_done_callback(lambda _, executor=executor: executor.still.set())
        await executor.still.wait()
        at.machine.advance()
        tasks.append(task)
    for executor, task in zip(hands, tasks, strict=True):
        executor.thawed.set()
        await task
    at.machine.advance()
    await at.drain(bundle())
    progress = await at.runs.progress(run)
    assert progress.run.state is RunState.FINISHED
    assert dict(progress.counts) == {Outcome.DONE: 3}
    assert len(tenant.writes) == len(set(tenant.writes)) == 3
    assert {row.text("outcome") for (place, _), row in store.table("actions").rows.items() if place != "undone"} == {
        "done"
    }
    last = {event.subject: event.what for event in store.audit.events if event.subject}
    assert last.keys() == EVERY
    assert What.ACTION_INTENDED not in last.values()
    return hands[0].calls, hands[1].calls


async def test_frozen_anywhere_and_woken_anywhere_nothing_is_left_open() -> None:
    """A worker that stood still anywhere and wakes at any moment of the one that took over: each file is labelled once, and no intent
    is left without its end, which would keep every later run from the file.
    """
    calls, _ = await two_hands(10_000, 10_000)
    assert calls > 20, "the worker makes more calls than this: something was not counted"
    for first in range(1, calls + 1):
        for second in range(1 + first % 12, calls + 1, 12):  # all of them hold, and take twelve times as long
            await two_hands(first, second)


async def test_an_intent_that_an_ended_run_left_open_is_taken_up_by_the_next(memory: MemoryStore) -> None:
    """Its worker said no end, and its run has one: the next run looks at the file, does what is not done, and says so."""
    at = office(memory, with_files(MemoryTenant(), 3))
    run = await started(at, bundle())
    message = at.queue.messages.pop(0)
    at.tenant.before_write = _dies
    with pytest.raises(Killed):
        await at.dispatcher.work(message, bundle())
    at.tenant.before_write = None
    await at.runs.change(run, lambda now: replace(now, state=RunState.FINISHED))
    at.clock.advance(timedelta(days=1))
    again = await started(at, bundle())
    at.machine.advance()
    await at.drain(bundle())
    assert dict((await at.runs.progress(again)).counts) == {Outcome.DONE: 3}
    assert len(at.tenant.writes) == 3


async def _dies() -> None:
    raise Killed


async def test_two_workers_on_one_batch_write_once(memory: MemoryStore) -> None:
    """When the queue gives one batch to two workers at the same time, each file is labelled once."""
    at = office(memory, with_files(MemoryTenant(), 3))
    run = await started(at, bundle())
    message = at.queue.messages.pop(0)
    await asyncio.gather(at.dispatcher.work(message, bundle()), at.dispatcher.work(message, bundle()))
    await at.drain(bundle())
    assert len(at.tenant.writes) == 3
    assert (await at.runs.progress(run)).run.state is RunState.FINISHED
