"""What has been spent of the ceilings, in table `ceilingusage`: checked against a whole plan, and at every write.

Partition: the day (`2026-11-23`), or the run (`run R-2026-1123-02`); key: the ceiling's name. Counters are raised
before the write, together with all others of the same partition that an action touches, and only if none would break; a
worker that is killed in between has spent what it did not use, never the other way round. A batch whose actions touch more
counters than a transaction takes is counted part by part, in its order.
Source: https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions (100 entities at most)
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from custos.clock import Clock
from custos.engine.ceilings import BrokenCeiling, Ceiling, Ceilings, Span, needs
from custos.errors import StorageTrouble
from custos.model.action import Action
from custos.model.refusal import Code, Refused
from custos.row_conflicts import first_or_again
from custos.table import TRANSACTION_ROWS, Row, Table, Write, key_part

_NOT_ASKED = Refused(Code.BUDGET, "not asked for yet")


@dataclass
class CeilingUsage:
    """The counters of one tenant."""

    table: Table
    clock: Clock
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def check(self, actions: Iterable[Action], budget: Ceilings, *, run: str) -> tuple[BrokenCeiling, ...]:
        """Every ceiling that these actions would break, none when there is room for all of them."""
        needed = needs(actions, budget)
        used = await self._used(needed, run)
        return tuple(
            BrokenCeiling(ceiling, used[ceiling], count)
            for ceiling, count in needed.items()
            if used[ceiling] + count > ceiling.most
        )

    async def reserve(
        self, actions: Sequence[Action], budget: Ceilings, *, run: str, beyond: bool = False
    ) -> Mapping[str, Refused | None]:
        """Spend one of every ceiling for each action, in their order, as far as they reach. By `Action.key`.

        `beyond`: a person let this run go over its ceilings; it is counted all the same, and a ceiling of zero holds.
        """
        answers: dict[str, Refused | None] = {}
        async with self._turn:
            for part in _parts(actions, budget):
                try:
                    answers |= await self._reserve(part, budget, run, beyond=beyond)
                except StorageTrouble:
                    await self._release(
                        [one for one in actions if answers.get(one.key, _NOT_ASKED) is None], budget, run
                    )
                    raise
        return answers

    async def _reserve(
        self, actions: Sequence[Action], budget: Ceilings, run: str, *, beyond: bool
    ) -> dict[str, Refused | None]:
        granted = await self._spend(actions, budget, Span.RUN, self._partition(Span.RUN, run), beyond=beyond)
        within = [action for action in actions if granted[action.key] is None]
        by_day = await self._spend(within, budget, Span.DAY, self._partition(Span.DAY, run), beyond=beyond)
        await self._give_back(
            [action for action in within if by_day[action.key] is not None],
            budget,
            Span.RUN,
            self._partition(Span.RUN, run),
        )
        return {**granted, **by_day}

    async def release(self, actions: Sequence[Action], budget: Ceilings, *, run: str) -> None:
        """Give back what was reserved for actions that were not written after all."""
        async with self._turn:
            await self._release(actions, budget, run)

    async def _release(self, actions: Sequence[Action], budget: Ceilings, run: str) -> None:
        for part in _parts(actions, budget):
            for span in Span:
                await self._give_back(part, budget, span, self._partition(span, run))

    async def _spend(
        self, actions: Sequence[Action], budget: Ceilings, span: Span, partition: str, *, beyond: bool
    ) -> dict[str, Refused | None]:
        answers: dict[str, Refused | None] = {}

        def wanted(rows: Mapping[str, Row | None]) -> Mapping[str, int]:
            answers.clear()
            spent = Counter({name: row.number("spent") if row else 0 for name, row in rows.items()})
            added: Counter[str] = Counter()
            for action in actions:
                ceilings = _of(action, budget, span)
                broken = next((ceiling for ceiling in ceilings if _breaks(ceiling, spent, beyond=beyond)), None)
                answers[action.key] = _refused(broken, spent) if broken else None
                if broken is None:
                    names = [ceiling.name for ceiling in ceilings]
                    spent.update(names)
                    added.update(names)
            return added

        await self._change(partition, {c.name for action in actions for c in _of(action, budget, span)}, wanted)
        return answers or dict.fromkeys((action.key for action in actions), None)

    async def _give_back(self, actions: Sequence[Action], budget: Ceilings, span: Span, partition: str) -> None:
        back = Counter(ceiling.name for action in actions for ceiling in _of(action, budget, span))
        await self._change(partition, set(back), lambda _: {name: -count for name, count in back.items()})

    async def _change(self, partition: str, names: set[str], wanted: _Wanted) -> None:
        """Add what `wanted` says of the rows as they are, all in one transaction; again when somebody was faster."""
        if not names:
            return

        async def turn() -> None:
            rows = await self._rows(partition, names)
            added = {name: count for name, count in wanted(rows).items() if count}
            if added:
                await self.table.transact(
                    [_raised(partition, name, rows[name], count) for name, count in added.items()]
                )

        await first_or_again(turn)

    async def _rows(self, partition: str, names: Iterable[str]) -> dict[str, Row | None]:
        listed = list(names)
        rows = await asyncio.gather(*(self.table.get(partition, key_part(name)) for name in listed))
        return dict(zip(listed, rows, strict=True))

    async def _used(self, ceilings: Iterable[Ceiling], run: str) -> dict[Ceiling, int]:
        used: dict[Ceiling, int] = {}
        for span in Span:
            partition = self._partition(span, run)
            spent = {row.key: row.number("spent") async for row in self.table.query(partition)}
            used |= {ceiling: spent.get(key_part(ceiling.name), 0) for ceiling in ceilings if ceiling.span is span}
        return used

    def _partition(self, span: Span, run: str) -> str:
        return f"{self.clock.now():%Y-%m-%d}" if span is Span.DAY else key_part(f"run {run}")


type _Wanted = Callable[[Mapping[str, Row | None]], Mapping[str, int]]


def _of(action: Action, budget: Ceilings, span: Span) -> list[Ceiling]:
    return [ceiling for ceiling in budget.ceilings(action) if ceiling.span is span]


def _parts(actions: Iterable[Action], budget: Ceilings) -> Iterator[list[Action]]:
    """The actions in their order, in parts whose counters of one span fit into one transaction."""
    part: list[Action] = []
    names: dict[Span, set[str]] = {span: set() for span in Span}
    for action in actions:
        wanted = {span: names[span] | {ceiling.name for ceiling in _of(action, budget, span)} for span in Span}
        if part and max(map(len, wanted.values())) > TRANSACTION_ROWS:
            yield part
            part, wanted = [], {span: {ceiling.name for ceiling in _of(action, budget, span)} for span in Span}
        part.append(action)
        names = wanted
    if part:
        yield part


def _breaks(ceiling: Ceiling, spent: Mapping[str, int], *, beyond: bool) -> bool:
    if beyond and ceiling.most > 0:
        return False
    return spent[ceiling.name] + 1 > ceiling.most


def _refused(ceiling: Ceiling, spent: Mapping[str, int]) -> Refused:
    used = f"; {spent[ceiling.name]} are used" if spent[ceiling.name] else ""
    return Refused(Code.BUDGET, f"{ceiling.words} allows {ceiling.most} actions a {ceiling.span}{used}.")


def _raised(partition: str, name: str, row: Row | None, count: int) -> Write:
    spent = max(0, (row.number("spent") if row else 0) + count)
    return Write(
        "replace" if row else "insert", Row(partition, key_part(name), {"spent": spent}, row.etag if row else "")
    )
