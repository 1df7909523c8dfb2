"""What is left to tell, and to whom: from what the runs did, and from who answers for it today."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from custos.engine.ledger import Ledger
from custos.engine.run import Batch, RunState
from custos.engine.run_progress import Done, done_by, done_in
from custos.engine.run_store import RunStore
from custos.notices.action_report_store import ActionReportStore
from custos.notices.action_reports import ActionReport, Known, reports_of
from custos.notices.assignment import Accountability
from custos.notices.council_hours import tell_by
from custos.notices.digest import AddressedReport
from custos.notices.reassignment import assignee_of
from custos.wording import day_words

ENDED = (RunState.FINISHED, RunState.CANCELLED)
WRITES = (RunState.RUNNING, *ENDED)
"""States of a run in which it writes, or may have written."""

type Lookup = Callable[[Sequence[Done]], Awaitable[Known]]
"""What the words of a report are made of, for what was done."""


@dataclass
class UntoldWrites:
    """What runs did that somebody may still have to be told of, as it stands when it is first asked: each place is looked up once."""

    runs: RunStore
    ledger: Ledger
    _batches: list[Batch] | None = field(default=None, init=False)
    _found: dict[str, list[Done]] = field(default_factory=dict, init=False)

    async def at(self, place: str) -> list[Done]:
        """Those in a library or site (`ledger.partition_of`). Raises StorageTrouble."""
        if self._batches is None:
            untold = [run.id for run in await self.runs.untold() if run.state in WRITES]
            self._batches = [batch for run in untold for batch in await self.runs.batches(run)]
        if place not in self._found:
            here = [batch for batch in self._batches if batch.place == place]
            self._found[place] = [done for batch in here for done in await done_in(batch, self.runs, self.ledger)]
        return self._found[place]


async def gather(runs: RunStore, ledger: Ledger, book: ActionReportStore, known: Lookup) -> list[ActionReport]:
    """Write down what every run did by now. Returns what is left to tell, oldest run first. Raises StorageTrouble."""
    standing = {action_report.id: action_report for action_report in await book.open()}
    for run in await runs.untold():
        if run.state not in WRITES:
            continue
        over = run.state in ENDED
        mine = [action_report for action_report in standing.values() if action_report.run == run.id]
        if not (mine and all(action_report.over for action_report in mine)):
            done = [one async for one in done_by(run.id, runs, ledger)]
            made = reports_of(run, done, await known(done), over=over)
            standing |= {action_report.id: await book.keep(action_report) for action_report in made}
            mine = [action_report for action_report in standing.values() if action_report.run == run.id]
        if over and not any(action_report.untold for action_report in mine):
            await runs.all_told(run.id)
    return [action_report for action_report in standing.values() if action_report.untold]


def addressed(left: Sequence[ActionReport], who: Accountability) -> list[AddressedReport]:
    """Whom what is left is to be told: whoever answers for the asset today, and whoever agreed to it. What can be told to nobody is
    left out, and stays untold."""
    found: list[AddressedReport] = []
    for action_report in left:
        asked = who.of(action_report.asset_id)
        owner = assignee_of(asked).who
        person, because = owner, asked.because.replace("You are asked", "You are told", 1)
        if action_report.to.user_id:
            person, because = action_report.to, "You are told because you agreed to it."
        if person.user_id and (person is owner or person.user_id != owner.user_id):
            one = AddressedReport(
                action_report=action_report.id, asset_id=action_report.asset_id, person=person, because=because
            )
            found.append(one)
    return found


async def give_up_leavers(
    left: Sequence[ActionReport], who: Accountability, book: ActionReportStore, at: datetime
) -> None:
    """Who agreed and has left since is told nothing any more; whoever answers for the asset now is."""
    for action_report in left:
        account = who.directory.find(action_report.to.upn) if action_report.to.user_id else None
        if who.directory.is_unread(action_report.to.upn):
            continue
        if action_report.to.user_id and (account is None or not account.enabled):
            totals = {line.key: line.total for line in action_report.lines}
            await book.mark(action_report.id, totals, at=at, to="nobody: the account is gone")


def late(left: Sequence[ActionReport], now: datetime, zone: ZoneInfo, holidays: Collection[date]) -> Mapping[str, str]:
    """What somebody should have been told of by now: run and asset ► a sentence."""
    return {
        f"{action_report.run} {action_report.asset_id}".strip(): (
            f"{action_report.count:,} writes on {action_report.asset_id or 'what no asset covers'} have not been reported to anybody since "
            f"{day_words(action_report.since)}."
        )
        for action_report in left
        if tell_by(action_report.since, zone, holidays) < now
    }
