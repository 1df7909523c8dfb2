"""What the cases know of each finding, for the planner: who was told when, and what was decided about exactly this."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from custos.clock import Clock
from custos.engine.case_facts import CaseFacts, CaseKey, Cases, Decision
from custos.model.finding import Finding
from custos.notices.answer_grounds import fallen
from custos.notices.case_findings import CaseFindings, digest
from custos.notices.case_store import CaseStore
from custos.notices.case_subjects import homes_of
from custos.notices.model import KEEPS, Case, CaseState, Line, Verb
from custos.records.model import Records


@dataclass(frozen=True, slots=True)
class DecidedCases:
    """Fulfils `custos.engine.ports.Decisions`. `zone` is council time: answers end with the council's days."""

    book: CaseStore
    clock: Clock
    zone: ZoneInfo

    async def about(self, findings: Sequence[Finding], records: Records) -> Cases:
        """See `custos.engine.ports.Decisions`."""
        return await case_facts(self.book, findings, records, self.clock.now().astimezone(self.zone).date())


_DECISIONS = {Verb.AGREE: Decision.AGREE, **dict.fromkeys(KEEPS, Decision.KEEP)}


async def case_facts(
    book: CaseStore, findings: Iterable[Finding], records: Records, today: date
) -> dict[CaseKey, CaseFacts]:
    """What is known of those of `findings` that a case is about, by (policy, rule, subject key).

    A decision and a `told_at` count for the findings that were on the card. A `keep` about a library or site as a whole
    counts for whatever the rule finds there. A finding that came after the card was sent has a case, and was not told. An answer
    counts no longer once something that it rests on has ended.
    """
    index = _Index()
    for stored in await book.all():
        if stored.case.state is not CaseState.RELEASED and not fallen(stored.case, records, today):
            index.add(stored.case, await book.members(stored.case.shown))
    known: dict[CaseKey, CaseFacts] = {}
    for finding in findings:
        facts = index.facts(finding)
        if facts is not None:
            known[finding.policy, finding.rule, finding.subject.key] = facts
    return known


@dataclass(frozen=True, slots=True)
class _Known:
    case: Case
    line: Line
    shown: frozenset[bytes]


class _Index:
    """Cases by policy, rule and library or site."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str], list[_Known]] = {}

    def add(self, case: Case, shown: CaseFindings) -> None:
        for line in case.lines:
            known = _Known(case, line, shown.of.get(line.key, frozenset()))
            for place in case.homes:
                self._known.setdefault((line.policy, line.rule, place.key), []).append(known)

    def facts(self, finding: Finding) -> CaseFacts | None:
        """The newest case that answers for this finding; else the open one that it waits in."""
        candidates = [
            known
            for place in sorted(homes_of(finding.subject))
            for known in self._known.get((finding.policy, finding.rule, place), ())
            if known.case.asset_id == finding.asset_id
        ]
        if not candidates:
            return None
        covering = sorted(self._covering(candidates, finding), key=lambda known: known.case.number)
        if covering:
            return _facts(covering[-1].case)
        waiting = [known.case for known in candidates if known.case.state.is_open]
        return CaseFacts(opened_at=waiting[-1].opened_at, case_id=waiting[-1].id) if waiting else None

    def _covering(self, candidates: list[_Known], finding: Finding) -> Iterator[_Known]:
        wanted = digest(finding.subject.key)
        for known in candidates:
            whole = known.case.is_kept and not known.line.per_finding
            if whole or wanted in known.shown:
                yield known


def _facts(case: Case) -> CaseFacts:
    last = case.answers[-1] if case.decision and case.answers else None
    return CaseFacts(
        opened_at=case.opened_at,
        told_at=case.told_at,
        asked_at=case.told_at,
        decision=_DECISIONS.get(case.decision) if case.decision else None,
        decided_by=last.who.name if last else "",
        decided_at=case.decided_at,
        case_id=case.id,
        keep_until=case.keep_until,
    )
