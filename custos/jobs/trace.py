"""Clause by clause: what carries out the council's governing documents, when it last ran, and what there is to show for it.

    clauses ► policies (`policy_ref`), indicators, registers, reminders, records, commands ► last ran ► evidence

Evidence is what was written down or is in force: an indicator that was published, an event of the audit, a question, a write, rows of a
register. A reminder or a command carries a clause out, and is none. Reads storage once; asks Microsoft nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from custos.audit.events import What
from custos.engine.gate import Standing
from custos.jobs import timers
from custos.jobs.kpi import last_published
from custos.jobs.policies import in_force
from custos.kpi.catalogue import BY_ID
from custos.kpi.model import Value
from custos.kpi.wording import written
from custos.model.policy import Bundle, Policy
from custos.notices.model import Case
from custos.records.registers import ALL
from custos.records.registers.clauses import Clause, clauses
from custos.records.remark import Remark
from custos.records.review import review
from custos.wording import day_words, many

if TYPE_CHECKING:
    from custos.bootstrap import Custos


class Means(StrEnum):
    """What kind of thing carries a clause out."""

    POLICY = "policy"
    INDICATOR = "indicator"
    REGISTER = "register"
    REMINDER = "reminder"
    RECORD = "record"
    COMMAND = "command"


class ClauseState(StrEnum):
    """What can be said of a clause."""

    EVIDENCE = "evidence"
    NONE_YET = "no evidence"
    PEOPLE = "for people alone"
    NOTHING = "nothing carries it out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """One thing that carries a clause out. `says` is what there is, `last` when it last ran or was written (None: not known, or never),
    `proves` whether that is evidence, `command` what shows it.
    """

    means: Means
    name: str
    says: str
    command: str
    last: datetime | None = None
    proves: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseTrace:
    """A clause with what carries it out."""

    clause: Clause
    carriers: tuple[Carrier, ...]

    @property
    def state(self) -> ClauseState:
        """Whether there is evidence, none yet, or no means at all; then it is for people, or nobody's."""
        if any(one.proves for one in self.carriers):
            return ClauseState.EVIDENCE
        if self.carriers:
            return ClauseState.NONE_YET
        return ClauseState.PEOPLE if self.clause.people else ClauseState.NOTHING

    @property
    def last(self) -> datetime | None:
        """When anything of it last ran."""
        return max((one.last for one in self.carriers if one.last), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """How often something was written down, when last, and the number of that event (0: it is no event)."""

    count: int = 0
    last: datetime | None = None
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What a trace is made of, from `since` on. `events`: what was recorded; `of_policy`: the same by policy."""

    bundle: Bundle
    now: datetime
    since: date | None
    until: date | None
    standings: Mapping[str, Standing]
    published: Mapping[str, Value]
    events: Mapping[What, Seen]
    of_policy: Mapping[str, Mapping[What, Seen]]
    cases: Sequence[Case]
    remarks: Sequence[Remark]
    evaluated: datetime | None

    def counts(self, at: datetime | None) -> bool:
        """Whether a moment is within the time that is asked about."""
        return at is not None and within(self.bundle.day(at), self.since, self.until)


def within(day: date, since: date | None, until: date | None) -> bool:
    """Whether a day lies between two, both included; None leaves a side open."""
    return (since is None or day >= since) and (until is None or day <= until)


async def trace(app: Custos, since: date | None = None, until: date | None = None) -> list[ClauseTrace]:
    """Every clause of the register, in its order; only what ran from `since` to `until` is evidence. Raises StorageTrouble."""
    bundle = (await in_force(app)).bundle
    placed = await app.registers.placed(bundle)
    events: dict[What, Seen] = {}
    of_policy: dict[str, dict[What, Seen]] = {}
    async for recorded in app.audit.read():
        event = recorded.event
        if not within(bundle.day(event.at), since, until):
            continue
        for seen in (events, of_policy.setdefault(event.policy, {})):
            before = seen.get(event.what, Seen())
            seen[event.what] = Seen(count=before.count + 1, last=event.at, number=recorded.sequence)
    now = app.clock.now()
    return traced(
        Grounds(
            bundle=bundle,
            now=now,
            since=since,
            until=until,
            standings=await app.approvals.standing(bundle, placed.ground),
            published={value.kpi.id: value for value in await last_published(app, until)},
            events=events,
            of_policy=of_policy,
            cases=[stored.case for stored in await app.cases.all()],
            remarks=[one for one in review(bundle.records, bundle.day(now), timedelta(0)) if not one.soon],
            evaluated=await timers.last(app.account, timers.Timer.EVALUATION),
        )
    )


def traced(grounds: Grounds) -> list[ClauseTrace]:
    """Every clause with what carries it out. Pure."""
    return [
        ClauseTrace(clause=clause, carriers=tuple(_carriers(clause, grounds)))
        for clause in clauses(grounds.bundle.records).values()
    ]


def _carriers(clause: Clause, grounds: Grounds) -> Iterator[Carrier]:
    for policy in grounds.bundle.policies.values():
        if clause.id in policy.policy_ref:
            yield _policy(policy, grounds)
    for kpi in clause.kpis:
        yield _indicator(kpi, grounds)
    for file in clause.registers:
        yield _register(file, grounds)
    for matter in clause.reminders:
        standing = sum(one.matter == matter for one in grounds.remarks)
        said = f"{many(standing, 'row needs', 'rows need')} attention today" if standing else "nothing to remind of"
        yield Carrier(means=Means.REMINDER, name=matter, says=said, command="register")
    for what in clause.records:
        seen = grounds.events.get(what, Seen())
        said = f"{many(seen.count, 'event')}, the last is number {seen.number:,}" if seen.count else "never written"
        yield Carrier(
            means=Means.RECORD,
            name=what.value,
            says=said,
            command="audit show",
            last=seen.last,
            proves=seen.count > 0,
        )
    for command in clause.commands:
        yield Carrier(means=Means.COMMAND, name=f"custos {command}", says="shows it", command=command)


def _policy(policy: Policy, grounds: Grounds) -> Carrier:
    """A policy: how far it may go, what it asked and what it did."""
    standing = grounds.standings.get(policy.id)
    asked = [one for one in grounds.cases if any(line.key.startswith(f"{policy.id}/") for line in one.lines)]
    moments = [at for one in asked for at in (one.opened_at, one.asked_at, one.decided_at) if grounds.counts(at)]
    recorded = grounds.of_policy.get(policy.id, {})
    done = recorded.get(What.ACTION_DONE, Seen()).count
    refused = recorded.get(What.ACTION_REFUSED, Seen()).count
    questions = sum(grounds.counts(one.opened_at) or grounds.counts(one.decided_at) for one in asked)
    parts = [
        f"{standing.state if standing else policy.state}, {many(len(policy.rules), 'rule')}",
        many(questions, "question"),
        many(done, "write"),
        *([f"{refused:,} refused"] if refused else []),
    ]
    looked = [grounds.evaluated] if grounds.counts(grounds.evaluated) else []
    at = [*looked, *moments, *(seen.last for seen in recorded.values())]
    return Carrier(
        means=Means.POLICY,
        name=policy.id,
        says=", ".join(parts),
        command="audit show" if done else "plan",
        last=max(filter(None, at), default=None),
        proves=bool(questions or recorded),
    )


def _indicator(kpi_id: str, grounds: Grounds) -> Carrier:
    kpi, value = BY_ID[kpi_id], grounds.published.get(kpi_id)
    published = value if value is not None and grounds.counts(value.as_of) else None
    if kpi.measure is None:
        said = f"not measured: {kpi.missing}"
    elif published is None:
        said = "measured, and not published yet"
    else:
        said = f"{written(kpi, published.total)}, published for {day_words(grounds.bundle.day(published.as_of))}"
    return Carrier(
        means=Means.INDICATOR,
        name=f"{kpi_id} {kpi.name}",
        says=said,
        command=f"kpi --explain {kpi_id}",
        last=published.as_of if published else None,
        proves=published is not None,
    )


def _register(file: str, grounds: Grounds) -> Carrier:
    rows = len(ALL[file].of(grounds.bundle.records))
    loaded = grounds.events.get(What.POLICIES_LOADED)
    return Carrier(
        means=Means.REGISTER,
        name=file,
        says=f"{many(rows, 'row')} in force" if rows else "it is empty",
        command="register",
        last=loaded.last if loaded else None,
        proves=rows > 0,
    )
